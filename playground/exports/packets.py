"""IPv4 packets with TCP in them, and the bytes that HTTP and WebSocket would have put there.

Law of the room: what is made here was never on a wire, but keeps the rules of one that was: the
numbers of both sides fit, the checksums are right, and clients mask their frames.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import Final

from playground.traffic.heads import mixed

SYN: Final = 0x02
ACK: Final = 0x10
PUSH: Final = 0x08
FIN: Final = 0x01
RESET: Final = 0x04

# RFC 6455 1.3: what the server puts behind the client's key before it hashes it.
_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

# Far below the 65,535 bytes that an IPv4 packet may have, and few packets for a big message.
_SEGMENT: Final = 16_384

_WINDOW: Final = 65_535
_OTHER: Final = {"client": "server", "server": "client"}
_HOPS: Final = 64
_TCP: Final = 6

Address = tuple[bytes, int]


class Packet(bytes):
    """A packet as far as it is known.

    Attributes:
        missing: Bytes at its end that are not.
    """

    missing: int = 0


def packet(
    source: Address, target: Address, seq: int, ack: int, flags: int, data: bytes, missing: int = 0
) -> Packet:
    """Return an IPv4 packet with a TCP segment (RFC 791, RFC 9293), checksums included.

    Args:
        source, target: The four bytes of the address, and the port.
        missing: Bytes behind the data that are not known; then no checksum can be right.
    """
    head = struct.pack(
        ">HHIIBBHHH", source[1], target[1], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, flags,
        _WINDOW, 0, 0,
    )  # fmt: skip
    segment = head + data
    length = len(segment) + missing
    pseudo = source[0] + target[0] + struct.pack(">BBH", 0, _TCP, length)
    segment = _with_checksum(segment, 16, pseudo)
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0x4000, _HOPS, _TCP, 0, source[0], target[0]
    )
    made = Packet(_with_checksum(ip, 10) + segment)
    made.missing = missing
    return made


def _with_checksum(data: bytes, place: int, before: bytes = b"") -> bytes:
    """Put the internet checksum (RFC 1071) where it belongs."""
    summed = before + data
    if len(summed) % 2:
        summed += b"\0"
    # A sum of 16-bit words whose carries come in again is what is left modulo 65,535.
    rest = int.from_bytes(summed, "big") % 0xFFFF
    return data[:place] + struct.pack(">H", 0xFFFF - rest) + data[place + 2 :]


class Stream:
    """One TCP connection between a client and the server.

    Args:
        client, server: Their addresses.
    """

    def __init__(self, client: Address, server: Address) -> None:
        self._addresses = {"client": client, "server": server}
        # Each side may choose its first sequence number; zero is easiest to read.
        self._sent = {"client": 0, "server": 0}

    def connect(self) -> list[Packet]:
        """Return the three packets that open it."""
        opening = [self._packet("client", SYN), self._packet("server", SYN | ACK)]
        return [*opening, self._packet("client", ACK)]

    def send(self, sender: str, data: bytes, missing: int = 0) -> list[Packet]:
        """Return the packets that carry data, and behind it so many bytes that are not known."""
        made, size = [], len(data) + missing
        for at in range(0, size, _SEGMENT):
            part = data[at : at + _SEGMENT]
            cut = min(_SEGMENT, size - at) - len(part)
            made.append(self._packet(sender, PUSH | ACK, part, cut))
            if at + _SEGMENT < size:  # the window has no room for all of a big message
                made.append(self._packet(_OTHER[sender], ACK))
        return made

    def finish(self, sender: str) -> list[Packet]:
        """Return the packets that close it, `sender` first."""
        closing = [self._packet(each, FIN | ACK) for each in (sender, _OTHER[sender])]
        return [*closing, self._packet(sender, ACK)]

    def reset(self, sender: str) -> list[Packet]:
        """Return the packet that breaks it off."""
        return [self._packet(sender, RESET | ACK)]

    def _packet(self, sender: str, flags: int, data: bytes = b"", missing: int = 0) -> Packet:
        other = _OTHER[sender]
        seq = self._sent[sender]
        ack = self._sent[other] if flags & ACK else 0
        # An opening and an ending count as a byte each.
        self._sent[sender] += len(data) + missing + bool(flags & (SYN | FIN))
        ends = self._addresses[sender], self._addresses[other]
        return packet(*ends, seq, ack, flags, data, missing)


def websocket_frame(opcode: int, payload: bytes, mask: int | None) -> bytes:
    """Return a whole frame (RFC 6455 5.2); `mask` is the masking key of a client's."""
    size = len(payload)
    masked = 0 if mask is None else 0x80
    if size < 126:
        head = struct.pack(">BB", 0x80 | opcode, masked | size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", 0x80 | opcode, masked | 126, size)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, masked | 127, size)
    if mask is None:
        return head + payload
    key = struct.pack(">I", mask & 0xFFFFFFFF)
    return head + key + mixed(payload, key)


def handshake_key(number: int) -> str:
    """Return a ``Sec-WebSocket-Key`` (RFC 6455 4.1): 16 bytes, the same for the same number."""
    return base64.b64encode(number.to_bytes(16, "big")).decode("ascii")


def handshake_answer(key: str) -> str:
    """Return the ``Sec-WebSocket-Accept`` that answers a key (RFC 6455 4.2.2)."""
    digest = hashlib.sha1(key.encode("latin-1", "replace") + _MAGIC, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def http_head(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return the first line and the headers of a request or an answer (RFC 9112 2.1)."""
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return "".join(f"{each}\r\n" for each in [*_in_one_line(lines), ""]).encode("utf-8", "replace")


def _in_one_line(lines: Iterable[str]) -> Iterator[str]:
    return (each.replace("\r", " ").replace("\n", " ") for each in lines)
