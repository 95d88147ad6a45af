"""Why the app failed, as the log has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from micropie.listing import Route
from playground.clients.reasons import LONGER
from playground.gates.gates import Gates
from playground.live.advice import advice_for
from playground.notebook.output.dropped import NOT_RUN
from playground.sight.standing import Standing
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.transports import HandshakeRefused

# What an App answers where it has no handler.
_NOT_FOUND: Final = b"404 Not Found"

# What an exception says may be as long as what was sent to the handler: the log has it all.
_MOST: Final = 600


class LogReasons:
    """Finds in the log what a handler raised, and among the routes what was meant.

    Args:
        log: Where the exceptions are.
        routes: Returns the routes of the app that is served; none of one that is no `App`: what is
            meant is about methods of a class, and a foreign app has other handlers.
        gates: Returns what may hold up messages; None where nothing does.
        handlers: Returns where every handler stands.
    """

    def __init__(
        self,
        log: Log,
        routes: Callable[[], list[Route]],
        gates: Callable[[], Gates | None] = lambda: None,
        handlers: Callable[[], Iterable[Standing]] = tuple,
    ) -> None:
        self._log = log
        self._routes = routes
        self._gates = gates
        self._handlers = handlers

    def now(self) -> int:
        """Return the number of the newest entry."""
        return self._log.last

    def failure(self, client: str, since: int) -> str:
        """Return the newest exception of a client's after an entry, and its line; "" for none."""
        for entry in reversed(self._log.since(since)):
            if entry.kind != "exception":
                continue
            exchange = self._log.exchange(entry.exchange)
            if exchange is not None and exchange.client == client:
                where = f"{entry.where.replace(':', ' line ')}: " if entry.where else ""
                return where + _cut(str(entry.data))
        return ""

    def meant(self, status: int, path: str, body: bytes) -> str:
        """Return which page was probably meant; a handler's own 404 is meant so."""
        if body != _NOT_FOUND:
            return ""
        return advice_for(status, path, self._routes(), "http")

    def advice(self, refusal: HandshakeRefused) -> str:
        """Return what was probably meant by a handshake that was refused."""
        return advice_for(refusal.status, refusal.path, self._routes(), "websocket")

    def late(self, client: str, since: int) -> str:
        """Return what holds up what a client waits for: a pause, the network, its handler."""
        return self._held(client) or forgotten(self._log, client, since) or self._standing(client)

    def _held(self, client: str) -> str:
        """Return that a handler is paused, its own if it is among them, or a message held."""
        gates = self._gates()
        if gates is None:
            return ""
        stops = [each for each in list(gates.breaks.stops) if each.ended is None]
        for each in sorted(stops, key=lambda stop: stop.client != client):
            where = f", {_place(each.where)}" if each.where else ""
            return f"{each.client}'s handler is paused{where}: resume() of lab.pauses lets it go on"
        held = sum(each.client == client for each in gates.in_flight())
        messages = f"{held:,} messages" if held > 1 else "a message"
        return f"{messages} of {client}'s held by lab.network; calm() lets go" if held else ""

    def _standing(self, client: str) -> str:
        """Return where its newest handler waits, if not for the client itself."""
        found = [each for each in self._handlers() if each.client == client]
        if not found or found[-1].where is None or found[-1].waits_for == "receive":
            return ""
        last = found[-1]
        function = last.frames[-1].function.rpartition(".")[2] if last.frames else "its handler"
        return f"{function}, {_place(last.where)}, {last.doing}; {LONGER}"


def forgotten(log: Log, client: str, since: int, among: str = "") -> str:
    """Return that a call was not awaited: by a client's own handler rather than by another's.

    Args:
        log: Where it is said.
        client: Whose handler.
        since: The number of the entry after which it was.
        among: What the names of the others begin with that count too.
    """
    said = [
        (whose, str(each.data).strip())
        for each in log.since(since)
        if each.kind == "print" and NOT_RUN in str(each.data)
        if (whose := _client_of(log, each)).startswith(among)
    ]
    own = [words for whose, words in said if whose == client]
    return next(iter([*own, *(words for _, words in said)]), "")


def _client_of(log: Log, entry: Entry) -> str:
    exchange = log.exchange(entry.exchange)
    return "" if exchange is None else exchange.client


def _place(where: str | None) -> str:
    return " line ".join((where or "").rsplit(":", 1))


def _cut(words: str) -> str:
    return words if len(words) <= _MOST else f"{words[:_MOST]}… ({len(words):,} characters)"
