"""The ASGI app that a server is given once: it passes all on to an app that can be swapped."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import Context, ContextVar
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from playground.stage.asyncio_internals import unseen
from playground.stage.connection import Connection, Witnessed
from playground.stage.handler_run import HandlerRun
from playground.stage.idle_tasks import tasks_by_owner
from playground.stage.lifespan import ASGIApp
from playground.stage.progress import Progress
from playground.stage.running_app import RunningApp, current_revision

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
OnSwap = Literal["handover", "close", "keep"]

ON_SWAP: Final[tuple[OnSwap, ...]] = ("handover", "close", "keep")

logger = logging.getLogger(__name__)


def check_on_swap(on_swap: object) -> None:
    """Check the name of what a swap does with open sockets.

    Raises:
        ValueError: If nothing of the kind can.
    """
    if on_swap not in ON_SWAP:
        raise ValueError(f"expected on_swap to be one of {ON_SWAP}, got {on_swap!r}; leave it out")


class Swapped(NamedTuple):
    """What a swap has done with the open sockets.

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


_CANCELLED: Final = "the app has cancelled this handler"


class Stage:
    """An ASGI app that passes everything on to another app, which can be swapped.

    Args:
        grace: Seconds an old handler has to finish with its message, and to end once cancelled.
        deadline: Seconds an app's start-up may take.
        on_trouble: Told, as a sentence, what went wrong where nobody waits for it.
        context_variable: What a handler takes over from a task of its own that waited for a
            message; None for nothing.
        stays_with_its_code: Given a handshake, returns why its connection means nothing to other
            code than that which it began with, as a close reason; "" if it can be handed over.

    Attributes:
        raised: Given what a shutdown raised: nobody waits for it.
        stubborn: Given the task of a handler that a swap has cancelled, and that goes on.
    """

    def __init__(
        self,
        *,
        grace: float = 1.0,
        deadline: float = 10.0,
        on_trouble: Callable[[str], object] = logger.warning,
        context_variable: ContextVar[Any] | None = None,
        stays_with_its_code: Callable[[Scope], str] = lambda scope: "",
    ) -> None:
        self.stays_with_its_code = stays_with_its_code
        self.grace = grace
        self.deadline = deadline
        self.on_trouble = on_trouble
        self.context_variable = context_variable
        self.raised: Callable[[BaseException], object] = lambda error: None
        self.stubborn: Callable[[asyncio.Task[None]], object] = lambda task: None
        self.connections: set[Connection] = set()
        self._running: RunningApp | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._swapping: asyncio.Lock | None = None
        self._has_said = False
        self._witnessed: Witnessed | None = None

    @property
    def revision(self) -> int:
        """The number of the code on stage, from 1; 0 while the stage is empty."""
        return self._running.revision if self._running else 0

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
        return self._running.requests if self._running else 0

    def goes_on(self, context: Context) -> bool:
        """Return whether in a context runs a handler, or its task, whose connection is over.

        Args:
            context: Of a task; this may be asked on any thread.
        """
        runs = [each.run for each in list(self.connections)]
        return any(run is not None and run.goes_on(context) for run in runs)

    def revision_now(self) -> int:
        """Return the revision at work here: the running handler's, else the one on stage."""
        return current_revision() or self.revision

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    def attend(self, witnessed: Witnessed | None) -> None:
        """Have a witness for each exchange from now on, or none; WebSockets that are open get one.

        Args:
            witnessed: Makes one; None for none, and then nothing is in the way of what passes.
        """
        self._witnessed = witnessed
        for each in list(self.connections):
            each.attend(witnessed)

    async def swap(
        self, app: ASGIApp, on_swap: OnSwap = "handover", *, revision: int | None = None
    ) -> Swapped:
        """Put an app in the place of the one that is served, or serve the first one.

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
            running = RunningApp(app, revision or self.revision + 1, self.deadline)
            before = self._running
            stays = before is not None and before.app is app
            if before is not None and stays:
                # Its code was changed in place: it has started, and is not to be shut down.
                running.lifespan = before.lifespan
            else:
                await running.lifespan.start()
            # From here on nothing waits: a swap that is given up is either done or not begun.
            old, self._running = self._running, running
            met = [each for each in self.connections if not each.ended and not each.kept]
            bound = self._part_with(met, on_swap)
            if old is not None and not stays:
                self._retire(old)
        went = sum(each.accepted for each in met) - bound.total()
        return Swapped(running.revision, went, on_swap, bound)

    def _part_with(self, connections: list[Connection], on_swap: OnSwap) -> Counter[str]:
        """Do with each connection as is wanted; count those that are closed instead, by reason."""
        if connections:
            self._say_what_is_unseen()
        tasks = tasks_by_owner()
        bound: Counter[str] = Counter()
        for each in connections:
            if on_swap == "close":
                each.hang_up("new code on stage", tasks)
            elif on_swap == "keep":
                each.kept = True
            elif each.accepted and (why := self.stays_with_its_code(each.scope)):
                bound[why] += 1
                each.hang_up(why, tasks)
            else:
                each.hand_over(tasks)
        return bound

    def _say_what_is_unseen(self) -> None:
        """Say, once, if tasks do not show what they wait for: then hand-overs take longer."""
        task = asyncio.current_task()
        hidden = unseen(task) if task is not None and not self._has_said else ""
        if hidden:
            self._has_said = True
            self.on_trouble(hidden)

    def _retire(self, running: RunningApp) -> None:
        task = asyncio.create_task(self._see_off(running))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _see_off(self, running: RunningApp) -> None:
        await running.at_rest.wait()
        failure = await self._stop(running)
        if failure:
            self.on_trouble(f"revision {running.revision}, shutdown: {failure}")

    async def _stop(self, running: RunningApp) -> str | None:
        failure = await running.lifespan.stop()
        error = running.lifespan.error() if failure else None
        if error is not None:
            self.raised(error)
        return failure

    def close_all(self, reason: str) -> None:
        """End every handler, and close its connection with 1012 if it is still open."""
        tasks = tasks_by_owner() if self.connections else {}
        for each in self.connections:
            each.hang_up(reason, tasks)

    async def clear(self) -> str | None:
        """Empty the stage: shutdown for what stands there; return what went wrong, if anything."""
        running, self._running = self._running, None
        self._swapping = None  # a lock belongs to a loop, and the next life may have another
        failure = await self._stop(running) if running else None
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=self.grace)
        for task in self._leaving:
            task.cancel()
        return failure

    def forget(self) -> None:
        """Forget what stands here: its event loop has ended, and nothing can be awaited there."""
        self._running = self._swapping = None
        self.connections.clear()
        self._leaving.clear()

    async def _http(self, scope: Scope, receive: Any, send: Any) -> None:
        running = self._running
        if running is None:
            await _say(send, 503, "Nothing is on stage.")
            return
        witness = self._witnessed(receive, send) if self._witnessed is not None else None
        if witness is not None:
            receive, send = witness.receive, witness.send
        progress = Progress(receive, send)
        with running.at_work():
            try:
                await running.app(running.scope(scope), progress.receive, progress.send)
            except (asyncio.CancelledError, GeneratorExit) as error:
                # The task of a server that knows says who has cancelled it.
                if not getattr(asyncio.current_task(), "cancelled_by_app", False):
                    raise  # from outside: nothing can be answered here
                failure = RuntimeError(_CANCELLED).with_traceback(error.__traceback__)
                await self._answer_failure(scope, failure, progress)
            except BaseException as error:
                await self._answer_failure(scope, error, progress)
            finally:
                if witness is not None:
                    witness.ended()

    @staticmethod
    async def _answer_failure(scope: Scope, error: BaseException, progress: Progress) -> None:
        _report(scope, error)
        if not progress.started:
            await _say(progress.send, 500, "Internal Server Error")

    async def _websocket(self, scope: Scope, receive: Any, send: Any) -> None:
        connection = Connection(scope, receive, send)
        if self._witnessed is not None:
            connection.attend(self._witnessed)
        self.connections.add(connection)
        try:
            again = True
            while again:
                again = await self._run_handler(connection)
        except asyncio.CancelledError:
            await connection.close(1012, "its task was cancelled")
            raise
        finally:
            self.connections.discard(connection)
            connection.belongings.let_go()

    async def _run_handler(self, connection: Connection) -> bool:
        """Run the current app's handler on a connection; return whether to run the next app's."""
        running = self._running
        if running is None:
            await connection.close(1012, "nothing is on stage")
            return False
        perform = functools.partial(running.app, running.scope(connection.scope))
        belongings = connection.belongings
        belongings.begin()
        run = connection.run = HandlerRun(
            connection,
            perform,
            self.grace,
            self.context_variable,
            belongings.settle,
            lambda task: self.stubborn(task),
        )
        with running.at_work():
            error = await run.to_its_end()
            if connection.witness is not None:
                connection.witness.ended()
        return await self._after(connection, run, error)

    async def _after(
        self, connection: Connection, run: HandlerRun, error: BaseException | None
    ) -> bool:
        if error is not None:
            run.context.run(_report, connection.scope, error)
            if not run.cancelled:
                await self._break_off(connection)
        elif run.cancelled_by_others:
            await connection.close(1012, _CANCELLED)
        elif (why := run.unwelcome) is not None:
            await connection.close(1012, why)
        if connection.closing is not None:
            await connection.close(1012, connection.closing)
        return run.leaving and run.cancelled and not connection.ended

    async def _break_off(self, connection: Connection) -> None:
        """End a connection whose handler raised: 1011 when it is open, 500 before that."""
        if connection.accepted or "websocket.http.response" not in connection.scope.get(
            "extensions", {}
        ):
            await connection.close(1011, "internal error")
        elif not connection.ended:
            connection.ended = True
            await _say(connection.say, 500, "Internal Server Error", "websocket.http.response")


def _report(scope: Scope, error: BaseException) -> None:
    """Report an exception that an app let escape: to the scope's error hook, else to `sys`."""
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
