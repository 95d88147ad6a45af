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
from collections.abc import Callable, Sequence
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

    __slots__ = ("_deaths", "_flat", "_kind", "_length", "_tokens", "keys", "node", "token",
                 "watches")  # fmt: skip

    def __init__(
        self,
        value: Any,
        keys: tuple[Watch, ...],
        watches: tuple[Watch, ...],
        node: Pairs,
        deaths: Deaths,
    ) -> None:
        self._kind = id(type(value))
        self._length = len(keys) + node.more
        self._deaths = deaths
        self.keys, self.watches = keys, watches
        self._tokens = tokens_of(keys) if not node.more else None
        self._flat = Flat.of(watches) if self._tokens is not None else None
        self.node: Pairs = node
        self.token: int | None = None

    def same_keys(self, pairs: dict[Any, Any]) -> bool:
        """Return whether all its keys are known, and those of another dict are the same."""
        if self._tokens is None or self._deaths.heard:
            return False
        return [*map(id, dict.__iter__(pairs))] == self._tokens

    def same(self, value: Any) -> bool:
        """Return whether it has the same keys in the same order, and the same values."""
        if id(type(value)) != self._kind:
            return False
        pairs = pairs_of(value)
        if dict.__len__(pairs) != self._length:
            return False
        if self._tokens is not None and not self._deaths.heard:
            if not self.same_keys(pairs):
                return False
            if self._flat is not None:
                return self._flat.same([*dict.values(pairs)])
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
            return [*map(id, islice(items, len(self.tokens)))] == self.tokens
        return all(watch.same(each) for each, watch in zip(items, self.watches, strict=False))


class Flat:
    """Values that are compared all at once, in loops that Python runs in C: a room of sockets each.

    Args:
        kinds: The address of the type of each.
        lengths: How many items each holds.
        tokens: Those of the items of all, one after the other.
    """

    def __init__(self, kinds: list[int], lengths: list[int], tokens: list[int]) -> None:
        self._kinds, self._lengths, self._tokens = kinds, lengths, tokens

    @classmethod
    def of(cls, watches: tuple[Watch, ...]) -> Flat | Single | None:
        """Return how to compare values so; None if they cannot be."""
        tokens = tokens_of(watches)
        if tokens is not None:
            return Single(tokens)
        many = [each for each in watches if isinstance(each, OfMany)]
        kinds = [each.builtin for each in many]
        if len(many) < len(watches) or None in kinds:
            return None
        held = [each.tokens or [] for each in many]
        return cls([each or 0 for each in kinds], [*map(len, held)], [*chain(*held)])

    def same(self, values: list[Any]) -> bool:
        """Return whether they hold what they held."""
        return (
            [*map(id, map(type, values))] == self._kinds
            and [*map(len, values)] == self._lengths
            and [*map(id, chain.from_iterable(values))] == self._tokens
        )


class Single:
    """Values of which the address of each says that it is the same."""

    def __init__(self, tokens: list[int]) -> None:
        self._tokens = tokens

    def same(self, values: list[Any]) -> bool:
        """Return whether they are the same."""
        return [*map(id, values)] == self._tokens


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
