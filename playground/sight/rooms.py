"""Rooms of sockets: a dict of sets whose items come and go, painted and told in one go.

It is what chats, games and boards have, and what they change with nearly every message. The
painter and `changes` would say the same, by a look at each room.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

from typing import Any, Final

from playground.sight.changes import Change
from playground.sight.flat import Hashed
from playground.sight.painting import MOST, Painter
from playground.sight.pictures import Pairs, key_of, written
from playground.sight.watches import ITEMS, OfMany, OfPairs, Watch, pairs_of

Stirred = tuple[OfPairs, list[Change]]

_WEIGHT: Final = 150


def stirred(name: str, value: Any, old: Watch | None, painter: Painter) -> Stirred | None:
    """Return rooms as they are now, and what came and went; None if it is not as simple as that.

    Args:
        name: What the attribute is called.
        value: What it holds.
        old: What it held.
        painter: Paints what has come.
    """
    if type(old) is not OfPairs or type(old.flat) is not Hashed or not old.is_kind(value):
        return None
    flat, pairs = old.flat, pairs_of(value)
    now, values = flat.latest(pairs), [*dict.values(pairs)]
    if now is None or len(values) != len(now.hashes):
        return None
    watches, nodes, size = [*old.watches], [*old.node.nodes], old.node.size
    changes: list[Change] = []
    for place, other in enumerate(now.hashes):
        if flat.hashes[place] != other:
            path = (name, key_of(old.node.names[place]))
            room = _room(path, values[place], old.watches[place], painter, changes)
            if room is None or hash(frozenset(values[place])) != other:
                return None
            size += room.node.size - nodes[place].size
            watches[place], nodes[place] = room, room.node
    if size > MOST:
        return None
    node = Pairs(old.node.names, tuple(nodes), old.node.more, size)
    return old.followed_by(now, tuple(watches), node), changes


def _room(
    path: tuple[str, ...], room: Any, old: Any, painter: Painter, changes: list[Change]
) -> OfMany | None:
    """Return one room as it is now, and add who came and went."""
    items = [*room]
    if len(items) > ITEMS:
        return None
    known, tokens = old.known, [*map(id, items)]
    watches: list[Any] = [*map(known.get, tokens)]
    gone = [written(known[each].node) for each in known.keys() - tokens]
    come = []
    if len(tokens) + len(gone) > len(known):
        for place, watch in enumerate(watches):
            if watch is None:
                watches[place] = new = painter.paint(items[place], None, 0)
                if not new.by_hash:
                    return None
                come.append(written(new.node))
        if gone and not set(come).isdisjoint(gone):
            return None
    painter.made += _WEIGHT
    changes += [Change("-", path, each) for each in sorted(gone)]
    changes += [Change("+", path, "", each) for each in sorted(come)]
    found: OfMany = old.followed_by(tokens, tuple(watches))
    return found
