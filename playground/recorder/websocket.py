"""A WebSocket's tap: opens, accepts, refusals, messages and closes.

Law of the room: a message costs a microsecond or two, so the two methods that see each one are
written out; all else happens once a connection.
"""

from __future__ import annotations

from sys import _getframe
from typing import Any, Final

from playground.recorder.callers import Caller
from playground.recorder.causes import doing
from playground.recorder.places import NOWHERE
from playground.recorder.tap import (
    EPOCH,
    Desk,
    Event,
    Receive,
    Scope,
    Send,
    Tap,
    now,
    path_of,
    perf_counter,
)
from playground.traffic.model import Sender
from playground.traffic.store import BATCH, LARGE

# Numbers of which these bits are zero are when rows are counted.
SHARE: Final = BATCH - 1

# The close codes with which a server ends a connection by itself, where only ASGI is seen: the
# client broke the protocol (1002), sent what is no UTF-8 (1007) or too much (1009), or the server
# stops (1012).
SERVER_CODES: Final = frozenset({1002, 1007, 1009, 1012})

# A close frame without a code (1005) is a clean end; these are none (RFC 6455 7.4.1).
UNCLEAN: Final = frozenset({1006, 1015})

# How much of a refusal's body is kept.
MAX_REFUSAL: Final = 64 * 1024


