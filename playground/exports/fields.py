"""Reading JSON that came from elsewhere: each field is checked, and an error says why.

Law of the room: what is let in, every format can write. So not only the kind of a value is checked
but also its range, and whatever is wrong with a text, it is a `FormatError`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from playground.traffic.formats import FormatError

MOST: Final = (1 << 53) - 1
"""The greatest whole number: above it a browser cannot tell one from the next."""

LATEST: Final = 9_223_372_036.0
"""The latest time, in seconds since the Unix epoch: in 2262, the last that pandas can hold."""

MOST_CODES: Final = 65_535
"""The greatest close code or status: a close frame has two bytes for it (RFC 6455 5.5.1)."""

_ABSENT: Final = object()

# Characters of a value that an error message shows.
_SHOWN: Final = 60

_NAMES: Final[dict[type, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def parsed(text: str) -> Any:
    """Return the value that JSON stands for.

    Raises:
        FormatError: If it is not JSON, or none that Python would read.
    """
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise FormatError("expected JSON, got brackets within brackets, too deep to read") from None
    except ValueError as error:  # JSON that is broken, or a number of more than 4300 digits
        got = shown(text) if text.strip() else "an empty file"
        raise FormatError(f"expected JSON, got {got}; {error}") from None


def field(source: Mapping[str, Any], name: str, kind: type, default: Any = _ABSENT) -> Any:
    """Return a field of a JSON object; `default`, if there is one, where it is absent or null.

    Args:
        kind: ``str``, ``int``, ``float`` (a whole number will do), ``list`` or ``dict``.

    Raises:
        FormatError: If it is something else.
    """
    value = source.get(name)
    if value is None and default is not _ABSENT:
        return default
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        # One too great for a float is too great for all else too.
        return float(max(-MOST - 1, min(MOST + 1, value)))
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FormatError(f"expected {name!r} to be {_NAMES[kind]}, got {shown(value)}")
    return value


def whole(
    source: Mapping[str, Any],
    name: str,
    default: Any = _ABSENT,
    *,
    least: int = 0,
    most: int = MOST,
) -> Any:
    """Return a field that must be a whole number within bounds; `default` as `field` has it.

    Raises:
        FormatError: If it is something else, less than `least` or more than `most`.
    """
    value = field(source, name, int, default)
    if value is not default and not least <= value <= most:
        raise FormatError(
            f"expected {name!r} to be a whole number from {least} to {most}, got {shown(value)}"
        )
    return value


def seconds(source: Mapping[str, Any], name: str, default: Any = _ABSENT) -> Any:
    """Return a field that must be a time: seconds since the Unix epoch, up to `LATEST`.

    Raises:
        FormatError: If it is something else: NaN, say, or before 1970.
    """
    value = field(source, name, float, default)
    if value is not default and not 0 <= value <= LATEST:
        raise FormatError(
            f"expected {name!r} to be seconds since 1970, up to {LATEST:.0f}, got {shown(value)}"
        )
    return value


def choice(source: Mapping[str, Any], name: str, choices: Collection[str]) -> Any:
    """Return a field that must be one of a few words.

    Raises:
        FormatError: If it is not.
    """
    value = source.get(name)
    if not isinstance(value, str) or value not in choices:
        raise FormatError(
            f"expected {name!r} to be one of {', '.join(choices)}, got {shown(value)}"
        )
    return value


def objects(source: Mapping[str, Any], name: str, default: Any = _ABSENT) -> list[dict[str, Any]]:
    """Return a field that must be a list of JSON objects.

    Raises:
        FormatError: If it is not.
    """
    found: list[Any] = field(source, name, list, default)
    return [as_object(each, f"each of {name!r}") for each in found]


def as_object(value: Any, what: str) -> dict[str, Any]:
    """Return a value that must be a JSON object.

    Raises:
        FormatError: If it is not.
    """
    if not isinstance(value, dict):
        raise FormatError(f"expected {what} to be an object, got {shown(value)}")
    return value


def shown(value: Any) -> str:
    """Return a value as Python writes it, shortened for an error message."""
    try:
        said = repr(value[:_SHOWN] if isinstance(value, str | bytes) else value)
    except (RecursionError, ValueError):  # a number of more than 4300 digits
        return f"a {type(value).__name__} too large to show"
    return said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"
