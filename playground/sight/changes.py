"""What has changed from one picture of an app's state to the next, in lines.

It is written as ``+ rooms.lobby: bob``.

A line names the place by a path. ``+`` and ``-`` say what came into a collection and left it, or
without a value that the place itself came or went; ``count: 1 → 2`` says that a value is another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from playground.sight.pictures import Leaf, Many, Node, Pairs, Picture, in_order, key_of, written

# Of one message so many changes are told.
LINES: Final = 50


class Change(NamedTuple):
    """One change.

    Attributes:
        sign: ``"+"`` or ``"-"`` for what came or left; ``"→"`` for another value.
        path: Where.
        old, new: The values, as text; "" for none.
    """

    sign: Literal["+", "-", "→"]
    path: tuple[str, ...]
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        place = ".".join(self.path)
        if self.sign == "→":
            return f"{place}: {self.old} → {self.new}"
        value = self.new or self.old
        return f"{self.sign} {place}: {value}" if value else f"{self.sign} {place}"


def changes_of(old: Picture, new: Picture) -> list[Change]:
    """Return what has changed from one picture to another."""
    names = dict.fromkeys([*old, *new])
    return [
        change
        for name in names
        if old.get(name) is not new.get(name)
        for change in _between(old.get(name), new.get(name), (name,))
    ]


def told(changes: list[Change]) -> str:
    """Return changes as the lines of an entry; of very many, how many others there are."""
    lines = [str(each) for each in changes[:LINES]]
    rest = len(changes) - len(lines)
    return "\n".join([*lines, f"… {rest:,} more"] if rest else lines)


def _between(old: Node | None, new: Node | None, path: tuple[str, ...]) -> Iterator[Change]:
    if old is new:
        return
    if old is None and new is not None:
        yield from _all_of(new, path, "+")
    elif new is None and old is not None:
        yield from _all_of(old, path, "-")
    elif isinstance(old, Pairs) and isinstance(new, Pairs):
        yield from _of_pairs(old, new, path)
    elif isinstance(old, Many) and isinstance(new, Many) and old.ordered == new.ordered:
        yield from _of_many(old, new, path)
    elif old is not None and new is not None:
        before, now = written(old), written(new)
        if before != now:
            yield Change("→", path, before, now)


def _all_of(node: Node, path: tuple[str, ...], sign: Literal["+", "-"]) -> Iterator[Change]:
    """Yield what comes, or goes, with a place: the place itself, if nothing is in it or it goes."""
    inner: Iterator[tuple[Node, tuple[str, ...]]] = iter(())
    if isinstance(node, Pairs):
        pairs = zip(node.names, node.nodes, strict=True)
        inner = ((each, (*path, key_of(name))) for name, each in pairs)
    elif isinstance(node, Many) and node.nodes:
        yield from _items(list(in_order(node)), path, sign)
    for each, place in inner:
        yield from _all_of(each, place, sign)
    if isinstance(node, Leaf):
        yield _came(sign, path, written(node))
    elif sign == "-" or not node.nodes:
        yield _came(sign, path, f"{node.more:,} items" if node.more and not node.nodes else "")


def _items(items: list[Node], path: tuple[str, ...], sign: Literal["+", "-"]) -> Iterator[Change]:
    for each in items:
        yield _came(sign, path, written(each))


def _came(sign: Literal["+", "-"], path: tuple[str, ...], value: str) -> Change:
    return Change(sign, path, new=value) if sign == "+" else Change(sign, path, old=value)


def _of_pairs(old: Pairs, new: Pairs, path: tuple[str, ...]) -> Iterator[Change]:
    if old.names is new.names:
        for name, one, other in zip(old.names, old.nodes, new.nodes, strict=True):
            if one is not other:
                yield from _between(one, other, (*path, key_of(name)))
        return
    before = dict(zip(old.names, old.nodes, strict=True))
    now = dict(zip(new.names, new.nodes, strict=True))
    for name in dict.fromkeys([*before, *now]):
        yield from _between(before.get(name), now.get(name), (*path, key_of(name)))
    yield from _rest(old, new, path)


def _of_many(old: Many, new: Many, path: tuple[str, ...]) -> Iterator[Change]:
    if not new.ordered:
        yield from _of_sets(old, new, path)
    else:
        yield from _of_lists(old, new, path)
    yield from _rest(old, new, path)


def _rest(old: Pairs | Many, new: Pairs | Many, path: tuple[str, ...]) -> Iterator[Change]:
    """Yield how many there are, where not all are seen."""
    if old.more != new.more and (old.more or new.more):
        counts = (f"{len(each.nodes) + each.more:,} items" for each in (old, new))
        yield Change("→", path, *counts)


def _of_sets(old: Many, new: Many, path: tuple[str, ...]) -> Iterator[Change]:
    if (old.more and not old.nodes) or (new.more and not new.nodes):
        return  # too large to be seen: its size says what can be said
    # What is in both is the same object there; only the rest is put into words.
    there, here = {*map(id, old.nodes)}, {*map(id, new.nodes)}
    gone = sorted(written(each) for each in old.nodes if id(each) not in here)
    come = sorted(written(each) for each in new.nodes if id(each) not in there)
    if gone and come:
        both = Counter(gone) & Counter(come)
        gone, come = (sorted((Counter(each) - both).elements()) for each in (gone, come))
    yield from (Change("-", path, old=each) for each in gone)
    yield from (Change("+", path, new=each) for each in come)


def _of_lists(old: Many, new: Many, path: tuple[str, ...]) -> Iterator[Change]:
    others = list(_by_place(old, new, path)) if len(old.nodes) == len(new.nodes) else None
    if others is not None and any(not isinstance(each, Leaf) for each in new.nodes):
        yield from others
        return
    moved = list(_moved(old, new, path))
    yield from moved if others is None or len(moved) < len(others) else others


def _by_place(old: Many, new: Many, path: tuple[str, ...]) -> Iterator[Change]:
    """Yield what is another at each place: of a board, the fields."""
    for place, (one, other) in enumerate(zip(old.nodes, new.nodes, strict=True)):
        yield from _between(one, other, (*path, str(place)))


def _moved(old: Many, new: Many, path: tuple[str, ...]) -> Iterator[Change]:
    """Yield what came and went: of a queue, the first and the last."""
    before, now = [*map(written, old.nodes)], [*map(written, new.nodes)]
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for what, start, end, first, last in matcher.get_opcodes():
        if what != "equal":
            yield from (Change("-", path, old=each) for each in before[start:end])
            yield from (Change("+", path, new=each) for each in now[first:last])
