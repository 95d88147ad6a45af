"""Plain words about an app: whether it is one, what in it cannot work, and what was meant."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Sequence
from typing import Any

from micropie import App
from micropie.listing import Route


def name_of(app: Any) -> str:
    """Return what an app is called: a class or function by its name, an instance by its class's."""
    if isinstance(app, type) or inspect.isroutine(app):
        return str(app.__name__)
    return type(app).__name__


def check_app(app: Any) -> None:
    """Check that something can be served.

    Raises:
        TypeError: If it is no app.
    """
    if isinstance(app, type):
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


def _takes_three(app: Any) -> bool:
    try:
        inspect.signature(app).bind(None, None, None)
    except TypeError:
        return False
    except ValueError:  # it has no signature to look at
        pass
    return True


def doubts(app: Any) -> str:
    """Return what will not work in an app, as sentences; "" if nothing is seen."""
    if not isinstance(app, App):
        return ""
    found = []
    for name in dir(type(app)):
        handler = getattr(type(app), name, None)
        if not name.startswith("ws_") or not inspect.isfunction(handler):
            continue
        if len(inspect.signature(handler).parameters) < 2:
            found.append(f"{name} has no parameter for the socket: write {name}(self, ws).")
        elif not inspect.iscoroutinefunction(handler):
            found.append(f"{name} is not async: write async def {name}(self, ws).")
    return " ".join(found)


def advice_for(status: int, path: str, routes: Sequence[Route], kind: str) -> str:
    """Return what a client that was refused may have meant; "" if nothing comes to mind."""
    if status != 404 or not routes:
        return ""
    wanted = path.partition("?")[0].strip("/").partition("/")[0]
    handler = f"ws_{wanted or 'index'}" if kind == "websocket" else wanted or "index"
    known = [route.handler for route in routes if route.kind == kind]
    close = difflib.get_close_matches(handler, known, n=1)
    if close:
        return f"there is no handler {handler}; did you mean {close[0]}?"
    if known:
        return f"there is no handler {handler}; there is {', '.join(known)}"
    return f"there is no handler {handler}; define async def {handler}(self, ws)"
