"""Reading what other programs wrote, as far as it can be read: no field has to be there.

Law of the room: a value of the wrong kind is as good as none, and nothing here raises. What is lost
by that is said by the caller, who knows where it stood.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from playground.exports.fields import LATEST, MOST

# Clocks that count in thousandths and millionths of a second are past this since 1970 or 1973.
_MILLISECONDS: Final = 1e11
_MICROSECONDS: Final = 1e14

_URL_SAFE: Final = str.maketrans("-_", "+/", " \t\r\n=")


def mapping(source: Any, name: str) -> dict[str, Any]:
    """Return a field that is an object; an empty one if it is none."""
    value = source.get(name) if isinstance(source, Mapping) else None
    return value if isinstance(value, dict) else {}


def items(source: Mapping[str, Any], name: str) -> list[Any]:
    """Return a field that is a list; an empty one if it is none."""
    value = source.get(name)
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """Return a value as text: text as it is, anything else as JSON; None for null."""
    if value is None or isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return None


def first_text(source: Mapping[str, Any], *names: str) -> str | None:
    """Return the first of some fields that is there, as text; None if none is."""
    return next((found for each in names if (found := text(source.get(each))) is not None), None)


def number(value: Any) -> float | None:
    """Return a finite number, also one that is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) <= MOST else None


def whole(value: Any) -> int | None:
    """Return a whole number, also one that is written as text or as ``200.0``."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def moment(value: Any) -> float | None:
    """Return a time as seconds since 1970; None if it is none that a record could hold.

    Args:
        value: A date as ISO 8601 has it (without a zone it is UTC), or a number of seconds,
            milliseconds or microseconds since 1970.
    """
    found = number(value)
    if found is None:
        found = _dated(value)
    elif found > _MICROSECONDS:
        found /= 1e6
    elif found > _MILLISECONDS:
        found /= 1e3
    return found if found is not None and 0 <= found <= LATEST else None


def _dated(value: Any) -> float | None:
    try:
        when = datetime.fromisoformat(value.strip())
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (AttributeError, ValueError, OverflowError):
        return None


def base64(coded: str) -> bytes | None:
    """Return the bytes that base64 stands for; None if it is not base64.

    Line breaks, the alphabet for addresses (RFC 4648 5) and missing padding are let pass.
    """
    bare = coded.translate(_URL_SAFE)
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (NotBase64, ValueError):
        return None


def pairs(source: Mapping[str, Any], name: str) -> Iterator[tuple[str, str] | None]:
    """Yield names and values, such as headers; None for one that has no name.

    Args:
        name: Of a field that is a list of ``{"name": …, "value": …}`` or of ``[name, value]``, or
            an object.
    """
    found = source.get(name)
    if isinstance(found, dict):
        found = [list(each) for each in found.items()]
    for each in found if isinstance(found, list) else []:
        yield _pair(each)


def _pair(value: Any) -> tuple[str, str] | None:
    match value:
        case {"name": str(name), **rest}:
            return name, text(rest.get("value")) or ""
        case [str(name), worth]:
            return name, text(worth) or ""
    return None
