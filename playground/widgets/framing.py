"""What the pane shows of a frame: its bytes, taken apart, and the train that it is part of.

Law of the room: it says nothing of a frame that was not seen of it, and shows no credential.
"""

from __future__ import annotations

from typing import Any, Final

from playground.traffic.anatomy import anatomy, closing
from playground.traffic.frames import CONTROL, Frame, frame_of
from playground.traffic.heads import HEAD, covered
from playground.traffic.log import Log
from playground.traffic.model import MESSAGES, Entry
from playground.traffic.trains import Train, beginning, trains
from playground.widgets.row import sendable

# How far from a message its frames may lie to be found; looking is O(rows).
HORIZON: Final = 2_000
MOST_CARS: Final = 60

_SIDE: Final = "The server's end of the connection saw it so."
_NO_BYTES: Final = (
    "Its bytes were not seen: the row is from a file that has none, or the server's library shows "
    "frames without them."
)


def frame_shown(log: Log, entry: Entry) -> dict[str, Any] | None:
    """Return what the pane shows of a frame, or of the frames of a message; None if there is none.

    Args:
        log: Where they are.
        entry: A frame's row, or a message's.
    """
    if entry.kind != "frame" and entry.kind not in MESSAGES:
        return None
    near = [
        each
        for each in log.since(max(0, entry.seq - HORIZON - 1), 2 * HORIZON)
        if each.exchange == entry.exchange and (each.kind == "frame" or each.kind in MESSAGES)
    ]
    train = _train_of(trains(near), entry)
    shown = entry if entry.kind == "frame" else train.cars[0].entry if train is not None else None
    frame = frame_of(shown) if shown is not None else None
    if frame is None or shown is None:
        return None
    return {
        "seq": shown.seq,
        "name": _named(frame),
        "seen": _SIDE if frame.header else _NO_BYTES,
        "parts": [list(part) for part in anatomy(frame)],
        "taken": frame.taken,
        **_payload(frame),
        "compressed": _compressed(frame, shown, train),
        "close": closing(frame),
        "message": train.message.seq if train is not None and train.message is not None else None,
        **_cars(train, near, shown),
    }


def _train_of(found: list[Train], entry: Entry) -> Train | None:
    for train in found:
        if train.message is not None and train.message.seq == entry.seq:
            return train
        if any(car.entry.seq == entry.seq for car in train.cars):
            return train
    return None


def _payload(frame: Frame) -> dict[str, Any]:
    return {
        "head": frame.head.hex(),
        "key": frame.key.hex(),
        "size": frame.wire,
        "covered": frame.covered,
        "text": frame.opcode in ("text", "continuation", "close", "ping", "pong"),
    }


def _compressed(frame: Frame, entry: Entry, train: Train | None) -> dict[str, Any] | None:
    """Return how long a frame was before compression, and how its message began."""
    if train is None or not train.is_compressed:
        return None
    message = train.message
    begins = b""
    if message is not None and entry.seq == train.cars[0].entry.seq:
        begins = covered(beginning(message))
    return {"before": frame.size, "after": frame.wire, "begins": begins.hex(), "most": HEAD}


def _cars(train: Train | None, near: list[Entry], shown: Entry) -> dict[str, Any]:
    """Return the frames of the message, with the control frames of both sides between them."""
    if train is None:
        return {"train": [], "left_out": 0}
    own = {car.entry.seq: car.frame for car in train.cars}
    first, last = train.cars[0].entry.seq, train.cars[-1].entry.seq
    cars = [
        _car(each, frame, each.seq == shown.seq, each.seq in own)
        for each in near
        if first <= each.seq <= last and (frame := frame_of(each)) is not None
        if each.seq in own or frame.opcode in CONTROL
    ]
    return {"train": cars[:MOST_CARS], "left_out": max(0, len(cars) - MOST_CARS)}


def _car(entry: Entry, frame: Frame, here: bool, own: bool) -> dict[str, Any]:
    return {
        "seq": entry.seq, "name": frame.opcode, "fin": frame.fin, "size": frame.size,
        "sender": entry.sender, "here": here, "own": own,
    }  # fmt: skip


def _named(frame: Frame) -> str:
    fin = "" if frame.opcode in CONTROL else ", the last" if frame.fin else ", more follows"
    whole = frame.opcode in MESSAGES and frame.fin
    return sendable(f"{frame.opcode} frame{', a whole message' if whole else fin}")
