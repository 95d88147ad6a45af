"""The client's end of one WebSocket connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType

from micropie.exceptions import ConnectionClosed
from micropie.failures import words_of
from micropie.testing.rules import check_bytes, check_close
from micropie.testing.scopes import decode_headers
from micropie.testing.waiting import Deadline
from micropie.testing.websocket import NO_CODE, OPEN, Accepted, Closed, Connection, Refused


class WebSocketRefused(ConnectionError):
    """The app answered the opening handshake with something else than 101.

    Attributes:
        status: The HTTP status that the client sees; 0 if no whole answer came.
        headers: The headers of that response.
        body: Its body.
        code: The close code that the app gave, None if it gave none (no client ever sees it).
        reason: The close reason that the app gave, or the body as text.
    """

    def __init__(self, refused: Refused, path: str) -> None:
        self.status = refused.status
        self.headers = decode_headers(refused.headers)
        self.body = refused.body
        self.code = refused.code
        self.reason = refused.reason or refused.body.decode("utf-8", "replace")
        told = f": {self.reason}" if self.reason else ""
        super().__init__(f"the handshake for {path!r} was refused with {self.status}{told}")


class WebSocketSession:
    """An open WebSocket, seen from the client. `Client.connect()` makes it.

    Attributes:
        subprotocol: The one that the app chose, or None.
        headers: The headers that the app added to its 101.
    """

    def __init__(
        self,
        connection: Connection,
        accepted: Accepted,
        path: str,
        timeout: float,
        task: asyncio.Task[None],
        errors: Sequence[BaseException],
    ) -> None:
        self.path = path
        self.subprotocol = accepted.subprotocol
        self.headers = decode_headers(accepted.headers)
        self._connection = connection
        self._timeout = timeout
        self._task = task
        self._errors = errors

    @property
    def state(self) -> str:
        """ "open" or "closed"; messages may be left to receive in both."""
        return "open" if self._connection.state == OPEN else "closed"

    @property
    def running(self) -> bool:
        """Whether the app's handler has neither returned nor raised yet."""
        return not self._task.done()

    async def send(self, message: str | bytes) -> None:
        """Send one message; returns when the app has room for it, not when it has read it.

        Args:
            message: Text or bytes.

        Raises:
            ConnectionClosed: The connection is closed.
            TimeoutError: The app did not read for too long.
        """
        if not isinstance(message, str):
            message = check_bytes(message)
        if self._connection.events.crowded():
            async with Deadline(self._timeout, f"the app to read what came to {self.path!r}"):
                await self._connection.events.room()
        self._put(message)

    def send_now(self, message: str | bytes) -> bool:
        """Send one message if the app has room for it at once; return whether it had.

        Args:
            message: Text or bytes.

        Raises:
            ConnectionClosed: The connection is closed.
        """
        if self._connection.events.crowded():
            return False
        self._put(message if isinstance(message, str) else check_bytes(message))
        return True

    def _put(self, message: str | bytes) -> None:
        if (closed := self._connection.closed) is not None:
            raise ConnectionClosed(closed.code, closed.reason)
        self._connection.client_sends(message)

    async def receive(self) -> str | bytes:
        """Wait for one message. Cancelling loses none.

        Raises:
            ConnectionClosed: At the end, again and again: with the close code and reason. If the
                app's handler raised, that is its `__cause__`.
            TimeoutError: None came in time. What a handler raised last, on this connection or on
                another, is its `__cause__`: it may be why.
        """
        pipe = self._connection.messages
        if pipe.ready():
            item = await pipe.get()
        else:
            item = await self._next()
        if isinstance(item, Closed):
            raise ConnectionClosed(item.code, item.reason) from self._connection.raised
        return item

    async def _next(self) -> str | bytes | Closed:
        try:
            async with Deadline(self._timeout, f"a message from the app on {self.path!r}"):
                return await self._connection.messages.get()
        except TimeoutError as late:
            if not self._errors:
                raise
            error = self._errors[-1]
            said = f"{late}; a handler raised {type(error).__name__}: {words_of(error)}"
            raise TimeoutError(said) from error

    async def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Do the closing handshake; does nothing if it is closed. Code None sends an empty one.

        Args:
            code: The close code (RFC 6455 7.4).
            reason: At most 123 bytes of UTF-8.
        """
        check_close(code, reason)
        if self._connection.state == OPEN:
            self._connection.client_closes(NO_CODE if code is None else code, reason)
        # The app's turn: it sees the end before the next statement of the client.
        await asyncio.sleep(0)

    def abort(self) -> None:
        """Vanish without a closing handshake: the app sees 1006."""
        self._connection.client_vanishes()

    def server_closed(self, code: int, reason: str) -> None:
        """Close both ends as a server does that stops (with 1012).

        Args:
            code: The close code that the app and the client see (RFC 6455 7.4).
            reason: At most 123 bytes of UTF-8.
        """
        self._connection.client_closes(code, reason)

    async def ended(self) -> None:
        """Wait until the app's handler has returned or raised."""
        async with Deadline(self._timeout, f"the app's handler of {self.path!r} to end"):
            await asyncio.wait({self._task})

    def __aiter__(self) -> WebSocketSession:
        return self

    async def __anext__(self) -> str | bytes:
        """Return the next message; iteration ends at 1000 or 1001, any other close raises."""
        try:
            return await self.receive()
        except ConnectionClosed as end:
            if end.code in (1000, 1001):
                raise StopAsyncIteration from None
            raise

    async def __aenter__(self) -> WebSocketSession:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<WebSocketSession {self.path!r} {self.state}>"
