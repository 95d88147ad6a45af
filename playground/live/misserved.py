"""What is written instead, where `serve` is called with arguments of another server's."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

from playground.live.tracebacks import shortened

F = TypeVar("F", bound=Callable[..., Any])

_BY_ITSELF: Final = (
    "leave it out: run the cell again and the new code takes over; "
    "for a file that is saved, write watch=True"
)
_QUIET: Final = "leave it out: the panel and lab.log show what happens"
_ONE: Final = "leave it out: a lab is one process, in this kernel; playground.outside runs others"

# What other servers call it, and what is to be done here.
_INSTEAD: Final = {
    "host": "leave it out: a lab listens on this machine alone; url= says how others reach it",
    "reload": _BY_ITSELF,
    "debug": _QUIET,
    "log_level": _QUIET,
    "access_log": _QUIET,
    "workers": _ONE,
    "processes": _ONE,
    "threaded": _ONE,
    "loop": "leave it out: uvloop is used where it is installed",
    "root_path": "write url=, the address that a browser uses",
    "allow_origins": "write origins=[…]",
    "ssl_keyfile": "leave it out: put a proxy with TLS before the lab",
    "ssl_certfile": "leave it out: put a proxy with TLS before the lab",
    "backend": "write transport=",
    "lab": "write name=",
}


def says_what_to_write(function: F) -> F:
    """Have `serve` refuse arguments that it does not take with what is written instead.

    Under a cell stands that sentence, and none of our own lines.
    """
    signature = inspect.signature(function)
    takes = [each.name for each in signature.parameters.values() if each.kind is each.KEYWORD_ONLY]

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        words = _words(args, kwargs, takes)
        if words:
            raise shortened(TypeError(words))
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError) as error:
            raise shortened(error) from error.__cause__

    return cast(F, call)


def _words(args: tuple[Any, ...], kwargs: Mapping[str, Any], takes: list[str]) -> str:
    """Return what is wrong with the arguments; "" if nothing is."""
    if len(args) > 1:
        value = args[1]
        remedy = f"port={value!r}" if isinstance(value, int) else f"such as name={value!r}"
        return f"expected one app, and all else by its name, got {value!r} too; write {remedy}"
    if not args and "app" not in kwargs:
        return (
            "expected an app, got none; write serve(Chat), with the class that is your app, or "
            "serve(Upstream('wss://example.org')) to watch a server elsewhere"
        )
    unknown = next((name for name in kwargs if name != "app" and name not in takes), None)
    if unknown is None:
        return ""
    near = difflib.get_close_matches(unknown, takes, 1)
    remedy = _INSTEAD.get(unknown) or (f"write {near[0]}=" if near else "leave it out")
    return f"serve() takes no {unknown}=; {remedy}"
