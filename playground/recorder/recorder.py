"""Recorder: the middleware itself; each exchange gets a tap."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from types import TracebackType
from typing import NamedTuple

from playground.recorder.callers import Callers, for_app
from playground.recorder.causes import doing
from playground.recorder.frames import Witness
from playground.recorder.http import HttpTap
from playground.recorder.places import Places
from playground.recorder.tap import ERROR_HOOK, ASGIApp, Ending, Raised, Receive, Scope, Send, now
from playground.recorder.websocket import WebSocketTap
from playground.traffic.frames import Frame
from playground.traffic.log import Log

Watch = Callable[[Receive, Callable[[Frame], None], Callable[[], None]], str]
"""Has the frames of a connection told: given a server's `receive`, what to call with each frame,
and what to call when nothing more can come. Returns "", or as a sentence why none can be seen."""


class Present(NamedTuple):
    """Who has a WebSocket open: a name, as the log has it, and the path without its query."""

    name: str
    path: str


class Recorder:
    """Wrap an ASGI app so that its traffic is written to a log.

    Args:
        app: The app to pass everything on to.
        log: Where entries go.
        revision: The number of the code at work where it is called.
        locate: Given a source file's name, what to call it (``In[5]``), or None if it is not code
            of the user's. Asked once for each name; see `forget_places`.
        home: Called for the context of the cell that defined the code at work; what its handlers
            print is passed on there.
        in_handler: Whether a handler itself runs where it is called, and not a task it has begun.
        ending: Given a server's `receive`, how that connection ended, as far as the server tells
            more than ASGI does; None if it does not, or has not ended.
        raised: Told of each exception that a handler raises, once it is in the log.

    Attributes:
        watch: What shows the frames of the connections that are opened from now on; None if nobody
            wants them.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: Log,
        *,
        revision: Callable[[], int] = lambda: 0,
        locate: Callable[[str], str | None] = lambda filename: None,
        home: Callable[[], Context | None] = lambda: None,
        in_handler: Callable[[], bool] = lambda: False,
        ending: Callable[[Receive], Ending | None] | None = None,
        raised: Raised | None = None,
    ) -> None:
        self.app = app
        self.log = log
        self.revision = revision
        self.home = home
        self.in_handler = in_handler
        self.ending = ending
        self.raised = raised
        self.watch: Watch | None = None
        self._said = ""
        self.places = Places(locate)
        self.callers = Callers()
        # How far out an app's `send` is called from a tap's; 0 before the first time.
        self.between = 0
        # Where the app runs, once it has.
        self.loop: AbstractEventLoop | None = None
        self._met: dict[int, tuple[WebSocketTap, Present]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.loop is None:
            self._settle()
        tap: HttpTap | WebSocketTap
        if scope["type"] == "http":
            caller = self.callers.of_request(scope["headers"])
            tap = HttpTap(self, caller, scope, receive, send)
        elif scope["type"] == "websocket":
            caller = self.callers.of_handshake(scope["headers"])
            tap = WebSocketTap(self, caller, scope, receive, send)
            self._met[tap.id] = tap, Present(caller.name, scope["path"])
            if self.watch is not None:
                self._watched(self.watch, tap, receive)
        else:
            await self.app(scope, receive, send)
            return
        # The tap does not keep the scope: with the hook in it, the two would be garbage that only a
        # collector can find.
        seen = {**scope, ERROR_HOOK: tap.failed}
        if caller.name:
            seen["headers"] = for_app(scope["headers"])
        before = doing.get()
        doing.set((tap.working_on, tap, 0))
        try:
            await self.app(seen, tap.receive, tap.send)
        finally:
            tap.end()
            self._met.pop(tap.id, None)
            doing.set(before)

    def present(self) -> list[Present]:
        """Return who has a WebSocket open, in the order they came; on any thread."""
        return [who for tap, who in list(self._met.values()) if tap.is_open]

    def _watched(self, watch: Watch, tap: WebSocketTap, receive: Receive) -> None:
        """Have the frames of a connection written down; say why they are not, once."""
        witness = Witness(self, tap.id)
        why = watch(receive, witness.saw, witness.over)
        if not why:
            tap.leave = witness.leave
        elif why != self._said:
            self._said = why
            size, revision = len(why.encode()), self.revision()
            self.log.append(now(), 0, "lab", "lab", why, size, revision=revision)

    def _settle(self) -> None:
        # Whoever tries a handler by hand needs no loop.
        with suppress(RuntimeError):
            self.loop = asyncio.get_running_loop()

    def forget_places(self) -> None:
        """Ask `locate` anew: a cell that is run again gets another number."""
        self.places.forget()

    def trace(self, trace: TracebackType | None) -> tuple[str | None, str]:
        """Return where an exception left the user's code, and the traceback in that code alone.

        Of an exception that never was there, the whole traceback.
        """
        return self.places.trace(trace)
