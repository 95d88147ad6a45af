"""Advice on an app: whether it can be served, what in it cannot work, and which path was meant."""

from __future__ import annotations

import difflib
import dis
import inspect
from collections.abc import Sequence
from types import CodeType
from typing import Any, Final

from micropie import App
from micropie.listing import Route, routes


def name_of(app: Any) -> str:
    """Return what an app is called: a class or function by its name, an instance by its class's."""
    if isinstance(app, type) or inspect.isroutine(app):
        return str(app.__name__)
    return type(app).__name__


def check_app(app: Any) -> None:
    """Check that something can be served.

    Raises:
        TypeError: If it is not an app.
    """
    if isinstance(app, type):
        if hasattr(app, "made_anew"):
            raise TypeError(
                f"expected an app, got the class {app.__name__}, which does not say where to; "
                f"write {app.__name__}('ws://127.0.0.1:9000'), with the server's address"
            )
        if not issubclass(app, App):
            raise TypeError(
                f"expected a subclass of App, got the class {app.__name__}; "
                f"write class {app.__name__}(App), or pass an ASGI app"
            )
    elif not callable(app) or not _takes_three(app):
        raise TypeError(
            f"expected an App subclass, an instance of one, or an ASGI app, got {app!r}; "
            "an ASGI app is called with scope, receive and send"
        )


def is_app(app: Any) -> bool:
    """Return whether something can be served; see `check_app`."""
    try:
        check_app(app)
    except TypeError:
        return False
    return True


def _takes_three(app: Any) -> bool:
    try:
        inspect.signature(app).bind(None, None, None)
    except TypeError:
        return False
    except ValueError:  # it has no signature to look at
        pass
    return True


def not_set_up(app: Any) -> str:
    """Return as a sentence what an app's constructor has left undone; "" if it is ready."""
    if not isinstance(app, App):
        return ""
    kind = type(app).__name__
    if hasattr(app, "error_hooks"):
        return _middleware_unmade(app, kind)
    return f"{kind} is not set up: call super().__init__() first in {kind}.__init__"


def _middleware_unmade(app: App, kind: str) -> str:
    for name in ("middlewares", "ws_middlewares"):
        for each in getattr(app, name, None) or ():
            if isinstance(each, type):
                return (
                    f"expected objects in {kind}.{name}, got the class {each.__name__}; "
                    f"append {each.__name__}(), with ()"
                )
    return ""


def cannot_be_made(kind: Any) -> str:
    """Return as a sentence why a class cannot be made into an app by calling it; "" if it can."""
    made = inspect.getattr_static(kind, "__init__", None) if isinstance(kind, type) else None
    if not inspect.iscoroutinefunction(made) and not inspect.isasyncgenfunction(made):
        return _wants_more(kind, made)
    return (
        f"{kind.__name__}.__init__ is async, and nobody awaits it: write def __init__(self), "
        "and append what awaits to self.startup_handlers"
    )


def _wants_more(kind: Any, made: Any) -> str:
    """Return that a constructor takes what nobody gives it; "" if it takes nothing."""
    if not inspect.isfunction(made) or type(kind).__call__ is not type.__call__:
        return ""
    _, *given = inspect.signature(made).parameters.values()
    taken = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    wanted = [each.name for each in given if each.default is each.empty and each.kind not in taken]
    if not wanted:
        return ""
    name = kind.__name__
    return (
        f"{name}.__init__ wants {', '.join(wanted)}, and a class is made with nothing: give it a "
        f"default, or write app = {name}(…) and serve(app)"
    )


def hides_entry(app: Any) -> str:
    """Return as a sentence that an app cannot be called by a server any more; "" if it can."""
    kind = type(app)
    entry = inspect.getattr_static(kind, "__call__", None)
    if entry is App.__call__:
        return ""
    entry = entry.__func__ if isinstance(entry, staticmethod) else entry
    if not isinstance(app, App) or (callable(entry) and not inspect.isfunction(entry)):
        return ""
    yields = inspect.isgeneratorfunction(entry) or inspect.isasyncgenfunction(entry)
    takes = callable(entry) and _takes_three(app)
    if takes and not yields and _uses_send(entry.__code__):
        return ""  # as middleware, it may hand on what it is called with
    holder = next(each for each in kind.__mro__ if "__call__" in vars(each))
    wrong = "never sends" if takes else "does not take scope, receive and send"
    wrong = "yields" if yields else wrong if callable(entry) else "is no function"
    return (
        f"{holder.__name__}.__call__ {wrong}, and by it every request reaches the app: give it "
        "another name, such as index; or take those three, and end with "
        "await super().__call__(scope, receive, send)"
    )


