"""Rooms of sockets: a dict of sets whose items come and go, compared and told set by set.

It is what chats, games and boards have, and what they change with nearly every message. So what is
known of each set is changed in place, and a picture of it is made only for whoever looks. The
painter and `changes` would say the same, by a look at each room.

A set knows the hashes of its items, so nobody's code is run to work out its own.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress, count
from operator import is_, ne
from typing import Any, Final

from playground.sight.flat import SETS, Hashed
from playground.sight.moves import Move, Moves
from playground.sight.painting import MOST
from playground.sight.pictures import Many, Pairs, key_of
from playground.sight.watches import ITEMS, OfMany, OfPairs, Thing, Watch, node_of, pairs_of

Watched = Callable[[object], Thing | None]
"""Returns what watches an item of a set; None if its hash does not say which it is."""

# What the change of one room takes, in bytes, about.
_WEIGHT: Final = 150

# So many of those who have left are known when they come back.
_KNOWN_AGAIN: Final = 64

_NOBODY: Final[Moves] = ()

# At which place, what watched those who have left, and what watches those who have come.
_Step = tuple[int, list[Thing], list[Thing]]


class _Room:
    """One set: what lines call it, and what watches each of its items, by address."""

    __slots__ = ("known", "path")

    def __init__(self, path: str, known: dict[int, Thing]) -> None:
        self.path, self.known = path, known


class Rooms:
    """Watches a dict of sets of things, each known by its hash.

    Args:
        name: What the attribute is called that holds it.
        painted: What it was when it was painted.
        flat: How that is compared.
        watched: Watches an item.

    Attributes:
        size: How many values it is.
        lines: What `moves` has found last, as lines.
    """

    __slots__ = ("_all", "_flat", "_hashes", "_left", "_moved", "_name", "_next", "_node",
                 "_painted", "_rooms", "_watched", "lines", "size")  # fmt: skip

    def __init__(self, name: str, painted: OfPairs, flat: Hashed, watched: Watched) -> None:
        self._name, self._painted, self._flat, self._watched = name, painted, flat, watched
        self._hashes, self._all = flat.hashes, flat.all
        self._rooms: dict[int, _Room] = {}
        self._left: dict[int, Thing] = {}
        # Where it is not as it was painted.
        self._moved: set[int] = set()
        self._next: tuple[list[int], int, int, list[_Step]] = [], 0, 0, []
        self._node: Pairs | None = painted.node
        self.size = painted.node.size
        self.lines: list[str] = []

    @classmethod
    def of(cls, name: str, watch: Watch, watched: Watched) -> Rooms | Watch:
        """Return what watches rooms, in place of what watches any dict; of all else that itself.

        Args:
            name: What the attribute is called that holds it.
            watch: What was painted.
            watched: Watches an item.
        """
        if type(watch) is not OfPairs or type(watch.flat) is not Hashed:
            return watch
        return cls(name, watch, watch.flat, watched)

    @property
    def node(self) -> Pairs:
        """The picture of it."""
        if self._node is None:
            before = self._painted.node
            nodes = [*before.nodes]
            for place in self._moved:
                held = (*map(node_of, self._rooms[place].known.values()),)
                nodes[place] = Many(held, 0, 1 + len(held), False)
            self._node = Pairs(before.names, tuple(nodes), before.more, self.size)
        return self._node

    # Asked twice with each message, so it is written out, as is what a change leads to.
    def moves(self, value: Any) -> Moves | None:
        """Return who has come and gone since; None if it is not as simple as that.

        What it returns has been seen once `follow` is called.
        """
        painted, flat = self._painted, self._flat
        if id(type(value)) != painted.kind or painted.deaths.heard:
            return None
        pairs = value if painted.plain else pairs_of(value)
        kind, values = flat.kind, [*dict.values(pairs)]
        for each in values:
            if type(each) is not kind:
                return None
        names = flat.names
        if len(values) != len(names) or not all(map(is_, dict.__iter__(pairs), names)):
            return None
        sets = (*map(frozenset, values),)
        now = hash(sets)
        return _NOBODY if now == self._all else self._moves(sets, now)

    def _moves(self, sets: Sequence[frozenset[Any]], now: int) -> Moves | None:
        hashes, size = [*map(hash, sets)], self.size
        steps: list[_Step] = []
        found: list[Move] = []
        lines: list[str] = []
        for place in compress(count(), map(ne, hashes, self._hashes)):
            room = self._rooms.get(place) or self._look_into(place)
            known = room.known
            others = {*map(id, sets[place])}
            others.symmetric_difference_update(known)
            gone: list[Thing] = []
            for address in others:
                if address in known:
                    gone.append(known[address])
            come: Any = () if len(gone) == len(others) else self._come(sets[place], others)
            if come is None:
                return None
            left, came = _called(gone), _called(come)
            if left and came and not set(left).isdisjoint(came):
                return None
            for each in left:
                lines.append(f"- {room.path}: {each}")
            for each in came:
                lines.append(f"+ {room.path}: {each}")
            steps.append((place, gone, come))
            found.append((place, left, came))
            size += len(come) - len(gone)
        if size > MOST:
            return None
        self._next, self.lines = (hashes, now, size, steps), lines
        return (*found,)

    def _look_into(self, place: int) -> _Room:
        watch: Any = self._painted.watches[place]
        path = f"{self._name}.{key_of(self._painted.node.names[place])}"
        room = self._rooms[place] = _Room(path, watch.known)
        return room

    def _come(self, room: frozenset[Any], others: set[int]) -> list[Thing] | None:
        """Return what watches those in a room that were not there; None if it cannot be."""
        if len(room) > ITEMS:
            return None
        found: list[Any] = [self._known_again(each) for each in room if id(each) in others]
        return None if None in found else found

    def _known_again(self, item: object) -> Thing | None:
        """Return what watches an item, which may have left a moment ago."""
        watch = self._left.get(id(item))
        return watch if watch is not None and watch.still(item) else self._watched(item)

    def follow(self) -> int:
        """Take what `moves` has found last as seen; return about how many bytes it takes."""
        self._hashes, self._all, self.size, steps = self._next
        left = self._left
        if len(left) > _KNOWN_AGAIN:
            left.clear()
        for place, gone, come in steps:
            known = self._rooms[place].known
            for each in gone:
                left[each.token] = known.pop(each.token)
            for each in come:
                known[each.token] = each
            self._moved.add(place)
        self._node = None
        return _WEIGHT * len(steps)

    def same(self, value: Any) -> bool:
        """Return whether it is what it was, by a look at each thing; see `Watch`."""
        return self.as_painted(value).same(value)

    def as_painted(self, value: Any) -> OfPairs:
        """Return what has been seen as the painter would have made it.

        Args:
            value: What is there now: a set that has not changed has its order.
        """
        painted = self._painted
        if self._moved:
            watches: list[Any] = [*painted.watches]
            now = [*dict.values(pairs_of(value))] if id(type(value)) == painted.kind else []
            for place in self._moved:
                room = now[place] if place < len(now) else None
                watches[place] = _in_order(watches[place], self._rooms[place].known, room)
            before, nodes = painted.node, (*map(node_of, watches),)
            node = self._node = Pairs(before.names, nodes, before.more, self.size)
            flat = self._flat.followed_by(self._hashes, self._all)
            painted = self._painted = painted.followed_by(flat, tuple(watches), node)
            self._moved.clear()
        return painted


def _in_order(watch: OfMany, known: dict[int, Thing], room: Any) -> OfMany:
    tokens = [*map(id, room)] if type(room) in SETS else []
    if known.keys() != {*tokens}:
        tokens = [*known]
    return watch.followed_by(tokens, (*map(known.__getitem__, tokens),))


def _called(watches: Sequence[Thing]) -> tuple[str, ...]:
    # Plain text, not a `Name`: a tuple of that is nothing to the garbage collector.
    if len(watches) < 2:
        return (str(watches[0].node.value),) if watches else ()
    return (*sorted([str(each.node.value) for each in watches]),)
