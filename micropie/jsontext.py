"""JSON text to values and back.

Law: the text means the same with orjson and without. orjson is used for what both agree on; the
standard library does the rest.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import json
import math
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any, NoReturn

from micropie.exceptions import InvalidJSON

# orjson reads whole numbers over 64 bits as floats; 18 digits always fit. With every digit made
# a zero, a longer number is found by a plain search, which takes a tenth of a regex's time.
_TO_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19
# So many bytes are cut at their quotes at a time: it takes many times their memory.
_SLICE = 65_536


@functools.cache
def _orjson() -> Any:
    """Import orjson when it is first needed; `None` where it is not installed."""
    try:
        import orjson
    except ImportError:
        return None
    return orjson


def dumps(value: Any) -> bytes:
    """Write a value as compact UTF-8 JSON; NaN and infinity become `null`.

    Raises:
        TypeError: The value, or something in it, has no JSON form.
    """
    orjson = _orjson()
    if orjson is not None:
        try:
            text: bytes = orjson.dumps(value)
            return text
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


def _make_encode() -> Callable[[Any], str]:
    """Make an encoder once; `JSONEncoder.encode` makes its inner one again for every value."""
    encoder = json.JSONEncoder(
        ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_default
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    text = json.encoder.encode_basestring_ascii
    # No markers: a value that holds itself ends as a `RecursionError` instead.
    chunks = make(None, _default, text, None, ":", ",", False, False, False)
    return lambda value: "".join(chunks(value, 0))


_encode = _make_encode()


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
        InvalidJSON: It is not JSON; NaN and Infinity are not either.
    """
    orjson = _orjson()
    try:
        if orjson is not None and _LONG_NUMBER not in _as_bytes(text).translate(_TO_ZEROS):
            return orjson.loads(text)
    except ValueError:
        pass
    try:
        return _decode(text if isinstance(text, str) else text.removeprefix(BOM_UTF8).decode())
    except (ValueError, RecursionError) as error:
        raise InvalidJSON(f"expected JSON, got {_excerpt(text)!r}") from error


def has_more_keys(text: bytes, most: int) -> bool:
    """Say whether the objects of a JSON text have more keys than so many, without reading it.

    A colon outside of strings follows each key, and nothing else.
    """
    if text.count(b":") <= most:
        return False
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    keys = inside = 0
    for start in range(0, len(plain), _SLICE):
        pieces = plain[start : start + _SLICE].split(b'"')
        keys += sum(piece.count(b":") for piece in pieces[inside::2])
        inside ^= len(pieces) & 1 ^ 1
    return keys > most


def _as_bytes(text: bytes | bytearray | str) -> bytes | bytearray:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _excerpt(text: bytes | bytearray | str) -> bytes | str:
    start = text[:40]
    return start if isinstance(start, str) else bytes(start)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(
    parse_constant=_no_constant
).scan_once  # type: ignore[attr-defined]
# RFC 8259 2: what may stand around a value.
_WHITESPACE = " \t\n\r"


def _decode(text: str) -> Any:
    """Read one value; `JSONDecoder.decode` takes as long again to look for whitespace."""
    text = text.strip(_WHITESPACE)
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError("expected a value") from None
    if end != len(text):
        raise ValueError("expected one value")
    return value
