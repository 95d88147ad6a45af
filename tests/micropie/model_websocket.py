"""The WebSocket state machine as a model, beside a server that lets nothing illegal through.

Law of the room: the model knows the table in `micropie.websockets` and nothing of its code.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from micropie import ConnectionClosed, WebSocket
from micropie.closing import cut
from micropie.testing.scopes import websocket_scope
from micropie.testing.websocket import GONE, Accepted, ClientGone, Closed, Connection
from micropie.types import Event, Scope

MAX_MESSAGE = 64
LOST = (1006, "")
# More turns of the loop than any operation takes that has nothing to wait for.
TURNS = 6
# After so many messages in a row the handler's next one looks whether the client has left.
BURST = 4


@dataclass(frozen=True)
class Manners:
    """Where servers differ.

    Attributes:
        gone: What sending to a client that is gone does; servers of an older ASGI keep silent.
        told: How often an app that asks again is told of a disconnect; then it waits for ever.
        refuses: Whether a handshake can be refused with an HTTP response.
        pauses: When an event on its way out gives way to others; the start and the body of a
            response go out together.
        keys: Whether messages carry both keys, one of them `None`.
    """

    gone: Literal["OSError", "RuntimeError", "silence"] = "OSError"
    told: Literal["again", "once"] = "again"
    refuses: bool = True
    pauses: Literal["never", "before", "after"] = "never"
    keys: bool = False


class Wire(Connection):
    """The strict server of `micropie.testing` with manners; it keeps what it had to refuse.

    Attributes:
        complaints: The errors that a server would have raised for an illegal event.
        closes: How many events tried to close or to refuse.
    """

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.scope: Scope = websocket_scope("/play", [], ["json"], ("127.0.0.1", 5), "")
        if not manners.refuses:
            del self.scope["extensions"]
        if manners.gone == "silence":
            self.scope["asgi"] = {"version": "3.0", "spec_version": "2.3"}
        super().__init__(self.scope, MAX_MESSAGE)
        self.complaints: list[Exception] = []
        self.closes = 0
        self._told = False

    async def receive(self) -> Event:
        event = await super().receive()
        if event["type"] == "websocket.disconnect":
            if self._told and self.manners.told == "once":
                await asyncio.Event().wait()
            self._told = True
        if event["type"] == "websocket.receive" and self.manners.keys:
            return {"text": None, "bytes": None, **event}
        return event

    async def send(self, event: Event) -> None:
        if self.manners.pauses == "before" and event["type"] != "websocket.http.response.body":
            await asyncio.sleep(0)
        self._deliver(event)
        if self.manners.pauses == "after":
            await asyncio.sleep(0)

    def _deliver(self, event: Event) -> None:
        self.closes += event["type"] in ("websocket.close", "websocket.http.response.start")
        opened = self.answer.done() and isinstance(self.answer.result(), Accepted)
        try:
            self._take(event)
        except ClientGone as gone:
            if self.manners.gone == "OSError" or not opened:
                raise
            if self.manners.gone == "RuntimeError":
                raise RuntimeError("the close was sent already") from gone
        except Exception as error:
            self.complaints.append(error)
            raise

    @property
    def heard(self) -> list[str | bytes]:
        """The messages that have come to the client."""
        items = [item for item, _ in self.messages._items]
        return [item for item in items if not isinstance(item, Closed)]


Outcome = tuple[str, Any]


class Model:
    """What has to happen to one connection.

    Attributes:
        state: As `WebSocket.state`.
        end: Code and reason of the end.
        by_us: Whether the handler has ended it.
        inbox: Messages of the client that the handler has not read.
        outbox: Messages of the handler that the client must have got.
        left: Code and reason with which the client left.
        sent: How many messages the handler has sent since it last asked for one.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.state = "connecting"
        self.end = LOST
        self.by_us = False
        self.inbox: deque[str | bytes] = deque()
        self.outbox: list[str | bytes] = []
        self.left: tuple[int, str] | None = None
        self.sent = 0

    # The client.

    def client(self, what: str, value: Any) -> None:
        """Let the client do something."""
        if what == "says":
            if self.wire.state == "open":
                self._say(value)
            self.wire.client_sends(value)
        elif self.wire.state in ("connecting", "open"):
            was_open = self.wire.state == "open"
            self.left = (value, "bye") if was_open else LOST
            self.wire.client_closes(value, "bye")

    def _say(self, message: str | bytes) -> None:
        size = len(message.encode() if isinstance(message, str) else message)
        if size > MAX_MESSAGE:
            limit = f"frame with {size} bytes exceeds limit of {MAX_MESSAGE} bytes"
            self.left = (1009, limit)
        else:
            self.inbox.append(message)

    # The handler.

    def expect(self, operation: str, value: Any) -> Outcome:
        """Say what an operation must do, and do it here."""
        expected: Outcome = getattr(self, f"_{operation}")(value)
        return expected

    def _closed(self, end: tuple[int, str]) -> Outcome:
        self.state, self.end = "closed", end
        return "raises", ConnectionClosed(*end)

    def _accept(self, subprotocol: str | None) -> Outcome:
        if self.state == "open":
            return "raises", RuntimeError()
        if subprotocol == "xml":
            return "raises", ValueError()
        if self.state == "closed":
            return "raises", ConnectionClosed(*self.end)
        if self.left is not None:
            return self._closed(LOST)
        self.state = "open"
        return "returns", None

    def _receive(self, kind: str) -> Outcome:
        if self.state == "connecting":
            return "raises", RuntimeError()
        if self.state == "closed":
            return "raises", ConnectionClosed(*self.end)
        self.sent = 0
        if self.inbox:
            message = self.inbox.popleft()
            return "returns", _as(kind, message)
        return self._closed(self.left) if self.left else ("waits", None)

    def _iterate(self, _: None) -> Outcome:
        kind, outcome = self._receive("is")
        if isinstance(outcome, ConnectionClosed) and (
            self.by_us or self.end[0] in (1000, 1001, 1005)
        ):
            return "raises", StopAsyncIteration()
        return kind, outcome

    def _send(self, data: Any) -> Outcome:
        if self.state == "connecting":
            return "raises", RuntimeError()
        if self.state == "closed":
            return "raises", ConnectionClosed(*self.end)
        if not isinstance(data, str | bytes):
            return "raises", TypeError()
        self.sent += 1
        if self.left is None:
            self.outbox.append(data)
        elif self.wire.manners.gone != "silence" or self.sent > BURST:
            return self._closed(self.left)
        return "returns", None

    def _close(self, value: tuple[int, str]) -> Outcome:
        if value[0] < 1000:
            return "raises", ValueError()
        if self.state != "closed":
            silent = self.wire.manners.gone == "silence" and self.state == "open"
            end = None if silent else self.left
            self.state, self.by_us = "closed", end is None
            self.end = end or (value[0], cut(value[1]))
        return "returns", None

    def _refuse(self, status: int) -> Outcome:
        if not 200 <= status <= 599:
            return "raises", ValueError()
        if self.state == "open":
            return "raises", RuntimeError()
        if self.state == "connecting":
            self.state, self.by_us = "closed", self.left is None
            self.end = (1008, "no") if self.by_us else LOST
        return "returns", None


