"""The traffic table: every entry of a log as a row, live, with what it holds and why."""

from __future__ import annotations

import time
from typing import Any, Final, cast

from playground.exports import html, text
from playground.traffic.apart import without_checks
from playground.traffic.clearing import Cleared
from playground.traffic.filter import FilterError
from playground.traffic.log import Log
from playground.traffic.summary import client_of
from playground.widgets.between import MOST_QUERY, Between, between_of, breakpoint_told
from playground.widgets.composing import compose, style
from playground.widgets.controls import Controls, Done
from playground.widgets.details import details, whole
from playground.widgets.drawing import asked_for
from playground.widgets.follower import Follower
from playground.widgets.kept import Keeps, keeps_of
from playground.widgets.logged import STANDS, Logged
from playground.widgets.names import Names
from playground.widgets.resending import send_again
from playground.widgets.row import sendable
from playground.widgets.search import Search
from playground.widgets.send_budget import SendBudget
from playground.widgets.showing import Showing
from playground.widgets.standing import chain_seen, code_seen
from playground.widgets.states import see
from playground.widgets.upstream import leading_of
from playground.widgets.watched import number_of, numbers_of, text_of, view_of
from playground.widgets.wire import MOST_ROWS, Found, Rows, Totals, finds, progress, rows, totals

# A tick is 67 ms, and the kernel has other things to do: a search of a full log takes a few ticks.
SEARCH_SECONDS: Final = 0.025

# Whoever has cleared the log by mistake sees it at once; the page offers it for a little less.
UNDO_SECONDS: Final = 12.0

# Views that were closed without a word are not looked for for ever.
MOST_SEARCHES: Final = 16
CROWDED: Final = "Too many views have a filter: this one looks through the rows it holds alone."

# The name of a file, and a number.
MOST_LINE: Final = 300

# Of an address that somebody types.
MOST_ADDRESS: Final = 2000

# So many rows a lab has written itself at most before anybody has come.
FEW: Final = 20

# Rows that a view gets that was displayed but could not say hello yet.
WELCOME_ROWS: Final = 200


