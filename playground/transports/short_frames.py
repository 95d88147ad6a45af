"""A message that is one short frame of its own (RFC 6455 5.2), as most are: read and written.

The websockets library reads and writes all there can be, in ten times the time. Here is what needs
nothing else: a whole text or binary message in one frame, not compressed, of at most 64 kB, that
has come as one piece. Whatever is not that is left to the library.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from playground.traffic.heads import mixed

try:
    from websockets import speedups
except ImportError:  # in Python, which takes longer
    apply_mask: Callable[[bytes, bytes], bytes] = mixed
else:
    apply_mask = speedups.apply_mask

TEXT: Final = 0x81
BINARY: Final = 0x82

_MASKED: Final = 0x80
_LONG: Final = 126
_LONGER: Final = 127
_MOST: Final = 0xFFFF

# By opcode and length, for those whose length is in one byte.
_HEADS: Final = {kind: [bytes((kind, length)) for length in range(256)] for kind in (TEXT, BINARY)}

# Masking keys are taken from the system's entropy (RFC 6455 10.3), so many at once.
_KEYS: Final = 256


def from_client(data: bytes) -> str | bytes | None:
    """Return the message that data is which a client has sent; None if it is not just one."""
    size = len(data)
    if size < 6:
        return None
    length, at = data[1] & 0x7F, 6
    if data[1] < _MASKED or length == _LONGER:
        return None
    if length == _LONG:
        length, at = data[2] << 8 | data[3], 8
    if size != at + length:
        return None
    return _message(data[0], apply_mask(data[at:], data[at - 4 : at]))


def from_server(data: bytes) -> str | bytes | None:
    """Return the message that data is which a server has sent; None if it is not just one."""
    size = len(data)
    if size < 2:
        return None
    length, at = data[1], 2
    if length > _LONG:
        return None
    if length == _LONG:
        if size < 4:
            return None
        length, at = data[2] << 8 | data[3], 4
    if size != at + length:
        return None
    return _message(data[0], data[at:])


def _message(kind: int, payload: bytes) -> str | bytes | None:
    if kind == TEXT:
        try:
            return payload.decode()
        except UnicodeDecodeError:
            return None
    return payload if kind == BINARY else None


def of_server(message: str | bytes) -> bytes | None:
    """Return the frame by which a server sends a message; None if it is too long for that."""
    if isinstance(message, str):
        kind, payload = TEXT, message.encode()
    else:
        kind, payload = BINARY, message
    length = len(payload)
    if length < _LONG:
        return _HEADS[kind][length] + payload
    if length <= _MOST:
        return bytes((kind, _LONG, length >> 8, length & 0xFF)) + payload
    return None


class Masking:
    """Makes the frames by which one client sends."""

    def __init__(self) -> None:
        self._keys = b""
        self._at = 0

    def frame(self, message: str | bytes) -> bytes | None:
        """Return the frame by which a client sends a message; None if it is too long for that."""
        if isinstance(message, str):
            kind, payload = TEXT, message.encode()
        else:
            kind, payload = BINARY, message
        length = len(payload)
        if length > _MOST:
            return None
        at = self._at
        if at == len(self._keys):
            self._keys, at = secrets.token_bytes(4 * _KEYS), 0
        self._at = at + 4
        key = self._keys[at : at + 4]
        if length < _LONG:
            head = _HEADS[kind][_MASKED | length]
        else:
            head = bytes((kind, _MASKED | _LONG, length >> 8, length & 0xFF))
        return head + key + apply_mask(payload, key)
