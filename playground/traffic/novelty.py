"""Messages of a shape that was not seen before, where those before them were all of known ones.

Law of the room: it is calm. What is new is told once, and is known from then on.
"""

from __future__ import annotations

from typing import Any, Final

from playground.traffic.model import Entry, Exchange
from playground.traffic.shapes import MOST_SHAPES, NOT_JSON, Shape, json_of, type_of

KNOWN: Final = 10
"""So many messages in a row make the shapes that they have known ones."""

# Paths with other shapes in each direction; where there are more nothing is said of the others.
_MOST_WAYS: Final = 500


class Novelty:
    """Learns the shapes of JSON messages, entry by entry, and says which is not as those before it.

    Shapes are learned for each path, direction and `type`. After `KNOWN` messages in a row that
    were alike, one that is not has a clause; it is learned too, so that its like has none. Of more
    than five types at a path nothing is known any more.
    """

    def __init__(self) -> None:
        self._ways: dict[tuple[str, str], _Way] = {}

    def see(self, entry: Entry, exchange: Exchange | None) -> str:
        """See one more entry of a log, in its order.

        Returns:
            What is new in its shape, such as ``"n is text, was a whole number"``; else "".
        """
        if exchange is None or exchange.protocol != "websocket" or entry.kind != "text":
            return ""
        value = json_of(entry.data)
        if value is NOT_JSON:
            return ""
        key = exchange.path.partition("?")[0], entry.sender
        way = self._ways.get(key)
        if way is None:
            if len(self._ways) >= _MOST_WAYS:
                return ""
            way = self._ways[key] = _Way()
        return way.see(value)


class _Way:
    """What is known of the messages of one direction at a path."""

    def __init__(self) -> None:
        self._shapes: dict[str, Shape] = {}
        # How many in a row had a known type, and of each type a known shape.
        self._alike = 0
        self._alike_of: dict[str, int] = {}

    def see(self, value: Any) -> str:
        if len(self._shapes) > MOST_SHAPES:
            return ""
        kind = type_of(value)
        shape = self._shapes.get(kind)
        if shape is None:
            said = self._typed(kind) if self._alike >= KNOWN else ""
            self._shapes[kind], self._alike, self._alike_of[kind] = Shape(), 0, 0
            self._shapes[kind].add(value)
            return said
        self._alike += 1
        unlike = shape.unlike(value)
        said = unlike if self._alike_of[kind] >= KNOWN - 1 else ""
        self._alike_of[kind] = 0 if unlike else self._alike_of[kind] + 1
        shape.add(value)
        return said

    def _typed(self, kind: str) -> str:
        return f"type is {kind!r}, which is new" if kind else "it has no type, the others had one"
