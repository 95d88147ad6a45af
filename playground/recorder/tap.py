"""A tap: records one exchange. What passes in it, the two kinds of tap know."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import Context, ContextVar
from types import TracebackType
from typing import Any, Final, Literal, Protocol

from playground.traffic.log import Log
from playground.traffic.model import Exchange, Kind, Sender
from playground.traffic.redact import redact_headers, redact_path

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CLIENT_HEADER: Final = b"x-playground-client"
"""A request header that names the client in the log; taken off before the app sees the request."""

ERROR_HOOK: Final = "micropie.error_hook"
"""The scope key under which `micropie.App` and the stage find whom to tell of an exception."""

cause: ContextVar[int | None] = ContextVar("playground_cause", default=None)
"""The entry that set off what is being done here."""

tapping: ContextVar[Tap | None] = ContextVar("playground_tap", default=None)

# One clock that never runs backwards, told as seconds since the Unix epoch.
EPOCH: Final = time.time() - time.perf_counter()
perf_counter = time.perf_counter


def now() -> float:
    """Return seconds since the Unix epoch, on the clock that entries are stamped with."""
    return EPOCH + perf_counter()


def current_tap() -> Tap | None:
    """Return what records the exchange whose handler is running here; None outside of handlers."""
    return tapping.get()


class Desk(Protocol):
    """What a tap needs of its recorder."""

    app: ASGIApp
    log: Log
    home: Callable[[], Context | None]
    revision: Callable[[], int]

    def place(self) -> str | None: ...
    def trace(self, trace: TracebackType | None) -> tuple[str | None, str]: ...
    def name(self, headers: Iterable[tuple[bytes, bytes]], protocol: str) -> str: ...


class Tap:
    """Records one exchange.

    Args:
        recorder: Whose it is.
        scope: The exchange's ASGI scope; `Tap.scope` is what the app gets to see of it.
    """

    protocol: Literal["http", "websocket"]

    def __init__(self, recorder: Desk, scope: Scope) -> None:
        self.recorder = recorder
        self.log = recorder.log
        self.scope = self._scope_for_app(scope)
        self.exchange = self._open(scope)
        self.id = self.exchange.id
        self._lines: dict[str, str] = {}

    def _scope_for_app(self, scope: Scope) -> Scope:
        headers = [pair for pair in scope["headers"] if pair[0] != CLIENT_HEADER]
        return {**scope, "headers": headers, ERROR_HOOK: self.failed}

    def _open(self, scope: Scope) -> Exchange:
        raw = scope.get("raw_path") or scope["path"].encode()
        query = scope.get("query_string", b"")
        path = (raw + b"?" + query if query else raw).decode("utf-8", "replace")
        return self.log.open(
            self.protocol,
            self.recorder.name(scope["headers"], self.protocol),
            method=scope.get("method", "GET"),
            path=redact_path(path),
            headers=redact_headers(self.scope["headers"]),
            subprotocols=tuple(scope.get("subprotocols", ())),
            opened=now(),
        )

    def write(
        self, kind: Kind, sender: Sender, data: str | bytes | None = None, **fields: Any
    ) -> int | None:
        """Add an entry; `size` is measured here unless it is given."""
        if "size" not in fields and data is not None:
            fields["size"] = len(data) if isinstance(data, bytes) else len(data.encode())
        revision = self.recorder.revision()
        return self.log.append(now(), self.id, kind, sender, data, revision=revision, **fields)

    def failed(self, error: BaseException, request: object = None) -> bool:
        """Write down an exception that a handler raised. This is the app's error hook.

        Returns:
            True: it is in the log, where a reader looks, and need not be on stderr as well.
        """
        where, trace = self.recorder.trace(error.__traceback__)
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.write("exception", "server", said, cause=cause.get(), where=where, note=trace)
        return True

    def printed(self, stream: str, text: str) -> None:
        """Write down what a handler printed, a line at a time, as it would stand in a terminal."""
        text = self._lines.get(stream, "") + text
        lines, newline, rest = text.rpartition("\n")
        self._lines[stream] = rest
        if newline:
            self._print(stream, lines)

    def _print(self, stream: str, lines: str) -> None:
        where = self.recorder.place()
        self.write("print", "server", lines, cause=cause.get(), where=where, note=stream)

    def finish(self) -> None:
        """Write what is left, and let the log forget the exchange when its rows go."""
        for stream, text in self._lines.items():
            if text:
                self._print(stream, text)
        self._lines.clear()
        self.log.finish(self.id)
