"""What is usual at a route: who connects how, and says what, as the code and the log have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from micropie.listing import Parameter, Route
from playground.describing.seen import Place, Traffic, place_of
from playground.fuzzing.acts import WHO, Act, Conversation
from playground.traffic.model import Entry, Exchange
from playground.traffic.redact import REDACTED

# Messages and addresses of a route that are learned from, at most, and how long they may be.
_MOST: Final = 12
_LONGEST: Final = 4_000

# What a client says where nobody has said anything yet.
FIRST: Final = ("hi",)

# Parameters of these names say who somebody is, and are another one for each.
_NAMES: Final = frozenset(
    ("name", "who", "user", "username", "nick", "nickname", "player", "login")
)

_SAMPLES: Final = {"int": "1", "float": "1.5", "bool": "true"}


class Usual(NamedTuple):
    """What is usual at one route.

    Attributes:
        kind: ``"websocket"`` or ``"http"``.
        path: Of the route, with `{name}` for what differs.
        addresses: Paths and queries that are asked for, with `{who}` for who asks.
        messages: What clients send there; of HTTP, bodies.
        broken_off: Messages that were seen without an answer.
        is_seen: Whether the messages come from the log.
    """

    kind: str
    path: str
    addresses: tuple[str, ...]
    messages: tuple[str | bytes, ...]
    broken_off: frozenset[str | bytes] = frozenset()
    is_seen: bool = False

    @classmethod
    def of(cls, plain: Sequence[Any]) -> Usual:
        """Return what a test module has as ``(kind, addresses, messages)``."""
        kind, addresses, messages = plain
        return cls(kind, addresses[0], tuple(addresses), tuple(messages))

    def plain(self) -> tuple[Any, ...]:
        """Return it as a tuple of a test module."""
        return self.kind, self.addresses, self.messages

    def visit(self, who: str) -> Conversation:
        """Return how somebody comes, says what is usual, twice, and leaves."""
        if self.kind == "http":
            return tuple(_asked(who, self.addresses[0], body) for body in self.messages or ("",))
        said = tuple(Act(who, "sends", each) for each in self.messages)
        return (Act(who, "connects", self.addresses[0]), *said, *said, Act(who, "leaves"))


def _asked(who: str, address: str, body: str | bytes) -> Act:
    return Act(who, "asks", address, str(body) if body else None)


def usual(traffic: Traffic, routes: Sequence[Route], which: str = "") -> list[Usual]:
    """Return what is usual at each route that is asked for.

    Args:
        traffic: The log.
        routes: All routes of the app.
        which: A path, or the beginning of a route's; all if "".

    Raises:
        ValueError: There is no such route.
    """
    places = {each: Place(each.kind, each.path) for each in routes}
    chosen = [each for each in routes if _is_meant(each, which, places)]
    if not chosen:
        known = ", ".join(dict.fromkeys(each.path for each in routes)) or "none"
        raise ValueError(f"expected a route of the app ({known}), got {which!r}")
    seen = _seen(traffic, list(places.values()))
    return [_usual(each, seen.get(places[each], [])) for each in chosen]


def _is_meant(route: Route, which: str, places: dict[Route, Place]) -> bool:
    if not which or which == route.path:
        return True
    asked = which.partition("?")[0]
    exchange = Exchange(0, route.kind, "", "GET", asked)  # type: ignore[arg-type]
    mine = place_of(exchange, [each for each in places.values() if each.kind == route.kind])
    return mine == places[route]


class _Visit(NamedTuple):
    """One exchange of the log."""

    exchange: Exchange
    entries: list[Entry]


def _seen(traffic: Traffic, places: Sequence[Place]) -> dict[Place, list[_Visit]]:
    visits: dict[int, _Visit] = {}
    for entry in traffic:
        exchange = traffic.exchange(entry.exchange)
        if exchange is not None:
            visits.setdefault(exchange.id, _Visit(exchange, [])).entries.append(entry)
    found: dict[Place, list[_Visit]] = {}
    for visit in visits.values():
        place = place_of(visit.exchange, places)
        if place is not None:
            found.setdefault(place, []).append(visit)
    return found


def _usual(route: Route, visits: list[_Visit]) -> Usual:
    messages: dict[str | bytes, None] = {}
    alone: set[str | bytes] = set()
    for visit in visits:
        _learn(visit, route.kind, messages, alone)
    addresses = dict.fromkeys([*_addresses(visits), _address(route)])
    said = tuple(messages)[:_MOST]
    return Usual(
        route.kind,
        route.path,
        tuple(addresses)[:_MOST],
        said or (FIRST if route.kind == "websocket" else ()),
        frozenset(alone),
        bool(said),
    )


def _learn(
    visit: _Visit, kind: str, messages: dict[str | bytes, None], alone: set[str | bytes]
) -> None:
    """Note what a client has sent, and what of it had no answer before it sent something else."""
    waits: str | bytes | None = None
    for entry in visit.entries:
        if entry.kind not in ("text", "binary", "body"):
            continue
        if entry.sender == "server":
            waits = None
        elif entry.data is not None and entry.size <= _LONGEST:
            if waits is not None:
                alone.add(waits)
            waits = entry.data
            if REDACTED not in str(entry.data):
                messages.setdefault(entry.data)
    if waits is not None and kind == "websocket":
        alone.add(waits)


def _addresses(visits: Iterable[_Visit]) -> list[str]:
    found = []
    for visit in visits:
        path = visit.exchange.path
        if len(path) <= _LONGEST and REDACTED not in path and quote(REDACTED) not in path:
            found.append(_for_anybody(path, visit.exchange.client))
    return found


def _for_anybody(path: str, client: str) -> str:
    """Return an address that was asked for, with `{who}` where it says who asks."""
    path, _, query = path.partition("?")
    parts = [WHO if unquote(each) == client else each for each in path.split("/")]
    pairs = [
        (name, WHO if value == client or name.lower() in _NAMES else value)
        for name, value in parse_qsl(query, keep_blank_values=True)
    ]
    return "/".join(parts) + (f"?{query_of(pairs)}" if pairs else "")


def query_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a query, with `{who}` as it stands."""
    return urlencode(list(pairs), safe="{}")


def _address(route: Route) -> str:
    """Return an address of a route, made of its parameters."""
    path = route.path
    pairs = []
    for each in route.parameters:
        value = sample(each)
        for hole in (f"{{{each.name}}}", f"{{{each.name}…}}"):
            if hole in path:
                path = path.replace(hole, value)
                break
        else:
            if each.required:
                pairs.append((each.name, value))
    return path + (f"?{query_of(pairs)}" if pairs else "")


def sample(parameter: Parameter) -> str:
    """Return a value that a parameter may well have."""
    if parameter.name.lower() in _NAMES:
        return WHO
    default: Any = parameter.default
    if isinstance(default, int | float | str) and default not in ("", True, False):
        return quote(str(default), safe="")
    return _SAMPLES.get(parameter.annotation or "", "lobby")
