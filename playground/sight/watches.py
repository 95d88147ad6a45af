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
from itertools import chain, islice
from typing import Any, Final, Protocol
from weakref import ref

from playground.sight.pictures import Many, Node, Pairs
from playground.sight.values import attributes_of, is_pythons_own

# Of a collection, so many items are seen.
ITEMS: Final = 50

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
    """

    @property
    def node(self) -> Node: ...

    @property
    def token(self) -> int | None: ...

    def same(self, value: Any) -> bool:
        """Return whether a value still is what it was."""
        ...


class Deaths:
    """Whether an object that is watched has gone since the last look.

    Attributes:
        heard: Whether one has.
    """

    def __init__(self) -> None:
        self.heard = False

    def hear(self, gone: object) -> None:
        """Take note of one."""
        self.heard = True


class Constant:
    """A value that can be compared without running anybody's code."""

    __slots__ = ("_held", "node", "token")

    def __init__(self, value: Any, node: Node) -> None:
        self._held = _held(value)
        self.node = node
        # What is held goes nowhere.
        self.token = id(value) if self._held is value else None

    def same(self, value: Any) -> bool:
        """Return whether it is the same, or an equal one of its type."""
        held = self._held
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

    __slots__ = ("_deaths", "_ref", "node", "token")

    def __init__(self, value: object, node: Node, deaths: Deaths) -> None:
        self.token: int | None = id(value)
        self._deaths = deaths
        self._ref: Callable[[], object] = ref(value, deaths.hear)
        self.node = node

    def same(self, value: Any) -> bool:
        """Return whether it is that object."""
        return self._ref() is value if self._deaths.heard else id(value) == self.token


class Unsure:
    """A value that has to be painted to be compared."""

    __slots__ = ("node", "token")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.token: int | None = None

    def same(self, value: Any) -> bool:
        """Return False: nobody can tell."""
        return False


class OfPairs:
    """A dict, or an object with attributes."""

    __slots__ = ("_deaths", "_flat", "_kind", "_length", "_plain", "_tokens", "keys", "node",
                 "token", "watches")  # fmt: skip

    def __init__(
        self,
        value: Any,
        keys: tuple[Watch, ...],
        watches: tuple[Watch, ...],
        node: Pairs,
        deaths: Deaths,
    ) -> None:
        self._kind, self._plain = id(type(value)), type(value) is dict
        self._length = len(keys) + node.more
        self._deaths = deaths
        self.keys, self.watches = keys, watches
        self._tokens = tokens_of(keys) if not node.more else None
        self._flat = None if self._tokens is None else Flat.of(self._tokens, watches)
        self.node: Pairs = node
        self.token: int | None = None

    def repaired(self, places: list[int], watches: tuple[Watch, ...], node: Pairs) -> OfPairs:
        """Return it with the keys that it has, and others of its values.

        Args:
            places: Where others are.
            watches: All of them.
            node: The picture of it then.
        """
        new = OfPairs.__new__(OfPairs)
        new._kind, new._plain, new._length = self._kind, self._plain, self._length
        new._deaths, new._tokens, new.keys = self._deaths, self._tokens, self.keys
        new.watches, new.node, new.token = watches, node, None
        new._flat = None
        if self._tokens is not None:
            known = self._flat.repaired(places, watches) if self._flat else None
            new._flat = known or Flat.of(self._tokens, watches)
        return new

    def same_keys(self, pairs: dict[Any, Any]) -> bool:
        """Return whether all its keys are known, and those of another dict are the same."""
        if self._tokens is None or self._deaths.heard:
            return False
        return [*map(id, dict.__iter__(pairs))] == self._tokens

    def same(self, value: Any) -> bool:
        """Return whether it has the same keys in the same order, and the same values."""
        if id(type(value)) != self._kind:
            return False
        pairs = value if self._plain else pairs_of(value)
        if dict.__len__(pairs) != self._length:
            return False
        if not self._deaths.heard:
            if self._flat is not None:
                return self._flat.same(pairs)
            if self._tokens is not None and not self.same_keys(pairs):
                return False
        found = zip(islice(dict.items(pairs), ITEMS), self.keys, self.watches, strict=False)
        return all(watch.same(each) and key.same(name) for (name, each), key, watch in found)


