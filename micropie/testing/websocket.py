"""The server's end of one WebSocket connection: what an app may send when, and what it gets.

Law of the room: it decides like uvicorn's websockets-sansio protocol; the conformance suite holds
it to that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from micropie.testing.rules import check_bytes, check_close, check_headers, check_status, refuse
from micropie.testing.scopes import RawHeaders
from micropie.testing.waiting import Pipe
from micropie.types import Event, Scope

# States, in the order in which a connection can go through them.
CONNECTING = "connecting"
REFUSING = "refusing"
OPEN = "open"
CLOSED = "closed"
GONE = "gone"

NO_CODE = 1005
ABNORMAL = 1006
TOO_BIG = 1009

PLAIN_TEXT = (b"content-type", b"text/plain; charset=utf-8")


class ClientGone(OSError):
    """The app sent something to a client that is gone."""


@dataclass(frozen=True)
class Accepted:
    """The answer 101 to an opening handshake."""

    subprotocol: str | None
    headers: RawHeaders


@dataclass(frozen=True)
class Refused:
    """Any other answer to it, or none at all (status 0).

    `code` is what the app gave to `websocket.close`; no client ever sees it.
    """

    status: int
    headers: RawHeaders
    body: bytes
    code: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Closed:
    """The end of what the client receives."""

    code: int
    reason: str


class Connection:
    """One WebSocket connection, between an app's `receive` and `send` and a client."""

    def __init__(self, scope: Scope, max_message: int) -> None:
        self.state = CONNECTING
        self.answer: asyncio.Future[Accepted | Refused] = asyncio.get_running_loop().create_future()
        self.messages: Pipe[str | bytes | Closed] = Pipe()
        self.closed: Closed | None = None
        self.raised: BaseException | None = None
        self._scope = scope
        self._offered = scope["subprotocols"]
        self._max_message = max_message
        self.events: Pipe[Event] = Pipe()
        self.events.put({"type": "websocket.connect"})
        self._refusal: tuple[int, RawHeaders] = (500, [])
        self._refusal_body = b""

    @property
    def name(self) -> str:
        """What the client is called; "" where it has no name."""
        return str(self._scope.get("micropie.client", ""))

    # The app's end.

    async def receive(self) -> Event:
        """Give the app its next event; cancelling loses none."""
        return await self.events.get()

    async def send(self, event: Event) -> None:
        """Take an event from the app."""
        await self.messages.room()
        try:
            self._take(event)
        except Exception:
            # An app that tries for ever must not keep the loop from the others.
            await asyncio.sleep(0)
            raise

    def _take(self, event: Event) -> None:
        if self.state == GONE:
            raise ClientGone(f"the client is gone, {event['type']!r} cannot be sent")
        if self.state == CONNECTING:
            self._answer(event)
        elif self.state == OPEN:
            self._speak(event)
        elif self.state == REFUSING:
            self._refuse_further(event)
        else:
            raise RuntimeError(f"expected no ASGI event after the close, got {event['type']!r}")

    def app_ended(self, error: BaseException | None) -> BaseException | None:
        """Do what a server does when the app has returned or raised; return what is an error."""
        if error is None and self.state in (CONNECTING, REFUSING):
            error = RuntimeError("expected an answer to the handshake, the app returned without")
        if self.state == CONNECTING:
            self._settle(Refused(500, [PLAIN_TEXT], b"Internal Server Error"), CLOSED)
        elif self.state == REFUSING:
            self._settle(Refused(0, [], b"", reason="the answer was never completed"), CLOSED)
        elif self.state == OPEN:
            self._end(ABNORMAL, "", GONE)
        return None if isinstance(error, ClientGone) else error

    def _answer(self, event: Event) -> None:
        kind = event["type"]
        if kind == "websocket.accept":
            self._accept(event)
        elif kind == "websocket.close":
            code, reason = event.get("code", 1000), event.get("reason") or ""
            self._settle(Refused(403, [], b"", code, reason), CLOSED)
        elif kind == "websocket.http.response.start":
            self._refusal = (check_status(event), check_headers(event.get("headers", [])))
            self.state = REFUSING
        else:
            raise refuse(
                event, "websocket.accept", "websocket.close", "websocket.http.response.start"
            )

    def _accept(self, event: Event) -> None:
        subprotocol = event.get("subprotocol") or None
        if subprotocol is not None and subprotocol not in self._offered:
            # RFC 6455 4.1: the client would fail the connection. No server has a way back from it.
            self._settle(Refused(0, [], b"", reason="the subprotocol was not offered"), GONE)
            raise RuntimeError(
                f"expected a subprotocol out of {self._offered!r}, got {subprotocol!r}"
            )
        headers = check_headers(event.get("headers") or [])
        self.state = OPEN
        self.answer.set_result(Accepted(subprotocol, headers))

    def _refuse_further(self, event: Event) -> None:
        if event["type"] != "websocket.http.response.body":
            raise refuse(event, "websocket.http.response.body")
        self._refusal_body += check_bytes(event.get("body", b""))
        if not event.get("more_body", False):
            self._settle(Refused(*self._refusal, self._refusal_body), CLOSED)

    def _settle(self, refused: Refused, state: str) -> None:
        self.state = state
        self.events.end({"type": "websocket.disconnect", "code": ABNORMAL, "reason": ""})
        if not self.answer.done():
            self.answer.set_result(refused)

    def _speak(self, event: Event) -> None:
        if event["type"] == "websocket.send":
            message = _message(event)
            self.messages.put(message, len(message))
        elif event["type"] == "websocket.close":
            code, reason = event.get("code", 1000), event.get("reason") or ""
            check_close(code, reason)
            self._end(NO_CODE if code is None else code, reason, CLOSED)
        else:
            raise refuse(event, "websocket.send", "websocket.close")

    # The client's end.

    def client_sends(self, message: str | bytes) -> None:
        """Bring a message to the app; too big a one closes with 1009."""
        if self.state != OPEN:
            return
        text = isinstance(message, str)
        size = len(message.encode()) if isinstance(message, str) else len(message)
        if size > self._max_message:
            reason = f"frame with {size} bytes exceeds limit of {self._max_message} bytes"
            self._end(TOO_BIG, reason, GONE)
            return
        self.events.put({"type": "websocket.receive", "text" if text else "bytes": message}, size)

    def client_closes(self, code: int, reason: str) -> None:
        """Do the closing handshake that the client began (a stopping server does the same)."""
        if self.state == OPEN:
            self._end(code, reason, GONE)
        elif self.state in (CONNECTING, REFUSING):
            self._settle(Refused(500, [PLAIN_TEXT], b"Internal Server Error"), GONE)

    def client_vanishes(self) -> None:
        """Lose the connection without a closing handshake."""
        self.client_closes(ABNORMAL, "")

    def _end(self, code: int, reason: str, state: str) -> None:
        self.state = state
        self.events.end({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.closed = Closed(code, reason)
        self.messages.end(self.closed)


def _message(event: Event) -> str | bytes:
    data = event.get("bytes")
    if data is not None:
        return check_bytes(data)
    text = event.get("text")
    if not isinstance(text, str):
        raise TypeError(f"expected 'text' or 'bytes' in 'websocket.send', got {dict(event)!r}")
    # What cannot be written as UTF-8 could not be sent (RFC 6455 8.1).
    text.encode()
    return text
