"""The traffic table: every entry of a log as a row, live, with what it holds and why."""

from __future__ import annotations

import time
from typing import Any, Final

import traitlets

from playground.traffic import html, text
from playground.traffic.filter import FilterError
from playground.traffic.log import Log
from playground.traffic.summary import client_of
from playground.widgets.allowance import Allowance
from playground.widgets.controls import Controls
from playground.widgets.details import details, whole
from playground.widgets.drawing import asked_for, name_of
from playground.widgets.face import compose, style
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.resending import send_again
from playground.widgets.search import Search
from playground.widgets.watched import Watched, number_of, text_of, view_of
from playground.widgets.wire import MOST_ROWS, Found, Rows, finds, progress, rows, totals

PARTS: Final = (
    "dom.js",
    "heartbeat.js",
    "format.js",
    "line.js",
    "look.js",
    "rows.js",
    "frames.js",
    "regex.js",
    "query.js",
    "filter.js",
    "store.js",
    "feed.js",
    "window.js",
    "scroll.js",
    "clients.js",
    "tree.js",
    "packet.js",
    "messages.js",
    "fields.js",
    "clipboard.js",
    "copies.js",
    "copying.js",
    "why.js",
    "again.js",
    "detail.js",
    "cells.js",
    "grid.js",
    "columns.js",
    "ladder_steps.js",
    "ladder_lanes.js",
    "ladder_layout.js",
    "ladder_links.js",
    "ladder_marks.js",
    "ladder_head.js",
    "ladder_art.js",
    "ladder_saving.js",
    "ladder.js",
    "selection.js",
    "aloud.js",
    "keys.js",
    "sheet.js",
    "pace.js",
    "picking.js",
    "completions.js",
    "filterbox.js",
    "chrome.js",
    "traffic.js",
)

# A tick is 67 ms, and the kernel has other things to do: a search of a full log takes a few ticks.
SEARCH_SECONDS: Final = 0.025

# Views that were closed without a word are not looked for for ever.
MOST_SEARCHES: Final = 16
CROWDED: Final = "Too many views have a filter: this one looks through the rows it holds alone."

# A filter that somebody typed; a longer one is no filter.
MOST_QUERY: Final = 10_000

# Rows that a view gets that was displayed but could not say hello yet.
WELCOME_ROWS: Final = 200


