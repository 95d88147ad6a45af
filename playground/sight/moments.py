"""The state as of each change, kept within bounds; a picture of it is made when it is asked for.

A change is kept as what it has changed. Of every so many one keeps the whole picture as well, from
which those after it are worked out.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, Final, NamedTuple

from playground.sight.changes import Change
from playground.sight.moves import Moves, changes_in, moved
from playground.sight.pictures import Node, Picture
from playground.traffic.log import Log

Part = tuple[str, Node | Moves | None, list[Change] | None]
"""Of one attribute: its name, what it is now (None if it is not there any more), and what has
changed. Of rooms it is who has moved, which says both."""

# Of the log's own bytes, so large a part is kept beside it for what was before.
_SHARE: Final = 4

# So many changes at most have to be gone through for a picture; and to ask the log for its first
# row, to see what nobody needs any more, costs as much as all else here.
STRETCH: Final = 64

# What a change takes beside what it holds, in bytes.
_EACH: Final = 300

_SEQ: Final = itemgetter(0)


class Moment(NamedTuple):
    """The state from an entry on.

    Attributes:
        seq: The entry's number.
        picture: What was there then.
        changes: What that entry says.
    """

    seq: int
    picture: Picture
    changes: list[Change]


class _Stretch:
    """Changes that follow on one another, with the picture as of the first.

    Attributes:
        picture: That.
        kept: The number of each entry, and what it has changed.
        weight: About how many bytes it takes.
        longest: How many it may take.
    """

    __slots__ = ("kept", "longest", "picture", "weight")

    def __init__(self, seq: int, picture: Picture, parts: tuple[Part, ...], longest: int) -> None:
        self.picture, self.longest = picture, longest
        self.kept: list[tuple[int, tuple[Part, ...]]] = [(seq, parts)]
        self.weight = 8 * sum([each.size for each in picture.values()])

    def at(self, place: int) -> Moment:
        picture = self.picture
        for _, parts in self.kept[1 : place + 1]:
            picture = _after(picture, parts)
        seq, parts = self.kept[place]
        changes = [each for part in parts for each in _changes(picture, part)]
        return Moment(seq, picture, changes)


# Nothing is kept in it: it takes too much already.
_NONE: Final = _Stretch(0, {}, (), -1)


class Moments:
    """What was there at each change, the newest that are needed and that fit.

    Args:
        log: Whose entries say what has changed.

    Attributes:
        weight: About how many bytes they take.
    """

    def __init__(self, log: Log) -> None:
        self.weight = 0
        self._log = log
        # Whoever asks from a cell reads what the app's thread writes.
        self._lock = threading.Lock()
        self._stretches: deque[_Stretch] = deque()
        self._newest = _NONE

    def __len__(self) -> int:
        with self._lock:
            return sum(len(each.kept) for each in self._stretches)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._stretches.clear()
            self._newest, self.weight = _NONE, 0

    def keep(
        self,
        seq: int,
        parts: tuple[Part, ...],
        weight: int,
        picture: Callable[[], Picture],
        *,
        whole: bool = False,
    ) -> None:
        """Keep what an entry has changed.

        Args:
            seq: The entry's number.
            parts: What has changed.
            weight: About how many bytes that takes.
            picture: Returns all that is there now; called if that is to be kept as well.
            whole: Whether it is in any case.
        """
        with self._lock:
            stretch = self._newest
            if whole or len(stretch.kept) >= STRETCH or stretch.weight > stretch.longest:
                stretch = self._begin(seq, picture(), parts)
            else:
                stretch.kept.append((seq, parts))
            stretch.weight += weight + _EACH
            self.weight += weight + _EACH

    def _begin(self, seq: int, picture: Picture, parts: tuple[Part, ...]) -> _Stretch:
        # With little room it is short, as it goes as a whole.
        most = self._log.max_bytes // _SHARE
        stretch = self._newest = _Stretch(seq, picture, parts, most // 8)
        self._stretches.append(stretch)
        self.weight += stretch.weight
        self._let_go(most * 3 // 4)
        return stretch

    def _let_go(self, most: int) -> None:
        """Let go what does not fit, and what is older than the log: of that the newest is needed.

        The newest stretch is still to grow, by an eighth of all.
        """
        stretches, first = self._stretches, self._log.first
        while len(stretches) > 1 and (self.weight > most or stretches[1].kept[0][0] <= first):
            self.weight -= stretches.popleft().weight

    @property
    def oldest(self) -> int:
        """The number of the entry from which on the state is known."""
        with self._lock:
            return self._stretches[0].kept[0][0] if self._stretches else 0

    def at(self, seq: int) -> Moment | None:
        """Return the state as of an entry; None if that is not known, or no more."""
        with self._lock:
            stretches = self._stretches
            nearest = bisect_right(stretches, seq, key=lambda each: each.kept[0][0])
            if not nearest:
                return None
            stretch = stretches[nearest - 1]
            place = bisect_right(stretch.kept, seq, key=_SEQ)
        # What is kept stays as it is, though others may come behind it.
        return stretch.at(place - 1)


def _after(picture: Picture, parts: Iterable[Part]) -> Picture:
    """Return a picture once something has changed."""
    return {**picture, **{name: _node(picture[name], now) for name, now, _ in parts}}


def _node(before: Node, now: Any) -> Node:
    return moved(before, now) if type(now) is tuple else now  # type: ignore[arg-type]


def _changes(picture: Picture, part: Part) -> list[Change]:
    name, now, changes = part
    if changes is not None:
        return changes
    return changes_in(name, picture[name], now)  # type: ignore[arg-type]
