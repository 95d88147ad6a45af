"""The clients of a crowd: they come one after the other, talk at their own pace, and leave.

Law of the room: no client waits for another, and none waits for an answer before it sends again: a
server that is slow must not slow down those who measure it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Final

from playground.clients.client import Client
from playground.swarm import mishaps
from playground.swarm.plan import MOST, Plan
from playground.swarm.steps import Stepped
from playground.swarm.tally import Tally
from playground.swarm.wires import Counted, CountedTransport, Reach
from playground.transports import ClientClosed

Script = Callable[[Client, int], Awaitable[object]]
"""What a client does: given it and its number, from 1."""

# Seconds: for a handshake, for answers that are missing when time is up, or when a script has ended
# that might have waited for them itself, and for the closing handshake.
HANDSHAKE: Final = 10.0
PATIENCE: Final = 2.0
REST: Final = 1.0
CLOSING: Final = 3.0
# Handshakes that are under way at once; the others wait.
_AT_ONCE: Final = 200
_LOOK: Final = 0.05
# The clients' moments are spread evenly over the time from one message to the next.
_SPREAD: Final = 0.618034
# Ends that an app may make of a connection when all is well.
_WELL: Final = frozenset({None, 1000, 1001, 1005})


class Swarm:
    """A crowd at work.

    Args:
        reach: How its clients reach the app.
        plan: What they do.
        script: What each does instead of sending one message now and then.

    Attributes:
        tally: What has become of it so far.
        wanted: How many clients there are to be; see `resize`.
        over: Whether all of it is.
    """

    def __init__(self, reach: Reach, plan: Plan, script: Script | None = None) -> None:
        self.tally = Tally()
        self.wanted = plan.clients
        self.over = False
        self._reach = reach
        self._plan = plan
        self._script = script
        self._members: dict[int, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._handshakes = asyncio.Semaphore(_AT_ONCE)
        self._stopping = asyncio.Event()
        self._began = self._ends = 0.0
        self._came = self._sent_off = 0

    def resize(self, clients: int) -> None:
        """Have more clients come, at the pace of the others, or the newest leave."""
        self.wanted = min(max(1, clients), MOST)

    def stop(self) -> None:
        """Have all of them leave now."""
        self._stopping.set()

    async def run(self) -> None:
        """Let them come, talk and leave; return when the last is gone."""
        self._began = time.perf_counter()
        self._ends = self._began + self._plan.ramp + self._plan.seconds
        try:
            await self._let_come()
            if not self._stopping.is_set() and self._members:
                await asyncio.wait(self._members.values(), timeout=PATIENCE + CLOSING)
        finally:
            self._send_off(list(self._members))
            if self._leaving:
                await asyncio.wait(self._leaving, timeout=CLOSING)
        self.over = True

    async def _let_come(self) -> None:
        """Let clients come, and some leave again, until the time is up or all have left."""
        pace = self._plan.ramp / self._plan.clients
        due = self._began
        while (now := time.perf_counter()) < self._ends and not self._stopping.is_set():
            lacking = self.wanted - (self._came - self._sent_off)
            if lacking < 0:
                self._send_off(list(self._members)[lacking:])
            elif lacking == 0 and not self._members:
                return
            elif lacking > 0 and now >= due:
                self._comes()
                # A loop that was late lets more of them come, but not all of them at once.
                due = max(due + pace, now - _LOOK)
                continue
            elif lacking == 0:
                due = now
            pause = min(due - now if lacking > 0 else _LOOK, self._ends - now)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    def _comes(self) -> None:
        self._came += 1
        number = self._came
        task = asyncio.create_task(self._take_part(number))
        self._members[number] = task
        task.add_done_callback(lambda done: self._members.pop(number, None))

    def _send_off(self, numbers: list[int]) -> None:
        for number in numbers:
            task = self._members.pop(number)
            self._sent_off += 1
            task.cancel()
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _take_part(self, number: int) -> None:
        """Be one client, from its handshake to its end."""
        tally = self.tally
        tally.began += 1
        try:
            async with self._handshakes:
                way = CountedTransport(self._reach, tally)
                mine = await self._connected(way, number)
        except Exception as error:
            tally.failed += 1
            tally.missed(mishaps.not_open(error, HANDSHAKE))
            return
        tally.opened += 1
        tally.open += 1
        tally.opening = max(tally.opening, time.perf_counter() - self._began)
        try:
            if isinstance(mine, Client):
                assert way.wire is not None
                await self._play(mine, way.wire, number)
            else:
                await self._talk(mine, number)
        finally:
            tally.open -= 1

    async def _connected(self, way: Any, number: int) -> Counted | Client:
        """Connect: a wire that talks by itself, or a client for a script."""
        plan = self._plan
        if self._script is None:
            async with asyncio.timeout(HANDSHAKE):
                wire: Counted = await way.connect(plan.path, headers=[plan.header(number)])
                return wire
        client = Client(way, f"crowd-{number}", plan.path, naming=lambda name: plan.header(number))
        await client.open(HANDSHAKE)
        return client

    async def _talk(self, wire: Counted, number: int) -> None:
        """Send a message now and then, whatever is answered, and then leave."""
        listener = asyncio.create_task(_listen(wire))
        try:
            due = time.perf_counter() + self._plan.every * (number * _SPREAD % 1)
            while due < self._ends and not await _done(listener, due):
                await wire.send(self._plan.message)
                due += self._plan.every
            if not await _done(listener, self._ends):
                await _either(listener, wire.at_rest.wait(), PATIENCE)
        except ClientClosed:
            await asyncio.wait({listener}, timeout=CLOSING - 1.0)
        finally:
            ended = listener.result() if listener.done() else None
            if ended is None:
                with contextlib.suppress(ClientClosed, OSError, TimeoutError):
                    async with asyncio.timeout(CLOSING - 1.0):
                        await wire.close(1000, "")
            elif ended.code not in _WELL:
                self.tally.missed(mishaps.closed(ended.code, ended.reason))
            listener.cancel()

    async def _play(self, client: Client, wire: Counted, number: int) -> None:
        """Do what the script says, to its end or until time is up, and then leave."""
        assert self._script is not None
        playing = asyncio.ensure_future(_played(self._script, client, number, self._held_up))
        try:
            if await _done(playing, self._ends):
                error = playing.result()
                if error is None and client.listener is not None:
                    await _either(client.listener, wire.at_rest.wait(), REST)
                if error is not None:
                    kind = mishaps.in_script(error, client.name, hung_up=wire.hung_up)
                    self.tally.missed(kind)
                elif client.code not in _WELL:
                    self.tally.missed(mishaps.closed(client.code or 1006, client.reason))
        finally:
            playing.cancel()
            with contextlib.suppress(ClientClosed, OSError, TimeoutError):
                async with asyncio.timeout(CLOSING - 1.0):
                    await client.close()

    def _held_up(self, frames: list[tuple[FrameType, int]]) -> None:
        self.tally.missed(mishaps.held_up(mishaps.place_of(frames)))


async def _played(
    script: Script, client: Client, number: int, held_up: Callable[..., object]
) -> BaseException | None:
    """Play a script; return what it has raised: `sys.exit` ends one client, and not all of them."""
    try:
        await Stepped(script(client, number), held_up)  # type: ignore[arg-type]
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return error
    return None


async def _listen(wire: Counted) -> ClientClosed:
    """Hear everything; return the end."""
    while True:
        try:
            await wire.receive()
        except ClientClosed as end:
            return end


async def _done(task: asyncio.Future[Any], due: float) -> bool:
    """Wait until a moment, or until a task has ended; return whether it has."""
    pause = due - time.perf_counter()
    if pause > 0:
        await asyncio.wait({task}, timeout=pause)
    return task.done()


async def _either(task: asyncio.Future[Any], waiting: Any, seconds: float) -> None:
    """Wait for a task or for something else, but not for long."""
    other = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait({task, other}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        other.cancel()
