"""What every side of a lab stands on: its parts, and what they say about themselves.

Law of the room: no command is here. A side of the lab may use these parts, and no other side's.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final, Literal

from micropie import App
from micropie.listing import Route, routes
from playground.beacon import Beacon
from playground.guard import Guard
from playground.live.carrying import Carry
from playground.live.programme import Programme
from playground.live.redefinition import Redefinition
from playground.recorder import Recorder, now
from playground.spill import Spill
from playground.stage import OnSwap, Stage
from playground.traffic.log import Log
from playground.transports import Transport
from playground.visitors import Visitors

TransportName = Literal["server", "memory"]

# An app's start-up may take this many seconds; a call from a cell waits a little longer.
STARTUP_DEADLINE: Final = 10.0
STOP_DEADLINE: Final = 5.0


class Ground:
    """A lab's parts.

    Attributes:
        name: What it is called.
        log: Its traffic: a sequence of entries.
        on_swap: What becomes of open sockets when the code changes.
        carry: What of the app's state goes on when the code changes.
    """

    name: str
    log: Log
    on_swap: OnSwap
    carry: Carry
    _given_url: str | None
    _stage: Stage
    _guard: Guard
    _programme: Programme
    _recorder: Recorder
    _beacon: Beacon
    _transport: Transport
    _visitors: Visitors
    _redefinition: Redefinition
    _spill: Spill | None

    @property
    def running(self) -> bool:
        """Whether clients can connect."""
        return self._transport.running

    @property
    def port(self) -> int | None:
        """The TCP port on 127.0.0.1; None for the memory transport."""
        return self._transport.port

    @property
    def id(self) -> str:
        """What its beacon answers with at every address that reaches it."""
        return self._beacon.id

    @property
    def revision(self) -> int:
        """The number of the code on stage, from 1; while the lab is stopped, of the last there."""
        return self._stage.revision or self._programme.number

    @property
    def app(self) -> Any:
        """The instance on stage."""
        return self._programme.app

    @property
    def note(self) -> str:
        """A sentence about what is wrong with the app, "" if nothing is known to be."""
        return self._programme.note

    @property
    def sockets(self) -> int:
        """How many WebSockets are open, whoever opened them."""
        return self._stage.sockets

    def handlers(self) -> list[Route]:
        """Return what the app on stage serves; empty for a foreign ASGI app."""
        return routes(self.app) if isinstance(self.app, App) else []

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine where the app lives, from any thread, and do not wait for it."""
        self._transport.spawn(work)

    def tell(self, text: str) -> None:
        """Add a sentence of the lab's own to the log."""
        self._write("lab", text)

    def _write(self, kind: Literal["swap", "lab"], text: str) -> None:
        size, revision = len(text.encode()), self._stage.revision
        self.log.append(now(), 0, kind, "lab", text, size, revision=revision)