def _uses_send(code: CodeType) -> bool:
    """Return whether a function reads its last parameter at all, by which an app answers."""
    takes_any = code.co_flags & inspect.CO_VARARGS
    last = code.co_argcount + code.co_kwonlyargcount if takes_any else code.co_argcount - 1
    name = code.co_varnames[last]
    if {"locals", "eval", "exec"} & {*code.co_names}:
        return True
    read = [each.argval for each in dis.get_instructions(code) if each.opname.startswith("LOAD")]
    # Some load two at once.
    return any(name == each or (isinstance(each, tuple) and name in each) for each in read)


# What a first parameter is called that is the instance; so is, it seems, any single letter.
_SELF: Final = frozenset({"self", "cls", "this"})

# What the parameter for a socket is called, mostly.
_SOCKETS: Final = frozenset({"ws", "websocket", "socket", "connection"})


def doubts(app: Any) -> str:
    """Return what will not work in an app, as sentences; "" if nothing was found."""
    if not isinstance(app, App):
        return ""
    return " ".join(filter(None, (_doubt(type(app), route.handler) for route in routes(app))))


def _doubt(kind: type, name: str) -> str:
    handler = inspect.getattr_static(kind, name, None)
    if isinstance(handler, staticmethod):
        first = next(iter(inspect.signature(handler.__func__).parameters), "")
        return f"{name} gets no self: leave @staticmethod out." if first == "self" else ""
    if not inspect.isfunction(handler):
        return ""
    names = list(inspect.signature(handler).parameters.values())
    is_socket = name.startswith("ws_")
    if not names or _is_no_self(kind, handler, names[0]):
        bare = [str(each.replace(annotation=each.empty)) for each in names]
        written = ", ".join(["self", *(bare or (["ws"] if is_socket else []))])
        return f"{name} has no self: write {name}({written})."
    if not is_socket:
        return ""
    if len(names) < 2 and names[0].kind is not names[0].VAR_POSITIONAL:
        return f"{name} has no parameter for the socket: write {name}(self, ws)."
    later = [each.name for each in names[2:] if each.name in _SOCKETS]
    if later and names[1].name not in _SOCKETS:
        rest = [each.name for each in names[1:] if each.name != later[0]]
        written = ", ".join(["self", later[0], *rest])
        return f"{name} is given the socket first: write {name}({written})."
    if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
        return f"{name} yields: send with await ws.send_text(…) in its place."
    if not inspect.iscoroutinefunction(handler):
        return f"{name} is not async: write async def {name}(self, ws)."
    return ""


def _is_no_self(kind: type, handler: Any, first: inspect.Parameter) -> bool:
    """Return whether what looks like `self` is not, in a function that a class statement holds."""
    holders = {each.__name__ for each in kind.__mro__}
    inside = handler.__qualname__.split(".")[-2:-1]
    if not inside or inside[0] not in holders or first.kind is first.VAR_POSITIONAL:
        return False
    return len(first.name.strip("_")) > 1 and first.name not in _SELF


def advice_for(status: int, path: str, routes: Sequence[Route], kind: str) -> str:
    """Return what a client that was refused may have meant; "" if nothing comes to mind."""
    if status != 404 or not routes:
        return ""
    wanted = path.partition("?")[0].strip("/").partition("/")[0]
    handler = f"ws_{wanted or 'index'}" if kind == "websocket" else wanted or "index"
    if kind == "websocket" and any(route.handler == (wanted or "index") for route in routes):
        return ""  # it answers HTTP, and the refusal says so
    known = [route.handler for route in routes if route.kind == kind]
    if handler in known:
        return ""  # which has said so itself
    close = difflib.get_close_matches(handler, known, n=1)
    if close:
        return f"there is no handler {handler}; did you mean {close[0]}?"
    if known:
        return f"there is no handler {handler}; there is {', '.join(known)}"
    given = "self, ws" if kind == "websocket" else "self"
    return f"there is no handler {handler}; define async def {handler}({given})"
