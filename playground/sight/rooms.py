"""Rooms of sockets: a dict of sets whose items come and go, painted and told in one go.

It is what chats, games and boards have, and what they change with nearly every message. The
painter and `changes` would say the same, by a look at each room.

Law of the room: no code of the app's is run, and no object of its is kept.
"""

from __future__ import annotations

from operator import is_
from typing import Any, Final

from playground.sight.changes import Change
from playground.sight.flat import Hashed
from playground.sight.painting import MOST, Painter, node_of
from playground.sight.pictures import Many, Pairs, key_of, written
from playground.sight.watches import ITEMS, OfMany, OfPairs, Watch, pairs_of

Came = tuple[OfMany, list[Change]]
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
    values = [*dict.values(pairs)]
    if len(values) != len(old.watches) or not all(map(is_, dict.__iter__(pairs), flat.names)):
        return None
    if not all(map(is_, map(type, values), flat.kinds)):
        return None
    now = Hashed(flat.names, flat.kinds, values)
    watches, nodes, size = [*old.watches], [*old.node.nodes], old.node.size
    changes: list[Change] = []
    for place, (one, other) in enumerate(zip(flat.hashes, now.hashes, strict=True)):
        if one != other:
            path = (name, key_of(old.node.names[place]))
            room = _room(path, values[place], old.watches[place], painter)
            if room is None or hash(frozenset(values[place])) != other:
                return None
            size += room[0].node.size - nodes[place].size
            watches[place], nodes[place] = room[0], room[0].node
            changes += room[1]
    if size > MOST:
        return None
    node = Pairs(old.node.names, tuple(nodes), old.node.more, size)
    return old.followed_by(now, tuple(watches), node), changes


def _room(path: tuple[str, ...], room: Any, old: Any, painter: Painter) -> Came | None:
    """Return one room as it is now, and who came and went."""
    if len(room) > ITEMS:
        return None
    items, known = [*room], old.known
    tokens = [*map(id, items)]
    watches: list[Any] = [*map(known.get, tokens)]
    come = []
    for place, watch in enumerate(watches):
        if watch is None:
            watches[place] = new = painter.paint(items[place], None, 0)
            if not new.by_hash:
                return None
            come.append(written(new.node))
    gone = [written(known[each].node) for each in known.keys() - tokens]
    if come and gone and not set(come).isdisjoint(gone):
        return None
    painter.made += _WEIGHT
    node = Many((*map(node_of, watches),), 0, 1 + len(watches), False)
    changes = [Change("-", path, each) for each in sorted(gone)]
    changes += [Change("+", path, "", each) for each in sorted(come)]
    return OfMany(room, old.base, tuple(watches), node, old.deaths), changes
