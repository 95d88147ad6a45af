"""What a hook is asked, and what it may answer: a message, another, nothing, or several."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

Message = str | bytes

# What the recorder looks for on an exception about what a function of the user's gave: where it is.
_BLAMED: Final = "__handler__"


async def ask(hook: Callable[..., Any], *given: Any) -> Any:
    """Call a hook, which may be a plain function too, and wait for what it returns."""
    result = hook(*given)
    return await result if inspect.isawaitable(result) else result


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
    shown = repr(result)
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    remedy = "; write json.dumps(…)" if isinstance(result, dict | int | float) else ""
    error = TypeError(
        f"expected {name} to return str, bytes, None, or a list of them, got {shown}{remedy}"
    )
    code = getattr(hook, "__code__", None)
    if code is not None:
        setattr(error, _BLAMED, (code, code.co_firstlineno))
    return error
