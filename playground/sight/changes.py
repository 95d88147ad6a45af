"""What has changed from one picture of an app's state to the next, in lines.

It is written as ``+ rooms.lobby: bob``.

A line names the place by a path. ``+`` and ``-`` say what came into a collection and left it, or
without a value that the place itself came or went; ``count: 1 → 2`` says that a value is another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import compress
from operator import is_not
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
    found: list[Change] = []
    for name in new if new.keys() == old.keys() else dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if one is not other:
            _between(one, other, (name,), found)
    return found


def told(changes: Sequence[object]) -> str:
    """Return changes as the lines of an entry; of very many, how many others there are.

    Args:
        changes: Those, or what each is in words.
    """
    if len(changes) == 1:
        return str(changes[0])
    lines = [str(each) for each in changes[:LINES]]
    rest = len(changes) - len(lines)
    return "\n".join([*lines, f"… {rest:,} more"] if rest else lines)


Path = tuple[str, ...]

# Each of these adds what it finds to a list: they are called with every message that changes
# anything, for each thing that it may have changed.


def _between(old: Node | None, new: Node | None, path: Path, found: list[Change]) -> None:
    if old is None or new is None:
        if new is not None:
            _all_of(new, path, "+", found)
        elif old is not None:
            _all_of(old, path, "-", found)
        return
    kind = type(new)
    if kind is Pairs and type(old) is Pairs:
        _of_pairs(old, new, path, found)  # type: ignore[arg-type]
    elif kind is Many and type(old) is Many and old.ordered == new.ordered:  # type: ignore[union-attr]
        _of_many(old, new, path, found)  # type: ignore[arg-type]
    else:
        before, now = written(old), written(new)
        if before != now:
            found.append(Change("→", path, before, now))


def _all_of(node: Node, path: Path, sign: Literal["+", "-"], found: list[Change]) -> None:
    """Add what comes, or goes, with a place: the place itself, if nothing is in it or it goes."""
    if isinstance(node, Pairs):
        for name, each in zip(node.names, node.nodes, strict=True):
            _all_of(each, (*path, key_of(name)), sign, found)
    elif isinstance(node, Many) and node.nodes:
        found.extend(_came(sign, path, written(each)) for each in in_order(node))
    if isinstance(node, Leaf):
        found.append(_came(sign, path, written(node)))
    elif sign == "-" or not node.nodes:
        many = f"{node.more:,} items" if node.more and not node.nodes else ""
        found.append(_came(sign, path, many))


def _came(sign: Literal["+", "-"], path: Path, value: str) -> Change:
    return Change(sign, path, new=value) if sign == "+" else Change(sign, path, old=value)


def _of_pairs(old: Pairs, new: Pairs, path: Path, found: list[Change]) -> None:
    if old.names is new.names:
        all_of_them = zip(new.names, old.nodes, new.nodes, strict=True)
        others = compress(all_of_them, map(is_not, old.nodes, new.nodes))
        for name, before, now in others:
            _between(before, now, (*path, key_of(name)), found)
        return
    there = dict(zip(old.names, old.nodes, strict=True))
    here = dict(zip(new.names, new.nodes, strict=True))
    for name in dict.fromkeys([*there, *here]):
        one, other = there.get(name), here.get(name)
        if one is not other:
            _between(one, other, (*path, key_of(name)), found)
    _rest(old, new, path, found)


def _of_many(old: Many, new: Many, path: Path, found: list[Change]) -> None:
    if new.ordered:
        _of_lists(old, new, path, found)
    else:
        _of_sets(old, new, path, found)
    if old.more or new.more:
        _rest(old, new, path, found)


def _rest(old: Pairs | Many, new: Pairs | Many, path: Path, found: list[Change]) -> None:
    """Add how many there are, where not all are seen."""
    if old.more != new.more and (old.more or new.more):
        counts = (f"{len(each.nodes) + each.more:,} items" for each in (old, new))
        found.append(Change("→", path, *counts))


def _of_sets(old: Many, new: Many, path: Path, found: list[Change]) -> None:
    if (old.more and not old.nodes) or (new.more and not new.nodes):
        return  # too large to be seen: its size says what can be said
    # What is in both is the same object there; only the rest is put into words.
    before = dict(zip(map(id, old.nodes), old.nodes, strict=True))
    now = dict(zip(map(id, new.nodes), new.nodes, strict=True))
    gone = [written(before[each]) for each in before.keys() - now.keys()]
    come = [written(now[each]) for each in now.keys() - before.keys()]
    if gone and come:
        both = Counter(gone) & Counter(come)
        gone, come = (list((Counter(each) - both).elements()) for each in (gone, come))
    found += [Change("-", path, each) for each in sorted(gone)]
    found += [Change("+", path, "", each) for each in sorted(come)]


def _of_lists(old: Many, new: Many, path: Path, found: list[Change]) -> None:
    others: list[Change] | None = None
    if len(old.nodes) == len(new.nodes):
        others = []
        _by_place(old, new, path, others)
    if others is not None and any(not isinstance(each, Leaf) for each in new.nodes):
        found += others
        return
    moved = list(_moved(old, new, path))
    found += moved if others is None or len(moved) < len(others) else others


def _by_place(old: Many, new: Many, path: Path, found: list[Change]) -> None:
    """Add what is another at each place: of a board, the fields."""
    for place, (one, other) in enumerate(zip(old.nodes, new.nodes, strict=True)):
        if one is not other:
            _between(one, other, (*path, str(place)), found)


def _moved(old: Many, new: Many, path: Path) -> Iterator[Change]:
    """Yield what came and went: of a queue, the first and the last."""
    before, now = [*map(written, old.nodes)], [*map(written, new.nodes)]
    if now[: len(before)] == before:  # a history grows at its end
        yield from (Change("+", path, new=each) for each in now[len(before) :])
        return
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for what, start, end, first, last in matcher.get_opcodes():
        if what != "equal":
            yield from (Change("-", path, old=each) for each in before[start:end])
            yield from (Change("+", path, new=each) for each in now[first:last])
