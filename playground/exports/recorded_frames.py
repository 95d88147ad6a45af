"""The frames of a conversation as the bytes they were, from what the log keeps of them.

Law of the room: a header and a mask are those that passed the wire. A payload comes from its
message, or it is a control frame's; where neither is there (it was compressed, or the app never had
it) its first bytes are what there is, and how many are missing is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from playground.exports.conversations import bytes_of
from playground.traffic.frames import CONTROL, Frame, frame_of
from playground.traffic.heads import mixed
from playground.traffic.model import Entry
from playground.traffic.trains import Car, trains

# Of a frame that was not read a header may announce any length, and a file may say what it likes.
_MOST_MISSING: Final = 16 * 1024 * 1024


class RecordedFrames:
    """What the frames of one exchange were.

    Args:
        entries: All rows of the exchange, in order.

    Attributes:
        carried: The numbers of the messages that frames among them carry.
        last_close: The number of the row after which no half of the closing handshake comes; 0 if
            none was seen.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        rows = [each for each in entries if each.kind != "frame" or each.raw]
        known = trains(rows) if any(each.raw for each in rows) else []
        self._cars = {car.entry.seq: (car, train) for train in known for car in train.cars}
        self.carried = {train.message.seq for train in known if train.message is not None}
        halves = [each.seq for each in rows if each.raw and _is_close(each)]
        rest = [each.seq for each in rows if each.kind == "close"]
        self.last_close = max(halves + rest) if halves else 0
        self._message: tuple[int, bytes] = 0, b""

    def bytes_of(self, entry: Entry) -> tuple[bytes, int]:
        """Return a frame as bytes, and how many of its payload are missing; b"" if unknown."""
        frame = frame_of(entry)
        if frame is None or not frame.header:
            return b"", 0
        payload = self._payload(entry, frame)
        missing = min(max(0, frame.wire - len(payload)), _MOST_MISSING)
        return frame.header + payload[: frame.wire], missing

    def _payload(self, entry: Entry, frame: Frame) -> bytes:
        """Return as much of a payload as is known, masked as it was."""
        if frame.opcode in CONTROL and len(frame.payload) == frame.wire:
            return mixed(frame.payload, frame.key)
        car, train = self._cars.get(entry.seq, (None, None))
        if car is None or train is None or train.message is None or train.is_compressed:
            return frame.head
        return mixed(self._part(train.message, car), frame.key)

    def _part(self, message: Entry, car: Car) -> bytes:
        if self._message[0] != message.seq:  # a message in many fragments is encoded once
            self._message = message.seq, bytes_of(message.data)
        return self._message[1][car.offset : car.offset + car.frame.size]


def _is_close(entry: Entry) -> bool:
    frame = frame_of(entry)
    return frame is not None and frame.opcode == "close"
