"""The layout of a ladder: where arrows, words and threads stand, as plain numbers of pixels.

Law of the room: no colours, no markup, no fonts but one: a character of the label is `CHAR` wide.
`ladder/layout.js` does the same in the browser; both are held to the same table of cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Final, NamedTuple

from playground.exports.ladder.columns import columns, shortened
from playground.exports.ladder.lanes import GUTTER, Lane, Lanes, lanes
from playground.exports.ladder.links import Fan, Life, fans, guesses, lives
from playground.exports.ladder.steps import Step, who_is_there
from playground.traffic.escapes import escaped

# Pixels. A step's words stand above its arrow, which is `LINE` below the step's top. All steps are
# of one height, so that a view knows which are in sight.
ROW: Final = 26
LINE: Final = 19

# A monospaced character at 11.5 px; the widest of the usual fonts.
CHAR: Final = 7
# A chip's are smaller; besides them it has sides, and a space after it.
CHIP_CHAR: Final = 6
CHIP_EDGES: Final = 18
# Columns of a name in a chip.
NAME: Final = 12

# Room at an arrow's ends: at the server's for the threads, at the client's for the head.
SERVER_END: Final = 20
CLIENT_END: Final = 9
SIDE: Final = 6


class Placed(NamedTuple):
    """Where a step stands, in pixels from the ladder's left edge.

    Attributes:
        start: Where its arrow begins; the server's lane for a mark.
        ends: Where heads point, from left to right; none for what is no arrow.
        shared: How many of a broadcast's receivers are in the shared lane.
        x: Where its words begin, stand in the middle of, or end, as `anchor` says.
        anchor: ``"start"``, ``"middle"`` or ``"end"``.
        chip: What stands before the words: whose they are if the lane does not say it, ``binary``.
        label: The words, as many as have room.
    """

    start: int
    ends: tuple[int, ...]
    shared: int
    x: int
    anchor: str
    chip: str
    label: str


class Ladder(NamedTuple):
    """A whole ladder, laid out.

    Attributes:
        steps: What it shows, from top to bottom.
        lanes: Between what.
        placed: Where each step's arrow and words stand.
        fans: What caused what.
        lives: Who was connected when.
        guesses: What came next after what, where no cause is known.
    """

    steps: tuple[Step, ...]
    lanes: Lanes
    placed: tuple[Placed, ...]
    fans: tuple[Fan, ...]
    lives: tuple[Life, ...]
    guesses: tuple[Fan, ...] = ()


def lay_out(steps: Sequence[Step], order: Mapping[str, int], width: int) -> Ladder:
    """Return where everything stands.

    Args:
        order: Client name → number in the order of joining.
        width: Pixels there are.
    """
    across = lanes(who_is_there(steps, order), width)
    placed = tuple(place(step, across, GUTTER, across.width) for step in steps)
    return Ladder(
        tuple(steps), across, placed, tuple(fans(steps)), tuple(lives(steps, across)),
        tuple(guesses(steps)),
    )  # fmt: skip


def place(step: Step, across: Lanes, left: int, right: int, server: int | None = None) -> Placed:
    """Return where a step stands.

    Args:
        left, right: Between which its words must stay.
        server: Where the server's lane stands, if it has been moved into sight.
    """
    middle = across.server.x if server is None else server
    if step.shape in ("band", "pause"):
        return Placed(middle, (), 0, *_across(step, middle, left, right))
    met = {lane.x: lane for lane in map(across.of, step.clients)}
    chip = _chip(step, met, left, right)
    if step.shape == "mark":
        return Placed(middle, (), 0, *_beside(chip, step.label, middle, left, right))
    ends = tuple(sorted(met))
    if step.sender == "client":
        words = _along(chip, step.label, middle, ends[0], left, right)
        return Placed(ends[0], (middle,), 0, *words)
    far = max(ends, key=lambda end: (abs(end - middle), end))
    words = _along(chip, step.label, middle, far, left, right)
    return Placed(middle, ends, _shared(step, across), *words)


_Words = tuple[int, str, str, str]


def _across(step: Step, middle: int, left: int, right: int) -> _Words:
    """Put what belongs to no lane in the middle: of what is seen, or on the server's lane."""
    x = middle if step.shape == "pause" else (left + right) // 2
    return x, "middle", *_fitting("", step.label, right - left - 2 * SIDE)


def _beside(chip: str, label: str, middle: int, left: int, right: int) -> _Words:
    """Put a mark's words where there is clearly more room; they may not touch a thread."""
    room, other = right - middle - SERVER_END - SIDE, middle - left - SERVER_END - SIDE
    if room * 4 >= other * 3 or width_of(chip, label) <= room:
        return middle + SERVER_END, "start", *_fitting(chip, label, room)
    return middle - SERVER_END, "end", *_fitting(chip, label, other)


def _along(chip: str, label: str, middle: int, end: int, left: int, right: int) -> _Words:
    """Put an arrow's words in the middle of what is seen of it, or let them go outwards.

    No other step is at the same height, so they may go on past the client's lane, or stand on the
    server's other side where they have no room at all.
    """
    way = 1 if end > middle else -1
    inner = middle + way * SERVER_END
    outer = max(left + SIDE, min(right - SIDE, end - way * CLIENT_END))
    if width_of(chip, label) <= way * (outer - inner):
        return floor((inner + outer) / 2), "middle", chip, label
    rooms = {1: right - SIDE - middle - SERVER_END, -1: middle - SERVER_END - left - SIDE}
    if width_of(chip, label) > rooms[way] and rooms[-way] > 2 * rooms[way]:
        way = -way
    anchor = "start" if way > 0 else "end"
    return middle + way * SERVER_END, anchor, *_fitting(chip, label, rooms[way])


def _shared(step: Step, across: Lanes) -> int:
    whose = next((lane.clients for lane in across.lanes if lane.role == "others"), ())
    return sum(name in whose for name in step.clients)


def _chip(step: Step, met: dict[int, Lane], left: int, right: int) -> str:
    """Return what to say before the words: the client where no lane in sight says it."""
    x, lane = next(iter(met.items()))
    unsaid = lane.role == "others" or not left <= x <= right
    name = shortened(escaped(step.clients[0]), NAME) if unsaid and len(step.clients) == 1 else ""
    return " · ".join(part for part in (name, step.chip) if part)


def width_of(chip: str, label: str) -> int:
    """Return how many pixels words take, with the chip before them."""
    return (columns(chip) * CHIP_CHAR + CHIP_EDGES if chip else 0) + columns(label) * CHAR


def _fitting(chip: str, label: str, room: int) -> tuple[str, str]:
    """Return as much of a chip and a label as fits into so many pixels."""
    short = shortened(chip, (room - CHIP_EDGES) // CHIP_CHAR)
    return short, shortened(label, (room - width_of(short, "")) // CHAR)