class WebSocketTap(Tap):
    """Records one WebSocket, from its opening handshake to its close."""

    def __init__(
        self, recorder: Desk, caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        super().__init__(recorder, receive, send)
        path, offered = path_of(scope), tuple(scope.get("subprotocols", ()))
        self.id = self.log.begin(
            "websocket", caller.name, "GET", path, caller.headers, offered, now()
        )
        self._accepted = False
        self._closed = False
        self._refusal: tuple[int, bytes] | None = None
        self._number, self._take = self.log.number, self.log.take
        self._depth, self._site = 1, NOWHERE
        self.opened = self.write("open", "client", path, note=", ".join(offered) or None)
        self.working_on = self.opened

    @property
    def is_open(self) -> bool:
        """Whether the handshake was accepted and nobody has closed since, as far as is known."""
        return self._accepted and not self._closed

    async def receive(self) -> Event:
        """The app's `receive`."""
        self.working_on = None
        try:
            event = await self._receive()
        except BaseException:  # a time-out: what comes next is not the last message's doing
            doing.set((None, self, 0))
            raise
        text = event.get("text")
        if text is None:
            self._heard(event)
            return event
        revision = doing.get()[2] or self.recorder.revision()
        size = len(text) if text.isascii() else len(text.encode())
        seq: int | None = None
        if self.log.recording:
            seq = self._number()
            self._take(
                (seq, EPOCH + perf_counter(), self.id, "text", "client", text, size,
                 None, revision, None, None, None)
            )  # fmt: skip
            if not seq & SHARE or size >= LARGE:
                self.log.settle()
        else:
            self.log.unrecorded += 1
        self.working_on = seq
        # In the handler's own task, so that what it sends next points here.
        doing.set((seq, self, revision))
        return event

    async def send(self, event: Event) -> None:
        """The app's `send`."""
        # First sent, then written: what a vanished client never got must not stand in the log.
        await self._send(event)
        text = event.get("text")
        if text is None:
            self._said(event)
            return
        cause, tap, revision = doing.get()
        if cause != self.working_on and tap is not None and cause != tap.working_on:
            cause = tap.due(cause)
        try:
            frame = _getframe(self._depth)
            where = self._site.lines[frame.f_lasti] if frame.f_code is self._site.code else None
        except (KeyError, ValueError):
            where = None
        if where is None:
            where = self._place()
        size = len(text) if text.isascii() else len(text.encode())
        if self.log.recording:
            seq = self._number()
            self._take(
                (seq, EPOCH + perf_counter(), self.id, "text", "server", text, size,
                 cause, revision or self.recorder.revision(), where, None, None)
            )  # fmt: skip
            if not seq & SHARE or size >= LARGE:
                self.log.settle()
        else:
            self.log.unrecorded += 1

    def _place(self) -> str | None:
        """Return the line that sends, and remember how far out it stands."""
        where, site, depth = self.recorder.places.find(2)
        if site is not None:
            # To look at a frame makes an object of it; that of a handler is there already.
            self._site, self._depth = site, depth
        return where

    def due(self, seq: int | None) -> int | None:
        """Return what something is due to, when the handler does not work on `seq` any more."""
        if seq == self.opened or self.recorder.in_handler():
            return None
        return seq

    def _heard(self, event: Event) -> None:
        """Take note of what is not a text message."""
        kind = event["type"]
        if kind == "websocket.receive":
            data = event.get("bytes") or b""
            revision = doing.get()[2] or self.recorder.revision()
            self.working_on = self.write("binary", "client", data, revision=revision)
            doing.set((self.working_on, self, revision))
        elif kind == "websocket.connect":
            self.working_on = self.opened
        elif kind == "websocket.disconnect":
            # What the handler does now, such as telling the others, is due to that.
            self.working_on = self._left(event)
            doing.set((self.working_on, self, 0))

    def _said(self, event: Event) -> None:
        """Take note of what is not a text message."""
        if event["type"] == "websocket.send":
            self.tell("binary", bytes(event.get("bytes") or b""))
        else:
            self._answered(event)

    def _answered(self, event: Event) -> None:
        kind = event["type"]
        if kind == "websocket.accept":
            self._accepted = True
            self.tell("accept", event.get("subprotocol"))
        elif kind == "websocket.close" and self._accepted:
            self._close("server", event.get("code") or 1000, event.get("reason") or "")
        elif kind == "websocket.close":
            self._refuse(403, event.get("reason") or "")
        elif kind == "websocket.http.response.start":
            self._refusal = (event["status"], b"")
        elif kind == "websocket.http.response.body" and self._refusal:
            status, body = self._refusal
            body = (body + event.get("body", b""))[:MAX_REFUSAL]
            self._refusal = (status, body)
            if not event.get("more_body"):
                self._refuse(status, body.decode("utf-8", "replace"))

    def _refuse(self, status: int, why: str) -> None:
        if not self._closed:
            self._closed = True
            self.tell("refuse", why, code=status)

    def _close(self, sender: Sender, code: int, reason: str) -> int | None:
        if self._closed:
            return None
        self._closed = True
        note = "not clean" if code in UNCLEAN else "clean"
        if sender == "server":
            return self.tell("close", reason, code=code, note=note)
        return self.write("close", sender, reason, code=code, note=note)

    def _left(self, event: Event) -> int | None:
        """Write who ended the connection, and how: as the wire shows it, if it can be seen."""
        look = self.recorder.ending
        ending = look(self._receive) if look is not None else None
        if ending is None:
            code = event.get("code") or 1005
            by: Sender = "server" if code in SERVER_CODES else "client"
            ending = (by, code, event.get("reason") or "")
        return self._close(*ending)

    def end(self) -> None:
        """Write the end that the app never looked at, or never came to."""
        if not self._closed:
            goodbye = _goodbye(self._receive)
            if goodbye is not None:
                self._left(goodbye)
            elif self._accepted or self._refusal is not None:
                self._close("server", 1006, "")
            else:
                self._refuse(500, "the app ended without answering the handshake")
        self.finish()


def _goodbye(receive: Receive) -> Event | None:
    """Return the disconnect that the server holds ready, if it does; never wait for one."""
    while True:
        event = _take_ready(receive)
        if event is None or event["type"] == "websocket.disconnect":
            return event


def _take_ready(receive: Receive) -> Event | None:
    """Return the next event if it is there already."""
    waiting: Any = receive().__await__()
    try:
        next(waiting)
    except StopIteration as ready:
        event: Event = ready.value
        return event
    except Exception:  # a server may refuse to be asked again
        return None
    waiting.close()
    return None
