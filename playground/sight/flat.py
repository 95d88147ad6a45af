"""Comparing what a dict holds all at once, in loops of C, where no death has been heard since.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, Final, NamedTuple, Protocol

SETS: Final = (set, frozenset)


class Held(NamedTuple):
    """What a collection of Python's own holds, all of it.

    Attributes:
        kind: Its type.
        tokens: The address of each of its items.
        by_hash: Whether it is a set of things whose hashes say which they are.
    """

    kind: type[Any]
    tokens: list[int]
    by_hash: bool


class Inner(Protocol):
    """What watches one value of a dict."""

    @property
    def token(self) -> int | None: ...
    @property
    def held(self) -> Held | None: ...


token_of: Final = attrgetter("token")


def tokens_of(watches: Sequence[Any]) -> list[int] | None:
    """Return the token of each; None if one has none."""
    tokens = [*map(token_of, watches)]
    return None if None in tokens else tokens


def comparer(
    keys: list[int], names: Sequence[Any] | None, watches: Sequence[Inner], values: Sequence[Any]
) -> Compared:
    """Return how to compare a dict at once; None if it cannot be.

    Args:
        keys: The tokens of its keys.
        names: The keys, if they are constants that may be kept.
        watches: What watches its values.
        values: The values.
    """
    tokens = tokens_of(watches)
    if tokens is not None:
        return Single(keys, tokens)
    held = [each.held for each in watches]
    if None in held:
        return None
    kinds = {id(each.kind) for each in held if each}
    if names is not None and len(kinds) == 1 and all(each.by_hash for each in held if each):
        found = Hashed.of(names, held, values)  # type: ignore[arg-type]
        if found is not None:
            return found
    return Flat(keys, held)  # type: ignore[arg-type]


class Flat:
    """A dict whose values are collections: their items are compared by their addresses.

    Args:
        keys: The tokens of its keys.
        held: What each value holds.
    """

    __slots__ = ("_held", "_keys", "_kinds", "_lengths", "_tokens")

    def __init__(self, keys: list[int], held: list[Held]) -> None:
        self._keys, self._held = keys, held
        self._kinds = [id(each.kind) for each in held]
        tokens = [each.tokens for each in held]
        self._lengths = [*map(len, tokens)]
        self._tokens = [*chain(keys, *tokens)]

    def repaired(
        self, places: Iterable[int], watches: Sequence[Inner], values: Sequence[Any]
    ) -> Flat | None:
        """Return how to compare it once some of its values are others; None if it cannot be."""
        held: list[Any] = self._held.copy()
        for place in places:
            held[place] = watches[place].held
        return None if None in held else Flat(self._keys, held)

    def same(self, pairs: dict[Any, Any]) -> bool:
        """Return whether it holds what it held."""
        values = [*dict.values(pairs)]
        # The types come first: what is no collection of Python's own would run the app's code.
        return (
            [*map(id, map(type, values))] == self._kinds
            and [*map(len, values)] == self._lengths
            and [*map(id, chain(dict.__iter__(pairs), *values))] == self._tokens
        )

    def others(self, values: Sequence[Any]) -> list[int] | None:
        """Return where it holds others; None if that is not known."""
        return None


class Single:
    """A dict of whose values the address of each says that it is the same."""

    __slots__ = ("_keys", "_tokens")

    def __init__(self, keys: list[int], tokens: list[int]) -> None:
        self._keys, self._tokens = keys, [*keys, *tokens]

    def repaired(
        self, places: Iterable[int], watches: Sequence[Inner], values: Sequence[Any]
    ) -> Single | None:
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

    def others(self, values: Sequence[Any]) -> list[int] | None:
        """Return where it holds others."""
        now, before = [*map(id, values)], self._tokens[len(self._keys) :]
        return [place for place, each in enumerate(now) if each != before[place]]


class Hashed:
    """A dict of sets of things, such as rooms of sockets: each set is compared by its hash.

    All are of one type. It is gone through twice with each message, so the loops are written out.

    A set knows the hashes of its items, so nobody's code is run. Only such things are compared so
    that have one each; another that has the same by chance is seen when it is looked more closely.

    Args:
        names: Its keys.
        kind: The type of its values.
        sets: Its values, as they are.

    Attributes:
        hashes: That of each value.
    """

    __slots__ = ("_all", "_kind", "_latest", "_names", "hashes")

    def __init__(
        self, names: Sequence[Any], kind: type[Any], sets: tuple[frozenset[Any], ...]
    ) -> None:
        self._names, self._kind = names, kind
        self.hashes, self._all = [*map(hash, sets)], hash(sets)
        # What it was when it was found to be another: not worked out twice.
        self._latest: Hashed | None = None

    @classmethod
    def of(cls, names: Sequence[Any], held: Sequence[Held], values: Sequence[Any]) -> Hashed | None:
        """Return how to compare sets that hold what they should; None if they do not any more."""
        found = cls(names, held[0].kind, (*map(frozenset, values),))
        # They were painted before: what has changed since is seen by the next look.
        is_as_painted = all(
            [*map(id, value)] == each.tokens for value, each in zip(values, held, strict=True)
        )
        return found if is_as_painted else None

    def repaired(
        self, places: Iterable[int], watches: Sequence[Inner], values: Sequence[Any]
    ) -> Hashed | None:
        """Return how to compare it once some of its values are others; None if it cannot be."""
        if not all(type(each) is self._kind for each in values):
            return None
        new = Hashed(self._names, self._kind, (*map(frozenset, values),))
        expected = self.hashes.copy()
        for place in places:
            held, expected[place] = watches[place].held, new.hashes[place]
            if held is None or not held.by_hash or [*map(id, values[place])] != held.tokens:
                return None
        return new if new.hashes == expected else None

    def same(self, pairs: dict[Any, Any]) -> bool:
        """Return whether it holds what it held."""
        kind, values = self._kind, [*dict.values(pairs)]
        for value in values:
            if type(value) is not kind:
                return False
        for key, name in zip(dict.__iter__(pairs), self._names, strict=True):
            if key is not name:
                return False
        sets = (*map(frozenset, values),)
        if hash(sets) == self._all:
            return True
        self._latest = Hashed(self._names, kind, sets)
        return False

    def latest(self, pairs: dict[Any, Any]) -> Hashed | None:
        """Return what it was at the last `same`, or is now; None if it is none such any more."""
        if self._latest is None and (dict.__len__(pairs) != len(self._names) or self.same(pairs)):
            return None
        found, self._latest = self._latest, None
        return found

    def others(self, values: Sequence[Any]) -> list[int] | None:
        """Return where it holds others; None if that is not known."""
        if not all(type(each) is self._kind for each in values):
            return None
        now, before = [*map(hash, map(frozenset, values))], self.hashes
        return [place for place, each in enumerate(now) if each != before[place]]


Compared = Flat | Single | Hashed | None
"""How a dict is compared at once; None if it cannot be."""
