"""One message of a model, as one message of a WebSocket: JSON, with bytes behind it if it has any.

Without bytes it is text. With bytes it is binary: four bytes that say how long the JSON is, the
JSON, whose `sizes` are those of the pieces, and the pieces.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

_HEAD: Final = 4


def packed(message: dict[str, Any], buffers: Sequence[bytes | memoryview] = ()) -> str | bytes:
    """Return a message as it goes over the wire."""
    if not buffers:
        return json.dumps(message, separators=(",", ":"))
    pieces = [bytes(each) for each in buffers]
    told = {**message, "sizes": [len(each) for each in pieces]}
    head = json.dumps(told, separators=(",", ":")).encode()
    return b"".join([len(head).to_bytes(_HEAD, "big"), head, *pieces])


def unpacked(data: str | bytes) -> tuple[dict[str, Any], list[memoryview]]:
    """Return a message that came over the wire, and its bytes.

    Raises:
        ValueError: If it is none.
    """
    if isinstance(data, str):
        return _checked(json.loads(data)), []
    length = int.from_bytes(data[:_HEAD], "big")
    message = _checked(json.loads(data[_HEAD : _HEAD + length]))
    sizes, at = message.pop("sizes", []), _HEAD + length
    pieces = []
    for size in sizes:
        pieces.append(memoryview(data)[at : at + size])
        at += size
    if at != len(data):
        raise ValueError(f"expected pieces of {sum(sizes)} bytes, got {len(data) - at} more")
    return message, pieces


def _checked(message: Any) -> dict[str, Any]:
    if not isinstance(message, dict):
        raise ValueError(f"expected an object, got {type(message).__name__}")
    return message
