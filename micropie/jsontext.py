"""JSON text to values and back.

Law: the text means the same with orjson and without. orjson is used for what both agree on; the
standard library does the rest.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
import re
from typing import Any, NoReturn

from micropie.exceptions import InvalidJSON

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]

# orjson reads whole numbers over 64 bits as floats; 18 digits always fit.
_LONG_NUMBER = re.compile(rb"\d{19}")


def dumps(value: Any) -> bytes:
    """Write a value as compact UTF-8 JSON; NaN and infinity become `null`.

    Raises:
        TypeError: The value, or something in it, has no JSON form.
    """
    if orjson is not None:
        try:
            return orjson.dumps(value)
        except TypeError:
            pass
    return _dumps(value)


def _dumps(value: Any) -> bytes:
    try:
        text = _encode(value)
    except ValueError:
        text = _encode(_without_nan(value))
    return text.encode("ascii")


def _default(value: Any) -> Any:
    from uuid import UUID  # costs an import that few need

    match value:
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case UUID():
            return str(value)
        case enum.Enum():
            return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"expected a value that JSON can hold, got {value!r}; convert it first")


_encode = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_default
).encode


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value


def loads(text: bytes | bytearray | str) -> Any:
    """Read JSON.

    Raises:
        InvalidJSON: It is none; NaN and Infinity are none either.
    """
    try:
        if orjson is not None and not _LONG_NUMBER.search(_as_bytes(text)):
            return orjson.loads(text)
    except ValueError:
        pass
    try:
        return _decode(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidJSON(f"expected JSON, got {_excerpt(text)!r}") from error


def _as_bytes(text: bytes | bytearray | str) -> bytes | bytearray:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _excerpt(text: bytes | bytearray | str) -> bytes | str:
    start = text[:40]
    return start if isinstance(start, str) else bytes(start)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode
