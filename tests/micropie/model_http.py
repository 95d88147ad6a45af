"""One HTTP exchange as a model: what has to come out of a request and of what its handler does.

Law of the room: the model knows the specification and nothing of the code.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from micropie.testing.http import Exchange
from micropie.types import Event

MAX_BODY = 8
# What a stream gives before it ends, as it is asked to.
CHUNKS = ("one", b"two", bytearray(b"three"), "")
STREAMED = b"onetwothree"


class Failing(Exception):
    """What handlers, hooks and streams of this suite raise."""


@dataclass(frozen=True)
class Sent:
    """What a client sends, and how it behaves.

    Attributes:
        method: Of the request.
        media: The content type.
        chunks: The body, an event for each.
        ending: How the body ends.
        leaves_after: After how many parts of the response it leaves, if it does.
        gone: What sending to it does then.
    """

    method: str = "GET"
    media: str = ""
    chunks: tuple[bytes, ...] = ()
    ending: Literal["complete", "disconnect", "silence"] = "complete"
    leaves_after: int | None = None
    gone: Literal["OSError", "silence"] = "silence"

    @property
    def reads(self) -> bool:
        """Whether a body is read at all."""
        return self.method == "POST"

    def events(self) -> list[Event]:
        """Make what the server tells of the body."""
        chunks = self.chunks or (b"",)
        whole = self.ending == "complete"
        events: list[Event] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        ]
        events[-1]["more_body"] = not whole
        return events if self.ending != "disconnect" else [*events, {"type": "http.disconnect"}]

    def refused(self) -> int | None:
        """Say how the body is refused: a status, 0 for no answer, `None` if it is read."""
        if not self.reads:
            return None
        size = 0
        for chunk in self.chunks:
            size += len(chunk)
            if size > MAX_BODY:
                return 413
        if self.ending != "complete":
            return 0 if self.ending == "disconnect" or self.leaves_after == 0 else 408
        return 400 if self.media == "application/json" and not self._holds_json() else None

    def _holds_json(self) -> bool:
        try:
            json.loads(b"".join(self.chunks))
        except ValueError:
            return False
        return True


class Line(Exchange):
    """The strict server of `micropie.testing`, which keeps what it had to refuse."""

    def __init__(self, sent: Sent) -> None:
        super().__init__(sent.method)
        self.sent = sent
        self.complaints: list[Exception] = []
        self.events: list[Event] = []
        self.gone = sent.leaves_after == 0
        for event in sent.events():
            if event["type"] == "http.disconnect":
                self.gone = True
            else:
                self._requests.put(event)
        if self.gone:
            self._requests.end({"type": "http.disconnect"})
            self._disconnected = True

    async def send(self, event: Event) -> None:
        await asyncio.sleep(0)
        if self.gone and self.sent.gone == "OSError":
            raise OSError("the client has left")
        try:
            self._take(event)
        except Exception as error:
            self.complaints.append(error)
            raise
        if not self.gone:
            self.events.append(event)
            self._count_down()

    def _count_down(self) -> None:
        if len(self.events) == self.sent.leaves_after and not self._complete:
            self.gone = True
            self.leave()

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def status(self) -> int:
        return self.events[0]["status"] if self.events else 0

    @property
    def body(self) -> bytes:
        return b"".join(event.get("body", b"") for event in self.events)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        found: list[tuple[bytes, bytes]] = self.events[0]["headers"]
        return found


@dataclass
class Told:
    """What a handler and its streams have done.

    Attributes:
        closed: How many streams were closed.
        began: How many were begun.
    """

    closed: int = 0
    began: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def hear(self, error: BaseException, _request: object) -> bool:
        """Be the app's error hook."""
        self.errors.append(error)
        return True

    async def stream(self, failure: BaseException | None, *, waits: bool) -> AsyncIterator[Any]:
        """A stream that ends, fails, or waits for ever."""
        self.began += 1
        try:
            for chunk in CHUNKS:
                yield chunk
            if failure is not None:
                raise failure
            if waits:
                await asyncio.Event().wait()
        finally:
            self.closed += 1

    def steps(self, failure: BaseException | None) -> Iterator[Any]:
        """The same, but synchronous."""
        self.began += 1
        try:
            yield from CHUNKS
            if failure is not None:
                raise failure
        finally:
            self.closed += 1


# What a handler may do: its status, its body, and what it reports.
OUTCOMES: dict[str, tuple[int, bytes, type[BaseException] | None]] = {
    "text": (200, b"text", None),
    "json": (200, b'{"a":1}', None),
    "nothing": (200, b"", None),
    "status": (201, b"made", None),
    "no body": (204, b"", None),
    "redirect": (302, b"", None),
    "stream": (200, STREAMED, None),
    "steps": (200, STREAMED, None),
    "stream fails": (200, STREAMED, Failing),
    "steps fail": (200, STREAMED, Failing),
    "stream fails oddly": (200, STREAMED, asyncio.CancelledError),
    "stream waits": (200, STREAMED, None),
    "raises": (500, b"500 Internal Server Error", Failing),
    "stray": (500, b"500 Internal Server Error", asyncio.CancelledError),
    "wrong shape": (500, b"500 Internal Server Error", ValueError),
    "wrong type": (500, b"500 Internal Server Error", TypeError),
    "no surrogate": (500, b"500 Internal Server Error", UnicodeEncodeError),
    "bad headers": (500, b"500 Internal Server Error", TypeError),
    "odd headers": (200, b"odd", None),
}


def do(what: str, told: Told) -> Any:
    """Do what a handler is asked to do."""
    if what == "raises":
        raise Failing
    if what == "stray":
        raise asyncio.CancelledError
    results: dict[str, Any] = {
        "text": "text",
        "json": {"a": 1},
        "nothing": None,
        "status": (201, "made"),
        "no body": (204, "never sent", [("Content-Length", "10")]),
        "redirect": (302, "", [("Location", "/x")]),
        "stream": told.stream(None, waits=False),
        "steps": told.steps(None),
        "stream fails": (200, told.stream(Failing(), waits=False), []),
        "stream fails oddly": told.stream(asyncio.CancelledError(), waits=False),
        "steps fail": told.steps(Failing()),
        "stream waits": told.stream(None, waits=True),
        "wrong shape": (99, "x"),
        "wrong type": object,
        "no surrogate": "\ud800",
        "bad headers": (200, "x", ["Name: value"]),
        "odd headers": (200, "odd", [("X\n", "a"), ("X-A", "\x01"), ("X-B", "\u20ac"), ("", "x")]),
    }
    return results[what]
