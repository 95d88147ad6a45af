"""Stage: the ASGI app a server sees for as long as the lab lives."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final, Literal, NamedTuple

from playground.stage.connection import Connection
from playground.stage.lifespan import Lifespan
from playground.stage.turn import Turn

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
OnSwap = Literal["handover", "close", "keep"]

ON_SWAP: Final[tuple[OnSwap, ...]] = ("handover", "close", "keep")

_revision: ContextVar[int] = ContextVar("playground_revision", default=0)


def current_revision() -> int:
    """Return the revision whose code is running here; 0 outside of handlers."""
    return _revision.get()


class Swapped(NamedTuple):
    """What a swap did: the new revision's number, and how many sockets it met and what it did."""

    revision: int
    sockets: int
    on_swap: OnSwap


class _Act:
    """An app on stage: its revision, its lifespan, and the requests it has not finished."""

    def __init__(self, app: ASGIApp, revision: int, deadline: float) -> None:
        self.app = app
        self.revision = revision
        self.lifespan = Lifespan(app, deadline)
        self.requests = 0
        self.idle = asyncio.Event()
        self.idle.set()

    def enter(self) -> None:
        self.requests += 1
        self.idle.clear()

    def leave(self) -> None:
        self.requests -= 1
        if not self.requests:
            self.idle.set()


class Stage:
    """Where the app stands.

    Args:
        grace: Seconds an old handler has to finish with its message, and to end once cancelled.
        deadline: Seconds an app's start-up may take.
    """

    def __init__(self, *, grace: float = 1.0, deadline: float = 10.0) -> None:
        self.grace = grace
        self.deadline = deadline
        self.connections: set[Connection] = set()
        self._act: _Act | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._swapping: asyncio.Lock | None = None

    @property
    def revision(self) -> int:
        """The number of the code on stage, from 1; 0 while the stage is empty."""
        return self._act.revision if self._act else 0

    @property
    def sockets(self) -> int:
        """How many WebSockets are open."""
        return sum(1 for each in self.connections if each.accepted and not each.ended)

    @property
    def requests(self) -> int:
        """How many HTTP requests are being handled by the code on stage."""
        return self._act.requests if self._act else 0

    def revision_now(self) -> int:
        """Return the revision at work here: the running handler's, else the one on stage."""
        return _revision.get() or self.revision

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    # -- the programme ---------------------------------------------------------------------------

    async def swap(
        self, app: ASGIApp, on_swap: OnSwap = "handover", *, revision: int | None = None
    ) -> Swapped:
        """Put another app on stage; the first one too.

        Its start-up runs before, the old one's shutdown after it has left.

        Args:
            app: Any ASGI app.
            on_swap: What becomes of open sockets: ``"handover"`` to the new code, ``"close"`` with
                1012, or ``"keep"`` on the code they are on.
            revision: Its number; by default one more than that on stage.

        Raises:
            StartupFailed: Then the old app stays on stage.
        """
        if self._swapping is None:
            self._swapping = asyncio.Lock()
        async with self._swapping:
            act = _Act(app, revision or self.revision + 1, self.deadline)
            await act.lifespan.start()
            old, self._act = self._act, act
            met = [each for each in self.connections if not each.ended and not each.kept]
            await self._part_with(met, on_swap)
            if old is not None:
                self._retire(old)
        return Swapped(act.revision, sum(each.accepted for each in met), on_swap)

    async def _part_with(self, connections: list[Connection], on_swap: OnSwap) -> None:
        for each in connections:
            if on_swap == "close":
                await each.hang_up("new code on stage")
            elif on_swap == "keep":
                each.kept = True
            elif each.turn is not None:
                each.turn.leave()

    def _retire(self, act: _Act) -> None:
        task = asyncio.create_task(self._see_off(act))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _see_off(self, act: _Act) -> None:
        await act.idle.wait()
        await act.lifespan.stop()

    async def clear(self) -> str | None:
        """Empty the stage: shutdown for what stands there; return what went wrong, if anything."""
        act, self._act = self._act, None
        failure = await act.lifespan.stop() if act else None
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=self.grace)
        for task in self._leaving:
            task.cancel()
        return failure

    # -- performing ------------------------------------------------------------------------------

    async def _http(self, scope: Scope, receive: Any, send: Any) -> None:
        act = self._act
        if act is None:
            await _say(send, 503, "Nothing is on stage.")
            return
        progress = _Progress(send)
        token = _revision.set(act.revision)
        act.enter()
        try:
            await act.app(self._scope(scope, act), receive, progress.send)
        except Exception as error:
            _report(scope, error)
            if not progress.started:
                await _say(send, 500, "Internal Server Error")
        finally:
            act.leave()
            _revision.reset(token)

    async def _websocket(self, scope: Scope, receive: Any, send: Any) -> None:
        connection = Connection(receive, send)
        self.connections.add(connection)
        try:
            again = True
            while again:
                again = await self._turn(connection, scope)
        finally:
            self.connections.discard(connection)

    async def _turn(self, connection: Connection, scope: Scope) -> bool:
        """Let the code on stage handle the connection; return whether other code is to go on."""
        act = self._act
        if act is None:
            await connection.close(1012, "nothing is on stage")
            return False
        perform = functools.partial(act.app, self._scope(scope, act))
        turn = connection.turn = Turn(connection, perform, self.grace)
        token = _revision.set(act.revision)
        act.enter()
        try:
            error = await turn.play()
        finally:
            act.leave()
            _revision.reset(token)
        return await self._after(connection, turn, scope, error)

    async def _after(
        self, connection: Connection, turn: Turn, scope: Scope, error: BaseException | None
    ) -> bool:
        if error is not None:
            _report(scope, error)
            if not turn.cancelled:
                await self._break_off(connection, scope)
        elif (why := turn.unwelcome) is not None:
            await connection.close(1012, why)
        return turn.leaving and turn.cancelled and not connection.ended

    async def _break_off(self, connection: Connection, scope: Scope) -> None:
        """End a connection whose handler raised: 1011 when it is open, 500 before that."""
        if connection.accepted or "websocket.http.response" not in scope.get("extensions", {}):
            await connection.close(1011, "internal error")
        elif not connection.ended:
            connection.ended = True
            await _say(connection.say, 500, "Internal Server Error", "websocket.http.response")

    def _scope(self, scope: Scope, act: _Act) -> Scope:
        return {**scope, "state": dict(act.lifespan.state)}


class _Progress:
    """A `send` that remembers whether a response has begun."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.started = False

    async def send(self, event: Event) -> None:
        self.started = True
        await self._send(event)


def _report(scope: Scope, error: BaseException) -> None:
    """Tell whoever listens what an app let escape; without a listener, the interpreter's hook."""
    hook = scope.get("micropie.error_hook")
    if hook is not None:
        hook(error, None)
    else:
        sys.excepthook(type(error), error, error.__traceback__)


async def _say(send: Any, status: int, text: str, kind: str = "http.response") -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