class TrafficTable(Logged):
    """A table of a log that keeps up with it, until a later cell shows another view of it.

    Args:
        log: The log to show.
        names: The colours of clients, shared with other faces of the same lab.
        follower: Who looks at the log, shared too; without one the table makes its own.
        controls: The lab, to send messages again; without one the table only shows.
        showing: Knows which views of the lab follow; without it this one always does.
    """

    _esm = compose("page/traffic.js")
    _css = style(
        "shared/fields.css",
        "traffic/traffic.css",
        "traffic/detail.css",
        "traffic/anatomy.css",
        "ladder/ladder.css",
        "ladder/drag.css",
        "code/code.css",
        "player/playing.css",
    )

    def __init__(
        self,
        log: Log,
        names: Names | None = None,
        follower: Follower | None = None,
        controls: Controls | None = None,
        showing: Showing | None = None,
    ) -> None:
        super().__init__(log, names, follower, controls, showing)
        self._searches: dict[str, Search] = {}
        self._send_budget = SendBudget()
        self._cleared: Cleared | None = None
        self._forget_at = 0.0
        self._state: tuple[Any, ...] = ()

    def keep_up(self, moved: bool) -> None:
        """Send what is new since the last call, in one message; the views count what is missing."""
        now = time.monotonic()
        self.look_up()
        with self.lock:
            if now > self._forget_at:
                self._cleared = None
            if not self.follows:
                return
            log, state = self._log, self._now()
            found = self._found(now)
            welcome = self.welcome.due(now)
            if not self.watched or not (found or welcome or state != self._state):
                return
            self._state = state
            after, self._cursor = self._cursor, state[0]
            if welcome:
                after = min(after, max(log.first - 1, self._cursor - WELCOME_ROWS))
            most = self._send_budget.take(self._cursor - after, now)
            message = rows(log, self.names, after, self._cursor, most)
            self._tell_rows(message, **({"found": found} if found else {}))

    def _now(self) -> tuple[Any, ...]:
        log = self._log
        return (log.last, log.first, log.recording, log.unrecorded, self._held())

    def _held(self) -> dict[str, Any]:
        """Return whether everything is held, the rows in flight, and the breakpoints."""
        between = between_of(self._controls) if self._stood is None else None
        if between is None:
            return {"holds": False, "flying": [], **self._watches()}
        view = between.view()
        return {
            "holds": view.holds,
            "flying": [each.seq for each in view.flight if each.seq],
            "breakpoints": [breakpoint_told(each) for each in view.breakpoints],
            **self._watches(),
        }

    def _watches(self) -> dict[str, str]:
        """Return what is offered as long as nothing can have passed: a server elsewhere."""
        leading = leading_of(self._controls)
        if leading is None or self._stood is not None or self._log.last > FEW:
            return {}
        offer = leading.offer()
        return {"watches": sendable(offer)} if offer else {}

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
        most = self._send_budget.take(min(MOST_ROWS, search.last - search.told), now)
        message = finds(self._log, self.names, search, search.told, search.last, most)
        if not search.begun:
            message["begins"] = search.begun = True
        search.told = search.last
        return message

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Bring a view that was just rendered up to date, and the log with it from now on."""
        with self.lock:
            if not self.watched and self.follows:
                self._cursor = self._log.last
            self._answer(message, number_of(message, "since"), self._cursor)
        self.arrived(message)

    def begun_anew(self) -> None:
        """Look for nothing any more: the rows are others from now on."""
        self._searches.clear()
        self._cleared = None

    def heard_bye(self, message: dict[str, Any], buffers: object) -> None:
        """Forget a view that is gone, and what it looked for."""
        with self.lock:
            self._searches.pop(view_of(message), None)
        super().heard_bye(message, buffers)
        if not self.watched:
            self._cleared = None

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
            if not self.follows:
                self._find_now(view)
            if len(self._searches) > MOST_SEARCHES:
                oldest = next(iter(self._searches))
                self._tell_problem(oldest, self._searches.pop(oldest).number, CROWDED)

    def _find_now(self, view: str) -> None:
        """Look through the rows that it stands with, for no follower does."""
        search = self._searches.get(view)
        while search is not None and not search.done:
            search.look(SEARCH_SECONDS)
        if search is not None:
            self.tell({**self._news(search, time.monotonic()), "view": view})

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

    def heard_code(self, message: dict[str, Any], buffers: object) -> None:
        """Say which handler stands at which line, and the source where the view has another."""
        self.command(message, lambda done: done(None, code_seen(self.sight, message)))

    def heard_standing(self, message: dict[str, Any], buffers: object) -> None:
        """Say in which functions a handler stands, and with which variables."""
        self.command(message, lambda done: done(None, chain_seen(self.sight, message)))

    def heard_see(self, message: dict[str, Any], buffers: object) -> None:
        """See other attributes of the app with each message."""
        self.command(message, lambda done: see(self._controls, message, done))

    def heard_again(self, message: dict[str, Any], buffers: object) -> None:
        """Send a message or a request again, as it was or as it was edited."""
        self.command(message, lambda done: send_again(self._log, self._controls, message, done))

    def heard_svg(self, message: dict[str, Any], buffers: object) -> None:
        """Draw the entries that a view shows as a ladder, for its person to save."""
        self.command(message, lambda done: done(None, asked_for(self._log, self.names, message)))

    def heard_clear(self, message: dict[str, Any], buffers: object) -> None:
        """Let every row go, and hold them for a moment. The follower tells the views."""

        def act(done: Done) -> None:
            with self.lock:
                if not self.follows:
                    raise ValueError(STANDS)
                self._cleared = Cleared(self._log)
                self._forget_at = time.monotonic() + UNDO_SECONDS
                done(None, len(self._cleared))

        self.command(message, act)

    def heard_unclear(self, message: dict[str, Any], buffers: object) -> None:
        """Put the rows back that were cleared last."""

        def act(done: Done) -> None:
            with self.lock:
                cleared, self._cleared = self._cleared, None
                if cleared is None:
                    raise ValueError("The rows are gone: they are held for a few seconds only.")
                count = cleared.put_back()
                message = rows(self._log, self.names, self._log.first - 1, self._log.last)
                self._tell_rows(message, fill=True)
            done(None, count)

        self.command(message, act)

    def heard_break(self, message: dict[str, Any], buffers: object) -> None:
        """Set a breakpoint for messages as an entry is, or at a line; or remove it."""
        line, seq = text_of(message, "line", MOST_LINE), number_of(message, "seq")
        if line:
            self.command(message, lambda done: self._ruled().break_line(line, done))
        else:
            self.command(message, lambda done: self._ruled().break_at(seq, done))

    def heard_deliver(self, message: dict[str, Any], buffers: object) -> None:
        """Have the messages of some rows, which are in flight, arrive."""
        seqs = numbers_of(message, "seqs")
        self.command(message, lambda done: self._ruled().deliver_rows(seqs, done))

    def heard_keep(self, message: dict[str, Any], buffers: object) -> None:
        """Keep the conversation that an entry belongs to."""
        seq = number_of(message, "seq")
        self.command(message, lambda done: self._keeps().keep(seq, done))

    def heard_save_test(self, message: dict[str, Any], buffers: object) -> None:
        """Write the conversation that an entry belongs to as a test."""
        seq = number_of(message, "seq")
        self.command(message, lambda done: self._keeps().save_test(seq, done))

    def _keeps(self) -> Keeps:
        keeps = keeps_of(self._controls)
        if keeps is None:
            raise ValueError("This lab keeps no conversations.")
        return keeps

    def heard_lead(self, message: dict[str, Any], buffers: object) -> None:
        """Lead to a server elsewhere from now on."""
        url = text_of(message, "url", MOST_ADDRESS)

        def act(done: Done) -> None:
            leading = leading_of(self._controls)
            if leading is None:
                raise ValueError("Nothing can be led elsewhere here: this is a log, and no lab.")
            leading.lead(url, done)

        self.command(message, act)

    def heard_hold(self, message: dict[str, Any], buffers: object) -> None:
        """Hold everybody's messages, or release them."""
        self.command(message, lambda done: self._ruled().hold(bool(message.get("on")), done))

    def _ruled(self) -> Between:
        between = between_of(self._controls)
        if between is None:
            raise ValueError("Nothing can be held here: this is a log, and no lab.")
        return between

    def heard_record(self, message: dict[str, Any], buffers: object) -> None:
        """Record, or pass traffic by."""
        self._live.recording = bool(message.get("on"))

    def still_text(self) -> str:
        """Return the newest rows as a plain-text table."""
        return text.table(without_checks(self._log), frames=False)

    def still_html(self) -> str:
        """Return the newest rows as a static HTML table."""
        record = without_checks(self._log)
        newest = record[-html.LIMIT :]
        self.names.learn(self._log, max((entry.exchange for entry in newest), default=0))
        clients = {client_of(self._log, entry) for entry in newest} - {""}
        return html.table(record, names=self.names.some(clients), frames=False)

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
        tally = self.follower.count() if self._stood is None else self._stood.tally
        held = cast("Totals", self._held())
        message["totals"] = {**totals(self._log, tally), **held}
        self.tell({**message, **extra})
