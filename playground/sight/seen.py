"""What some attributes of an app hold, as far as it has been seen, and what is other than that.

Law of the room: nothing is taken as seen before all of it could be looked at; another thread may
change it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.sight.attributes import ABSENT, found
from playground.sight.changes import changes_of
from playground.sight.moments import Part
from playground.sight.moves import Moves
from playground.sight.painting import Painter
from playground.sight.pictures import Picture
from playground.sight.rooms import Rooms
from playground.sight.values import attributes_of
from playground.sight.watches import Deaths, Watch

Named = Callable[[object], str | None]
"""Returns what to call an object that stands for a client; None for any other."""


Others = tuple[list[str], dict[str, Moves]]
"""The attributes that are other than they were: those that have to be painted to know what they
are; and of rooms, where it is as simple as that, who has come and gone."""

Followed = tuple[list[Part], list[object], int]
"""What has changed: of each attribute; as lines, or what is written as one; and about how many
bytes that takes."""

Painted = tuple[Watch | None, Watch | None, int]
"""What an attribute was, and is, and about how many bytes were painted."""


class Seen:
    """What some attributes hold.

    Args:
        named: Names objects.
        hashes: See `Deaths`.

    Attributes:
        names: The attributes.
        deaths: Hears of objects that go.
        size: How many values they are.
        whole: Whether there is more to a picture of them than what was told would make of the one
            before.
    """

    def __init__(self, named: Named, *hashes: object) -> None:
        self.names: tuple[str, ...] = ()
        self.deaths = Deaths(*hashes)
        self.size = 0
        self.whole = True
        self._named = named
        self._item = Painter(named, self.deaths).item
        self._watches: dict[str, Watch | Rooms] = {}

    def only(self, names: tuple[str, ...], app: Any) -> int:
        """See these attributes from now on, and no others; return about how many bytes that is."""
        self._watches = {name: each for name, each in self._watches.items() if name in names}
        self.names = names
        self.size, self.whole = sum([each.node.size for each in self._watches.values()]), True
        return self.follow(app, ([*names], {}))[2]

    def picture(self) -> Picture:
        """Return what there is."""
        return {name: self._watches[name].node for name in self.names if name in self._watches}

    def others(self, app: Any) -> Others:
        """Return what is not as it was seen."""
        held, watches = attributes_of(app), self._watches
        others: list[str] = []
        moves: dict[str, Moves] = {}
        for name in self.names:
            value = held[name] if name in held else found(app, name)
            watch = watches.get(name)
            if type(watch) is Rooms:
                who = watch.moves(value)
                if who:
                    moves[name] = who
                elif who is None and not watch.same(value):
                    others.append(name)
            elif (value is not ABSENT) if watch is None else not watch.same(value):
                others.append(name)
        if not others:
            self.deaths.heard = False
        return others, moves

    def follow(self, app: Any, others: Others) -> Followed:
        """Take what is other than it was as seen.

        Args:
            app: The app.
            others: What that is.
        """
        names, moves = others
        painted = {name: self._painted(app, name) for name in names} if names else {}
        parts: list[Part] = []
        lines: list[object] = []
        weight = 0
        for name in self.names if names else moves:
            if name in moves:
                rooms: Any = self._watches[name]
                parts.append((name, moves[name], None))
                lines += rooms.lines
                self.size -= rooms.size
                weight += rooms.follow()
                self.size += rooms.size
            elif name in painted:
                weight += self._take(name, painted[name], parts, lines)
        if names:
            self.deaths.heard = False
        return parts, lines, weight

    def _painted(self, app: Any, name: str) -> Painted:
        """Return an attribute as it was, and as it is; None where it is not there."""
        value, known = found(app, name), self._watches.get(name)
        old: Any = known.as_painted(value) if type(known) is Rooms else known
        if value is ABSENT:
            return old, None, 0
        painter = Painter(self._named, self.deaths)
        new = painter.anew(value, old)
        return old, new, painter.made

    def _take(self, name: str, painted: Painted, parts: list[Part], lines: list[object]) -> int:
        old, new, weight = painted
        before, now = (None if each is None else each.node for each in (old, new))
        self.size += (now.size if now else 0) - (before.size if before else 0)
        changes = changes_of(
            {} if before is None else {name: before}, {} if now is None else {name: now}
        )
        if new is None:
            self._watches.pop(name, None)
        else:
            self._watches[name] = Rooms.of(name, new, self._item)
        if before is None or now is None:
            self.whole = True
        if changes:
            parts.append((name, now, changes))
            lines += changes
        elif before != now:
            self.whole = True  # such as an order that nobody told
        return weight
