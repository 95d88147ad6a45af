"""What records one exchange, HTTP or WebSocket: a tap on the app's `receive` and `send`."""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Context
from typing import Any, Final, NamedTuple, Protocol

from playground.recorder.callers import Callers
from playground.recorder.causes import current_cause, doing
from playground.recorder.gated import Gate
from playground.recorder.places import Places
from playground.traffic.log import Log
from playground.traffic.model import Kind, Sender
from playground.traffic.quoted import Quoted
from playground.traffic.redact import Found, redact_headers, redact_path
from playground.traffic.told import told

Ending = tuple[Sender, int, str]
"""Who ended a connection, its close code (RFC 6455 7.4.1), which is 0 for HTTP, and the reason."""

Raised = Callable[[str, str | None, str, int], None]
"""Told of an exception: its words, the user's line, the traceback in their code, the revision."""

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[Any]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ERROR_HOOK: Final = "micropie.error_hook"
"""The scope key under which `micropie.App` and the stage find whom to tell of an exception."""

TOLD: Final = "playground_told"
"""An exception's attribute, of those that end a program: the exchange that has told of it."""

CLIENT: Final = "micropie.client"
"""The scope key under which `micropie.App` finds what to call a client in what it raises."""

# One clock that never runs backwards, told as seconds since the Unix epoch.
EPOCH: Final = time.time() - time.perf_counter()
perf_counter = time.perf_counter


def now() -> float:
    """Return seconds since the Unix epoch, on the clock that entries are stamped with."""
    return EPOCH + perf_counter()


class Desk(Protocol):
    """The recorder, as far as a tap needs it."""

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
    stops_for: str
    silent: bool
    look: Callable[[], None] | None


class Tap:
    """Record one exchange.

    Args:
        recorder: Whose it is.
        scope, receive, send: The server's.

    Attributes:
        working_on: The entry that the handler works on; None while it waits for the next message.
        near: Of what records the far leg of a connection, what records the client's; else None.
        ending: Who has closed a WebSocket, and how, once its client has left.
        leave: Called when the app has ended, if frames may still come; whoever sees them then says
            when the log may forget the exchange.
    """

    id: int
    working_on: int | None
    gate: Gate | None = None
    leave: Callable[[], None] | None = None
    ending: Ending | None = None
    near: Tap | None = None
    _lines: dict[str, _Line] | None = None
    _quoted: Quoted | None = None

    def __init__(self, recorder: Desk, scope: Scope, receive: Receive, send: Send) -> None:
        self.recorder = recorder
        self.log = recorder.log
        # Not the one that the app is given: that holds the tap.
        self._scope = scope
        self._receive = receive
        self._send = send

    def due(self, seq: int | None) -> int | None:
        """Return the cause of what is done now, where `doing` names the entry `seq`."""
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
        """Add an entry to the log; its size is that of `data` in bytes."""
        size = len(data.encode()) if isinstance(data, str) else len(data or b"")
        revision = revision or self.recorder.revision()
        return self.log.append(
            now(), self.id, kind, sender, data, size, cause, revision, where, code, note
        )

    def tell(self, kind: Kind, data: str | bytes | None, **fields: Any) -> int | None:
        """Add an entry for what the handler does now, with its cause and its line."""
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
        if not isinstance(error, Exception) and self.has_told(error):
            return True
        self.failed_at(error, *self.recorder.places.trace_of(error))
        return True

    def failed_at(self, error: BaseException, where: str | None, trace: str) -> None:
        """Write down an exception, and tell of it.

        Args:
            error: The exception.
            where: The line of the user's that raised it.
            trace: The traceback in the user's code.
        """
        said, trace = self._redacted(told(error)), self._redacted(trace)
        cause, revision = current_cause()
        self.write(
            "exception", "server", said, cause=cause, where=where, note=trace, revision=revision
        )
        raised = self.recorder.raised
        if raised is not None:
            raised(said, where, trace, revision or self.recorder.revision())

    @property
    def quoted(self) -> Quoted:
        """What finds the credentials of the request in what code of the user's says."""
        if self._quoted is None:
            found: list[str] = []
            redact_headers(self._scope["headers"], found.append)
            path_of(self._scope, found.append)
            self._quoted = Quoted(found)
        return self._quoted

    def _redacted(self, text: str) -> str:
        return self.quoted.redacted(text)

    def has_told(self, error: BaseException) -> bool:
        """Note that an exception is told; return whether it was: of a task that the handler awaits.

        What ends a program leaves both, in either order, and no more than one of the two is news.
        """
        before = vars(error).get(TOLD)
        vars(error)[TOLD] = self.id
        return bool(before == self.id)

    def printed(self, stream: str, text: str) -> None:
        """Write down what a handler printed, a line at a time, as it would stand in a terminal."""
        if self._lines is None:
            self._lines = {}
        line = self._lines.get(stream)
        lines, newline, rest = ((line.text if line else "") + text).rpartition("\n")
        cause, revision = current_cause()
        where = self.recorder.places.here(2)
        if newline:
            lines = self._redacted(lines)
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
                text = self._redacted(text)
                self.write(
                    "print", "server", text, cause=cause, where=where, note=stream,
                    revision=revision,
                )  # fmt: skip
        self._lines = None


def current_tap() -> Tap | None:
    """Return what records the exchange whose handler is running here; None outside of handlers."""
    tap = doing.get()[1]
    return tap.near or tap if isinstance(tap, Tap) else None


def client_of(scope: Scope) -> str:
    """Return whose exchange a scope is that was given to an app; "" if it was given by others."""
    tap = getattr(scope.get(ERROR_HOOK), "__self__", None)
    exchange = tap.log.exchange(tap.id) if isinstance(tap, Tap) else None
    return "" if exchange is None else exchange.client


def tap_of(context: Context) -> Tap | None:
    """Return what records the exchange in whose context code runs; None outside of handlers."""
    return _whose(context[doing][1] if doing in context else None)


def _whose(tap: object) -> Tap | None:
    return tap.near or tap if isinstance(tap, Tap) else None


class _Line(NamedTuple):
    """The beginning of a line that a handler prints, and its cause."""

    text: str
    cause: int | None
    where: str | None
    revision: int


def path_of(scope: Scope, found: Found | None = None) -> str:
    """Return path and query as the client wrote them, credentials redacted.

    Args:
        scope: The server's.
        found: Told of each credential.
    """
    raw = scope.get("raw_path")
    path = raw.decode("utf-8", "replace") if raw else str(scope["path"])
    query = scope.get("query_string")
    if query:
        path = f"{path}?{query.decode('utf-8', 'replace')}"
    return redact_path(path, found)