class TrafficTable(Watched):
    """A table of a log that keeps up with it.

    Args:
        log: The log to show.
        names: The colours of clients, shared with other faces of the same lab.
        follower: Who looks at the log, shared too; without one the table makes its own.
        controls: The lab, to send messages again; without one the table only shows.
    """

    _esm = compose(*PARTS)
    _css = style("fields.css", "traffic.css", "detail.css", "ladder.css")

    look = traitlets.Dict().tag(sync=True)
    """How a person has set up the view that was changed last, for a page that is loaded again."""

    of = traitlets.Unicode().tag(sync=True)
    """Names the log: its views on one page share what is selected."""

    def __init__(
        self,
        log: Log,
        names: Names | None = None,
        follower: Follower | None = None,
        controls: Controls | None = None,
    ) -> None:
        super().__init__(follower if follower is not None else Follower(log), of=name_of(log))
        self._log = log  # `log` is a trait of every widget: its logger
        self._controls = controls
        self.names = names if names is not None else Names()
        self._searches: dict[str, Search] = {}
        self._allowance = Allowance()
        self._cursor = 0
        self._state: tuple[Any, ...] = ()

    def keep_up(self, moved: bool) -> None:
        """Send what is new since the last call, in one message; the views count what is missing."""
        now = time.monotonic()
        with self.lock:
            log, state = self._log, self._now()
            found = self._found(now)
            welcome = self.welcome.due(now)
            if not self.watched or not (found or welcome or state != self._state):
                return
            self._state = state
            after, self._cursor = self._cursor, state[0]
            if welcome:
                after = min(after, max(log.first - 1, self._cursor - WELCOME_ROWS))
            most = self._allowance.take(self._cursor - after, now)
            message = rows(log, self.names, after, self._cursor, most)
            self._tell_rows(message, **({"found": found} if found else {}))

    def _now(self) -> tuple[Any, ...]:
        log = self._log
        return (log.last, log.first, log.recording, log.unrecorded)

    def _found(self, now: float) -> dict[str, Found]:
        """Look on in the searches of all views, and return what is new for whom."""
        found: dict[str, Found] = {}
        for view, search in self._searches.items():
            before = (search.looked, search.count)
            search.look(SEARCH_SECONDS / len(self._searches))
            if not search.done and not search.begun:
                found[view] = progress(search)
            elif not search.begun or before != (search.looked, search.count):
                found[view] = self._news(search, now)
        return found

    def _news(self, search: Search, now: float) -> Found:
        most = self._allowance.take(min(MOST_ROWS, search.last - search.told), now)
        message = finds(self._log, self.names, search, search.told, search.last, most)
        if not search.begun:
            message["begins"] = search.begun = True
        search.told = search.last
        return message

    def displayed(self) -> None:
        """Keep up with the log from now on, for the view that will be rendered."""
        with self.lock:
            if not self.watched:
                self._cursor = self._log.last
        super().displayed()

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Bring a view that was just rendered up to date, and the log with it from now on."""
        with self.lock:
            if not self.watched:
                self._cursor = self._log.last
            self._answer(message, number_of(message, "since"), self._cursor)
        self.arrived(message)

    def heard_bye(self, message: dict[str, Any], buffers: object) -> None:
        """Forget a view that is gone, and what it looked for."""
        with self.lock:
            self._searches.pop(view_of(message), None)
        super().heard_bye(message, buffers)

    def heard_since(self, message: dict[str, Any], buffers: object) -> None:
        """Send a view what it missed: from a cursor to now, or to `upto` if it fills a hole."""
        with self.lock:
            after = number_of(message, "cursor")
            search = self._searches.get(view_of(message)) if "search" in message else None
            if "search" in message and (search is None or search.number != message["search"]):
                return
            end = search.told if search else self._cursor
            if message.get("upto") is None:
                self._answer(message, after, end, search)
                return
            last = min(number_of(message, "upto"), end)
            self._answer(message, max(after, last - MOST_ROWS), last, search, fill=True)

    def heard_find(self, message: dict[str, Any], buffers: object) -> None:
        """Look for what a view's filter asks, in place of what it asked before."""
        view, number = view_of(message), number_of(message, "search")
        query, context = text_of(message, "query", MOST_QUERY), message.get("context")
        kept = text_of(message, "context", MOST_QUERY) if context is not None else None
        with self.lock:
            self._searches.pop(view, None)
            if not query:
                return
            try:
                self._searches[view] = Search(self._log, number, query, kept)
            except FilterError as error:
                self._tell_problem(view, number, str(error))
            if len(self._searches) > MOST_SEARCHES:
                oldest = next(iter(self._searches))
                self._tell_problem(oldest, self._searches.pop(oldest).number, CROWDED)

    def heard_detail(self, message: dict[str, Any], buffers: object) -> None:
        """Send the payload of an entry and what caused it."""
        seq = number_of(message, "seq")
        entry = self._log.entry(seq)
        if entry is None:
            self.tell({"kind": "detail", "seq": seq, "gone": True, "view": view_of(message)})
            return
        answer, payload = details(self._log, entry, self._controls)
        self.tell({**answer, "view": view_of(message)}, payload)

    def heard_whole(self, message: dict[str, Any], buffers: object) -> None:
        """Send all of a payload whose beginning alone was sent."""
        answer, payload = whole(self._log, number_of(message, "seq"))
        self.tell({**answer, "view": view_of(message)}, payload)

    def heard_again(self, message: dict[str, Any], buffers: object) -> None:
        """Send a message or a request again, as it was or as it was edited."""
        self.command(message, lambda done: send_again(self._log, self._controls, message, done))

    def heard_svg(self, message: dict[str, Any], buffers: object) -> None:
        """Draw the entries that a view shows as a ladder, for its person to save."""
        self.command(message, lambda done: done(None, asked_for(self._log, self.names, message)))

    def heard_clear(self, message: dict[str, Any], buffers: object) -> None:
        """Let every row go. The follower sees it and tells the views."""
        self._log.clear()

    def heard_record(self, message: dict[str, Any], buffers: object) -> None:
        """Record, or pass traffic by."""
        self._log.recording = bool(message.get("on"))

    def still_text(self) -> str:
        """Return the newest rows as a plain-text table."""
        return text.table(self._log, frames=False)

    def still_html(self) -> str:
        """Return the newest rows as a static HTML table."""
        newest = self._log.since(max(0, self._log.last - html.LIMIT))
        self.names.learn(self._log, max((entry.exchange for entry in newest), default=0))
        clients = {client_of(self._log, entry) for entry in newest} - {""}
        return html.table(self._log, names=self.names.some(clients), frames=False)

    def _answer(
        self,
        message: dict[str, Any],
        after: int,
        last: int,
        search: Search | None = None,
        **extra: Any,
    ) -> None:
        asked = {"view": view_of(message), **extra}
        if search is not None:
            self.tell({**finds(self._log, self.names, search, after, last), **asked})
        else:
            self._tell_rows(rows(self._log, self.names, after, last), **asked)

    def _tell_problem(self, view: str, search: int, said: str) -> None:
        problem: Found = {"kind": "found", "search": search, "problem": said}
        self.tell({**problem, "view": view})

    def _tell_rows(self, message: Rows, **extra: Any) -> None:
        message["totals"] = totals(self._log, self.follower.count())
        self.tell({**message, **extra})