def _as(kind: str, message: str | bytes) -> str | bytes:
    if kind == "text" and isinstance(message, bytes):
        return message.decode("utf-8", "replace")
    if kind == "bytes" and isinstance(message, str):
        return message.encode()
    return message


OPERATIONS: dict[str, Callable[[WebSocket, Any], Any]] = {
    "accept": lambda ws, subprotocol: ws.accept(subprotocol),
    "receive": lambda ws, kind: {
        "text": ws.receive_text,
        "bytes": ws.receive_bytes,
        "is": ws.receive,
    }[kind](),
    "iterate": lambda ws, _: ws.__anext__(),
    "send": lambda ws, data: ws.send_bytes(data) if isinstance(data, bytes) else ws.send_text(data),
    "close": lambda ws, value: ws.close(*value),
    "refuse": lambda ws, status: ws.refuse(status, "no"),
}


async def done(ws: WebSocket, operation: str, value: Any) -> Outcome:
    """Do an operation and say what it did; one that waits is cancelled."""
    task = asyncio.ensure_future(OPERATIONS[operation](ws, value))
    for _ in range(TURNS):
        await asyncio.sleep(0)
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
        return "waits", None
    error = task.exception()
    return ("returns", task.result()) if error is None else ("raises", error)


def same(one: Outcome, other: Outcome) -> bool:
    """Say whether two outcomes are the same; of errors the type counts, and code and reason."""
    (kind, value), (other_kind, other_value) = one, other
    if kind == "raises" and isinstance(value, ConnectionClosed):
        return other_kind == kind and (type(value), value.args) == (
            type(other_value),
            other_value.args,
        )
    if kind == "raises":
        return other_kind == kind and type(value) is type(other_value)
    return (kind, value) == (other_kind, other_value)


def is_gone(wire: Wire) -> bool:
    """Say whether the client has left."""
    return wire.state == GONE
