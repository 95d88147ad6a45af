"""The ASGI middleware that writes traffic to a log: each exchange gets a tap, which records it."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from types import TracebackType
from typing import NamedTuple

from playground.recorder.callers import Callers, RawHeaders, for_app
from playground.recorder.causes import doing
from playground.recorder.crowds import SAMPLES, CrowdTap, without_mark
from playground.recorder.far import FAR, Far
from playground.recorder.frames import Witness
from playground.recorder.http import HttpTap
from playground.recorder.places import Places
from playground.recorder.tap import (
    CLIENT,
    ERROR_HOOK,
    TOLD,
    ASGIApp,
    Ending,
    Raised,
    Receive,
    Scope,
    Send,
    now,
    tap_of,
)
from playground.recorder.websocket import WebSocketTap
from playground.traffic.escapes import escaped
from playground.traffic.frames import Frame
from playground.traffic.log import Log
from playground.traffic.redact import redact_path, redact_text
from playground.traffic.told import told

Watch = Callable[[Receive, Callable[[Frame], None], Callable[[], None]], str]
"""Has the frames of a connection told: given a server's `receive`, what to call with each frame,
and what to call when nothing more can come. Returns "", or as a sentence why none can be seen."""


class Present(NamedTuple):
    """A guest that has a WebSocket open: its name, as the log has it, and the path, no query."""

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
        stops_for: What a close with 1012 means that is to come; "" where it is a service restart.
        watch: What shows the frames of the connections that are opened from now on; None if nobody
            wants them.
        look: Called whenever a handler is about to receive or send, or has ended; None, as mostly,
            if nobody needs it.
        silent: Whether what handlers print is written down alone, and shown nowhere.
        sockets: The tap of each WebSocket that is being handled, by its exchange's number.
        opened: Called with the tap of each WebSocket to come; None if nobody wants to know.
        crowds: Those that are here: of each, few clients are written down.
    """

    silent = False

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
        self.look: Callable[[], None] | None = None
        self.stops_for = ""
        self._said = ""
        self.places = Places(locate)
        self.callers = Callers(self._make_way)
        # How far out an app's `send` is called from a tap's; 0 before the first time.
        self.between = 0
        # Where the app runs, once it has.
        self.loop: AbstractEventLoop | None = None
        # Every WebSocket that is being handled, and whom to tell of each new one.
        self.sockets: dict[int, WebSocketTap] = {}
        self.opened: Callable[[WebSocketTap], object] | None = None
        self.crowds: list[CrowdTap] = []
        self._guests: dict[int, tuple[WebSocketTap, Present]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.loop is None:
            self._settle()
        tap: HttpTap | WebSocketTap
        if scope["type"] == "http":
            caller = self.callers.of_request(scope["headers"])
            tap = HttpTap(self, caller, scope, receive, send)
        elif scope["type"] == "websocket":
            crowd, number = self._crowd_of(scope["headers"]) if self.crowds else (None, 0)
            if crowd is not None:
                scope = {**scope, "headers": without_mark(scope["headers"])}
                if number > SAMPLES:
                    await self._pass_by(crowd, scope, receive, send)
                    return
            caller = self.callers.of_handshake(scope["headers"])
            if crowd is not None:
                caller = caller._replace(name=self.callers.guest_of(f"crowd-{number}"))
            tap = WebSocketTap(self, caller, scope, receive, send)
            if crowd is not None:
                tap.stand_for(crowd)
            self.sockets[tap.id] = tap
            if self.opened is not None:
                self.opened(tap)
            if not caller.own:
                self._guests[tap.id] = (
                    tap,
                    Present(caller.name, escaped(redact_path(scope["path"]))),
                )
            if self.watch is not None:
                self._watched(self.watch, tap, receive)
        else:
            await self.app(scope, receive, send)
            return
        # The tap does not keep the scope: with the hook in it, the two would be garbage that only a
        # collector can find.
        seen = {**scope, ERROR_HOOK: tap.failed, FAR: Far(tap)}
        if caller.name:
            seen["headers"] = for_app(scope["headers"])
            seen[CLIENT] = caller.name
        if self.look is not None:
            self.look()
        before = doing.get()
        doing.set((tap.working_on, tap, 0))
        try:
            await self.app(seen, tap.receive, tap.send)
            if tap.gate is not None:
                await tap.gate.drained()
        finally:
            if self.look is not None:
                self.look()
            if tap.gate is not None:
                tap.gate.close()
            tap.end()
            self.sockets.pop(tap.id, None)
            self._guests.pop(tap.id, None)
            doing.set(before)

    def _crowd_of(self, headers: RawHeaders) -> tuple[CrowdTap | None, int]:
        """Return the crowd that a handshake comes from, and which of it it is."""
        for crowd in list(self.crowds):
            if number := crowd.number_of(headers):
                return crowd, number
        return None, 0

    async def _pass_by(self, crowd: CrowdTap, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app handle one of a crowd that is not written down."""
        before = doing.get()
        doing.set((None, crowd, 0))
        try:
            await self.app({**scope, ERROR_HOOK: crowd.failed}, receive, send)
        finally:
            doing.set(before)

    def guests(self) -> list[Present]:
        """Return who else than the lab's own clients has a WebSocket open; on any thread.

        They are in the order they came.
        """
        return [who for tap, who in list(self._guests.values()) if tap.is_open]

    def _make_way(self, name: str) -> None:
        """Call the guests otherwise who came under a name that now is one of the lab's own."""
        for number, (tap, who) in list(self._guests.items()):
            other = self.callers.guest_of(who.name)
            if other != who.name:
                self._guests[number] = tap, who._replace(name=other)
                self.log.rename(number, other)

    def _watched(self, watch: Watch, tap: WebSocketTap, receive: Receive) -> None:
        """Have a connection's frames written to the log; where that cannot be, say why, once."""
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

    def escaped(
        self,
        error: BaseException,
        context: Context | None,
        begun: Callable[[], tuple[str, str] | None],
        *,
        sure: bool = False,
    ) -> bool:
        """Write down an exception that nobody caught, of a task or callback that the app has begun.

        Args:
            error: The exception.
            context: The one it left, if that is known: it says of which exchange it was.
            begun: Called for the line that may have begun it, and its text, where the exception
                has none of the user's.
            sure: Whether it is known to be the app's.

        Returns:
            Whether it is the app's.
        """
        where, trace = self.places.trace_of(error)
        if where is None:
            where, trace = begun() or (None, trace)
        tap = None if context is None else tap_of(context)
        if tap is not None and context is not None:
            if isinstance(error, Exception) or not tap.has_told(error):
                # A copy: a context cannot be entered twice at once.
                context.copy().run(tap.failed_at, error, where, trace)
            return True
        if TOLD in vars(error):
            return True  # by who awaits what it left
        if where is None and isinstance(error, Exception) and not sure:
            return False
        said, trace = redact_text(told(error)), redact_text(trace)
        revision = self.revision()
        self.log.append(
            now(), 0, "exception", "server", said, len(said.encode()), None, revision, where, None,
            trace,
        )  # fmt: skip
        if self.raised is not None:
            self.raised(said, where, trace, revision)
        return True

    def forget_places(self) -> None:
        """Ask `locate` anew: a cell that is run again gets another number."""
        self.places.forget()

    def trace(self, trace: TracebackType | None) -> tuple[str | None, str]:
        """Return where an exception left the user's code, and the traceback in that code alone.

        Of an exception that never was there, the whole traceback.
        """
        return self.places.trace(trace)
