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

When a message cannot be sent, the connection is closed as the server says it ended: see `endings`.
Whatever raises without having waited gives way to others first: see `vain`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final, Literal, NoReturn

from micropie.closing import NORMAL, check_code, cut
from micropie.endings import TURNS, disconnect_of, look, tells_by_sending
from micropie.exceptions import ConnectionClosed
from micropie.handshakes import Handshake, accept_headers, check_refusal, refusal
from micropie.headers import session_cookie
from micropie.messages import Messages, as_text
from micropie.session_ids import Validator, valid_session_id
from micropie.types import Event, Receive, Scope, Send
from micropie.vain import Vain

State = Literal["connecting", "open", "closed"]

# So many messages go out in a row before others get a turn: sending to a client that has just left
# waits for nothing, the loop would never notice that it left, and from here on asyncio complains.
_BURST: Final = 4
# Where those are counted, `None` for none, this bit says that somebody waits for a message.
_READING: Final = 8
# Stands there until the server's `websocket.connect` has been taken.
_UNSEEN: Final = -1
_LOST: Final = (1006, "", False)  # how it ended, where nobody has said so yet


class WebSocket(Messages):
    """One WebSocket connection, as a handler holds it.

    Before accept, receiving and sending are a `RuntimeError`; after the end they are
    `ConnectionClosed`, as often as they are tried.

    Args:
        receive: ASGI's.
        send: ASGI's.
        scope: The handshake's ASGI scope.
        session_cookie_secure: Whether the session cookie may only travel over TLS.
        session_id_validator: Says which session ids `accept` may give; `None` for all.

    Attributes:
        state: `"connecting"`, `"open"` or `"closed"`.
        accepted: Whether `accept` has succeeded; stays `True` after the end.
        session_id: The id of the client's session, if it has one.
    """

    __slots__ = (
        "__dict__", "__weakref__", "_burst", "_end", "_incoming", "_outgoing", "_receive", "_send",
        "accepted", "cookie_id", "session_id", "state",
    )  # fmt: skip
    _secure = True  # on the object only where it is another, as `_vain` is
    _vain: Vain | None = None

    def __init__(
        self,
        receive: Receive,
        send: Send,
        scope: Scope | None = None,
        *,
        session_cookie_secure: bool = True,
        session_id_validator: Validator | None = valid_session_id,
    ) -> None:
        Handshake.__init__(self, {} if scope is None else scope)
        self._receive = receive
        self._send = send
        if session_id_validator is not valid_session_id:
            self._validator = session_id_validator
        if not session_cookie_secure:
            self._secure = False
        self._burst: int | None = _UNSEEN
        self._end: tuple[int, str, bool] = _LOST
        self.state: State = "connecting"
        # The two above while it is open: all that each message has to ask.
        self._incoming: Receive | None = None
        self._outgoing: Send | None = None
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
            ValueError: The client did not offer the subprotocol, a header chooses one, or the
                session id is one that the validator refuses, or that no cookie can hold.
        """
        if self.state == "open":
            await self._again()
            raise RuntimeError("expected a connecting WebSocket, got one that is accepted already")
        if subprotocol is not None:
            self._check_subprotocol(subprotocol)
        cookie = self.cookie_id if session_id is None else self._id_to_give(session_id)
        encoded = accept_headers(headers) if headers else []
        if self.state == "closed":
            await self._raise_not_open("accepting")
        if self._burst == _UNSEEN:
            receive = self._receive
            event = await receive()
            self._burst = None
            if event["type"] == "websocket.disconnect":
                self._raise_disconnect(event)
        if cookie is not None:
            self.session_id = cookie
            encoded += session_cookie(cookie, secure=self._secure)
        self.state = "open"
        self._incoming = self._receive
        self._outgoing = send = self._send
        try:
            await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": encoded})
        except OSError as error:
            await self._lose(error)
        except BaseException:
            self._become("connecting")
            raise
        self.accepted = True

    def _become(self, state: State) -> None:
        self.state = state
        there = (self._receive, self._send) if state == "open" else (None, None)
        self._incoming, self._outgoing = there

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
            ValueError: The status cannot end a handshake.
            TypeError: The body is no text.
        """
        check_refusal(status, body)
        if self.state == "open":
            raise RuntimeError("expected a connecting WebSocket, got an open one; use close()")
        if self.state == "closed":
            return
        if self._burst == _UNSEEN:
            event = await self._receive()
            self._burst = None
            if event["type"] == "websocket.disconnect":
                return self._note_end(event)
        self._become("closed")
        self._end = (code, body, True)
        try:
            for event in refusal(self._scope, status, body, code):
                await self._send(event)
        except OSError:
            self._end = _LOST
        except BaseException:
            # Cut off before it was sent: the handshake still wants an answer.
            self._become("connecting")
            raise
        # uvicorn logs an error for a handshake that is answered while its connection is there.
        await asyncio.sleep(0)

    async def receive(self) -> str | bytes:
        """Return the next message, text as `str` and binary as `bytes`."""
        receive = self._incoming
        if receive is None:
            await self._raise_not_open("receiving")
        self._burst = 8  # _READING, whose name would be looked up for each message
        try:
            event = await receive()
        finally:
            self._burst = None
        if event["type"] != "websocket.receive":
            self._raise_disconnect(event)
        text: str | None = event.get("text")
        return (event.get("bytes") or b"") if text is None else text

    async def receive_text(self) -> str:
        """Return the next message as text; what is no UTF-8 in a binary one becomes U+FFFD."""
        receive = self._incoming
        if receive is None:
            await self._raise_not_open("receiving")
        self._burst = 8  # _READING, whose name would be looked up for each message
        try:
            event = await receive()
        finally:
            self._burst = None
        # Only a message has text, and most have: this is the shortest way to it.
        try:
            text: str | None = event["text"]
            if text is not None:
                return text
        except KeyError:
            pass
        if event["type"] != "websocket.receive":
            self._raise_disconnect(event)
        return as_text(event.get("bytes") or b"")

    def __aiter__(self) -> WebSocket:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except ConnectionClosed:
            code, _, by_us = self._end
            if by_us or code in NORMAL:
                raise StopAsyncIteration from None
            raise

    async def send_text(self, data: str) -> None:
        """Send a text message.

        Args:
            data: The message.

        Raises:
            TypeError: The data is no `str`; nothing was sent.
        """
        send = self._outgoing
        if send is None:
            await self._raise_not_open("sending")
        if type(data) is not str and not isinstance(data, str):
            await self._again()
            raise TypeError(f"expected str, got {data!r}; use send_bytes() or send_json()")
        if self._burst is None:
            self._burst = 1
        elif self._burst & 7 < _BURST:
            self._burst += 1
        else:
            await self._give_way()
        try:
            await send({"type": "websocket.send", "text": data})
        except (OSError, RuntimeError) as error:
            await self._lose(error)

    async def send_bytes(self, data: bytes | bytearray | memoryview) -> None:
        """Send a binary message.

        Args:
            data: The message.

        Raises:
            TypeError: The data is not bytes-like; nothing was sent.
        """
        send = self._outgoing
        if send is None:
            await self._raise_not_open("sending")
        if type(data) is not bytes:
            if not isinstance(data, bytes | bytearray | memoryview):
                await self._again()
                raise TypeError(f"expected bytes, got {data!r}; use send_text() or send_json()")
            data = bytes(data)
        if self._burst is None:
            self._burst = 1
        elif self._burst & 7 < _BURST:
            self._burst += 1
        else:
            await self._give_way()
        try:
            await send({"type": "websocket.send", "bytes": data})
        except (OSError, RuntimeError) as error:
            await self._lose(error)

    async def _give_way(self) -> None:
        """Let others run, and see whether the client has left."""
        reading = (self._burst or 0) & _READING
        tells = tells_by_sending(self._scope)
        # Where nothing else will say it, from now on with each message.
        self._burst = reading | (1 if tells else _BURST)
        await asyncio.sleep(0)
        if not tells and self.state == "open" and not (self._burst or 0) & _READING:
            self._receive, end = await look(self._receive)
            self._become(self.state)
            if end is not None:
                self._note_end(end)
        if self.state != "open":
            await self._raise_not_open("sending")

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
            return await self._again(ended=True)
        if self.state == "connecting":
            return await self.refuse(500 if code == 1011 else 403, text, code=code)
        self.state, self._end = "closed", (code, text, True)
        self._incoming = self._outgoing = None
        send = self._send
        try:
            await send({"type": "websocket.close", "code": code, "reason": text})
        except (OSError, RuntimeError):
            # Gone before our close frame: whether it is closed is all that anybody asks.
            await self._learn()
        except BaseException:
            # Cut off before it was sent: the connection is still there to be closed.
            self._become("open")
            raise

    def _note(self, event: Event) -> None:
        """Keep in step with an event that a mounted application received or sent here."""
        kind = event["type"]
        if kind == "websocket.connect":
            self._burst = None
        elif kind == "websocket.accept":
            self._become("open")
            self.accepted = True
        elif kind in ("websocket.close", "websocket.disconnect", "websocket.http.response.start"):
            self._become("closed")

    async def _raise_not_open(self, what: str) -> NoReturn:
        closed = self.state == "closed"
        await self._again(ended=closed, ever=what == "receiving")
        if closed:
            raise ConnectionClosed(*self._end[:2], self)
        raise RuntimeError(
            f"expected an accepted WebSocket, got {what} before accept; call await ws.accept()"
        )

    async def _again(self, *, ended: bool = False, ever: bool = False) -> None:
        self._vain = self._vain or Vain(self._scope)
        await self._vain.again(ended=ended, ever=ever)

    def _raise_disconnect(self, event: Event) -> NoReturn:
        if event["type"] != "websocket.disconnect":
            raise RuntimeError(f"expected websocket.receive or .disconnect, got {event['type']!r}")
        self._note_end(event)
        raise ConnectionClosed(*self._end[:2], self)

    def _note_end(self, event: Event) -> None:
        if self.state != "closed" or self._end is _LOST:
            code = event.get("code")
            self._end = (1005 if code is None else int(code), event.get("reason") or "", False)
            self._become("closed")

    async def _lose(self, error: BaseException) -> NoReturn:
        if self.state != "closed":
            await self._learn()
        raise ConnectionClosed(*self._end[:2], self) from error

    async def _learn(self) -> None:
        """Close what cannot be sent to, as the server says it ended."""
        reading = (self._burst or 0) & _READING
        self._become("closed")
        self._end = _LOST
        if not reading:
            if (event := await disconnect_of(self._receive)) is not None:
                self._note_end(event)
            return
        # It is told to who waits for a message: taken from there, that would wait for ever.
        for _ in range(TURNS):
            if self._end is not _LOST:
                return
            await asyncio.sleep(0)
