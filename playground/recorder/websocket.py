"""Record one WebSocket: its handshake, accepted or refused, its messages and its close.

Law of the room: a message costs a microsecond or two, so the two methods that see each one are
written out; all else happens once a connection, or only while a gate stands before it (`gated`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from sys import _getframe
from typing import Any, Final

from playground.recorder.callers import Caller
from playground.recorder.causes import doing
from playground.recorder.crowds import ROWS, CrowdTap, Share
from playground.recorder.gated import Gate, Heard, Passed
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
from playground.traffic.model import Kind, Sender
from playground.traffic.redact import redact_subprotocols
from playground.traffic.store import BATCH, LARGE

# Numbers of which these bits are zero are when rows are counted.
SHARE: Final = BATCH - 1

# The close codes with which a server ends a connection by itself, where only ASGI is seen: the
# client broke the protocol (1002), sent what is no UTF-8 (1007) or too much (1009), or the server
# stops (1012).
SERVER_CODES: Final = frozenset({1002, 1007, 1009, 1012})

# A close frame without a code (1005) is a clean end; these are none (RFC 6455 7.4.1).
UNCLEAN: Final = frozenset({1006, 1015})

# So many turns of the event loop a handler has to greet who came, alone or by tasks of its own; it
# is over sooner than that once it waits for anything, such as a clock.
GREETING: Final = 6

# How much of a refusal's body is kept.
MAX_REFUSAL: Final = 64 * 1024


class WebSocketTap(Tap):
    """Record one WebSocket, from its opening handshake to its close.

    Attributes:
        gate: What its messages pass beside the recorder; None while nothing holds any up.
        from_server, to_server: The server's own `receive` and `send`, which a gate passes on to.
    """

    gate: Gate | None

    def __init__(
        self, recorder: Desk, caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        super().__init__(recorder, scope, receive, send)
        path, offered = path_of(scope), redact_subprotocols(scope.get("subprotocols", ()))
        self.id = self.log.begin(
            "websocket", caller.name, "GET", path, caller.headers, offered, now()
        )
        self.gate, self.from_server, self.to_server = None, receive, send
        self._accepted = False
        self._closed = False
        self._refusal: tuple[int, bytes] | None = None
        self._number, self._take = self.log.number, self.log.take
        self._depth, self._site = 1, NOWHERE
        self.opened = self.write("open", "client", path, note=", ".join(offered) or None)
        self.working_on = self.opened

    def stand_for(self, crowd: CrowdTap) -> None:
        """Write down a few messages, as one of a crowd, and then only how the connection ends."""
        share: Any = Share(self.log, ROWS, crowd)
        self.log, self._number = share, share.number

    @property
    def is_open(self) -> bool:
        """Whether the handshake was accepted and nobody has closed since, as far as is known."""
        return self._accepted and not self._closed

    async def receive(self) -> Event:
        """Be the app's `receive`: pass on an event; write a message, which is handled now."""
        self.working_on = None
        if self.recorder.look is not None:
            self.recorder.look()
        try:
            event = await self._receive()
            if self.gate is not None and not self.gate.passes(event):
                event = await self.gate.arrived(event)
        except BaseException:  # a time-out: what comes next is not the last message's doing
            doing.set((None, self, 0))
            raise
        text = event.get("text")
        if text is None:
            return self._heard(event)
        revision = doing.get()[2] or self.recorder.revision()
        size = len(text) if text.isascii() else len(text.encode())
        seq: int | None = None
        if self.log.recording:
            seq = self._number()
            self._take(
                (seq, EPOCH + perf_counter(), self.id, "text", "client", text, size,
                 None, revision, None, None, None, None)
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
        """Be the app's `send`: pass on an event, and write down a message with its cause."""
        # First sent, then written: what a vanished client never got must not stand in the log.
        if self.recorder.look is not None:
            self.recorder.look()
        passed = await self._send(event)
        if passed is not None:
            self._passed(event, passed)
            return
        text = event.get("text")
        if text is None:
            self._said(event)
            return
        if not self.log.recording:
            self.log.unrecorded += 1
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
        seq = self._number()
        self._take(
            (seq, EPOCH + perf_counter(), self.id, "text", "server", text, size,
             cause, revision or self.recorder.revision(), where or None, None, None, None)
        )  # fmt: skip
        if not seq & SHARE or size >= LARGE:
            self.log.settle()

    def _place(self) -> str | None:
        """Return the line that sends, and remember how far out it stands."""
        where, site, depth = self.recorder.places.find(2)
        if site is not None:
            # To look at a frame makes an object of it; that of a handler is there already.
            self._site, self._depth = site, depth
        return where

    def due(self, seq: int | None) -> int | None:
        """Return the cause of what is done now, where the handler works on `seq` no more."""
        if seq == self.opened or self.recorder.in_handler():
            return None
        return seq

    @property
    def is_receiving(self) -> bool:
        """Whether the handler may be waiting for the next event: it works on none."""
        return self.working_on is None

    @property
    def client(self) -> str:
        """Whose connection it is."""
        exchange = self.log.exchange(self.id)
        return "" if exchange is None else exchange.client

    def stand_at(self, gate: Gate | None) -> None:
        """Have every event pass a gate from now on; None for none."""
        self.gate = gate
        self._receive = self.from_server if gate is None else gate.receive
        self._send = self.to_server if gate is None else gate.send

    async def hear(self) -> Heard:
        """Take the next event from the server and write it down; the handler gets it later."""
        return self.note(await self.from_server())

    def note(self, event: Event) -> Heard:
        """Write down an event that the handler gets later."""
        seq = None
        if event["type"] == "websocket.receive":
            text, data = event.get("text"), event.get("bytes") or b""
            kind: Kind = "binary" if text is None else "text"
            seq = self.write(kind, "client", data if text is None else text)
        elif event["type"] == "websocket.disconnect":
            seq = self._left(event)
        return Heard(event, seq, self.recorder.revision())

    def _passed(self, event: Event, passed: Passed) -> None:
        """Write down an event that a gate has let through, as it has left it."""
        event = event if passed.event is None else passed.event
        seq = None if passed.dropped else self._said(event)
        if passed.wrote is not None:
            passed.wrote(seq)

    def _heard(self, event: Event) -> Event:
        """Write down an event from the client that is not a text message; return what it is."""
        if isinstance(event, Heard):
            self._works_on(event)
            return event.event
        self._hear_at_once(event)
        return event

    def _works_on(self, heard: Heard) -> None:
        """Have the handler work on an event that was written down as it was sent."""
        if heard.event["type"] == "websocket.connect":
            self._hear_at_once(heard.event)
            return
        ends = heard.event["type"] == "websocket.disconnect"
        self.working_on = heard.seq
        doing.set((heard.seq, self, 0 if ends else heard.revision))

    def _hear_at_once(self, event: Event) -> None:
        kind = event["type"]
        if kind == "websocket.receive":
            data = event.get("bytes") or b""
            revision = doing.get()[2] or self.recorder.revision()
            self.working_on = self.write("binary", "client", data, revision=revision)
            doing.set((self.working_on, self, revision))
        elif kind == "websocket.connect":
            self.working_on = self.opened
            if self._accepted:  # new code, on a connection that was greeted long ago
                self._greet()
        elif kind == "websocket.disconnect":
            # What the handler does now, such as telling the others, is due to that.
            self.working_on = self._left(event)
            doing.set((self.working_on, self, 0))

    def _greet(self) -> None:
        """Let what comes at once be due to the opening; what comes later is due to nothing."""
        # Whoever tries a handler by hand needs no loop.
        with suppress(RuntimeError):
            asyncio.get_running_loop().call_soon(self._turn, GREETING)

    def _turn(self, left: int) -> None:
        if self.working_on != self.opened:
            return
        if left:
            asyncio.get_running_loop().call_soon(self._turn, left - 1)
        else:
            self.working_on = None

    def _said(self, event: Event) -> int | None:
        """Write down an event of the app's, which is seldom a text message; return its number."""
        if event["type"] != "websocket.send":
            return self._answered(event)
        text = event.get("text")
        if text is not None:
            return self.tell("text", text)
        return self.tell("binary", bytes(event.get("bytes") or b""))

    def _answered(self, event: Event) -> int | None:
        kind = event["type"]
        if kind == "websocket.accept":
            self._accepted = True
            self._greet()
            return self.tell("accept", _chosen(event.get("subprotocol")))
        if kind == "websocket.close" and self._accepted:
            return self._close("server", event.get("code") or 1000, event.get("reason") or "")
        if kind == "websocket.close":
            self._refuse(403, event.get("reason") or "")
        elif kind == "websocket.http.response.start":
            self._refusal = (event["status"], b"")
        elif kind == "websocket.http.response.body" and self._refusal:
            status, body = self._refusal
            body = (body + event.get("body", b""))[:MAX_REFUSAL]
            self._refusal = (status, body)
            if not event.get("more_body"):
                self._refuse(status, body.decode("utf-8", "replace"))
        return None

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
        """Write down who closed the connection, and how, as the wire shows it if that is seen."""
        look = self.recorder.ending
        ending = look(self.from_server) if look is not None else None
        if ending is None:
            code = event.get("code") or 1005
            by: Sender = "server" if code in SERVER_CODES else "client"
            ending = (by, code, event.get("reason") or "")
        self.ending = sender, code, reason = ending
        return self._close(
            sender, code, reason or (self.recorder.stops_for if code == 1012 else "")
        )

    def end(self) -> None:
        """Write down the connection's end, if the app has neither received nor made it."""
        if not self._closed:
            goodbye = _goodbye(self.from_server)
            if goodbye is not None:
                self._left(goodbye)
            elif self._accepted or self._refusal is not None:
                self._close("server", 1006, "")
            else:
                self._refuse(500, "the app ended without answering the handshake")
        self.finish()


def _chosen(subprotocol: str | None) -> str | None:
    return redact_subprotocols([subprotocol])[0] if subprotocol else subprotocol


def _goodbye(receive: Receive) -> Event | None:
    """Return the disconnect that the server has ready; None, without waiting, for none."""
    while True:
        event = _take_ready(receive)
        if event is None or event["type"] == "websocket.disconnect":
            return event


def _take_ready(receive: Receive) -> Event | None:
    """Return the next event if the server has it already, without waiting; else None."""
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
