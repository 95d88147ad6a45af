"""Which shapes the messages in a log have: by route, and by who sent them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol

from playground.traffic.model import Entry, Exchange
from playground.traffic.shapes import NOT_JSON, Shapes, json_of

_HOLE: Final = re.compile(r"\{([^}]*)\}")


class Place(NamedTuple):
    """A path that the app serves.

    Attributes:
        kind: ``"http"`` or ``"websocket"``.
        path: With `{name}` for what differs, and `{name…}` for what may be several segments.
    """

    kind: str
    path: str


class Way(NamedTuple):
    """One direction of the messages at a place.

    Attributes:
        place: Where.
        method: The HTTP method; ``""`` for a WebSocket.
        sender: Who sent them.
        status: The HTTP status of an answer; 0 for all else.
    """

    place: Place
    method: str
    sender: Literal["client", "server", "lab"]
    status: int


class Traffic(Protocol):
    """A log or a record: entries, and the exchanges that they belong to."""

    def __iter__(self) -> Any: ...
    def exchange(self, exchange: int, /) -> Exchange | None: ...


def seen(traffic: Traffic, places: Sequence[Place]) -> dict[Way, Shapes]:
    """Return the shapes of all messages and bodies that a log still has.

    Args:
        traffic: Where they are.
        places: What the app serves; what was asked for elsewhere is left out.
    """
    known: dict[int, Place | None] = {}
    found: dict[Way, Shapes] = {}
    for entry in traffic:
        if entry.data is None or entry.kind not in ("text", "binary", "body", "response"):
            continue
        exchange = traffic.exchange(entry.exchange)
        if exchange is None or exchange.far:  # what the app says to others is none of its own
            continue
        if exchange.id not in known:
            known[exchange.id] = place_of(exchange, places)
        place = known[exchange.id]
        if place is not None:
            _see(found, place, exchange, entry)
    return found


def _see(found: dict[Way, Shapes], place: Place, exchange: Exchange, entry: Entry) -> None:
    is_socket = place.kind == "websocket"
    status = entry.code or 0 if entry.kind == "response" else 0
    method = "" if is_socket else exchange.method
    if entry.kind == "body" and entry.sender != "client":
        return  # a later part of an answer
    way = Way(place, method, entry.sender, status)
    value = json_of(entry.data)
    if value is NOT_JSON and not is_socket:
        return
    shapes = found.setdefault(way, Shapes())
    if isinstance(entry.data, bytes):
        shapes.binary += 1
    elif value is NOT_JSON:
        shapes.plain += 1
    else:
        shapes.add(value)


def place_of(exchange: Exchange, places: Iterable[Place]) -> Place | None:
    """Return the place that an exchange is with: that which says most of its path."""
    asked = [part for part in exchange.path.partition("?")[0].split("/") if part]
    fitting = [
        (said, each)
        for each in places
        if each.kind == exchange.protocol and (said := _fits(each.path, asked)) is not None
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _fits(path: str, asked: list[str]) -> int | None:
    """Return how many segments of a path are said by a place; None if it is another's."""
    said = [part for part in path.split("/") if part]
    literal = 0
    for at, part in enumerate(said):
        hole = _HOLE.fullmatch(part)
        if hole is not None and hole[1].endswith(("…", ":path")):
            return literal
        if at >= len(asked):
            # What the path leaves out may have come by name.
            return literal if hole is not None and literal else None
        if hole is None and part != asked[at]:
            return None
        literal += hole is None
    return literal if len(asked) <= len(said) else None
