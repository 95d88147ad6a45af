"""What a client is given to send: messages, close codes, and frames made by hand, as bytes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from playground.clients.asking import check_text, json_text
from playground.traffic.frames import OPCODES
from playground.traffic.heads import mixed

FrameByHand = tuple[int | str, str | bytes] | Mapping[str, Any]
"""A frame as `Client.send_frames` takes it: ``(opcode, payload)``, or a dict."""

_BY_NAME: Final = {name: number for number, name in OPCODES.items()}
_SET: Final = {"fin": 0x80, "rsv1": 0x40, "rsv2": 0x20, "rsv3": 0x10}
_KNOWN: Final = ("opcode", "payload", *_SET, "mask", "length")
_EXAMPLE: Final = '{"opcode": 1, "payload": "he", "fin": False}'


def encode(message: Any) -> str | bytes:
    """Return what goes over the wire for a message: text, bytes, or JSON for anything else."""
    if isinstance(message, str):
        check_text(message)
        return message
    if isinstance(message, bytes):
        return message
    if isinstance(message, bytearray | memoryview):
        return bytes(message)
    return json_text(message)


def check_close(code: int, reason: str) -> None:
    """Check what a client wants to put into a close frame (RFC 6455 7.4).

    Raises:
        ValueError: If the code may not be sent or the reason does not fit.
    """
    if code != 1000 and not 3000 <= code <= 4999:
        raise ValueError(f"expected a close code of 1000 or 3000 to 4999, got {code!r}; try 1000")
    if len(reason.encode()) > 123:
        raise ValueError(
            f"expected a reason of at most 123 bytes, got {len(reason.encode())}; shorten it"
        )


def raw_bytes(data: object) -> bytes:
    """Return bytes that are to be sent as they are.

    Raises:
        TypeError: If they are none.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(
            f'expected the bytes of frames, got {data!r}; write b"\\x81\\x02hi", or use send_frames'
        )
    return bytes(data)


def frame_bytes(frame: object) -> bytes:
    """Return a frame made by hand as bytes (RFC 6455 5.2).

    Raises:
        TypeError, ValueError: If it is none; the message says what to write.
    """
    fields = _fields(frame)
    unknown = sorted(map(str, fields.keys() - set(_KNOWN)))
    if unknown or "opcode" not in fields:
        got = f"{unknown[0]!r} in it" if unknown else "none of them"
        raise ValueError(
            f"expected a frame with an opcode and any of {', '.join(_KNOWN[1:])}, got {got}; "
            f"write {_EXAMPLE}"
        )
    payload = _payload(fields.get("payload", b""))
    bits = sum(bit for name, bit in _SET.items() if fields.get(name, name == "fin"))
    key = _key(fields.get("mask", True))
    length = _length(fields.get("length", len(payload)))
    head = bytes((bits | _opcode(fields["opcode"]), length[0] | (0x80 if key else 0)))
    return head + length[1:] + key + mixed(payload, key)


def _fields(frame: object) -> Mapping[str, Any]:
    match frame:
        case Mapping():
            return frame
        case (opcode, payload) if not isinstance(frame, str | bytes):
            return {"opcode": opcode, "payload": payload}
    raise TypeError(f"expected (opcode, payload) or a dict, got {frame!r}; write {_EXAMPLE}")


def _opcode(opcode: object) -> int:
    if isinstance(opcode, str) and opcode in _BY_NAME:
        return _BY_NAME[opcode]
    if isinstance(opcode, int) and not isinstance(opcode, bool) and 0 <= opcode <= 15:
        return opcode
    names = ", ".join(each for each in _BY_NAME if not each.startswith("reserved"))
    raise ValueError(f"expected an opcode from 0 to 15 or one of {names}, got {opcode!r}; try 1")


def _payload(payload: object) -> bytes:
    if isinstance(payload, str):
        check_text(payload)
        return payload.encode()
    if isinstance(payload, bytes | bytearray | memoryview):
        return bytes(payload)
    raise TypeError(f'expected a payload of text or bytes, got {payload!r}; write b"hi"')


def _key(mask: object) -> bytes:
    """Return the masking key; b"" for none."""
    if isinstance(mask, bytes) and len(mask) == 4:
        return mask
    if isinstance(mask, bool):
        # RFC 6455 5.3: it cannot be told beforehand.
        return secrets.token_bytes(4) if mask else b""
    raise ValueError(f"expected a mask of True, False or 4 bytes, got {mask!r}; leave it out")


def _length(length: object) -> bytes:
    """Return a length in the shortest of its three forms."""
    if isinstance(length, bool) or not isinstance(length, int) or not 0 <= length < 1 << 63:
        raise ValueError(f"expected a length from 0 to 2**63 - 1, got {length!r}; leave it out")
    if length < 126:
        return bytes((length,))
    if length < 1 << 16:
        return bytes((126,)) + length.to_bytes(2, "big")
    return bytes((127,)) + length.to_bytes(8, "big")
