"""uvicorn's WebSocket protocol, made to answer every handshake, and to take turns with the others.

Law of the room: what passes is neither changed nor lost, and comes in its order. Nothing of a
message's way is longer, but for who sends so much at once that others would have to wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from time import perf_counter
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.protocol import State
from websockets.server import ServerProtocol

from playground.traffic.escapes import escaped
from playground.traffic.redact import redact_path
from playground.transports import short_frames
from playground.transports.at_once import Inbox
from playground.transports.server_internals import (
    generous_handshakes,
    handshake_error,
    has_events,
    is_between_messages,
    is_broken,
    is_plain,
)

# What is parsed at once of what has come: some hundred frames, if they are as small as can be. One
# that is larger than that is taken in ever larger pieces.
SLICE: Final = 2048

# So many messages may wait for the app before nothing more is read.
MOST: Final = 16

# Seconds after which the others have their turn.
TURN: Final = 0.002

# Of a path that was too long, what a row shows.
_SHOWN: Final = 200

_MALFORMED: Final = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 38\r\nconnection: close\r\n\r\nThe WebSocket handshake cannot be read"
)

_NO_CODE: Final = 1005

_WHOLE: Final = (str, bytes)

# What one message a time costs counts.
_received: Final = WebSocketsSansIOProtocol.data_received

logger = logging.getLogger("uvicorn.error")


class _Codeless(ServerProtocol):
    """A server's half of a WebSocket that can be closed without a code."""

    def send_close(self, code: int | None = None, reason: str = "") -> None:
        if code == _NO_CODE:
            super().send_close()
        else:
            super().send_close(code, reason)


class Protocol(WebSocketsSansIOProtocol):
    """One WebSocket on the server's side."""

    # What has come and waits for its turn.
    _waiting: bytes = b""
    # Whether what comes next begins a message, as far as is known.
    _is_between = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # What reads the first line of the handshake is made here.
        with generous_handshakes():
            super().__init__(*args, **kwargs)
        # ASGI has no word for a close frame without a code: an app says 1005 (RFC 6455 7.1.5).
        self.conn.__class__ = _Codeless
        self._sent = self.loop.create_future()
        self._sent.set_result(None)
        self._has_inbox = isinstance(self.queue, asyncio.Queue)
        if self._has_inbox:
            self.queue = Inbox(self.loop, self._has_taken)  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Take what has come: at once if it is little, and else a part in each turn of the loop."""
        conn = self.conn
        if self._is_between and conn.state is State.OPEN and len(data) <= SLICE and is_plain(conn):
            message = short_frames.from_client(data)
            if message is not None:
                self._take_message(message)
                return
        self._take_bytes(data)
        self._is_between = self._has_inbox and not self._waiting and is_between_messages(self.conn)

    def _take_message(self, message: str | bytes) -> None:
        kind = "text" if isinstance(message, str) else "bytes"
        inbox: Any = self.queue
        inbox.put_at_once({"type": "websocket.receive", kind: message})
        if not self.read_paused and inbox.qsize() >= MOST:
            self.read_paused = True
            self.transport.pause_reading()

    def receive(self) -> Any:
        """Be the app's `receive`."""
        return self.queue.get() if self._has_inbox else super().receive()

    def _has_taken(self, event: Any) -> None:
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self.transport.resume_reading()

    def send(self, message: Any) -> Awaitable[None]:  # type: ignore[override]
        """Be the app's `send`: a message that can be one short frame is made one."""
        if (
            message["type"] == "websocket.send"
            and self.handshake_complete
            and not self.close_sent
            and self.writable.is_set()
            and not self.disconnected
            and self.conn.state is State.OPEN
            and is_plain(self.conn)
        ):
            content = message.get("bytes")
            if content is None:
                content = message.get("text")
            frame = short_frames.of_server(content) if isinstance(content, _WHOLE) else None
            if frame is not None:
                self.transport.write(frame)
                return self._sent
        return super().send(message)

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; end the connection for text that is no UTF-8, as uvicorn does."""
        try:
            super().send_receive_event_to_app()
        except InvalidState:
            # That closes with 1007, but the client's close has come with it, and is answered.
            self.handle_parser_exception()

    def _take_bytes(self, data: bytes) -> None:
        if len(data) <= SLICE and self.handshake_initiated and not self._waiting:
            _received(self, data)
        elif not self.handshake_initiated:
            self._shake_hands(data)
        elif self._waiting:
            self._waiting += data
        else:
            self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take what came before the end, and end."""
        rest, self._waiting = self._waiting, b""
        if rest and not self.close_sent:
            super().data_received(rest)
        super().connection_lost(exc)

    def _shake_hands(self, data: bytes) -> None:
        with generous_handshakes():
            super().data_received(data)
        error = handshake_error(self.conn)
        if error is None:
            return
        answer = b"".join(self.conn.data_to_send()) or _MALFORMED
        status = answer[9:12].decode("ascii", "replace")
        asked = data[: data.find(b"\r\n")].decode("latin-1").split(" ")
        path = redact_path(asked[1]) if len(asked) > 1 else ""
        shown = path if len(path) <= _SHOWN else f"{path[:_SHOWN]}…"
        logger.warning(
            "The WebSocket handshake for %s was refused with %s: %s.", escaped(shown), status, error
        )
        self.handshake_complete = self.close_sent = True
        self.transport.write(answer)
        self.transport.close()

    def _take(self, data: bytes) -> None:
        """Take data until the turn is over; what is left is taken at the loop's next one."""
        began, at, size = perf_counter(), 0, SLICE
        while at < len(data):
            self.conn.receive_data(data[at : at + size])
            at += size
            if is_broken(self.conn):
                self.handle_parser_exception()
                return
            # If nothing came of it, it is in the midst of one frame.
            size = SLICE if has_events(self.conn) else 2 * size
            self.handle_events()
            if self.transport.is_closing():
                return
            if at < len(data) and perf_counter() - began > TURN:
                self._waiting = data[at:]
                if not isinstance(self.transport, Gate):
                    self.transport = Gate(self.transport, self.read_paused)  # type: ignore[assignment]
                self.loop.call_soon(self._go_on)
                return
        if isinstance(self.transport, Gate):
            self.transport = self.transport.opened()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, b""
        if waiting and not self.disconnected:
            self._take(waiting)


class Gate:
    """Stands before a transport while something waits, and has it read no more.

    Args:
        transport: The server's.
        paused: Whether it is not read from already, for the app has a message to take.
    """

    def __init__(self, transport: Any, paused: bool) -> None:
        self._transport = transport
        self._paused = paused
        if not paused:
            transport.pause_reading()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def pause_reading(self) -> None:
        """Read no more for the app's sake, when nothing waits any longer."""
        self._paused = True

    def resume_reading(self) -> None:
        """Read on when nothing waits any longer."""
        self._paused = False

    def opened(self) -> Any:
        """Return the transport, read from again if the app has nothing to take."""
        if not self._paused:
            self._transport.resume_reading()
        return self._transport
