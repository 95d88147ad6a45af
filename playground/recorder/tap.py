"""A tap: records one exchange. What passes in it, the two kinds of tap know."""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Context
from typing import Any, Final, NamedTuple, Protocol

from playground.recorder.callers import Callers
from playground.recorder.causes import current_cause
from playground.recorder.places import Places
from playground.traffic.log import Log
from playground.traffic.model import Kind, Sender
from playground.traffic.redact import redact_path

Ending = tuple[Sender, int, str]
"""Who ended a connection, its close code (RFC 6455 7.4.1), which is 0 for HTTP, and the reason."""

Raised = Callable[[str, str | None, str, int], None]
"""Told of an exception: its words, the user's line, the traceback in their code, the revision."""

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ERROR_HOOK: Final = "micropie.error_hook"
"""The scope key under which `micropie.App` and the stage find whom to tell of an exception."""

# One clock that never runs backwards, told as seconds since the Unix epoch.
EPOCH: Final = time.time() - time.perf_counter()
perf_counter = time.perf_counter


def now() -> float:
    """Return seconds since the Unix epoch, on the clock that entries are stamped with."""
    return EPOCH + perf_counter()


class Desk(Protocol):
    """What a tap needs of its recorder."""

    log: Log
    places: Places
    callers: Callers
    home: Callable[[], Context | None]
    revision: Callable[[], int]
    in_handler: Callable[[], bool]
    ending: Callable[[Receive], Ending | None] | None
    raised: Raised | None
    between: int
    loop: AbstractEventLoop | None


class Tap:
    """Records one exchange.

    Args:
        recorder: Whose it is.
        receive, send: The server's.

    Attributes:
        working_on: The entry that the handler works on; None while it waits for the next message.
        leave: Called when the app has ended, if frames may still come; whoever sees them then says
            when the log may forget the exchange.
    """

    id: int
    working_on: int | None
    leave: Callable[[], None] | None = None
    _lines: dict[str, _Line] | None = None

    def __init__(self, recorder: Desk, receive: Receive, send: Send) -> None:
        self.recorder = recorder
        self.log = recorder.log
        self._receive = receive
        self._send = send

    def due(self, seq: int | None) -> int | None:
        """Return what something is due to that is done where `doing` says `seq`."""
        return seq

    def write(
        self,
        kind: Kind,
        sender: Sender,
        data: str | bytes | None = None,
        *,
        cause: int | None = None,
        where: str | None = None,
        code: int | None = None,
        note: str | None = None,
        revision: int = 0,
    ) -> int | None:
        """Add an entry; its size is measured here."""
        size = len(data.encode()) if isinstance(data, str) else len(data or b"")
        revision = revision or self.recorder.revision()
        return self.log.append(
            now(), self.id, kind, sender, data, size, cause, revision, where, code, note
        )

    def tell(self, kind: Kind, data: str | bytes | None, **fields: Any) -> int | None:
        """Add an entry for what the handler does here."""
        cause, revision = current_cause()
        where = self.recorder.places.here(2)
        return self.write(
            kind, "server", data, cause=cause, where=where, revision=revision, **fields
        )

    def failed(self, error: BaseException, request: object = None) -> bool:
        """Write down an exception that a handler raised. This is the app's error hook.

        Returns:
            True: it is in the log, and whoever wants to show it has been told.
        """
        where, trace = self.recorder.places.trace(error.__traceback__)
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        cause, revision = current_cause()
        self.write(
            "exception", "server", said, cause=cause, where=where, note=trace, revision=revision
        )
        raised = self.recorder.raised
        if raised is not None:
            raised(said, where, trace, revision or self.recorder.revision())
        return True

    def printed(self, stream: str, text: str) -> None:
        """Write down what a handler printed, a line at a time, as it would stand in a terminal."""
        if self._lines is None:
            self._lines = {}
        line = self._lines.get(stream)
        lines, newline, rest = ((line.text if line else "") + text).rpartition("\n")
        cause, revision = current_cause()
        where = self.recorder.places.here(2)
        if newline:
            self.write(
                "print", "server", lines, cause=cause, where=where, note=stream, revision=revision
            )
        self._lines[stream] = _Line(rest, cause, where, revision)

    def finish(self) -> None:
        """Write what is left, and let the log forget the exchange when its rows go."""
        if self._lines:
            self._print_the_rest(self._lines)
        if self.leave is None:
            self.log.finish(self.id)
        else:
            self.leave()

    def _print_the_rest(self, lines: dict[str, _Line]) -> None:
        for stream, (text, cause, where, revision) in lines.items():
            if text:
                self.write(
                    "print", "server", text, cause=cause, where=where, note=stream,
                    revision=revision,
                )  # fmt: skip
        self._lines = None


class _Line(NamedTuple):
    """The beginning of a line that a handler prints, and what it was due to."""

    text: str
    cause: int | None
    where: str | None
    revision: int


def path_of(scope: Scope) -> str:
    """Return path and query as the client wrote them, credentials redacted."""
    raw = scope.get("raw_path")
    path = raw.decode("utf-8", "replace") if raw else str(scope["path"])
    query = scope.get("query_string")
    return redact_path(f"{path}?{query.decode('utf-8', 'replace')}") if query else path
