"""The far leg where Python runs in a browser: the browser's own `WebSocket`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, Final

from playground.upstream.address import Address
from playground.upstream.ending import End, gone
from playground.upstream.refused import Unreachable

# A page may close with these alone (WHATWG, The WebSocket protocol).
_OWN: Final = range(3000, 5000)
_NORMAL: Final = 1000

# So many bytes may wait to be sent before who sends has to wait.
MOST_BYTES: Final = 256 * 1024

_NO_REQUESTS: Final = (
    "This Python runs in a browser, which has no sockets: from here WebSockets are led on, and "
    "requests are not. On a computer they are: pip install 'micropie-playground[lab]'"
)


class BrowserLeg:
    """One WebSocket to the far side, by the browser; see `leg.Leg`.

    Args:
        address, target: Where.
        offered: Subprotocols.
        timeout: Seconds until the answer.
        own: Whether there are headers for the far side: a browser sends none but its own.
    """

    headers: Sequence[tuple[bytes, bytes]] = ()
    # Nobody is asked: a browser's messages come one by one, and seldom.
    straight: Callable[[str | bytes], bool] | None = None

    def __init__(
        self, address: Address, target: str, offered: Sequence[str], timeout: float, *, own: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        self._address = address
        self._queue: asyncio.Queue[str | bytes | End | None] = asyncio.Queue()
        self._opened: asyncio.Future[None] = loop.create_future()
        self._opened.add_done_callback(lambda opened: opened.cancelled() or opened.exception())
        self._socket: Any = None
        self._callbacks: list[Any] = []
        if own or address.login:
            self._fail("a browser sends no headers but its own: leave out headers= and the login")
            return
        scheme = "wss" if address.secure else "ws"
        try:
            self._socket = _socket(f"{scheme}://{address.netloc}{target}", offered)
        except Exception as error:  # what JavaScript throws
            self._fail(f"the browser does not connect to {address.base}: {error}")
            return
        self._listen()
        late = f"{address.base} did not answer the handshake within {timeout:g} s"
        loop.call_later(timeout, lambda: self._fail(late, 504), context=Context())

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on."""
        return None if self._socket is None else str(self._socket.protocol) or None

    async def opened(self) -> None:
        """Wait for the answer to the opening handshake.

        Raises:
            Unreachable: If it is not 101: a browser does not say which other it was.
        """
        await asyncio.shield(self._opened)

    async def take(self) -> str | bytes | End | None:
        """Wait for the next message, or the end."""
        return await self._queue.get()

    def nudge(self) -> None:
        """Have whoever takes go on, with nothing."""
        self._queue.put_nowait(None)

    def send(self, message: str | bytes) -> bool:
        """Send a message; return whether it could be."""
        if self._socket.readyState != 1:
            return False
        self._socket.send(message if isinstance(message, str) else _buffer(message))
        return True

    @property
    def is_full(self) -> bool:
        """Whether much is left to be sent."""
        return bool(self._socket.bufferedAmount > MOST_BYTES and self._socket.readyState == 1)

    async def drained(self) -> None:
        """Wait until little is left to be sent: a browser tells how much, and calls nobody."""
        while self.is_full:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def close(self, code: int | None, reason: str = "") -> None:
        """Do the closing handshake, with the codes that a page may send."""
        if self._socket is None:
            return
        if code == _NORMAL or code in _OWN:
            self._socket.close(code, reason)
        elif code is None:
            self._socket.close()
        else:
            self._socket.close(3000 + code - 1000, reason)

    def abort(self) -> None:
        """Close: a browser lets no connection go without a closing handshake."""
        self.close(None)

    def _listen(self) -> None:
        socket = self._socket
        socket.binaryType = "arraybuffer"
        calls = (self._has_opened, self._has_come, self._closed)
        self._callbacks = [_callback(each) for each in calls]
        socket.onopen, socket.onmessage, socket.onclose = self._callbacks

    def _has_come(self, event: Any) -> None:
        self._queue.put_nowait(_message(event.data))

    def _has_opened(self, event: Any) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    def _closed(self, event: Any) -> None:
        self._fail(f"{self._address.base} is not there, or refuses: a browser does not say which")
        clean = bool(event.wasClean)
        self._queue.put_nowait(End(event.code, event.reason) if clean else gone(self._address))
        # Nothing comes after it. JavaScript would keep the leg for ever.
        asyncio.get_running_loop().call_soon(self._forget, context=Context())

    def _forget(self) -> None:
        socket = self._socket
        socket.onopen = socket.onmessage = socket.onclose = None
        for each in self._callbacks:
            each.destroy()

    def _fail(self, text: str, status: int = 502) -> None:
        if not self._opened.done():
            self._opened.set_exception(Unreachable(text, status))
            if self._socket is not None:
                self._socket.close()


async def refuse_request(send: Callable[[Any], Awaitable[Any]]) -> None:
    """Say why a request is not led on."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 501, "headers": headers})
    await send({"type": "http.response.body", "body": _NO_REQUESTS.encode()})


def _socket(url: str, offered: Sequence[str]) -> Any:
    from js import WebSocket  # type: ignore[import-not-found]
    from pyodide.ffi import to_js  # type: ignore[import-not-found]

    return WebSocket.new(url, to_js(list(offered)))


def _callback(function: Callable[[Any], object]) -> Any:
    from pyodide.ffi import create_proxy

    return create_proxy(function)


def _buffer(message: bytes) -> Any:
    from pyodide.ffi import to_js

    return to_js(message)


def _message(data: Any) -> str | bytes:
    return data if isinstance(data, str) else bytes(data.to_bytes())
