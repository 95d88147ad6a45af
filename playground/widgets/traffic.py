"""The traffic table: every entry of a log as a row, live, with what it holds and why."""

from __future__ import annotations

from typing import Any

from playground.traffic import html, text
from playground.traffic.log import Log
from playground.traffic.summary import client_of
from playground.widgets.details import details
from playground.widgets.face import Face, compose, style
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.wire import MOST_ROWS, rows, totals

PARTS = (
    "dom.js",
    "heartbeat.js",
    "format.js",
    "rows.js",
    "filter.js",
    "window.js",
    "store.js",
    "tree.js",
    "detail.js",
    "grid.js",
    "aloud.js",
    "keys.js",
    "chrome.js",
    "traffic.js",
)


class TrafficTable(Face):
    """A table of a log that keeps up with it.

    Args:
        log: The log to show.
        names: The colours of clients, shared with other faces of the same lab.
        follower: Who looks at the log, shared too; without one the table makes its own.
    """

    _esm = compose(*PARTS)
    _css = style("traffic.css")

    def __init__(
        self, log: Log, names: Names | None = None, follower: Follower | None = None
    ) -> None:
        super().__init__()
        self._log = log  # `log` is a trait of every widget: its logger
        self.names = names if names is not None else Names()
        self.follower = follower if follower is not None else Follower(log)
        self._views: set[str] = set()
        self._cursor = 0
        self._state: tuple[Any, ...] = ()

    def keep_up(self, moved: bool) -> None:
        """Send the rows since the last call, at most 2,000; the views count what is missing."""
        log = self._log
        with self.lock:
            state = (log.last, log.first, log.recording, log.unrecorded, self.follower.rate)
            if state == self._state or not self._views:
                return
            self._state = state
            after, self._cursor = self._cursor, state[0]
            self._tell_rows(after, self._cursor)

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Bring a view that was just rendered up to date, and the log with it from now on."""
        with self.lock:
            first = not self._views
            self._views.add(_view(message))
            if first:
                self._cursor = self._log.last
            self._tell_rows(_number(message, "since"), self._cursor, view=_view(message))
        self.follower.attach(self)

    def heard_bye(self, message: dict[str, Any], buffers: object) -> None:
        """Forget a view that is gone; when nobody looks, nobody needs to follow."""
        with self.lock:
            self._views.discard(_view(message))
            if self._views:
                return
        self.follower.detach(self)

    def heard_since(self, message: dict[str, Any], buffers: object) -> None:
        """Send a view what it missed: from a cursor to now, or to `upto` if it fills a hole."""
        with self.lock:
            after = _number(message, "cursor")
            upto = message.get("upto")
            if upto is None:
                self._tell_rows(after, self._cursor, view=_view(message))
                return
            last = min(_number(message, "upto"), self._cursor)
            after = max(after, last - MOST_ROWS)
            self._tell_rows(after, last, view=_view(message), fill=True)

    def heard_detail(self, message: dict[str, Any], buffers: object) -> None:
        """Send the payload of an entry and what caused it."""
        seq = _number(message, "seq")
        entry = self._log.entry(seq)
        if entry is None:
            self.tell({"kind": "detail", "seq": seq, "gone": True, "view": _view(message)})
            return
        answer, payload = details(self._log, entry)
        self.tell({**answer, "view": _view(message)}, payload)

    def heard_clear(self, message: dict[str, Any], buffers: object) -> None:
        """Let every row go. The follower sees it and tells the views."""
        self._log.clear()

    def heard_record(self, message: dict[str, Any], buffers: object) -> None:
        """Record, or pass traffic by."""
        self._log.recording = bool(message.get("on"))

    def still_text(self) -> str:
        """Return the newest rows as a plain-text table."""
        return text.table(self._log)

    def still_html(self) -> str:
        """Return the newest rows as a static HTML table."""
        newest = self._log.since(max(0, self._log.last - html.LIMIT))
        self.names.learn(self._log, max((entry.exchange for entry in newest), default=0))
        clients = {client_of(self._log, entry) for entry in newest} - {""}
        return html.table(self._log, names=self.names.some(clients))

    def close(self) -> None:
        """Close the widget and stop following."""
        self.follower.detach(self)
        super().close()

    def _tell_rows(self, after: int, last: int, **extra: Any) -> None:
        message = rows(self._log, self.names, after, last)
        message["totals"] = totals(self._log, self.follower.rate)
        self.tell({**message, **extra})


def _view(message: dict[str, Any]) -> str:
    return str(message.get("view", ""))[:64]


def _number(message: dict[str, Any], key: str) -> int:
    value = message.get(key, 0)
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"expected a number of at least 0 as {key!r}, got {value!r}")
    return value
