"""Comparing what a dict holds all at once, in loops of C, where no death has been heard since.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter, is_
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

    All are of one type.

    A set knows the hashes of its items, so nobody's code is run. Only such things are compared so
    that have one each; another that has the same by chance is seen when it is looked more closely.

    Args:
        names: Its keys.
        kind: The type of its values.
        hashes: That of each value.
        all_of_them: That of all.

    Attributes:
        names, kind, hashes: These.
        all: The hash of all.
    """

    __slots__ = ("all", "hashes", "kind", "names")

    def __init__(
        self, names: Sequence[Any], kind: type[Any], hashes: list[int], all_of_them: int
    ) -> None:
        self.names, self.kind = names, kind
        self.hashes, self.all = hashes, all_of_them

    @classmethod
    def of(cls, names: Sequence[Any], held: Sequence[Held], values: Sequence[Any]) -> Hashed | None:
        """Return how to compare sets that hold what they should; None if they do not any more."""
        found = cls._of_sets(names, held[0].kind, values)
        # They were painted before: what has changed since is seen by the next look.
        is_as_painted = all(
            [*map(id, value)] == each.tokens for value, each in zip(values, held, strict=True)
        )
        return found if is_as_painted else None

    @classmethod
    def _of_sets(cls, names: Sequence[Any], kind: type[Any], values: Sequence[Any]) -> Hashed:
        sets = (*map(frozenset, values),)
        return cls(names, kind, [*map(hash, sets)], hash(sets))

    def followed_by(self, hashes: list[int], all_of_them: int) -> Hashed:
        """Return it with others of its values, of which the hashes are known."""
        return Hashed(self.names, self.kind, hashes, all_of_them)

    def repaired(
        self, places: Iterable[int], watches: Sequence[Inner], values: Sequence[Any]
    ) -> Hashed | None:
        """Return how to compare it once some of its values are others; None if it cannot be."""
        if not all(type(each) is self.kind for each in values):
            return None
        new = self._of_sets(self.names, self.kind, values)
        expected = self.hashes.copy()
        for place in places:
            held, expected[place] = watches[place].held, new.hashes[place]
            if held is None or not held.by_hash or [*map(id, values[place])] != held.tokens:
                return None
        return new if new.hashes == expected else None

    def same(self, pairs: dict[Any, Any]) -> bool:
        """Return whether it holds what it held."""
        kind, values = self.kind, [*dict.values(pairs)]
        return (
            all(type(each) is kind for each in values)
            and all(map(is_, dict.__iter__(pairs), self.names))
            and hash((*map(frozenset, values),)) == self.all
        )

    def others(self, values: Sequence[Any]) -> list[int] | None:
        """Return where it holds others; None if that is not known."""
        if not all(type(each) is self.kind for each in values):
            return None
        now, before = [*map(hash, map(frozenset, values))], self.hashes
        return [place for place, each in enumerate(now) if each != before[place]]


Compared = Flat | Single | Hashed | None
"""How a dict is compared at once; None if it cannot be."""
