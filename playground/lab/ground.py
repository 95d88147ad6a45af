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
from playground.rehearsals import Rehearsals
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
        frames: Whether the frames of new connections are wanted in the log; see `see_frames`.
    """

    name: str
    log: Log
    on_swap: OnSwap
    carry: Carry
    frames: bool = False
    _given_url: str | None
    # Where a page has reached this lab; "" before one has said so.
    _told_url: str = ""
    _stage: Stage
    _rehearsals: Rehearsals
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
    def waits(self) -> bool:
        """Whether a cell may wait for what is done where the app lives: not in one loop with it."""
        return self._transport.name != "memory"

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

    def see_frames(self, wanted: bool = True) -> None:
        """Record the frames of the connections that are opened from now on, or do not.

        Where there are none to be seen, the log says why.

        Args:
            wanted: False for no more of them.
        """
        why = self._transport.frames_unseen() if wanted else ""
        shown = wanted and not why
        self._transport.show_frames(shown)
        self._recorder.watch = self._transport.watch if shown else None
        if why and not self.frames:
            self.tell(why)
        self.frames = wanted

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start a coroutine where the app lives, from any thread, and do not wait for it.

        Args:
            work: Runs in the loop of the app.
        """
        self._transport.spawn(work)

    def tell(self, text: str) -> None:
        """Add a sentence of the lab's own to the log.

        Args:
            text: What to say, as a sentence.
        """
        self._write("lab", text)

    def _write(self, kind: Literal["swap", "lab"], text: str) -> None:
        size, revision = len(text.encode()), self._stage.revision
        self.log.append(now(), 0, kind, "lab", text, size, revision=revision)
