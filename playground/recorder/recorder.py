"""Recorder: the middleware itself; each exchange gets a tap."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from contextvars import Context
from types import TracebackType
from typing import Final
from urllib.parse import unquote

from playground.recorder.http import HttpTap
from playground.recorder.tap import CLIENT_HEADER, ASGIApp, Receive, Scope, Send
from playground.recorder.websocket import WebSocketTap
from playground.traffic.log import Log

# What the first word of a User-Agent says about who is calling.
_AGENTS: Final = (
    (b"Mozilla/", "browser"),
    (b"curl/", "curl"),
    (b"node", "node"),
    (b"Python/", "python"),
)


class Recorder:
    """Wrap an ASGI app so that its traffic is written to a log.

    Args:
        app: The app to pass everything on to.
        log: Where entries go.
        revision: Called for each entry; the number of the code at work.
        locate: Given a source file's name, what to call it (``In[5]``), or None if it is not code
            of the user's. Asked once for each name; see `forget_places`.
        home: Called for the context of the cell that defined the code at work; what its handlers
            print is passed on there.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: Log,
        *,
        revision: Callable[[], int] = lambda: 0,
        locate: Callable[[str], str | None] = lambda filename: None,
        home: Callable[[], Context | None] = lambda: None,
    ) -> None:
        self.app = app
        self.log = log
        self.revision = revision
        self.home = home
        self._locate = locate
        self._places: dict[str, str | None] = {}
        self._unnamed: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketTap(self, scope).run(receive, send)
        elif scope["type"] == "http":
            await HttpTap(self, scope).run(receive, send)
        else:
            await self.app(scope, receive, send)

    def forget_places(self) -> None:
        """Ask `locate` anew: a cell that is run again gets another number."""
        self._places.clear()

    def place(self) -> str | None:
        """Return the innermost line of the user's code that is running here: ``In[5]:12``."""
        places = self._places
        frame = sys._getframe(2)
        while frame is not None:
            filename = frame.f_code.co_filename
            try:
                label = places[filename]
            except KeyError:
                label = places[filename] = self._locate(filename)
            if label is not None:
                return f"{label}:{frame.f_lineno}"
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def trace(self, trace: TracebackType | None) -> tuple[str | None, str]:
        """Return where an exception left the user's code, and the traceback in that code alone.

        Of an exception that never was there, the whole traceback.
        """
        frames = traceback.extract_tb(trace)
        users = [(self._locate(frame.filename), frame) for frame in frames]
        shown = [(label, frame) for label, frame in users if label is not None]
        if not shown:
            return None, "".join(traceback.format_list(frames))
        lines = [
            f"{label}, line {frame.lineno}, in {frame.name}\n    {frame.line}"
            for label, frame in shown
        ]
        label, last = shown[-1]
        return f"{label}:{last.lineno}", "\n".join(lines)

    def name(self, headers: Iterable[tuple[bytes, bytes]], protocol: str) -> str:
        """Return what a client is called: as it says, or after its kind, numbered if it stays."""
        agent = b""
        for key, value in headers:
            if key == CLIENT_HEADER and value:
                return unquote(value.decode("latin-1"))[:80]
            if key == b"user-agent":
                agent = value
        kind = next((kind for start, kind in _AGENTS if agent.startswith(start)), "client")
        if protocol == "http":
            return kind
        self._unnamed[kind] = self._unnamed.get(kind, 0) + 1
        return f"{kind}-{self._unnamed[kind]}"
