"""A picture of an app's state as lines that are indented, with what an entry has changed marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, Literal, NamedTuple

from playground.sight.changes import Change
from playground.sight.pictures import Leaf, Many, Node, Pairs, Picture, in_order, key_of, written

# More lines than that nobody reads.
LINES: Final = 400

Path = tuple[str, ...]


class Line(NamedTuple):
    """One line.

    Attributes:
        depth: How deep it stands, from 0.
        name: What it stands under; "" for an item of a list.
        text: The value; of a collection, how much it holds.
        mark: ``"+"`` or ``"-"`` for what came or left, ``"→"`` for another value; else "".
        old: What it was before, with ``"→"``.
    """

    depth: int
    name: str
    text: str
    mark: Literal["", "+", "-", "→"] = ""
    old: str = ""


def lines_of(picture: Picture, changes: Sequence[Change] = ()) -> list[Line]:
    """Return a picture as lines.

    Args:
        picture: What there is.
        changes: What has just changed.
    """
    found = (
        line for name, node in picture.items() for line in _lines(node, (name,), name, changes)
    )
    gone = (
        Line(0, ".".join(each.path), each.old, "-")
        for each in changes
        if each.sign == "-" and each.path[0] not in picture
    )
    shown = list(islice((line for part in (found, gone) for line in part), LINES + 1))
    return [*shown[:LINES], Line(0, "", "…")] if len(shown) > LINES else shown


def _lines(node: Node, path: Path, name: str, changes: Sequence[Change]) -> Iterator[Line]:
    depth = len(path) - 1
    here = [each for each in changes if each.path[: len(path)] == path]
    other = next((each for each in here if each.path == path and each.sign == "→"), None)
    came = any(each.path == path and each.sign == "+" for each in here)
    mark: Literal["", "+", "→"]
    if isinstance(node, Leaf):
        mark = "→" if other else "+" if came else ""
        yield Line(depth, name, written(node), mark, other.old if other else "")
        return
    count = len(node.nodes) + node.more
    said = "empty" if not count else f"{count:,} item{'s' * (count > 1)}"
    mark = "→" if other else "+" if came and not count else ""
    yield Line(depth, name, said, mark, other.old if other else "")
    if isinstance(node, Pairs):
        names = [key_of(each) for each in node.names]
        for each, child in zip(names, node.nodes, strict=True):
            yield from _lines(child, (*path, each), each, here)
        yield from _gone(path, names, here)
    else:
        yield from _items(node, path, here)


def _items(node: Many, path: Path, here: Sequence[Change]) -> Iterator[Line]:
    """Yield what a list holds, and what it held."""
    new = [each.new for each in here if each.sign == "+" and each.path == path]
    for place, child in enumerate(in_order(node)):
        if not isinstance(child, Leaf):
            yield from _lines(child, (*path, str(place)), str(place), here)
            continue
        text, at = written(child), (*path, str(place))
        other = next((each for each in here if each.path == at and each.sign == "→"), None)
        if other is not None:
            yield Line(len(path), "", text, "→", other.old)
        else:
            yield Line(len(path), "", text, "+" if text in new else "")
            if text in new:
                new.remove(text)
    yield from (
        Line(len(path), "", each.old, "-")
        for each in here
        if each.sign == "-" and each.path == path and each.old
    )


def _gone(path: Path, names: list[str], here: Sequence[Change]) -> Iterator[Line]:
    """Yield what stood under names that are there no more."""
    for each in here:
        rest = each.path[len(path) :]
        if each.sign == "-" and rest and rest[0] not in names:
            yield Line(len(path), ".".join(rest), each.old, "-")