class OfMany:
    """A list or the like."""

    __slots__ = ("_base", "_deaths", "_kind", "_length", "node", "token", "tokens", "watches")

    def __init__(
        self, value: Any, base: Any, watches: tuple[Watch, ...], node: Many, deaths: Deaths
    ) -> None:
        self._kind, self._base = id(type(value)), base
        self._length = len(watches) + node.more
        self._deaths = deaths
        self.tokens = tokens_of(watches)
        self.watches = watches
        self.node: Node = node
        self.token: int | None = None

    @property
    def builtin(self) -> int | None:
        """The address of its type, if that is Python's own and all of it is watched; else None."""
        whole = self.tokens is not None and self._length == len(self.tokens)
        return self._kind if whole and self._kind == id(self._base) else None

    def same(self, value: Any) -> bool:
        """Return whether it holds the same in the same order."""
        if id(type(value)) != self._kind or self._base.__len__(value) != self._length:
            return False
        items = self._base.__iter__(value)
        if self.tokens is not None and not self._deaths.heard:
            if len(self.tokens) < self._length:
                items = islice(items, len(self.tokens))
            return [*map(id, items)] == self.tokens
        return all(watch.same(each) for each, watch in zip(items, self.watches, strict=False))


class Flat:
    """A dict whose values are compared all at once, in loops of C: rooms of sockets each.

    Args:
        keys: The tokens of its keys.
        kinds: The address of the type of each value.
        held: The tokens of the items of each.
    """

    __slots__ = ("_held", "_keys", "_kinds", "_lengths", "_tokens")

    def __init__(self, keys: list[int], kinds: list[int], held: list[list[int]]) -> None:
        self._keys, self._kinds, self._held = keys, kinds, held
        self._lengths = [*map(len, held)]
        self._tokens = [*chain(keys, *held)]

    @classmethod
    def of(cls, keys: list[int], watches: tuple[Watch, ...]) -> Flat | Single | None:
        """Return how to compare a dict so; None if it cannot be."""
        tokens = tokens_of(watches)
        if tokens is not None:
            return Single(keys, tokens)
        return cls([*keys], [0] * len(watches), [[]] * len(watches)).repaired(
            range(len(watches)), watches
        )

    def repaired(self, places: Iterable[int], watches: tuple[Watch, ...]) -> Flat | None:
        """Return how to compare it once some of its values are others; None if it cannot be."""
        kinds, held = self._kinds.copy(), self._held.copy()
        for place in places:
            each = watches[place]
            kind = each.builtin if isinstance(each, OfMany) else None
            if kind is None or each.tokens is None:  # type: ignore[attr-defined]
                return None
            kinds[place], held[place] = kind, each.tokens  # type: ignore[attr-defined]
        return Flat(self._keys, kinds, held)

    def same(self, pairs: dict[Any, Any]) -> bool:
        """Return whether it holds what it held."""
        values = [*dict.values(pairs)]
        # The types come first: what is no collection of Python's own would run the app's code.
        return (
            [*map(id, map(type, values))] == self._kinds
            and [*map(len, values)] == self._lengths
            and [*map(id, chain(dict.__iter__(pairs), *values))] == self._tokens
        )


class Single:
    """A dict of whose values the address of each says that it is the same."""

    __slots__ = ("_keys", "_tokens")

    def __init__(self, keys: list[int], tokens: list[int]) -> None:
        self._keys, self._tokens = keys, [*keys, *tokens]

    def repaired(self, places: Iterable[int], watches: tuple[Watch, ...]) -> Single | None:
        """Return how to compare it once some of its values are others; None if it cannot be."""
        tokens = self._tokens.copy()
        for place in places:
            token = watches[place].token
            if token is None:
                return None
            tokens[len(self._keys) + place] = token
        return Single(self._keys, tokens[len(self._keys) :])

    def same(self, pairs: dict[Any, Any]) -> bool:
        """Return whether it holds the same."""
        return [*map(id, chain(dict.__iter__(pairs), dict.values(pairs)))] == self._tokens


def tokens_of(watches: Sequence[Watch]) -> list[int] | None:
    """Return the token of each; None if one has none."""
    tokens = [each.token for each in watches]
    return None if None in tokens else tokens  # type: ignore[return-value]


def pairs_of(value: Any) -> dict[Any, Any]:
    """Return a dict, or the attributes of an object that are not its private ones."""
    if issubclass(type(value), dict):
        return value  # type: ignore[no-any-return]
    found = attributes_of(value)
    return {name: each for name, each in found.items() if not str(name).startswith("_")}
