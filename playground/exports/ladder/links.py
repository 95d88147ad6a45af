"""The links of a ladder: threads from cause to effect, and the time a client is connected.

Law of the room: steps go by their index; `ladder/links.js` does the same in the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from playground.exports.ladder.lanes import Lanes
from playground.exports.ladder.steps import Step

# A thread longer than this many steps says nothing to the eye; choosing the step shows its chain.
REACH: Final = 24
# How far threads that run side by side stand out from the server's lane, in pixels.
THREADS: Final = (7, 11, 15)

_CAUSED: Final = frozenset({"text", "binary", "close", "exception"})


class Fan(NamedTuple):
    """One thread: from a step to those it set off, as indexes.

    Attributes:
        cause: The step it comes from.
        effects: The steps it goes to, from the top.
        out: Pixels it stands out from the server's lane.
    """

    cause: int
    effects: tuple[int, ...]
    out: int


class Life(NamedTuple):
    """A stretch in which a lane's client had a connection open, as indexes of steps.

    Attributes:
        lane: Index of the lane.
        first: The step that opened it; None if it was open before the first.
        last: The step that closed it; None if it still is open.
    """

    lane: int
    first: int | None
    last: int | None


def fans(steps: Sequence[Step]) -> list[Fan]:
    """Return the threads from causes to their effects, in the order in which they begin."""
    index_of = {seq: index for index, step in enumerate(steps) for seq in step.members}
    caused: dict[int, list[int]] = {}
    for index, step in enumerate(steps):
        cause = index_of.get(step.cause) if step.cause is not None else None
        if step.kind not in _CAUSED or cause is None or steps[cause].shape != "arrow":
            continue
        so_far = caused.setdefault(cause, [])
        if 0 < index - (so_far[-1] if so_far else cause) <= REACH:
            so_far.append(index)
    return _side_by_side({cause: found for cause, found in sorted(caused.items()) if found})


def guesses(steps: Sequence[Step]) -> list[Fan]:
    """Return a thread, to be dotted, from each message to a server elsewhere to the next from it.

    No wire says what another program answers.
    """
    index_of = {seq: index for index, step in enumerate(steps) for seq in step.members}
    found: dict[int, list[int]] = {}
    for index, step in enumerate(steps):
        asked = index_of.get(step.after) if step.after is not None else None
        if asked is not None and 0 < index - asked <= REACH:
            found[asked] = [index]
    return _side_by_side(dict(sorted(found.items())))


def _side_by_side(caused: dict[int, list[int]]) -> list[Fan]:
    """Let threads that run at the same height stand out by different widths, while there are."""
    ends = [-1] * len(THREADS)
    made = []
    for cause, effects in caused.items():
        free = (place for place, end in enumerate(ends) if end <= cause)
        place = next(free, ends.index(min(ends)))
        ends[place] = max(ends[place], effects[-1])
        made.append(Fan(cause, tuple(effects), THREADS[place]))
    return made


def lives(steps: Sequence[Step], across: Lanes) -> list[Life]:
    """Return when the clients with a lane of their own had a connection open, as the steps show."""
    open_now: dict[int, tuple[int | None, int]] = {}
    made: list[Life] = []
    seen: set[int] = set()
    for index, step in enumerate(steps):
        for name in step.clients:
            lane = across.places.get(name)
            if lane is None or across.lanes[lane].role != "client":
                continue
            first, alive = open_now.pop(lane, (index, 0))
            if step.kind in ("close", "refuse"):
                if alive == 1 or lane not in seen:
                    made.append(Life(lane, first if alive else None, index))
                alive -= 1
            elif step.kind == "open":
                alive += 1
            elif not alive and step.kind in ("accept", "text", "binary"):
                # It was opened before the first step there is, or where a filter hides it.
                first, alive = (index if lane in seen else None), 1
            seen.add(lane)
            if alive > 0:
                open_now[lane] = first, alive
    made += [Life(lane, first, None) for lane, (first, _) in open_now.items()]
    return sorted(made, key=lambda life: (life.lane, -1 if life.first is None else life.first))
