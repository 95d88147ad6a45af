"""Why the app failed, as the log has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from micropie.listing import Route
from playground.live.advice import advice_for
from playground.traffic.log import Log
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
    """

    def __init__(self, log: Log, routes: Callable[[], list[Route]]) -> None:
        self._log = log
        self._routes = routes

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


def _cut(words: str) -> str:
    return words if len(words) <= _MOST else f"{words[:_MOST]}… ({len(words):,} characters)"
