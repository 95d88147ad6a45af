"""What a hook is asked, and what it may answer: a message, another, nothing, or several."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

Message = str | bytes

# What the recorder looks for on an exception about what a function of the user's gave: where it is.
_BLAMED: Final = "__handler__"


HOOKS: Final = {
    "on_connect": ("scope",),
    "from_client": ("message", "client"),
    "from_server": ("message", "client"),
}
"""What is overridden, and what each is given."""


def check_hooks(upstream: object) -> None:
    """Check that all hooks can be called.

    Raises:
        TypeError: If one cannot, with the line that defines it.
    """
    for name, given in HOOKS.items():
        hook = getattr(upstream, name, None)
        if not callable(hook):
            raise TypeError(f"expected {name} to be a function, got {_shown(hook)}; {_write(name)}")
        try:
            inspect.signature(hook).bind(*given)
        except TypeError as error:
            said = f"{name} cannot be called: {error}; {_write(name)}"
            raise _blamed(TypeError(said), hook) from None
        except ValueError:  # of what is written in C nobody knows
            continue


def _write(name: str) -> str:
    return f"write async def {name}({', '.join(('self', *HOOKS[name]))})"


async def ask(hook: Callable[..., Any], *given: Any) -> Any:
    """Call a hook, which may be a plain function too, and wait for what it returns."""
    result = hook(*given)
    return await result if inspect.isawaitable(result) else result


async def connect(hook: Callable[..., Any], scope: Any) -> None:
    """Ask `on_connect`.

    Raises:
        TypeError: If it answers, for it has nothing to, or leaves a scope that nobody can lead on.
    """
    result = await ask(hook, scope)
    said = ""
    if result is not None:
        remedy = "raise Refused(403) to refuse a client, and change scope to change what is asked"
        said = f"expected on_connect to return nothing, got {_shown(result)}; {remedy}"
    elif wrong := next((key for key, fits in _SCOPE.items() if not _fits(fits, scope, key)), ""):
        said = f"expected on_connect to leave scope[{wrong!r}] {_AS[wrong]}"
        if wrong != "headers":  # among them are credentials
            said = f"{said}, got {_shown(scope.get(wrong))}"
    if said:
        raise _blamed(TypeError(said), hook)


def _fits(fits: Callable[[Any], bool], scope: Any, key: str) -> bool:
    try:
        return fits(scope.get(key))
    except (TypeError, ValueError):
        return False


def _is_header(name: Any, value: Any) -> bool:
    both = isinstance(name, bytes) and isinstance(value, bytes) and name
    return bool(both) and not any(mark in part for part in (name, value) for mark in b"\r\n\0")


_SCOPE: Final[dict[str, Callable[[Any], bool]]] = {
    "path": lambda value: isinstance(value, str) and value.startswith("/"),
    "query_string": lambda value: isinstance(value, bytes),
    "headers": lambda value: all(_is_header(*each) for each in value),
    "subprotocols": lambda value: all(isinstance(each, str) for each in value or ()),
}
_AS: Final = {
    "path": "as text that begins with /",
    "query_string": "as bytes, such as b'a=1'",
    "headers": "as pairs of bytes without line breaks, such as (b'x-name', b'value')",
    "subprotocols": "as a list of texts",
}


def messages(result: Any, hook: Callable[..., Any]) -> list[Message]:
    """Return the messages that a hook has given.

    Raises:
        TypeError: If it is something else.
    """
    if isinstance(result, str | bytes):
        return [result]
    if result is None:
        return []
    if isinstance(result, bytearray | memoryview):
        return [bytes(result)]
    if isinstance(result, list | tuple):
        return [each for one in result for each in messages(_single(one, hook), hook)]
    raise _wrong(result, hook)


def _single(one: Any, hook: Callable[..., Any]) -> Any:
    if isinstance(one, list | tuple):
        raise _wrong(one, hook)
    return one


def _wrong(result: Any, hook: Callable[..., Any]) -> TypeError:
    name = getattr(hook, "__name__", "the hook")
    said = f"expected {name} to return str, bytes, None, or a list of them, got {_shown(result)}"
    return _blamed(TypeError(said + _remedy(result)), hook)


def _remedy(result: Any) -> str:
    if isinstance(result, dict | int | float):
        return "; write json.dumps(…)"
    if inspect.iscoroutine(result):
        result.close()  # nobody awaits it
        return "; await it first"
    if inspect.isgenerator(result) or inspect.isasyncgen(result):
        return "; return a list in place of yield"
    return ""


def _shown(result: Any) -> str:
    try:
        shown = repr(result)
    except Exception:  # it is the user's
        shown = f"a {type(result).__name__}"
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def _blamed(error: TypeError, hook: Callable[..., Any]) -> TypeError:
    code = getattr(hook, "__code__", None)
    if code is not None:
        setattr(error, _BLAMED, (code, code.co_firstlineno))
    return error
