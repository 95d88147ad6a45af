"""What is written instead, where a request is asked for with arguments that there are none of."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

C = TypeVar("C")

_HEADER: Final = "write headers={'%s': …}"

# What other HTTP clients call it, and what is written here.
_INSTEAD: Final = {
    "data": "write form={…} for fields of a form, body=… for text or bytes",
    "content": "write body=… for text or bytes",
    "files": "write body=… with the bytes, and their content-type in headers=",
    "cookies": "set them before: lab.cookies(client)['name'] = 'value'",
    "auth": _HEADER % "authorization",
    "cookie": _HEADER % "cookie",
    "name": "write client=…",
    "user": "write client=…",
    "protocols": "write subprotocols=[…]",
    "subprotocol": "write subprotocols=[…]",
    "follow_redirects": "leave it out, they are not followed: ask for the location of the answer",
    "allow_redirects": "leave it out, they are not followed: ask for the location of the answer",
    "stream": "write async with lab.stream(path) as answer",
}
_QUERIES: Final = ("params", "query", "query_string", "args")


def says_what_to_write(*names: str) -> Callable[[type[C]], type[C]]:
    """Have methods of a class refuse arguments that they do not take with what is written instead.

    Args:
        names: Those of the methods.
    """

    def decorated(kind: type[C]) -> type[C]:
        for name in names:
            setattr(kind, name, _saying(getattr(kind, name)))
        return kind

    return decorated


def _saying(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except TypeError as error:  # none of its code has run yet
            words = _words(method, args, kwargs)
            if not words:
                raise
            raise TypeError(words) from error

    return call


def _words(method: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """Return what is wrong with the arguments of a call; "" if it is something else."""
    parameters = inspect.signature(method).parameters.values()
    places = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    takes = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
    if len(args) > len(places):
        return _too_many(args[len(places)], takes)
    path = kwargs.get("path", args[len(places) - 1] if len(args) == len(places) else "/")
    known = {each.name for each in places} | set(takes)
    unknown = [name for name in kwargs if name not in known]
    return _unknown(unknown[0], kwargs[unknown[0]], path, takes) if unknown else ""


def _too_many(value: object, takes: list[str]) -> str:
    if isinstance(value, str | bytes | bytearray):
        likely = ["body", "client"]
    else:
        likely = ["json", "form", "headers"]
    offered = [f"{name}={_short(value)}" for name in likely if name in takes]
    remedy = " or ".join(offered) or f"what it is, such as {takes[0]}=…"
    return f"expected one path, and all else by its name, got {_short(value)} too; write {remedy}"


def _unknown(name: str, value: object, path: object, takes: list[str]) -> str:
    near = difflib.get_close_matches(name, takes, 1)
    if name in _QUERIES:
        remedy = f"write the query into the path: {_with_query(path, value)!r}"
    elif name in _INSTEAD:
        remedy = _INSTEAD[name]
    elif near:
        remedy = f"write {near[0]}="
    else:
        remedy = "leave it out"
    return f"expected one of {', '.join(f'{each}=' for each in takes)}, got {name}=; {remedy}"


def _with_query(path: object, value: object) -> str:
    start = path if isinstance(path, str) else "/"
    try:
        query = value if isinstance(value, str) else urlencode(value, doseq=True)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        query = "name=value"
    return start + ("&" if "?" in start else "?") + query


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
