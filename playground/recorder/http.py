"""An HTTP exchange's tap: the request, its body, the response, and the parts of a stream."""

from __future__ import annotations

from typing import Any

from playground.recorder.tap import Desk, Event, Receive, Scope, Send, Tap, cause, tapping


class HttpTap(Tap):
    """Records one request with its response; what is streamed, part by part."""

    protocol = "http"

    def __init__(self, recorder: Desk, scope: Scope) -> None:
        super().__init__(recorder, scope)
        self.response: tuple[int, str | None] | None = None
        self._kind: str | None = None
        self._receive: Receive
        self._send: Send

    async def run(self, receive: Receive, send: Send) -> None:
        """Pass everything on to the app, and write it down."""
        self._receive, self._send = receive, send
        requested = self.write("request", "client", self.exchange.path, note=self.exchange.method)
        causing, tap = cause.set(requested), tapping.set(self)
        try:
            await self.recorder.app(self.scope, self.receive, self.send)
        finally:
            cause.reset(causing)
            tapping.reset(tap)
            self.finish()

    async def receive(self) -> Event:
        """The app's `receive`."""
        event = await self._receive()
        if event["type"] == "http.request" and event.get("body"):
            self.write("body", "client", _readable(event["body"], None), size=len(event["body"]))
        return event

    async def send(self, event: Event) -> None:
        """The app's `send`."""
        await self._send(event)
        if event["type"] == "http.response.start":
            self.response = (event["status"], _content_type(event.get("headers", ())))
        elif event["type"] == "http.response.body":
            self._part(bytes(event.get("body", b"")))

    def _part(self, body: bytes) -> None:
        """Write the status with the first part of the body; the others as they come."""
        set_off_by, where = cause.get(), self.recorder.place()
        if self.response is not None:
            (status, kind), self.response = self.response, None
            self._kind = kind
            self.write(
                "response", "server", _readable(body, kind), size=len(body), cause=set_off_by,
                where=where, code=status, note=kind,
            )  # fmt: skip
        elif body:
            data = _readable(body, self._kind)
            self.write("body", "server", data, size=len(body), cause=set_off_by, where=where)


def _content_type(headers: Any) -> str | None:
    for name, value in headers:
        if name.lower() == b"content-type":
            return str(bytes(value).decode("latin-1"))
    return None


def _readable(body: bytes, content_type: str | None) -> str | bytes:
    """Return a body as text if it is that, else as the bytes it is."""
    if content_type and not content_type.startswith(("text/", "application/json")):
        return body
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
