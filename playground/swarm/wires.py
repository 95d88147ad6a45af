"""What a crowd's clients send and receive, counted and timed on its way."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, Protocol, TypeVar

from playground.swarm.tally import Tally
from playground.transports import Blocker, Headers, Wire

T = TypeVar("T")

# Of a client whose messages nobody answers, so many are remembered.
_WAITING: Final = 4096

# Messages that one client sends before the others have a turn.
_AT_ONCE: Final = 16


class Counted:
    """A `Wire` that counts, and takes the time from a message to the next that comes.

    Args:
        wire: What it passes everything on to.
        tally: Where it counts.

    Attributes:
        at_rest: Set while no message of its own is unanswered.
        hung_up: Whether it has been closed from this side.
    """

    def __init__(self, wire: Wire, tally: Tally) -> None:
        self._wire = wire
        self._tally = tally
        self._sent: deque[float] = deque(maxlen=_WAITING)
        self.subprotocol = wire.subprotocol
        self.headers = wire.headers
        self.send_now = None if wire.send_now is None else self._send_now
        self.hung_up = False
        self._turn = 0
        self.at_rest = asyncio.Event()
        self.at_rest.set()

    async def send(self, message: str | bytes) -> None:
        """Send one message; `ClientClosed` if nobody is there."""
        self._turn += 1
        if self._turn > _AT_ONCE:
            self._turn = 0
            await asyncio.sleep(0)
        self._goes(time.perf_counter())
        await self._wire.send(message)
        self._tally.messages += 1

    def _send_now(self, message: str | bytes) -> bool:
        began, send_now = time.perf_counter(), self._wire.send_now
        if send_now is None or self._turn >= _AT_ONCE or not send_now(message):
            return False
        self._turn += 1
        self._goes(began)
        self._tally.messages += 1
        return True

    def _goes(self, began: float) -> None:
        # Before it is sent: the answer may be there sooner than whoever sends goes on.
        self._sent.append(began)
        self.at_rest.clear()

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are; they count as no message."""
        await self._wire.send_raw(data)

    async def receive(self) -> str | bytes:
        """Wait for one message; `ClientClosed` at the end."""
        message = await self._wire.receive()
        self._tally.heard += 1
        if self._sent:
            self._tally.answered += 1
            self._tally.latency.add(time.perf_counter() - self._sent.popleft())
            if not self._sent:
                self.at_rest.set()
        return message

    async def close(self, code: int, reason: str) -> None:
        """Do the closing handshake."""
        self.hung_up = True
        await self._wire.close(code, reason)


class Reach(Protocol):
    """How a crowd reaches an app: by a server, or within this process."""

    def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> Awaitable[Wire]:
        """Do an opening handshake."""
        ...


class CountedTransport:
    """As much of a `Transport` as a script's clients need, on the loop that they run on.

    Args:
        reach: How they reach the app.
        tally: Where they count.

    Attributes:
        wire: The last one that was connected; None before.
    """

    blocker: Blocker
    prepare: Callable[[], object] | None = None

    def __init__(self, reach: Reach, tally: Tally) -> None:
        self._reach = reach
        self._tally = tally
        self.wire: Counted | None = None
        self.blocker = lambda seconds: ""

    async def connect(
        self, path: str, *, headers: Headers = (), subprotocols: Sequence[str] = ()
    ) -> Counted:
        """Do an opening handshake."""
        wire = await self._reach.connect(path, headers=headers, subprotocols=subprotocols)
        self.wire = Counted(wire, self._tally)
        return self.wire

    async def run(self, work: Coroutine[Any, Any, T], deadline: float | None = None) -> T:
        """Await a coroutine."""
        return await work

    async def run_function(self, function: Callable[[], T], deadline: float) -> T:
        """Call a function."""
        return function()
