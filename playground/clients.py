"""Client: a named WebSocket client over either transport, used from a cell or the panel.

It listens all the time, on the transport's own loop, so that a message is in the log and in
`messages` when it arrives, not when somebody asks.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

from playground.recorder import CLIENT_HEADER
from playground.traffic.model import close_phrase
from playground.transports import ClientClosed, HandshakeRefused, Transport, Wire

State = Literal["connecting", "open", "closed", "refused"]

NAMES: Final = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")

# What a client that nobody reads keeps; older messages are still in the log.
MAX_UNREAD: Final = 50_000


class Client:
    """A WebSocket client with a name. Made by `Lab.connect`.

    Attributes:
        name: Its name in the log.
        path: What it connected to.
        state: ``"connecting"``, ``"open"``, ``"closed"`` or ``"refused"``.
        code: The close code that it ended with (RFC 6455 7.4.1); None before.
        reason: The close reason; "" before, or if none was given.
        subprotocol: What was agreed on.
        messages: What it has received, in order, the newest 50,000; `dropped` counts the others.
    """

    def __init__(
        self,
        transport: Transport,
        name: str,
        path: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        subprotocols: Sequence[str] = (),
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.headers = tuple(headers)
        self.subprotocols = tuple(subprotocols)
        self.state: State = "connecting"
        self.code: int | None = None
        self.reason = ""
        self.subprotocol: str | None = None
        self.messages: deque[str | bytes] = deque(maxlen=MAX_UNREAD)
        self.dropped = 0
        self.reconnects = False
        self.listener: asyncio.Task[None] | None = None
        self._ready = ready
        self._transport = transport
        self._wire: Wire
        self._unread: deque[str | bytes] = deque(maxlen=MAX_UNREAD)
        self._news = asyncio.Event()

    # -- used from any loop ----------------------------------------------------------------------

    async def send(self, message: Any, *, timeout: float = 5.0) -> None:
        """Send one message; while the client is still connecting, wait until it is there.

        Args:
            message: ``str`` is sent as text, ``bytes`` as binary, anything else as JSON text.
            timeout: Seconds to wait, also while the other side takes nothing.

        Raises:
            ClientClosed: If the connection is closed.
            TimeoutError: If it could not be sent in time.
            TypeError: If it is not JSON.
        """
        data = encode(message)
        if self._ready is not None:
            await self._ready()
        if self.state != "connecting":
            self._check_open()
        await self._transport.run(
            self._within(self._say(data), timeout, "could send nothing", "the app reads none")
        )

    async def receive(self, timeout: float = 5.0) -> str | bytes:
        """Return the next message that was not returned yet.

        Args:
            timeout: Seconds to wait for one.

        Raises:
            TimeoutError: If none came.
            ClientClosed: If there is none left and the connection is closed.
        """
        if self._unread:
            return self._unread.popleft()
        return await self._transport.run(self._next(timeout))

    async def receive_json(self, timeout: float = 5.0) -> Any:
        """Return the next message as the JSON value it is; `ValueError` if it is none.

        Args:
            timeout: Seconds to wait.
        """
        return json.loads(await self.receive(timeout))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection; closing what is closed does nothing.

        Args:
            code: 1000, or 3000 to 4999 (RFC 6455 7.4).
            reason: At most 123 bytes of UTF-8.

        Raises:
            ValueError: If a client may not send that code, or the reason is too long.
        """
        check_close(code, reason)
        if self.state == "open":
            await self._transport.run(self._hang_up(code, reason))

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield messages as they come, until the connection is closed."""
        while True:
            try:
                message = await self._transport.run(self._next(None))
            except ClientClosed:
                return
            yield message

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        told = self.state if self.code is None else f"{self.state} {self.code}"
        phrase = close_phrase(self.code) if self.code and self.state == "closed" else ""
        return f"<Client {self.name} {self.path} {told}{f' ({phrase})' if phrase else ''}>"

    # -- on the transport's loop -----------------------------------------------------------------

    async def open(self, timeout: float) -> None:
        """Connect and begin to listen.

        Args:
            timeout: Seconds for the handshake.
        """
        try:
            self._wire = await self._within(
                self._handshake(),
                timeout,
                "got no answer to its handshake",
                "the app never accepts",
            )
        except HandshakeRefused as refusal:
            self.state, self.code, self.reason = "refused", refusal.status, refusal.body
            raise
        except BaseException:
            self.state = "closed"
            raise
        else:
            self._opened()
        finally:
            # Who wants to send may be waiting for this.
            self._news.set()

    async def _handshake(self) -> Wire:
        name = (CLIENT_HEADER.decode(), quote(self.name))
        return await self._transport.connect(
            self.path, headers=(*self.headers, name), subprotocols=self.subprotocols
        )

    async def _say(self, data: str | bytes) -> None:
        """Send; while the client connects, for the first time or again, wait until it is there."""
        wire = None
        while True:
            if self.state == "open":
                wire = self._wire
                try:
                    return await wire.send(data)
                except ClientClosed as end:
                    if end.code != 1012 or not self.reconnects:
                        raise
            elif self.state != "connecting":
                raise self._ended()
            self._news.clear()
            back = self.state == "open" and self._wire is not wire
            if self.state in ("open", "connecting") and not back:
                await self._news.wait()

    def _opened(self) -> None:
        self.subprotocol = self._wire.subprotocol
        self.state, self.code, self.reason = "open", None, ""
        self.listener = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        try:
            while True:
                self._arrived(await self._wire.receive())
        except ClientClosed as end:
            if not await self._connected_again(end.code):
                self.code, self.reason = end.code, end.reason
                self.state = "closed"
        finally:
            if self.state == "open" and asyncio.current_task() is self.listener:
                self.state, self.code = "closed", 1006
            self._news.set()

    async def _connected_again(self, code: int) -> bool:
        """After "service restart", a client of ours comes back where the lab wants that."""
        if code != 1012 or not self.reconnects:
            return False
        self.state = "connecting"
        try:
            self._wire = await self._within(self._handshake(), 2.0, "", "")
        except (OSError, RuntimeError, TimeoutError):
            return False
        self._opened()
        return True

    def _arrived(self, message: str | bytes) -> None:
        if len(self._unread) == MAX_UNREAD:
            self.dropped += 1
        self._unread.append(message)
        self.messages.append(message)
        self._news.set()

    async def _next(self, timeout: float | None) -> str | bytes:
        while not self._unread:
            if self.state not in ("open", "connecting"):
                raise self._ended()
            self._news.clear()
            await self._within(
                self._news.wait(), timeout, "heard nothing", "pass timeout= to wait longer"
            )
        return self._unread.popleft()

    async def _within(self, work: Any, timeout: float | None, what: str, why: str) -> Any:
        try:
            async with asyncio.timeout(timeout):
                return await work
        except TimeoutError:
            raise TimeoutError(f"{self.name} {what} within {timeout:g} s; {why}") from None

    async def _hang_up(self, code: int, reason: str) -> None:
        await self._wire.close(code, reason)
        if self.listener is not None:
            await asyncio.wait({self.listener}, timeout=5.0)

    def _check_open(self) -> None:
        if self.state != "open":
            raise self._ended()

    def _ended(self) -> ClientClosed:
        return ClientClosed(1006 if self.code is None else self.code, self.reason, self.name)


def encode(message: Any) -> str | bytes:
    """Return what goes over the wire for a message: text, bytes, or JSON for anything else."""
    if isinstance(message, str | bytes):
        return message
    if isinstance(message, bytearray | memoryview):
        return bytes(message)
    try:
        return json.dumps(message, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"expected text, bytes or something JSON can say, got {message!r}; {error}"
        ) from None


def check_close(code: int, reason: str) -> None:
    """Check what a client wants to put into a close frame (RFC 6455 7.4).

    Raises:
        ValueError: If the code may not be sent or the reason does not fit.
    """
    if code != 1000 and not 3000 <= code <= 4999:
        raise ValueError(f"expected a close code of 1000 or 3000 to 4999, got {code!r}; try 1000")
    if len(reason.encode()) > 123:
        raise ValueError(
            f"expected a reason of at most 123 bytes, got {len(reason.encode())}; shorten it"
        )
