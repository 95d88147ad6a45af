"""Record one HTTP exchange: the request, its body, the response, and the parts of a stream."""

from __future__ import annotations

from typing import Any, Final

from playground.recorder.bodies import SMALL, UNTOLD, Bounds, readable
from playground.recorder.callers import Caller
from playground.recorder.causes import doing
from playground.recorder.events import Events
from playground.recorder.places import callers_of_ours
from playground.recorder.tap import (
    EPOCH,
    Desk,
    Event,
    Receive,
    Scope,
    Send,
    Tap,
    path_of,
    perf_counter,
)
from playground.traffic.model import Sender
from playground.traffic.server_sent import MEDIA_TYPE, is_event_stream

# What a server answers for an app that gives no answer.
NO_ANSWER: Final[dict[str, Any]] = {"status": 500, "body": b"Internal Server Error"}

_BEGINS: Final = MEDIA_TYPE[:10]

CLIENT_LEFT: Final = "the client left before the end of the response"
APP_LEFT: Final = "the app ended before the end of the response"


class HttpTap(Tap):
    """Record one request with its response; what is streamed, part by part, or event by event."""

    # Read before they are written, if ever: most requests and responses are one part each.
    _bounds: dict[Sender, Bounds] | None = None
    _head: Event | None = None
    _kind: str | None = None
    _events: Events | None = None
    _responded = False
    _complete = False
    _left = False

    def __init__(
        self, recorder: Desk, caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.recorder = recorder
        self.log = log = recorder.log
        self._receive = receive
        self._send = send
        self._scope = scope
        path, method, at = path_of(scope), scope["method"], EPOCH + perf_counter()
        self.id = log.begin(
            "http", caller.name or caller.kind, method, path, caller.headers, opened=at,
            shared=caller.shared,
        )  # fmt: skip
        # A request is answered by the code it was begun with.
        self._revision = revision = recorder.revision()
        self.working_on = log.append(
            at, self.id, "request", "client", path, len(path), None, revision, None, None, method
        )

    async def receive(self) -> Event:
        """Be the app's `receive`: pass on an event, and write down a part of the request's body."""
        event = await self._receive()
        if event["type"] == "http.disconnect":
            self._left = not self._complete
        elif event.get("body"):
            self._part("client", bytes(event["body"]), None, None)
        if self._bounds and not event.get("more_body", False):
            self._tell_the_rest("client")
        return event

    async def send(self, event: Event) -> None:
        """Be the app's `send`: pass on an event, and write down the response."""
        if self.recorder.look is not None:
            self.recorder.look()
        await self._send(event)
        kind = event["type"]
        if kind == "http.response.start":
            self._head = event
        elif kind == "http.response.body" and not self._has_left():
            body = event.get("body", b"")
            # The line that sends: further out stands who called the app, not why.
            recorder = self.recorder
            if not recorder.between:
                recorder.between = 2 + callers_of_ours()
            where = recorder.places.near(recorder.between)
            if not self._responded:
                self._respond(body, doing.get()[0], where)
            elif body and self._events is None:
                self._part("server", bytes(body), doing.get()[0], where)
            if self._events is not None:
                self._parts_of(self._events, bytes(body), doing.get()[0], where)
            if not event.get("more_body", False):
                self._complete = True
                if self._events is not None:
                    self._unended(self._events)
                if self._bounds:
                    self._tell_the_rest("server")

    def _has_left(self) -> bool:
        """Return whether the client is gone: servers take what is sent then, and drop it."""
        ending = self.recorder.ending
        if ending is not None and not self._left:
            self._left = ending(self._receive) is not None
        return self._left

    def _respond(self, body: bytes, cause: int | None, where: str | None) -> None:
        """Write the status, with all of the body or the first part of it."""
        head = self._head or NO_ANSWER
        self._responded = True
        self._kind = kind = _content_type(head.get("headers", ()))
        # The first look is cheap: nearly no response is one of events.
        if kind and kind[:10].lower() == _BEGINS and _has_events(kind, head["headers"]):
            self._events = Events()
            body = b""  # each of its events is a row of its own
        if len(body) > SMALL:
            body = self._bounds_of("server").take(bytes(body))
        self.log.append(
            EPOCH + perf_counter(), self.id, "response", "server", readable(body, kind), len(body),
            cause, self._revision, where, head["status"], kind,
        )  # fmt: skip

    def _part(
        self,
        sender: Sender,
        body: bytes,
        cause: int | None,
        where: str | None,
        note: str | None = None,
    ) -> None:
        if len(body) > SMALL:
            bounds = self._bounds_of(sender)
            body = bounds.take(body)
            if bounds.untold >= UNTOLD:
                self._tell_the_rest(sender)
        if body:
            data = readable(body, self._kind if sender == "server" else None)
            self.log.append(
                EPOCH + perf_counter(), self.id, "body", sender, data, len(body),
                cause, self._revision, where, None, note,
            )  # fmt: skip

    def _parts_of(self, events: Events, body: bytes, cause: int | None, where: str | None) -> None:
        """Write the server-sent events that a part of a stream completes, and what is none."""
        for data, name, note in events.take(body, perf_counter()):
            if name is None:
                self._part("server", data, cause, where, note)
                continue
            kept = data
            if len(data) > SMALL:
                kept = self._bounds_of("server").take(data, SMALL)
            self.log.append(
                EPOCH + perf_counter(), self.id, "event", "server", readable(kept, self._kind),
                len(data), cause, self._revision, where, None, name,
            )  # fmt: skip

    def _unended(self, events: Events) -> None:
        """Write what is left of a stream of events at its end, which is no event any more."""
        for data, _, note in events.rest():
            self._part("server", data, self.working_on, None, note)

    def _bounds_of(self, sender: Sender) -> Bounds:
        if self._bounds is None:
            self._bounds = {"client": Bounds(), "server": Bounds()}
        return self._bounds[sender]

    def _tell_the_rest(self, sender: Sender) -> None:
        """Write how much of a body was not kept, as a row without data."""
        bounds = self._bounds_of(sender)
        if bounds.untold:
            self.write("body", sender, note=bounds.tell(), revision=self._revision)

    def end(self) -> None:
        """Write down that the response was cut short, if the client or the app left early."""
        if not self._complete:
            self._broke_off()
        self.finish()

    def _broke_off(self) -> None:
        left = self._has_left()
        if self._events is not None:
            self._unended(self._events)
        if self._bounds:
            self._tell_the_rest("server")
        if not self._responded and self._head is None and not left:
            self._respond(NO_ANSWER["body"], self.working_on, None)
            return
        if not self._responded and self._head is not None:
            self._respond(b"", self.working_on, None)
        sender: Sender = "client" if left else "server"
        why = CLIENT_LEFT if left else APP_LEFT
        self.write(
            "close", sender, why, cause=None if left else self.working_on, note="not clean",
            revision=self._revision,
        )  # fmt: skip


def _content_type(headers: Any) -> str | None:
    for name, value in headers:
        if name == b"content-type" or name.lower() == b"content-type":
            return str(bytes(value).decode("latin-1"))
    return None


def _has_events(kind: str, headers: Any) -> bool:
    """Return whether a body is of server-sent events, and not compressed: then none can be seen."""
    encoded = any(bytes(name).lower() == b"content-encoding" for name, _ in headers)
    return is_event_stream(kind) and not encoded
