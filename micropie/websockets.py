"""`WebSocket`: one connection, and its state machine.

Law: everything that changes `WebSocket.state` is in this file, and every ASGI event we send is
legal in the state it is sent in. The machine:

============ ======================= ==============================================
state        what may be done        leads to
============ ======================= ==============================================
connecting   accept                  open
connecting   close, refuse           closed (the handshake is refused)
connecting   receive, send           `RuntimeError`; still connecting
open         receive, send           open, or closed when the client is gone
open         close                   closed
open         accept, refuse          `RuntimeError`; still open
closed       accept, receive, send   `ConnectionClosed`, with the code and reason of the end
closed       close                   nothing
============ ======================= ==============================================
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final, Literal, NoReturn

from micropie import jsontext
from micropie.closing import NORMAL, check_code, close_event, cut
from micropie.exceptions import ConnectionClosed
from micropie.handshakes import Handshake, check_accept_headers, check_refusal
from micropie.headers import encode_headers, session_cookie
from micropie.types import Event, Receive, Scope, Send

State = Literal["connecting", "open", "closed"]

# So many messages go out in a row before others get a turn: sending to a client that has just left
# waits for nothing, the loop would never notice that it left, and from here on asyncio complains.
_BURST: Final = 4
# Stands where those are counted until the server's `websocket.connect` has been taken.
_UNSEEN: Final = -1


class WebSocket(Handshake):
    """One WebSocket connection, as a handler holds it.

    Before accept, receiving and sending are a `RuntimeError`; after the end they are
    `ConnectionClosed`, as often as they are tried.

    Args:
        receive: ASGI's.
        send: ASGI's.
        scope: The handshake's ASGI scope.
        secure_cookie: Whether the session cookie may only travel over TLS.

    Attributes:
        state: `"connecting"`, `"open"` or `"closed"`.
        accepted: Whether `accept` has succeeded; stays `True` after the end.
        session_id: The id of the client's session, if it has one.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_burst",
        "_end",
        "_receive",
        "_secure",
        "_send",
        "accepted",
        "cookie_id",
        "session_id",
        "state",
    )

    def __init__(
        self,
        receive: Receive,
        send: Send,
        scope: Scope | None = None,
        *,
        secure_cookie: bool = True,
    ) -> None:
        Handshake.__init__(self, {} if scope is None else scope)
        self._receive = receive
        self._send = send
        self._secure = secure_cookie
        self._burst = _UNSEEN
        self._end: tuple[int, str, bool] = (1006, "", False)
        self.state: State = "connecting"
        self.accepted = False
        self.session_id: str | None = None
        self.cookie_id: str | None = None

    async def accept(
        self,
        subprotocol: str | None = None,
        session_id: str | None = None,
        *,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Accept the opening handshake.

        Args:
            subprotocol: One of those the client offers (RFC 6455 4.2.2).
            session_id: Give the client this session id, by cookie.
            headers: More response headers.

        Raises:
            RuntimeError: It is accepted already.
            ValueError: The client did not offer the subprotocol, or a header chooses one.
        """
        if self.state == "open":
            raise RuntimeError("expected a connecting WebSocket, got one that is accepted already")
        if subprotocol is not None:
            self._check_subprotocol(subprotocol)
        if self.state == "closed":
            self._raise_closed()
        if self._burst == _UNSEEN:
            self._connect(await self._receive())
        encoded = []
        if headers:
            encoded = encode_headers(headers)
            check_accept_headers(encoded)
        cookie = session_id or self.cookie_id
        if cookie is not None:
            self.session_id = cookie
            encoded += session_cookie(cookie, secure=self._secure)
        self.state = "open"
        try:
            await self._send(
                {"type": "websocket.accept", "subprotocol": subprotocol, "headers": encoded}
            )
        except OSError as error:
            self._lose(error)
        except BaseException:
            self.state = "connecting"
            raise
        self.accepted = True

    def _connect(self, event: Event) -> None:
        self._burst = 0
        if event["type"] == "websocket.disconnect":
            self._raise_disconnect(event)

    async def refuse(self, status: int = 403, body: str = "", *, code: int = 1008) -> None:
        """Refuse the opening handshake.

        A server that offers the `websocket.http.response` extension sends status and body; any
        other answers 403, and gets `code` and the body as reason.

        Args:
            status: The HTTP status, 200 to 599.
            body: What the client is told, as plain text.
            code: The close code for servers that cannot send a status.

        Raises:
            RuntimeError: The handshake is accepted already.
            ValueError: The status is none that ends a handshake.
            TypeError: The body is no text.
        """
        check_refusal(status, body)
        if self.state == "open":
            raise RuntimeError("expected a connecting WebSocket, got an open one; use close()")
        if self.state == "closed":
            return
        if self._burst == _UNSEEN:
            try:
                self._connect(await self._receive())
            except ConnectionClosed:
                return
        self.state, self._end = "closed", (code, body, True)
        try:
            if "websocket.http.response" in (self._scope.get("extensions") or ()):
                await self._send_response(status, body.encode("utf-8", "replace"))
            else:
                await self._send(close_event(code, body))
        except OSError:
            self._end = (1006, "", False)
        except BaseException:
            # Cut off before it was sent: the handshake still wants an answer.
            self.state = "connecting"
            raise
        # uvicorn logs an error for a handshake that is answered while its connection is there.
        await asyncio.sleep(0)

    async def _send_response(self, status: int, body: bytes) -> None:
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
        ]
        kind = "websocket.http.response"
        await self._send({"type": f"{kind}.start", "status": status, "headers": headers})
        await self._send({"type": f"{kind}.body", "body": body})

    async def receive(self) -> str | bytes:
        """Return the next message, text as `str` and binary as `bytes`."""
        if self.state != "open":
            self._raise_not_open("receiving")
        self._burst = 0
        event = await self._receive()
        if event["type"] != "websocket.receive":
            self._raise_disconnect(event)
        text: str | None = event.get("text")
        if text is not None:
            return text
        return event.get("bytes") or b""

    async def receive_text(self) -> str:
        """Return the next message as text; a binary one is decoded as UTF-8.

        Bytes that are no UTF-8 become U+FFFD.
        """
        if self.state != "open":
            self._raise_not_open("receiving")
        self._burst = 0
        event = await self._receive()
        # Only a message has text, and most have: this is the shortest way to it.
        text: str | None = event.get("text")
        if text is not None:
            return text
        if event["type"] != "websocket.receive":
            self._raise_disconnect(event)
        return _text(event.get("bytes") or b"")

    async def receive_bytes(self) -> bytes:
        """Return the next message as bytes; a text one is encoded as UTF-8."""
        return _bytes(await self.receive())

    async def receive_json(self) -> Any:
        """Return the value of the next message, which holds JSON.

        Raises:
            InvalidJSON: It does not; the connection is still open.
        """
        return jsontext.loads(await self.receive())

    def __aiter__(self) -> WebSocket:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except ConnectionClosed:
            if self._ended_well:
                raise StopAsyncIteration from None
            raise

    async def iter_text(self) -> AsyncIterator[str]:
        """Iterate over messages as text until a normal close; any other is `ConnectionClosed`."""
        async for message in self:
            yield _text(message)

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over messages as bytes until a normal close; any other is `ConnectionClosed`."""
        async for message in self:
            yield _bytes(message)

    async def iter_json(self) -> AsyncIterator[Any]:
        """Iterate over the values of JSON messages until a normal close.

        Raises:
            InvalidJSON: A message holds no JSON.
            ConnectionClosed: The connection ended in any other way.
        """
        async for message in self:
            yield jsontext.loads(message)

    @property
    def _ended_well(self) -> bool:
        code, _, by_us = self._end
        return by_us or code in NORMAL

    async def send_text(self, data: str) -> None:
        """Send a text message.

        Args:
            data: The message.

        Raises:
            TypeError: The data is no `str`; nothing was sent.
        """
        if self.state != "open":
            self._raise_not_open("sending")
        if type(data) is not str and not isinstance(data, str):
            raise TypeError(f"expected str, got {data!r}; use send_bytes() or send_json()")
        self._burst += 1
        if self._burst > _BURST:
            await self._give_way()
        try:
            await self._send({"type": "websocket.send", "text": data})
        except (OSError, RuntimeError) as error:
            self._lose(error)

    async def send_bytes(self, data: bytes | bytearray | memoryview) -> None:
        """Send a binary message.

        Args:
            data: The message.

        Raises:
            TypeError: The data is not bytes-like; nothing was sent.
        """
        if self.state != "open":
            self._raise_not_open("sending")
        if type(data) is not bytes:
            if not isinstance(data, bytes | bytearray | memoryview):
                raise TypeError(f"expected bytes, got {data!r}; use send_text() or send_json()")
            data = bytes(data)
        self._burst += 1
        if self._burst > _BURST:
            await self._give_way()
        try:
            await self._send({"type": "websocket.send", "bytes": data})
        except (OSError, RuntimeError) as error:
            self._lose(error)

    async def _give_way(self) -> None:
        self._burst = 0
        await asyncio.sleep(0)
        if self.state != "open":
            self._raise_not_open("sending")

    async def send_json(self, value: Any) -> None:
        """Send a value as a text message that holds JSON.

        Args:
            value: Anything that JSON can hold.

        Raises:
            TypeError: The value has no JSON form; nothing was sent.
        """
        await self.send_text(jsontext.dumps(value).decode())

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the connection, or refuse the handshake if it is not accepted yet.

        On a closed connection it does nothing.

        Args:
            code: Close code (RFC 6455 7.4.2): 1000, 3000 to 4999 for your own …
            reason: Close reason; cut to 123 bytes of UTF-8.

        Raises:
            ValueError: The code may not be sent.
        """
        check_code(code)
        text = "" if reason is None else cut(reason)
        if self.state == "closed":
            return
        if self.state == "connecting":
            await self.refuse(500 if code == 1011 else 403, text, code=code)
            return
        self.state, self._end = "closed", (code, text, True)
        try:
            await self._send({"type": "websocket.close", "code": code, "reason": text})
        except (OSError, RuntimeError):
            # Gone before our close frame: whether it is closed is all that anybody asks.
            self._end = (1006, "", False)
        except BaseException:
            # Cut off before it was sent: the connection is still there to be closed.
            self.state = "open"
            raise

    def note(self, event: Event) -> None:
        """Keep in step with an event that a mounted application received or sent here.

        Args:
            event: What the server has said.
        """
        kind = event["type"]
        if kind == "websocket.connect":
            self._burst = 0
        elif kind == "websocket.accept":
            self.state, self.accepted = "open", True
        elif kind in ("websocket.close", "websocket.disconnect", "websocket.http.response.start"):
            self.state = "closed"

    def _raise_not_open(self, what: str) -> NoReturn:
        if self.state == "closed":
            self._raise_closed()
        raise RuntimeError(
            f"expected an accepted WebSocket, got {what} before accept; call await ws.accept()"
        )

    def _raise_closed(self) -> NoReturn:
        code, reason, _ = self._end
        raise ConnectionClosed(code, reason)

    def _raise_disconnect(self, event: Event) -> NoReturn:
        if event["type"] != "websocket.disconnect":
            raise RuntimeError(f"expected websocket.receive or .disconnect, got {event['type']!r}")
        code = event.get("code")
        if self.state != "closed":
            self._end = (1005 if code is None else code, event.get("reason") or "", False)
            self.state = "closed"
        self._raise_closed()

    def _lose(self, error: BaseException) -> NoReturn:
        if self.state != "closed":
            self.state, self._end = "closed", (1006, "", False)
        code, reason, _ = self._end
        raise ConnectionClosed(code, reason) from error


def _text(message: str | bytes) -> str:
    return message if isinstance(message, str) else message.decode("utf-8", "replace")


def _bytes(message: str | bytes) -> bytes:
    return message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message
