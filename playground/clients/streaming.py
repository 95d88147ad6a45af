"""ResponseStream: a response that is read as it comes, in parts, in lines or in events.

Its public methods are called from any loop; what waits for the response runs on the transport's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any, Final, Generic, NoReturn, TypeVar

from playground.clients.asking import check_timeout
from playground.clients.misnamed import STREAM, says_the_right_name
from playground.traffic.server_sent import (
    MEDIA_TYPE,
    EventStream,
    ServerSentEvent,
    is_event_stream,
)
from playground.transports import Coming, LoopBlocked, ResponseBroken, Transport
from playground.transports.waiting import Late
from playground.transports.waking import Waking

T = TypeVar("T")

# Seconds to wait until a response is let go of: its loop may be blocked. Less where an error is on
# its way to somebody. What takes longer goes on by itself.
_CLOSING: Final = 5.0
_CLOSING_AFTER_ERROR: Final = 0.25

_STOPPED: Final = "the lab was stopped or restarted"


class _AsTheStreams:
    """Stands for the time-out that the stream was opened with: None is one too."""

    def __repr__(self) -> str:
        return "the stream's"


_DEFAULT: Final[Any] = _AsTheStreams()


class Items(AsyncIterator[T], Generic[T]):
    """What comes of a response, one after the other: ``async for item in items``.

    After a `TimeoutError` it goes on where it was.
    """

    def __init__(self, call: str, following: Callable[[], Awaitable[T | None]]) -> None:
        self._call = call
        self._following = following

    async def __anext__(self) -> T:
        item = await self._following()
        if item is None:
            raise StopAsyncIteration
        return item

    def _misused(self, *_: object) -> NoReturn:
        raise TypeError(f"{self._call} comes by and by; write async for item in {self._call}")

    __iter__ = __await__ = __getitem__ = __len__ = _misused


@says_the_right_name("answer", STREAM, "async for chunk in answer")
class ResponseStream:
    """A response that is read as it comes: ``async for chunk in answer``. Made by `Lab.stream`.

    Read it in one way: in parts, lines or events.

    Attributes:
        status: The HTTP status.
        headers: Names and values in order, as they were sent.
    """

    def __init__(
        self, transport: Transport, coming: Coming, what: str, timeout: float | None
    ) -> None:
        self.status = coming.status
        self.headers = coming.headers
        self._transport = transport
        self._coming = coming
        self._what = what
        self._timeout = timeout
        # What has come and was not taken: a wait that is cancelled loses nothing.
        self._parts: deque[bytes] = deque()
        self._ended = self._closed = self._is_blocked = False
        self._lines: deque[bytes] = deque()
        # In pieces: a long line that comes in many parts is put together once.
        self._line: list[bytes] = []
        self._stream = EventStream()
        self._events: deque[ServerSentEvent] = deque()
        self._since_event = 0
        self._reading = asyncio.Lock()

    def header(self, name: str) -> str | None:
        """Return the first header of that name, however it is written; None without one.

        Args:
            name: Its name, in upper or lower case.
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.chunks()

    def chunks(self, timeout: float | None = _DEFAULT) -> AsyncIterator[bytes]:
        """Return the parts of the body, as they come.

        Args:
            timeout: Seconds to wait for each; None for any time. By default as the stream's.
        """
        seconds = self._seconds(timeout)
        return Items("answer.chunks()", lambda: self._chunk(monotonic(), seconds, "nothing"))

    def lines(self, timeout: float | None = _DEFAULT) -> AsyncIterator[str]:
        r"""Return the lines of the body as text (UTF-8), without ``\n`` or ``\r\n``.

        Args:
            timeout: Seconds to wait for each; None for any time. By default as the stream's.
        """
        seconds = self._seconds(timeout)
        return Items("answer.lines()", lambda: self._next_line(seconds))

    def events(self, timeout: float | None = _DEFAULT) -> AsyncIterator[ServerSentEvent]:
        """Return the server-sent events of the body; each has `event`, `data`, `id` and `retry`.

        Args:
            timeout: Seconds to wait for each; None for any time. By default as the stream's.

        Raises:
            ValueError: If it is no event stream: a browser would not take it for one either.
        """
        kind = self.header("content-type")
        if self.status != 200 or not is_event_stream(kind):
            raise ValueError(
                f"expected status 200 and content-type {MEDIA_TYPE}, as browsers do of events, "
                f"got {self.status} and {kind or 'none'}; have the app send that, or read "
                "answer.lines()"
            )
        seconds = self._seconds(timeout)
        return Items("answer.events()", lambda: self._next_event(seconds))

    async def close(self) -> None:
        """Let go of it: the app sees that its client has left. Leaving the block does this."""
        await self._let_go(_CLOSING)

    async def __aenter__(self) -> ResponseStream:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._let_go(_CLOSING if kind is None else _CLOSING_AFTER_ERROR)

    async def _let_go(self, patience: float) -> None:
        if self._closed:
            return
        self._closed = True
        # It is over with a lab that is stopped; and of a loop on this thread nothing is waited for.
        with contextlib.suppress(RuntimeError, ConnectionError):
            if self._transport.runner() is None:
                await self._transport.run(self._coming.close())
                return
            gone = asyncio.Event()
            self._transport.spawn(self._close(asyncio.get_running_loop(), gone))
            if not self._is_blocked:
                with Waking(), contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(gone.wait(), patience)

    async def _close(self, asked_from: asyncio.AbstractEventLoop, gone: asyncio.Event) -> None:
        try:
            await self._coming.close()
        finally:
            with contextlib.suppress(RuntimeError):  # its cell is over
                asked_from.call_soon_threadsafe(gone.set)

    def _seconds(self, timeout: float | None) -> float | None:
        if timeout is _DEFAULT:
            return self._timeout
        if timeout is not None:
            check_timeout(timeout)
        return timeout

    async def _next_line(self, timeout: float | None) -> str | None:
        since = monotonic()
        while not self._lines:
            part = await self._chunk(since, timeout, "no whole line")
            if part is None:
                last, self._line = b"".join(self._line), []
                return _text(last) if last else None
            piece, *more = part.split(b"\n")
            self._line.append(piece)
            if more:
                self._lines += [b"".join(self._line), *more[:-1]]
                self._line = [more[-1]]
        return _text(self._lines.popleft())

    async def _next_event(self, timeout: float | None) -> ServerSentEvent | None:
        since = monotonic()
        while not self._events:
            part = await self._chunk(since, timeout, "no event", self._in_part)
            if part is None:
                return None
            self._events += self._stream.feed(part)
            self._since_event = 0 if self._events else self._since_event + len(part)
        return self._events.popleft()

    def _in_part(self) -> str:
        if not self._since_event:
            return ""
        return f", only {self._since_event} bytes: an event ends with a blank line"

    async def _chunk(
        self,
        since: float,
        timeout: float | None,
        lack: str,
        more: Callable[[], str] = lambda: "",
    ) -> bytes | None:
        """Return the next part, None at the end; at most `timeout` seconds after `since`."""
        # What woke this reader may have been taken by another.
        while not self._parts and not self._ended:
            if self._closed:
                raise RuntimeError(
                    f"{self._what}: the block of its stream was left; read inside it"
                )
            left = None if timeout is None else max(0.0, timeout - (monotonic() - since))
            why = f"{self._what}: {lack} came within {timeout:g} s" if timeout is not None else ""
            try:
                await self._transport.run(self._more(left), left)
            except LoopBlocked as late:
                self._is_blocked = True
                raise Late(f"{why}; {late}") from None
            except RuntimeError:  # the loop that it came on is no more
                method, _, path = self._what.partition(" ")
                raise ResponseBroken(method, path, _STOPPED) from None
            except TimeoutError:
                raise Late(f"{why}{more()}; pass timeout= to wait longer") from None
        return self._parts.popleft() if self._parts else None

    async def _more(self, timeout: float | None) -> None:
        """Wait until a part is there, or the end."""
        async with asyncio.timeout(timeout), self._reading:
            if not self._parts and not self._ended:
                part = await self._coming.receive()
                if part:
                    self._parts.append(part)
                else:
                    self._ended = True

    def _misused(self, *_: object) -> NoReturn:
        raise TypeError("answer comes by and by; write async for chunk in answer")

    __iter__ = __await__ = __getitem__ = __len__ = _misused

    def __repr__(self) -> str:
        state = "closed" if self._closed else "ended" if self._ended else "open"
        return f"<ResponseStream {self._what} {self.status} {state}>"


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
