"""The bytes of frames: noted where a connection reads them, and made a `Frame` of.

Law of the room: what is read is not touched. A credential is covered before a frame is told of.
"""

from __future__ import annotations

import functools
from collections.abc import Generator
from typing import Any, Final

from playground.traffic.frames import CONTROL, OPCODES, Frame
from playground.traffic.heads import (
    HEAD,
    MOST,
    covered,
    header_size,
    holds_one,
    key_of,
    length_of,
    may_hold_one,
    mixed,
)
from playground.traffic.model import Sender
from playground.transports.server_internals import reader_of

# RFC 6455 5.5.
_MOST_CONTROL: Final = 125

# What of a fragment may begin a credential that the next one goes on with.
_TAIL: Final = 64

# The head, and so much behind it that a credential that is cut off can be told.
_LOOKED_AT: Final = 2 * HEAD

_RESERVED: Final = tuple(
    tuple(number for number in (1, 2, 3) if bits & 0x40 >> number - 1) for bits in range(0, 128, 16)
)
_STAR: Final = b"*"


class Reads:
    """What a connection has read of the frame that arrives, piece by piece.

    Attributes:
        pieces: Two bytes, then the length and the key, where there are any, then the payload.
        waits: Whether the next piece has not come as a whole.
    """

    def __init__(self, buffer: bytearray | None = None) -> None:
        self.pieces: list[bytes | bytearray] = []
        self.waits = False
        # What has come and is not read.
        self._buffer = bytearray() if buffer is None else buffer

    def taken(self) -> tuple[bytes, bytes]:
        """Return header and head of the frame that was read; b"" twice if it was not seen."""
        pieces = self.pieces
        if not pieces:
            return b"", b""
        head = bytes(pieces[-1][:HEAD])
        del pieces[-1]
        header = b"".join(pieces)
        pieces.clear()
        return header, head

    def is_broken_off(self) -> bool:
        """Return whether a frame is read no further, though what was read is not all of it."""
        return bool(self.pieces) and not self.waits

    def rest(self) -> bytes:
        """Return the beginning of such a frame, with what has come of it unread."""
        begun = b"".join(self.pieces)
        self.pieces.clear()
        return (begun + bytes(self._buffer[:MOST]))[:MOST]


def note_reads(connection: Any) -> Reads:
    """Have a connection note what it reads from now on; nothing where it reads in another way."""
    reader = reader_of(connection)
    buffer = getattr(reader, "buffer", None)
    reads = Reads(buffer)
    if isinstance(buffer, bytearray) and hasattr(reader, "read_exact"):
        # The reader stays who it is: the connection waits in one of its methods.
        kind: Any = type(reader)
        reader.reads, reader.__class__ = reads, _noting(kind)
    return reads


@functools.cache
def _noting(kind: Any) -> Any:
    class Noting(kind):  # type: ignore[misc]
        """A reader that notes what it hands on."""

        reads: Reads

        def read_exact(self, n: int) -> Generator[None, None, Any]:
            """Read a piece of a frame."""
            reads, buffer = self.reads, self.buffer
            if len(buffer) >= n:  # as it is done there, without a second generator for each piece
                piece = buffer[:n]
                del buffer[:n]
            else:
                reads.waits = True
                piece = yield from super().read_exact(n)
                reads.waits = False
            reads.pieces.append(piece)
            return piece

    return Noting


class Way:
    """The frames of one direction of a connection, as far as one bears on the next."""

    def __init__(self) -> None:
        self._in_message = False
        self._before = b""

    def frame(
        self, sender: Sender, wire: Any, plain: Any, taken: bool, header: bytes, head: bytes
    ) -> Frame:
        """Return a frame of the websockets library as one of ours.

        Args:
            wire: As it was on the wire; its data is the object `plain` if it was not compressed.
            plain: Its payload, uncompressed.
            taken: Whether it was understood by itself.
            header, head: The first bytes that it was; b"" if they were not seen.
        """
        opcode, data, before = OPCODES[wire.opcode], wire.data, self._before
        payload, is_covered = b"", False
        if opcode in CONTROL:
            payload = _shown(opcode, plain, b"")
            is_covered = payload != plain[: len(payload)]
            shown = payload[:HEAD]
        elif plain is not data:
            is_covered = bool(head) and holds_one(before + bytes(plain))
            shown = _STAR * len(head)
        elif may_hold_one(bytes(before + plain[:_LOOKED_AT])):
            shown = _shown(opcode, plain, before)
            is_covered = shown != plain[:HEAD]
        if is_covered and header:
            head = mixed(shown, key_of(header)) if plain is data else shown
        if opcode not in CONTROL:
            taken = self._follows(opcode, wire.fin, plain) and taken
        return Frame(
            sender, opcode, wire.fin, len(plain), len(data),
            _RESERVED[wire.rsv1 << 2 | wire.rsv2 << 1 | wire.rsv3],
            # RFC 6455 5.1: all of a client's are, and none of a server's.
            sender == "client", taken, payload, header, head, is_covered,
        )  # fmt: skip

    def _follows(self, opcode: str, fin: bool, plain: Any) -> bool:
        """Return whether a data frame may stand here, and note what may follow it."""
        fits = self._in_message == (opcode == "continuation")
        self._in_message = not fin
        if not fin or self._before:
            self._before = b"" if fin else (self._before + plain[-_TAIL:])[-_TAIL:]
        return fits


def _shown(opcode: str, plain: Any, before: bytes) -> bytes:
    """Return what is kept of a payload: the head of a data frame, all of a control frame."""
    if opcode == "close":  # its reason is text, behind a code of two bytes
        return bytes(plain[:2]) + covered(bytes(plain[2:]), most=_MOST_CONTROL - 2)
    if opcode in CONTROL:
        return covered(bytes(plain), most=_MOST_CONTROL)
    return covered(bytes(plain[:_LOOKED_AT]), before)


def broken(sender: Sender, raw: bytes) -> Frame:
    """Return a frame that is not read to its end, for its header breaks the rules."""
    size = header_size(raw)
    header, length = raw[:size], length_of(raw)
    opcode = OPCODES[raw[0] & 0x0F]
    plain = mixed(raw[size : size + length][:HEAD], key_of(header))
    shown = _shown(opcode, plain, b"")
    return Frame(
        sender, opcode, bool(raw[0] & 0x80), length, length, _RESERVED[raw[0] >> 4 & 0x07],
        bool(header[1] & 0x80), False, shown if opcode in CONTROL else b"",
        header, mixed(shown[:HEAD], key_of(header)), shown != plain,
    )  # fmt: skip
