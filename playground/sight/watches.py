"""Telling quickly whether an attribute still holds what it held; `painting` makes these watches.

A message costs a look at everything that is seen, so that look compares identities. An object may
have gone and another have come to its address: the death of each is heard (a `weakref` callback),
and until the next look is over it is looked more closely.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, Final, Protocol
from weakref import ref

from playground.sight.flat import SETS, Compared, Held, comparer, token_of, tokens_of
from playground.sight.pictures import Leaf, Many, Node, Pairs
from playground.sight.values import attributes_of, is_pythons_own

# Of a collection, so many items are seen.
ITEMS: Final = 50

_by_hash: Final = attrgetter("by_hash")
node_of: Final = attrgetter("node")

# What never changes. What is short is held itself; of what is long, its size and hash.
_CONSTANTS: Final = frozenset(
    {
        type(None), bool, int, float, complex, str, bytes, type(Ellipsis), datetime.date,
        datetime.datetime, datetime.time, datetime.timedelta, decimal.Decimal, uuid.UUID,
    }
)  # fmt: skip
_LONG: Final = 200
LARGE: Final = 10**40


class Watch(Protocol):
    """What a value was when it was painted.

    Attributes:
        node: The picture of it.
        token: The address of the object, if it cannot change and stays there as long as no death is
            heard: then that alone says that it is the same. Else None.
        held: What it holds, if it is a collection that can be compared by that; else None.
        by_hash: Whether its hash says which object it is.
    """

    @property
    def node(self) -> Node: ...

    @property
    def token(self) -> int | None: ...

    @property
    def held(self) -> Held | None: ...

    @property
    def by_hash(self) -> bool: ...

    def same(self, value: Any) -> bool:
        """Return whether a value still is what it was."""
        ...


class Deaths:
    """Whether an object that is watched has gone since the last look.

    Args:
        hashes: Methods of classes, beside `object`'s own, that give each object another hash.

    Attributes:
        heard: Whether one has.
        hashes: All such methods.
    """

    def __init__(self, *hashes: object) -> None:
        self.heard = False
        self.hashes = (object.__hash__, *hashes)

    def hear(self, gone: object) -> None:
        """Take note of one."""
        self.heard = True


class Constant:
    """A value that can be compared without running anybody's code."""

    __slots__ = ("node", "token", "value")
    held, by_hash = None, False

    def __init__(self, value: Any, node: Node) -> None:
        self.value = _held(value)
        self.node = node
        # What is held goes nowhere.
        self.token = id(value) if self.value is value else None

    def same(self, value: Any) -> bool:
        """Return whether it is the same, or an equal one of its type."""
        held = self.value
        if value is held:
            return True
        if not is_constant(value):
            return False
        now = _held(value)
        return type(now) is type(held) and bool(now == held)


def is_constant(value: Any) -> bool:
    return type(value) in _CONSTANTS and is_pythons_own(value)


def _held(value: Any) -> Any:
    if type(value) in (str, bytes) and len(value) > _LONG:
        return (len(value), hash(value))
    if type(value) is int and abs(value) >= LARGE:
        return (value.bit_length(), hash(value))
    return value


class Thing:
    """An object of which only that it is there is seen, such as a socket."""

    __slots__ = ("_deaths", "_ref", "by_hash", "node", "token")
    held = None

    def __init__(self, value: object, node: Leaf, deaths: Deaths) -> None:
        self.token = id(value)
        hash_of = type.__getattribute__(type(value), "__hash__")
        self.by_hash = False
        for each in deaths.hashes:
            self.by_hash = self.by_hash or hash_of is each
        self._deaths = deaths
        self._ref: Callable[[], object] = ref(value, deaths.hear)
        self.node = node

    def same(self, value: Any) -> bool:
        """Return whether it is that object."""
        return self._ref() is value if self._deaths.heard else id(value) == self.token

    def still(self, value: object) -> bool:
        """Return whether it is that object, though it was not watched meanwhile."""
        return self._ref() is value


class Unsure:
    """A value that has to be painted to be compared."""

    __slots__ = ("node", "token")
    held, by_hash = None, False

    def __init__(self, node: Node) -> None:
        self.node = node
        self.token: int | None = None

    def same(self, value: Any) -> bool:
        """Return False: nobody can tell."""
        return False


