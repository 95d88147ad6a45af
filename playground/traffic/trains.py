"""Which frames carry which message: the fragments of one are a train, and pings may pass it.

A message has a row of its own, after those of its frames, for it is written down when it was
received or sent whole. Which belong together the log does not say: it follows from their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from playground.traffic.frames import CONTROL, Frame, frame_of
from playground.traffic.model import MESSAGES, Entry


class Car(NamedTuple):
    """A data frame of a train.

    Attributes:
        entry: Its row.
        frame: What it was.
        offset: Bytes of the message that came before it.
    """

    entry: Entry
    frame: Frame
    offset: int


class Train(NamedTuple):
    """The data frames of one message, in their order.

    Attributes:
        cars: These; the last has FIN, if all of it has come.
        message: The row of the message; None if the app never had it, or the log has not.
    """

    cars: tuple[Car, ...]
    message: Entry | None = None

    @property
    def is_compressed(self) -> bool:
        """Whether the message was compressed (RFC 7692 6: its first frame says so)."""
        first = self.cars[0].frame
        return first.taken and 1 in first.reserved

    @property
    def is_whole(self) -> bool:
        """Whether its first frame and its last are among them, and all were taken."""
        first, last = self.cars[0].frame, self.cars[-1].frame
        taken = all(each.frame.taken for each in self.cars)
        return first.opcode in MESSAGES and last.fin and taken

    @property
    def size(self) -> int:
        """Bytes of the message, uncompressed."""
        return sum(each.frame.size for each in self.cars)


def trains(entries: Iterable[Entry]) -> list[Train]:
    """Return the trains of one exchange, each with its message, in the order they ended.

    Args:
        entries: Rows of the exchange in their order; those before may have gone.
    """
    coming: dict[str, list[Car]] = {"client": [], "server": []}
    found: list[Train] = []
    waiting: dict[str, list[int]] = {"client": [], "server": []}
    for entry in entries:
        if entry.kind == "frame":
            ended = _coupled(coming[entry.sender], entry) if entry.sender in coming else []
            for cars in ended:
                waiting[entry.sender].append(len(found))
                found.append(Train(cars))
        elif entry.kind in MESSAGES and entry.sender in waiting:
            _deliver(found, waiting[entry.sender], entry)
    return found + [Train(tuple(cars)) for cars in coming.values() if cars]


def _coupled(cars: list[Car], entry: Entry) -> list[tuple[Car, ...]]:
    """Put a frame behind those of its message; return what came to its end by that."""
    frame = frame_of(entry)
    if frame is None or frame.opcode in CONTROL:
        return []
    ended = []
    if cars and frame.opcode != "continuation":  # which is against the rules, or a row is missing
        ended.append(tuple(cars))
        cars.clear()
    offset = cars[-1].offset + cars[-1].frame.size if cars else 0
    cars.append(Car(entry, frame, offset))
    if frame.fin or not frame.taken:
        ended.append(tuple(cars))
        cars.clear()
    return ended


def _deliver(found: list[Train], waiting: list[int], message: Entry) -> None:
    """Give a message to the first train that may have carried it; those before have none."""
    for place, number in enumerate(waiting):
        if _may_carry(found[number], message):
            found[number] = found[number]._replace(message=message)
            del waiting[: place + 1]
            return


def _may_carry(train: Train, message: Entry) -> bool:
    if not train.is_whole or train.size != message.size:
        return False
    first = train.cars[0].frame
    if first.opcode != message.kind:
        return False
    return train.is_compressed or first.covered or beginning(message).startswith(first.plain)


def beginning(message: Entry) -> bytes:
    """Return the first bytes of a message, more than are kept of a frame."""
    data = message.data or b""
    return data[:128].encode("utf-8", "replace") if isinstance(data, str) else data[:128]
