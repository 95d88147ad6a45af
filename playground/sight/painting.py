"""Painting what an attribute holds, as far as it has changed since it was painted last.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final

from playground.sight.flat import SETS
from playground.sight.pictures import TEXT, Key, Leaf, Many, Name, Node, Pairs
from playground.sight.values import text_of
from playground.sight.watches import (
    ITEMS,
    LARGE,
    Constant,
    Deaths,
    OfMany,
    OfPairs,
    Thing,
    Unsure,
    Watch,
    is_constant,
    node_of,
    pairs_of,
)
from playground.traffic.redact import REDACTED, redact_text
from playground.traffic.secret_names import secrecy

# So deep is seen, and of one attribute so many values in all.
DEPTH: Final = 3
MOST: Final = 2_000

_BASES: Final[tuple[type[Any], ...]] = (list, tuple, set, frozenset, deque)
_HOLDING: Final[tuple[type[Any], ...]] = (dict, *_BASES)
_PYTHONS: Final = frozenset(_HOLDING)
_FUNCTIONS: Final = (FunctionType, MethodType, BuiltinFunctionType)
_UNTOLD: Final = ("always", "many")


class Painter:
    """Paints one attribute, as far as it has changed.

    Args:
        named: Returns what to call an object that stands for a client; None for any other.
        deaths: Hears of objects that go.

    Attributes:
        made: About how many bytes what was painted anew takes.
    """

    def __init__(self, named: Callable[[object], str | None], deaths: Deaths) -> None:
        self._named = named
        self._deaths = deaths
        self._left = MOST
        self._inside: set[int] = set()
        self.made = 0

    def paint(self, value: Any, old: Watch | None, depth: int = DEPTH, under: object = "") -> Watch:
        """Return a value as it is now.

        Args:
            value: Any object.
            old: What was there before; what of it still holds is taken over.
            depth: How deep it is looked.
            under: What it stands under.
        """
        if old is not None and old.same(value):
            self._left -= old.node.size
            known = old.token is None or old.token == id(value)
            return old if known else Constant(value, old.node)
        return self.anew(value, old, depth, under)

    def anew(self, value: Any, old: Watch | None, depth: int = DEPTH, under: object = "") -> Watch:
        """Return a value that is another than there was; see `paint`."""
        self._left -= 1
        self.made += 150
        kind = type(value)
        if is_constant(value):
            return Constant(value, Leaf(self._constant(value, under)))
        name = None if kind in _PYTHONS else self._named(value)
        if name is not None:
            return self._thing(value, Name(name))
        holds = issubclass(kind, _HOLDING)
        if depth <= 0 or self._left <= 0 or id(value) in self._inside:
            if holds:
                return Unsure(Leaf(Name(text_of(value))))
            return self._thing(value, Name(_label(value)))
        if not holds and not _has_attributes(kind, value):
            return self._thing(value, Name(_label(value)))
        self._inside.add(id(value))
        try:
            return self._collection(kind, value, old, depth)
        finally:
            self._inside.discard(id(value))

    def item(self, value: object) -> Thing | None:
        """Return an item of a set if its hash says which it is; else None."""
        found = self.anew(value, None, 0)
        return found if type(found) is Thing and found.by_hash else None

    def _collection(self, kind: type, value: Any, old: Watch | None, depth: int) -> Watch:
        base = next((each for each in _BASES if issubclass(kind, each)), None)
        if base is None:
            return self._pairs(value, old, depth)
        return self._many(value, base, old, depth)

    def _pairs(self, value: Any, old: Watch | None, depth: int) -> Watch:
        held = pairs_of(value)
        if isinstance(old, OfPairs) and old.same_keys(held):
            values = [*dict.values(held)]
            if len(values) == len(old.watches):  # else another thread is at it
                return self._repaired(values, old, depth)
        before = _by_name(old)
        known = old.keys if isinstance(old, OfPairs) else ()
        keys: list[Watch] = []
        names: dict[Key, None] = {}
        watches: list[Watch] = []
        for place, (key, each) in enumerate(islice(dict.items(held), ITEMS)):
            keys.append(self._key(key, known[place] if place < len(known) else None))
            name = _unlike(_name_of(keys[-1].node), names)
            names[name] = None
            watches.append(self.paint(each, before.get(name), depth - 1, name))
        nodes = tuple(each.node for each in watches)
        more = dict.__len__(held) - len(nodes)
        node = Pairs(tuple(names), nodes, more, 1 + sum(each.size for each in nodes))
        return OfPairs(value, tuple(keys), tuple(watches), node, self._deaths)

    def _repaired(self, values: list[Any], old: OfPairs, depth: int) -> Watch:
        """Return a dict that has the keys it had, and other values."""
        before, watches, places = old.node, [*old.watches], old.others(values)
        nodes, size = [*before.nodes], before.size
        for place in places:
            watch, value = watches[place], values[place]
            if isinstance(watch, OfMany) and type(value) is watch.base in SETS and self._left > 0:
                # Without all the questions that it has answered before.
                self._left -= 1
                self.made += 150
                new: Watch = self._many(value, watch.base, watch, depth - 1)
            else:
                new = self.paint(value, watch, depth - 1, before.names[place])
            size += new.node.size - watch.node.size
            watches[place], nodes[place] = new, new.node
        node = Pairs(before.names, tuple(nodes), before.more, size)
        return old.repaired(values, places, tuple(watches), node)

    def _many(self, value: Any, base: Any, old: Watch | None, depth: int) -> Watch:
        count, ordered = base.__len__(value), base not in (set, frozenset)
        watches: list[Watch] = []
        # Of a large set nobody can say which items are its first.
        if ordered or count <= ITEMS:
            items = [*islice(base.__iter__(value), ITEMS)]
            watches = self._items(items, old, depth if ordered else 1)
        nodes = (*map(node_of, watches),)
        # What a set holds, holds nothing itself.
        size = 1 + (sum(each.size for each in nodes) if ordered else len(nodes))
        node = Many(nodes, count - len(nodes), size, ordered)
        return OfMany(value, base, tuple(watches), node, self._deaths)

    def _items(self, items: list[Any], old: Watch | None, depth: int) -> list[Watch]:
        """Return what a list holds now: what it held before, at whatever place, is known."""
        watched = old.watches if isinstance(old, OfMany) else ()
        known = old.known if isinstance(old, OfMany) else {}
        found: list[Any] = [*map(known.get, map(id, items))]
        if self._deaths.heard:
            # An address alone does not say any more that it is the same.
            found = [
                watch if watch is not None and watch.same(each) else None
                for watch, each in zip(found, items, strict=True)
            ]
        new = [place for place, watch in enumerate(found) if watch is None]
        self._left -= len(found) - len(new)
        for place in new:
            before = watched[place] if place < len(watched) else None
            found[place] = self.paint(items[place], before, depth - 1)
        return found

    def _key(self, key: object, old: Watch | None) -> Watch:
        if old is not None and old.token == id(key) and old.same(key):
            return old
        if type(key) is str or type(key) is int:
            return Constant(key, Leaf(_cut(key) if type(key) is str else key))
        return self.paint(key, None, 0)

    def _constant(self, value: Any, under: object) -> Any:
        if type(value) is str:
            if isinstance(under, str) and value and secrecy(under) in _UNTOLD:
                return Name(REDACTED)
            return _cut(value)
        if type(value) in (type(None), bool, float):
            return value
        if type(value) is int:
            return value if abs(value) < LARGE else Name(text_of(value))
        return Name(text_of(value))

    def _thing(self, value: object, name: Name) -> Watch:
        try:
            return Thing(value, Leaf(name), self._deaths)
        except TypeError:  # nothing can refer to it weakly
            return Unsure(Leaf(name))


def _by_name(old: Watch | None) -> dict[Key, Watch]:
    if not isinstance(old, OfPairs) or not isinstance(old.node, Pairs):
        return {}
    return dict(zip(old.node.names, old.watches, strict=True))


def _name_of(node: Node) -> Key:
    value = node.value if isinstance(node, Leaf) else ""
    return value if isinstance(value, int | str) and not isinstance(value, bool) else Name(value)


def _unlike(name: Key, others: dict[Key, None]) -> Key:
    """Return a name that none of the others is: two sockets of one client are two keys."""
    found, number = name, 2
    while found in others:
        found, number = Name(f"{name} ({number})"), number + 1
    return found


def _cut(text: str) -> str:
    shown = redact_text(text[: 2 * TEXT])
    return shown if len(shown) <= TEXT else f"{shown[: TEXT - 1]}…"


def _has_attributes(kind: type, value: object) -> bool:
    if issubclass(kind, (type, enum.Enum, *_FUNCTIONS)):
        return False
    return bool(pairs_of(value))


def _label(value: object) -> str:
    """Return what an object is called of which nothing else is seen."""
    kind = type(value)
    return f"<{kind.__name__}>" if _has_attributes(kind, value) else text_of(value)
