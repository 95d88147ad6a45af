"""Breakpoints: at which messages a handler stands still, and who stands there now."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from playground.gates.gate import Event, Socket
from playground.gates.stops import Stop, Verdict
from playground.traffic.filter import Filter
from playground.traffic.log import Log
from playground.traffic.model import MESSAGES
from playground.traffic.summary import preview

# So many pauses that nobody has asked for are kept to be asked for.
_UNASKED: Final = 1_000

# A client's name and a regular expression, as a filter has them where they have no blanks.
_NAME: Final = re.compile(r"[\w-]+")
_REGEX: Final = re.compile(r"-?/[^/\\]+/i?")

# What a row shows of a message.
_SHOWN: Final = 80


class Point(NamedTuple):
    """One breakpoint.

    Attributes:
        which: The filter, as it was written.
        client: Whose messages; None for anybody's.
        finds: Tests an entry.
        line: At which line of the user's a handler stands still, each time that it receives or
            sends there, or in what is called there; None for once with each such message.
        lines: Which line it is in the code of which revision, once it was followed into newer code;
            "" where it is gone.
    """

    which: str
    client: str | None
    finds: Filter
    line: str | None = None
    lines: Mapping[int, str] = {}

    def line_in(self, revision: int) -> str | None:
        """Return which line it is in the code of a revision."""
        if not self.lines:
            return self.line
        # Of code that was there before it was set, it is where it was set.
        return self.lines.get(revision, self.lines[min(self.lines)])


class Working(NamedTuple):
    """At what the code works that runs here.

    Attributes:
        seq: The number of the entry; None for none.
        owner: The connection whose handler, or whose handler's task, runs here.
        revision: The number of the code.
    """

    seq: int | None
    owner: Any
    revision: int = 0


class Breakpoints:
    """All breakpoints and pauses of an app.

    Args:
        log: Where entries are found.
        at_work: Returns at what the code works that runs where it is called.
        owner: Returns the connection alone whose code that is, in a fraction of the time.
        watch: Called with a connection whose client is to be listened to, or not any more.
        why: Called for why a handler is cancelled, as a clause; "" if that is not known.
        lines: Returns the lines of the user's that run where it is called.
    """

    def __init__(
        self,
        log: Log,
        at_work: Callable[[], Working],
        owner: Callable[[], Any],
        watch: Callable[[Socket, bool], None],
        why: Callable[[Socket], str],
        lines: Callable[[], Iterable[str]],
    ) -> None:
        self.breakpoints: list[Point] = []
        # The only clients whose messages any of them may find; None if they may be anybody's.
        self._only: frozenset[str] | None = frozenset()
        self.stops: list[Stop] = []
        self.fresh: deque[Stop] = deque(maxlen=_UNASKED)
        self._log = log
        self._at_work = at_work
        self._owner = owner
        self._watch = watch
        self._why = why
        self._lines = lines
        self._stepping: set[int] = set()
        # The newest message of each connection that was looked at: each is looked at once. Of one
        # that has ended none is.
        self._seen: dict[int, int] = {}
        # Connections of clients that no breakpoint is about.
        self._unasked: set[int] = set()

    @property
    def are_set(self) -> bool:
        """Whether any handler may stand still."""
        return bool(self.breakpoints or self._stepping or self.stops)

    def stops_here(self, socket: Socket, event: Event | None) -> Working | None:
        """Return whose work stands still here, by a breakpoint or a step; None to go on.

        Every message is asked about, so it is no coroutine.

        Args:
            socket: The connection that is to be received from, or sent to.
            event: What is to be sent; None to receive.
        """
        if not (self.breakpoints or self._stepping):
            return None
        owner = self._owner()
        if owner is None or owner.id in self._unasked:
            return None
        work = self._at_work()
        return work if self._stops(work, socket, event) else None

    def _stops(self, work: Working, socket: Socket, event: Event | None) -> bool:
        seq, owner, _ = work
        if event is None:
            if owner is not socket:
                return False
        elif event["type"] not in ("websocket.send", "websocket.close"):
            return False
        number = owner.id
        seen = self._seen.get(number, 0)
        is_new = seq is not None and seq > seen
        if not (is_new or number in self._stepping or self._has_lines()):
            return False
        if any(each.exchange == number for each in self.stops):
            return False
        if number in self._stepping:
            self._stepping.discard(number)
            self._seen[number] = max(seq or 0, self._seen.get(number, 0))
            return True
        if self._only is not None and owner.client.lower() not in self._only:
            self._unasked.add(number)
            return False  # without a look at the message: it costs as much as all else here
        if is_new and seq is not None:
            self._seen[number] = seq
            if self._finds(seq):
                return True
        return seen != sys.maxsize and self._is_at_line(work)

    def _finds(self, seq: int) -> bool:
        return any(self._matches(each, seq) for each in self.breakpoints if each.line is None)

    def _matches(self, point: Point, seq: int) -> bool:
        entry = self._log.entry(seq)
        if entry is None or entry.sender != "client" or entry.kind not in MESSAGES:
            return False
        exchange = self._log.exchange(entry.exchange)
        client = "" if exchange is None else exchange.client
        return point.client in (None, client) and point.finds(entry, exchange)

    def _has_lines(self) -> bool:
        return any(each.line is not None for each in self.breakpoints)

    def _is_at_line(self, work: Working) -> bool:
        """Return whether what runs here stands at a line that has a breakpoint."""
        points = [each for each in self.breakpoints if each.line is not None]
        lines = set(self._lines()) if points else set()
        return any(self._holds_at(each, work, work.owner.client, lines) for each in points)

    def _holds_at(self, point: Point, work: Working, client: str, lines: set[str]) -> bool:
        if point.line_in(work.revision) not in lines:
            return False
        if point.which:
            return work.seq is not None and self._matches(point, work.seq)
        return point.client in (None, client)

    async def stand(self, work: Working, socket: Socket, event: Event | None) -> Verdict:
        """Stand still until somebody says how to go on; return how.

        Args:
            work: What `stops_here` has returned.
            socket: The connection that is to be received from, or sent to.
            event: What is to be sent; None to receive.
        """
        owner, task = work.owner, asyncio.current_task()
        name = "" if task is None else task.get_name()
        stop = Stop(owner.id, owner.client, work.seq, event, socket.client, name)
        stop.lines, stop.revision = frozenset(self._lines()), work.revision
        before = f"paused before {self._next(stop)}"
        stop.number = owner.tell("pause", before, note="paused")
        stop.where = self._line(stop)
        self.stops.append(stop)
        self.fresh.append(stop)
        self._watch(owner, True)
        try:
            verdict = await stop.over()
            if verdict.how == "stepped":
                self._stepping.add(owner.id)
        except asyncio.CancelledError:
            why = self._why(owner) or "the handler waited no longer: a time-out of its own, perhaps"
            stop.end_by_itself(why)
            raise
        finally:
            self.stops.remove(stop)
            self._tell(stop, owner)
            self._watch(owner, False)
        return verdict

    def _next(self, stop: Stop) -> str:
        if stop.event is None:
            return "it receives the next message"
        if not stop.is_message:
            return f"it closes the connection of {stop.to}"
        return f"it sends {_shown(stop.event)} to {stop.to}"

    def _line(self, stop: Stop) -> str | None:
        entry = None if stop.number is None else self._log.entry(stop.number)
        return None if entry is None else entry.where

    def _tell(self, stop: Stop, owner: Socket) -> None:
        verdict = stop.ended
        assert verdict is not None
        words = {
            "resumed": "resumed",
            "stepped": "stepped on",
            "dropped": "dropped, and not sent",
            "replaced": f"replaced by {_shown(verdict.event or {})}",
            "ended": f"the pause has ended: {verdict.why}",
        }[verdict.how]
        owner.write("pause", "server", words, cause=stop.seq, where=stop.where, note=verdict.how)

    def gone(self, socket: Socket, why: str) -> None:
        """Let go on whoever stands still for a connection that has ended."""
        self._stepping.discard(socket.id)
        self._seen[socket.id] = sys.maxsize
        for each in self.stops:
            if each.exchange == socket.id:
                each.end_by_itself(why)

    def forget(self, socket: Socket) -> None:
        """Forget a connection whose handler has ended."""
        self._stepping.discard(socket.id)
        self._unasked.discard(socket.id)
        self._seen.pop(socket.id, None)

    def end_all(self, why: str) -> None:
        """Let everybody go on."""
        self._stepping.clear()
        for each in self.stops:
            each.end_by_itself(why)

    def add(self, point: Point) -> None:
        """Have handlers stand still at some messages."""
        self._set([*self.breakpoints, point])

    def _set(self, points: list[Point]) -> None:
        self.breakpoints = points
        self._unasked.clear()
        alone = [each.client or only_client(each.which) for each in points]
        asked = frozenset(each.lower() for each in alone if each)
        self._only = asked if all(alone) else None

    def remove(self, point: Point) -> None:
        """Remove a breakpoint, and let go on whoever stands still at it alone."""
        self._set([each for each in self.breakpoints if each is not point])
        if not self.breakpoints:
            self._stepping.clear()
        for each in self.stops:
            if not self._keeps(each):
                each.end_by_itself("the breakpoint was removed")

    def replace(self, old: Point, new: Point) -> None:
        """Have a breakpoint be another."""
        self._set([new if each is old else each for each in self.breakpoints])

    def _keeps(self, stop: Stop) -> bool:
        if stop.seq is not None and self._finds(stop.seq):
            return True
        return any(
            self._holds_at(
                each, Working(stop.seq, None, stop.revision), stop.client, set(stop.lines)
            )
            for each in self.breakpoints
            if each.line is not None
        )


def only_client(which: str) -> str:
    """Return the client whose messages alone a filter can find, where that is plain; else ""."""
    parts = which.split()
    named = [each.removeprefix("client:") for each in parts if each.startswith("client:")]
    # What is in quotes or a regular expression may have blanks in it; several are alternatives.
    if len(named) != 1 or not _NAME.fullmatch(named[0]) or not all(map(_is_whole, parts)):
        return ""
    return named[0]


def _is_whole(part: str) -> bool:
    if part.startswith("cause:") or '"' in part:
        return False
    return "/" not in part or _REGEX.fullmatch(part) is not None


def _shown(event: Any) -> str:
    text = event.get("text")
    if text is not None:
        return repr(preview(text, _SHOWN))
    return f"{preview(event.get('bytes') or b'')} (binary)"
