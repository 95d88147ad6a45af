"""The line from a learner's kernel to the board: kept up on a thread of its own, for as long as the
kernel lives.

Law of the file: nobody waits for the board. It may be away, come back, and be away again; the line
then says everything anew. It says nothing but how exercises stand, and a ladder when it is told to.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final

from playground.classroom import limits, messages
from playground.classroom.messages import Standing
from playground.transports.quiet import quiet_logger

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

# Seconds until a board that is away is tried again: at first, and at most. A class that was sent
# away comes back within these, and not all at once.
_SOON: Final = 0.5
_LATEST: Final = 15.0

# Seconds for an opening handshake, and between two messages: the board takes ten a second.
_OPENING: Final = 10.0
_BETWEEN: Final = 0.15

# Characters of what a board says: a name, at most.
_MOST: Final = 4096

Source = Callable[[Collection[str] | None], list[Standing]]


class Line:
    """A line to a board.

    Args:
        url: Where to, as a WebSocket address.
        name: What the learner wants to be called.
        token: The secret by which the board knows them again.
        source: Returns how exercises stand now: some, or with None all.

    Attributes:
        url, name, token: As given.
        called: The name on the board; "" until it is known.
        away: Why the board is not there, as a clause; "" while it is, or is first tried.
        over: Why it will not be tried again, as a sentence; "" while it goes on.
        settled: Set once it is known whether the board is there.
    """

    def __init__(self, url: str, name: str, token: str, source: Source) -> None:
        self.url, self.name = url, name
        self.called = self.away = self.over = ""
        self.settled = threading.Event()
        self.token, self._source = token, source
        self._loop = asyncio.new_event_loop()
        self._left = self._there = False
        self._helped: dict[str, str] = {}
        # On the line's own loop alone: what is still to be said, and that there is something.
        self._due: dict[str, None] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="playground-class", daemon=True)
        self._thread.start()

    def tell(self, exercise: str) -> None:
        """Have it said how an exercise stands; it returns at once."""
        self._soon(self._mark, exercise)

    def help(self, exercise: str, ladder: str) -> None:
        """Have a ladder be sent with an exercise that is not done; it returns at once."""
        self._helped[exercise] = ladder
        self.tell(exercise)

    def helped(self) -> list[str]:
        """Return the exercises with which help was asked for."""
        return list(self._helped)

    def leave(self) -> None:
        """Leave the board. It is waited for, for a moment."""
        self._left = True
        self._soon(self._end)
        if threading.current_thread() is not self._thread:
            self._thread.join(2.0)

    def _soon(self, call: Callable[..., object], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(call, *arguments)

    def _mark(self, exercise: str) -> None:
        self._due[exercise] = None
        self._news.set()

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._go_on())
        finally:
            self.settled.set()
            self._loop.close()

    async def _go_on(self) -> None:
        from websockets.exceptions import ConnectionClosed

        self._task, wait = asyncio.current_task(), _SOON
        while not self._left and not self.over:
            try:
                async with self._connecting() as ws:
                    await self._talk(ws)
            except ConnectionClosed as end:
                self._ended(end)
            except Exception as error:
                self.away = _reason(error)
            wait, self._there = _SOON if self._there else wait, False
            self.away = self.away or "it has hung up"
            self.settled.set()
            if not self.over:
                await asyncio.sleep(wait * (0.5 + random.random() / 2))
                wait = min(_LATEST, wait * 2)

    def _connecting(self) -> Any:
        from websockets.asyncio.client import connect

        # A class meets on one machine or in one building: no proxy leads there.
        direct: dict[str, Any] = {"proxy": None} if _takes_proxy() else {}
        return connect(
            self.url,
            additional_headers={messages.TOKEN: self.token},
            compression=None,
            max_size=_MOST,
            open_timeout=_OPENING,
            close_timeout=1,
            logger=quiet_logger(),
            **direct,
        )

    async def _talk(self, ws: ClientConnection) -> None:
        """Say everything when the board asks for it, and then what is new."""
        telling: asyncio.Task[None] | None = None
        try:
            async for message in ws:
                said = messages.read(message)
                if said.get("kind") == "again":
                    await self._join(ws)
                elif said.get("kind") == "joined":
                    self.called = messages.line_of(said.get("name"), limits.NAME + 8)
                    self.away, self._there = "", True
                    self.settled.set()
                    telling = telling or asyncio.create_task(self._tell(ws))
        finally:
            if telling is not None:
                telling.cancel()

    async def _join(self, ws: ClientConnection) -> None:
        stands = messages.told(self._source(None)[-limits.EXERCISES :])
        more = {"version": limits.VERSION, "name": self.name, "called": self.called}
        await ws.send(messages.written("join", stands=stands, **more))
        self._due = dict.fromkeys(self._helped)
        self._news.set()

    async def _tell(self, ws: ClientConnection) -> None:
        while True:
            # A kernel that stands still closes nothing: the board misses its words.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limits.STILL_HERE):
                    await self._news.wait()
            self._news.clear()
            due, self._due = list(self._due), {}
            try:
                await self._say(ws, due)
            except BaseException:
                self._due = dict.fromkeys([*due, *self._due])
                raise
            await asyncio.sleep(_BETWEEN)

    async def _say(self, ws: ClientConnection, exercises: list[str]) -> None:
        # Of more than a board takes those that were checked last, as when it is joined.
        standings = self._source(exercises)[-limits.EXERCISES :]
        await ws.send(messages.written("stands", stands=messages.told(standings)))
        for each in standings:
            if each.state == "done":
                self._helped.pop(each.exercise, None)
            elif ladder := self._helped.get(each.exercise):
                await ws.send(messages.written("help", exercise=each.exercise, ladder=ladder))

    def _ended(self, end: Any) -> None:
        code, reason = (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")
        if code in (limits.REMOVED, limits.UNFIT):
            self.over = reason
        self.away = reason or "it has hung up"


def _reason(error: Exception) -> str:
    """Return why a board is not there, as a clause that says what to do."""
    import socket
    import ssl

    from websockets.exceptions import InvalidHandshake, InvalidStatus

    if isinstance(error, InvalidStatus):
        return _refusal(error.response.status_code)
    if isinstance(error, InvalidHandshake):
        return "what answers there is no board"
    if isinstance(error, TimeoutError):
        return "nothing answers there"
    if isinstance(error, ssl.SSLError):
        return "what answers there does not encrypt; the address may have to begin with http://"
    if isinstance(error, socket.gaierror):
        return "no machine of that name is found"
    if isinstance(error, ConnectionRefusedError):
        return "nobody serves there"
    if isinstance(error, messages.Unfit):
        return "what answers there is no board"
    return str(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _refusal(status: int) -> str:
    if status in (301, 302, 303, 307, 401, 403):
        return (
            "what answers there wants a login; on a Hub, a kernel joins by the machine's own "
            "address, such as http://127.0.0.1:8765"
        )
    if status == 404:
        return "what is served there is no board"
    return f"it answers with the status {status}"


def _takes_proxy() -> bool:
    """Return whether the library asks the environment for a proxy, since its version 15."""
    import inspect

    from websockets.asyncio.client import connect

    return "proxy" in inspect.signature(connect.__init__).parameters
