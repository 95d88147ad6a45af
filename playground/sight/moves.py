"""Who came into rooms and who left, as what takes next to no memory: the words, and where.

A dict of sets changes with nearly every message of a chat. What it holds as of an entry is worked
out from such moves when somebody looks at that entry.
"""

from __future__ import annotations

from collections.abc import Iterable

from playground.sight.changes import Change
from playground.sight.pictures import Leaf, Many, Name, Node, Pairs, key_of

Move = tuple[int, tuple[str, ...], tuple[str, ...]]
"""At which place of a dict, who left its set there, and who came."""

Moves = tuple[Move, ...]


def moved(pairs: Pairs, moves: Moves) -> Pairs:
    """Return the picture of a dict once some have moved."""
    nodes = [*pairs.nodes]
    size = pairs.size
    for place, gone, come in moves:
        nodes[place] = _without_and_with(nodes[place], gone, come)
        size += len(come) - len(gone)
    return Pairs(pairs.names, tuple(nodes), pairs.more, size)


def _without_and_with(room: Node, gone: Iterable[str], come: Iterable[str]) -> Many:
    held = [] if isinstance(room, Leaf) else [*room.nodes]
    for each in gone:
        held.remove(Leaf(Name(each)))  # two sockets of one client are called the same
    held += [Leaf(Name(each)) for each in come]
    return Many(tuple(held), 0, 1 + len(held), False)


def changes_in(name: str, pairs: Pairs, moves: Moves) -> list[Change]:
    """Return moves as `changes_of` says them.

    Args:
        name: What the dict is called.
        pairs: A picture of it, before or after.
        moves: What has changed.
    """
    found: list[Change] = []
    for place, gone, come in moves:
        path = (name, key_of(pairs.names[place]))
        found += [Change("-", path, each) for each in gone]
        found += [Change("+", path, "", each) for each in come]
    return found
