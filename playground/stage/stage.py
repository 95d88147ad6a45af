"""Stage: the ASGI app a server sees for as long as the lab lives."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from playground.stage.act import Act, current_revision
from playground.stage.connection import Connection
from playground.stage.lifespan import ASGIApp
from playground.stage.turn import Turn
from playground.stage.work import tasks_by_owner

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
OnSwap = Literal["handover", "close", "keep"]

ON_SWAP: Final[tuple[OnSwap, ...]] = ("handover", "close", "keep")

logger = logging.getLogger(__name__)


def check_on_swap(on_swap: object) -> None:
    """Check what is to become of open sockets.

    Raises:
        ValueError: If nothing of the kind can.
    """
    if on_swap not in ON_SWAP:
        raise ValueError(f"expected on_swap to be one of {ON_SWAP}, got {on_swap!r}; leave it out")


class Swapped(NamedTuple):
    """What a swap did.

    Attributes:
        revision: The new revision's number.
        sockets: How many sockets it met and did with as was wanted.
        on_swap: What was wanted.
        bound: How many it closed instead, for each reason why they could not be handed over.
    """

    revision: int
    sockets: int
    on_swap: OnSwap
    bound: Mapping[str, int] = MappingProxyType({})


class Stage:
    """Where the app stands.

    Args:
        grace: Seconds an old handler has to finish with its message, and to end once cancelled.
        deadline: Seconds an app's start-up may take.
        on_trouble: Told, as a sentence, what went wrong where nobody waits for it.
        carried: What a handler takes over from a task of its own that waited for a message.
        bound: Given a handshake, why its connection means nothing to other code than that which it
            began with, as a close reason; "" if it can be handed over.
    """

    def __init__(
        self,
        *,
        grace: float = 1.0,
        deadline: float = 10.0,
        on_trouble: Callable[[str], object] = logger.warning,
        carried: ContextVar[Any] | None = None,
        bound: Callable[[Scope], str] = lambda scope: "",
    ) -> None:
        self.bound = bound
        self.grace = grace
        self.deadline = deadline
        self.on_trouble = on_trouble
        self.carried = carried
        self.connections: set[Connection] = set()
        self._act: Act | None = None
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

    def paths(self) -> list[str]:
        """Return the path of each WebSocket that is open and that a swap would hand over."""
        return [
            str(each.scope["path"])
            for each in self.connections
            if each.accepted and not each.ended and not each.kept
        ]

    @property
    def requests(self) -> int:
        """How many HTTP requests are being handled by the code on stage."""
        return self._act.requests if self._act else 0

    def revision_now(self) -> int:
        """Return the revision at work here: the running handler's, else the one on stage."""
        return current_revision() or self.revision

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
                1012, or ``"keep"`` on the code they are on. A handler that holds a message finishes
                with it first.
            revision: Its number; by default one more than that on stage.

        Raises:
            StartupFailed: Then the old app stays on stage.
        """
        if self._swapping is None:
            self._swapping = asyncio.Lock()
        async with self._swapping:
            act = Act(app, revision or self.revision + 1, self.deadline)
            await act.lifespan.start()
            # From here on nothing waits: a swap that is given up is either done or not begun.
            old, self._act = self._act, act
            met = [each for each in self.connections if not each.ended and not each.kept]
            bound = self._part_with(met, on_swap)
            if old is not None:
                self._retire(old)
        went = sum(each.accepted for each in met) - bound.total()
        return Swapped(act.revision, went, on_swap, bound)

    def _part_with(self, connections: list[Connection], on_swap: OnSwap) -> Counter[str]:
        """Let each go where it is to; return how many are closed because they cannot."""
        tasks = tasks_by_owner()
        bound: Counter[str] = Counter()
        for each in connections:
            if on_swap == "close":
                each.hang_up("new code on stage", tasks)
            elif on_swap == "keep":
                each.kept = True
            elif each.accepted and (why := self.bound(each.scope)):
                bound[why] += 1
                each.hang_up(why, tasks)
            else:
                each.hand_over(tasks)
        return bound

    def _retire(self, act: Act) -> None:
        task = asyncio.create_task(self._see_off(act))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _see_off(self, act: Act) -> None:
        await act.idle.wait()
        failure = await act.lifespan.stop()
        if failure:
            self.on_trouble(f"revision {act.revision}, shutdown: {failure}")

    def send_home(self, reason: str) -> None:
        """Have every handler leave, and close its connection with 1012 if it is still open."""
        tasks = tasks_by_owner() if self.connections else {}
        for each in self.connections:
            each.hang_up(reason, tasks)

    async def clear(self) -> str | None:
        """Empty the stage: shutdown for what stands there; return what went wrong, if anything."""
        act, self._act = self._act, None
        self._swapping = None  # a lock belongs to a loop, and the next life may have another
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
        with act.at_work():
            try:
                await act.app(act.scope(scope), receive, progress.send)
            except Exception as error:
                _report(scope, error)
                if not progress.started:
                    await _say(send, 500, "Internal Server Error")

    async def _websocket(self, scope: Scope, receive: Any, send: Any) -> None:
        connection = Connection(scope, receive, send)
        self.connections.add(connection)
        try:
            again = True
            while again:
                again = await self._turn(connection)
        finally:
            self.connections.discard(connection)

    async def _turn(self, connection: Connection) -> bool:
        """Let the code on stage handle the connection; return whether other code is to go on."""
        act = self._act
        if act is None:
            await connection.close(1012, "nothing is on stage")
            return False
        perform = functools.partial(act.app, act.scope(connection.scope))
        turn = connection.turn = Turn(connection, perform, self.grace, self.carried)
        with act.at_work():
            error = await turn.play()
        return await self._after(connection, turn, error)

    async def _after(self, connection: Connection, turn: Turn, error: BaseException | None) -> bool:
        if error is not None:
            turn.context.run(_report, connection.scope, error)
            if not turn.cancelled:
                await self._break_off(connection)
        elif (why := turn.unwelcome) is not None:
            await connection.close(1012, why)
        if connection.closing is not None:
            await connection.close(1012, connection.closing)
        return turn.leaving and turn.cancelled and not connection.ended

    async def _break_off(self, connection: Connection) -> None:
        """End a connection whose handler raised: 1011 when it is open, 500 before that."""
        if connection.accepted or "websocket.http.response" not in connection.scope.get(
            "extensions", {}
        ):
            await connection.close(1011, "internal error")
        elif not connection.ended:
            connection.ended = True
            await _say(connection.say, 500, "Internal Server Error", "websocket.http.response")


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
