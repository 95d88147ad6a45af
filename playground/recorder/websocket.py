"""A WebSocket's tap: opens, accepts, refusals, messages and closes.

Law of the room: a message costs a few microseconds, so the two methods that see each one are
written out; all else happens once a connection.
"""

from __future__ import annotations

from typing import Any

from playground.recorder.tap import (
    EPOCH,
    Desk,
    Event,
    Receive,
    Scope,
    Send,
    Tap,
    cause,
    perf_counter,
    tapping,
)
from playground.traffic.model import Kind, Sender


class WebSocketTap(Tap):
    """Records one WebSocket, from its opening handshake to its close."""

    protocol = "websocket"

    def __init__(self, recorder: Desk, scope: Scope) -> None:
        super().__init__(recorder, scope)
        self.accepted = False
        self.closed = False
        self.refusal: tuple[int, bytes] | None = None
        self._receive: Receive
        self._send: Send

    async def run(self, receive: Receive, send: Send) -> None:
        """Pass everything on to the app, and write it down."""
        self._receive, self._send = receive, send
        offered = ", ".join(self.exchange.subprotocols)
        opened = self.write("open", "client", self.exchange.path, note=offered or None)
        causing, tap = cause.set(opened), tapping.set(self)
        try:
            await self.recorder.app(self.scope, self.receive, self.send)
        finally:
            self._see_the_end()
            cause.reset(causing)
            tapping.reset(tap)
            self.finish()

    async def receive(self) -> Event:
        """The app's `receive`."""
        event = await self._receive()
        kind = event["type"]
        if kind == "websocket.receive":
            text = event.get("text")
            if text is not None:
                size = len(text) if text.isascii() else len(text.encode())
                row = (self.id, "text", "client", text, size, None)
            else:
                data = event.get("bytes") or b""
                row = (self.id, "binary", "client", data, len(data), None)
            recorder = self.recorder
            # In the handler's own task, so that what it sends next points here.
            cause.set(self.log.append(EPOCH + perf_counter(), *row, recorder.revision()))  # type: ignore[arg-type]
        elif kind == "websocket.disconnect":
            self._left(event)
        return event

    async def send(self, event: Event) -> None:
        """The app's `send`."""
        # First sent, then written: what a vanished client never got must not stand in the log.
        await self._send(event)
        if event["type"] == "websocket.send":
            text = event.get("text")
            if text is not None:
                size = len(text) if text.isascii() else len(text.encode())
                row = (self.id, "text", "server", text, size)
            else:
                data = bytes(event.get("bytes") or b"")
                row = (self.id, "binary", "server", data, len(data))
            recorder = self.recorder
            self.log.append(
                EPOCH + perf_counter(),
                *row,  # type: ignore[arg-type]
                cause.get(),
                recorder.revision(),
                recorder.place(),
            )
        else:
            self._answered(event)

    def _answered(self, event: Event) -> None:
        kind = event["type"]
        if kind == "websocket.accept":
            self.accepted = True
            self._tell("accept", event.get("subprotocol"))
        elif kind == "websocket.close" and self.accepted:
            code, reason = event.get("code") or 1000, event.get("reason") or ""
            where = self.recorder.place()
            self._close("server", code, reason, cause=cause.get(), where=where)
        elif kind == "websocket.close":
            self._refuse(403, event.get("reason") or "")
        elif kind == "websocket.http.response.start":
            self.refusal = (event["status"], b"")
        elif kind == "websocket.http.response.body" and self.refusal:
            status, body = self.refusal
            self.refusal = (status, body + event.get("body", b""))
            if not event.get("more_body"):
                self._refuse(status, self.refusal[1].decode("utf-8", "replace"))

    def _tell(self, kind: Kind, data: str | None, **fields: Any) -> None:
        where = self.recorder.place()
        self.write(kind, "server", data, cause=cause.get(), where=where, **fields)

    def _refuse(self, status: int, why: str) -> None:
        if not self.closed:
            self.closed = True
            self._tell("refuse", why, code=status)

    def _close(self, sender: Sender, code: int, reason: str, **fields: Any) -> None:
        if self.closed:
            return
        self.closed = True
        note = "not clean" if code in (1006, 1015) else "clean"
        self.write("close", sender, reason, code=code, note=note, **fields)

    def _left(self, event: Event) -> None:
        # A server that stops says 1012 to both ends.
        code = event.get("code") or 1005
        self._close("server" if code == 1012 else "client", code, event.get("reason") or "")

    def _see_the_end(self) -> None:
        """Write the close that the app never looked at: it may only ever have sent."""
        if self.accepted and not self.closed:
            event = _take_ready(self._receive)
            while event is not None and event["type"] != "websocket.disconnect":
                event = _take_ready(self._receive)
            self._left(event or {"code": 1006})


def _take_ready(receive: Receive) -> Event | None:
    """Return the next event if it is there already; never wait for one."""
    waiting = receive().__await__()
    try:
        next(waiting)
    except StopIteration as ready:
        event: Event = ready.value
        return event
    except Exception:  # a server may refuse to be asked again
        return None
    waiting.close()
    return None