class OfPairs:
    """A dict, or an object with attributes.

    Attributes:
        kind: Of which type it is: the address of that.
        plain: Whether that is a dict itself.
        deaths: Hears of objects that go.
        flat: How it is compared at once.
        keys, watches: What watches its keys, and its values.
        names: Its keys, if they are constants that may be kept.
    """

    __slots__ = ("_length", "_tokens", "deaths", "flat", "keys", "kind", "names", "node", "plain",
                 "token", "watches")  # fmt: skip
    held, by_hash = None, False

    def __init__(
        self,
        value: Any,
        keys: tuple[Watch, ...],
        watches: tuple[Watch, ...],
        node: Pairs,
        deaths: Deaths,
    ) -> None:
        self.kind, self.plain = id(type(value)), type(value) is dict
        self._length = len(keys) + node.more
        self.deaths = deaths
        self.keys, self.watches = keys, watches
        self._tokens = tokens_of(keys) if not node.more else None
        # Constants that are held stay where they are, whatever dies.
        held = [each.value for each in keys if isinstance(each, Constant)]
        self.names = held if self._tokens is not None and len(held) == len(keys) else None
        self.flat: Compared = None
        if self._tokens is not None:
            values = [*dict.values(pairs_of(value))]
            if len(values) == len(watches):  # else another thread is at it
                self.flat = comparer(self._tokens, self.names, watches, values)
        self.node: Pairs = node
        self.token: int | None = None

    def repaired(
        self, values: Sequence[Any], places: list[int], watches: tuple[Watch, ...], node: Pairs
    ) -> OfPairs:
        """Return it with the keys that it has, and others of its values.

        Args:
            values: All of them.
            places: Where others are.
            watches: What watches each.
            node: The picture of it then.
        """
        flat: Compared = None
        if self._tokens is not None:
            known = self.flat.repaired(places, watches, values) if self.flat else None
            flat = known or comparer(self._tokens, self.names, watches, values)
        return self.followed_by(flat, watches, node)

    def followed_by(self, flat: Compared, watches: tuple[Watch, ...], node: Pairs) -> OfPairs:
        """Return it with others of its values, if it is known how to compare them."""
        new = OfPairs.__new__(OfPairs)
        new.kind, new.plain, new._length = self.kind, self.plain, self._length
        new.deaths, new._tokens = self.deaths, self._tokens
        new.keys, new.names = self.keys, self.names
        new.flat, new.watches, new.node, new.token = flat, watches, node, None
        return new

    def others(self, values: Sequence[Any]) -> list[int]:
        """Return at which places other values are than there were."""
        found = None
        if self.flat is not None and not self.deaths.heard:
            found = self.flat.others(values)
        if found is not None:
            return found
        # What is only equal is known by its own address from now on.
        return [
            place
            for place, (each, watch) in enumerate(zip(values, self.watches, strict=True))
            if not watch.same(each) or watch.token not in (None, id(each))
        ]

    def same_keys(self, pairs: dict[Any, Any]) -> bool:
        """Return whether all its keys are known, and those of another dict are the same."""
        if self._tokens is None or (self.deaths.heard and self.names is None):
            return False
        return [*map(id, dict.__iter__(pairs))] == self._tokens

    def same(self, value: Any) -> bool:
        """Return whether it has the same keys in the same order, and the same values."""
        if id(type(value)) != self.kind:
            return False
        pairs = value if self.plain else pairs_of(value)
        if dict.__len__(pairs) != self._length:
            return False
        if not self.deaths.heard:
            if self.flat is not None:
                return self.flat.same(pairs)
            if self._tokens is not None and not self.same_keys(pairs):
                return False
        found = zip(islice(dict.items(pairs), ITEMS), self.keys, self.watches, strict=False)
        return all(watch.same(each) and key.same(name) for (name, each), key, watch in found)


class OfMany:
    """A list or the like."""

    __slots__ = ("_kind", "_length", "base", "deaths", "held", "node", "token",
                 "tokens", "watches")  # fmt: skip
    by_hash = False

    def __init__(
        self, value: Any, base: Any, watches: tuple[Watch, ...], node: Many, deaths: Deaths
    ) -> None:
        kind = type(value)
        self._kind, self.base = id(kind), base
        self._length = len(watches) + node.more
        self.deaths = deaths
        self.tokens = tokens_of(watches)
        self.watches = watches
        self.held: Held | None = None
        if kind is base and self.tokens is not None and not node.more:
            by_hash = base in SETS and all(map(_by_hash, watches))
            self.held = Held(base, self.tokens, by_hash)
        self.node: Node = node
        self.token: int | None = None

    @property
    def known(self) -> dict[int, Watch]:
        """What it holds, by its address, where that says that it is the same."""
        tokens: Iterable[Any] = self.tokens or map(token_of, self.watches)
        found: dict[Any, Watch] = dict(zip(tokens, self.watches, strict=True))
        found.pop(None, None)
        return found

    def followed_by(self, tokens: list[int], watches: tuple[Watch, ...]) -> OfMany:
        """Return a set that holds other things, each known by its hash, and all of them seen."""
        new = OfMany.__new__(OfMany)
        new._kind, new.base, new.deaths = self._kind, self.base, self.deaths
        new._length, new.tokens, new.watches = len(watches), tokens, watches
        new.held, new.token = Held(self.base, tokens, True), None
        new.node = Many((*map(node_of, watches),), 0, 1 + len(watches), False)
        return new

    def same(self, value: Any) -> bool:
        """Return whether it holds the same in the same order."""
        if id(type(value)) != self._kind or self.base.__len__(value) != self._length:
            return False
        items = self.base.__iter__(value)
        if self.tokens is not None and not self.deaths.heard:
            if len(self.tokens) < self._length:
                items = islice(items, len(self.tokens))
            return [*map(id, items)] == self.tokens
        return all(watch.same(each) for each, watch in zip(items, self.watches, strict=False))


def pairs_of(value: Any) -> dict[Any, Any]:
    """Return a dict, or the attributes of an object that are not its private ones."""
    if issubclass(type(value), dict):
        return value  # type: ignore[no-any-return]
    found = attributes_of(value)
    return {name: each for name, each in found.items() if not str(name).startswith("_")}
