"""The app's state at each message: what its attributes hold, whenever that may have changed.

It is looked at where a handler asks for its next message or sends one, where it gets one, and where
it ends. What changed since the look before is an entry of the log, of kind ``state``.

Whose doing a change is: of the handler at which it is seen, with the message that it works on. What
is seen as a handler gets a message is not its own: it is that of the only other one at work, or due
to nothing, such as a timer's.
"""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from playground.recorder import Recorder, Tap, current_tap, now
from playground.recorder.causes import current_cause
from playground.sight.changes import Change, changes_of, told
from playground.sight.painting import Painter
from playground.sight.pictures import Picture
from playground.sight.rooms import stirred
from playground.sight.values import attributes_of
from playground.sight.watches import Deaths, Watch
from playground.stage.asyncio_internals import Task, waits_for
from playground.traffic.log import Log

Named = Callable[[object], str | None]
"""Returns what to call an object that stands for a client; None for any other."""

# Of the log's own bytes, so large a part is kept beside it for the pictures of before.
_SHARE: Final = 4

# After so many more moments it is looked which of them nobody needs any more.
_NOW_AND_THEN: Final = 64

# In a state of more values than that, what a timer changes so many seconds before a message comes
# is not told from what the message does: a look more would cost as much as the message.
_MANY: Final = 40
_JUST_NOW: Final = 0.02

_ABSENT: Final = object()


class Doing(NamedTuple):
    """Who has changed something, as far as that is known.

    Attributes:
        exchange: The number of the exchange whose handler it was; 0 for nobody's.
        cause: The number of the entry that it worked on; None for none.
        revision: Of its code; 0 for that on stage.
        where: The line at which it stood when that was seen; None if it stood in none.
    """

    exchange: int = 0
    cause: int | None = None
    revision: int = 0
    where: str | None = None


NOBODY: Final = Doing()


class Moment(NamedTuple):
    """The state from an entry on.

    Attributes:
        seq: The entry's number.
        picture: What was there then.
        changes: What that entry says.
        weight: About how many bytes it takes that the one before does not.
    """

    seq: int
    picture: Picture
    changes: list[Change]
    weight: int


class State:
    """Looks at some attributes of an app, and writes down what has changed.

    Args:
        recorder: Writes into the log; knows the user's lines.
        app: Returns the app on stage.
        named: Names objects.
        hashes: See `Deaths`.

    Attributes:
        names: The attributes; one of an attribute's own has a dot, as in ``state.rooms``.
    """

    def __init__(
        self, recorder: Recorder, app: Callable[[], Any], named: Named, *hashes: object
    ) -> None:
        self.names: tuple[str, ...] = ()
        self._recorder = recorder
        self._log: Log = recorder.log
        self._app = app
        self._named = named
        self._deaths = Deaths(*hashes)
        self._watches: dict[str, Watch] = {}
        self._picture: Picture = {}
        # Who works on something, with the task it does so in, and what that waited for when it was
        # last looked: if it still does, it has changed nothing.
        self._at_work: dict[Tap, tuple[Task | None, int]] = {}
        # Whoever asks from a cell reads what the app's thread writes.
        self._lock = threading.Lock()
        self._moments: deque[Moment] = deque()
        self._weight = 0
        self._since_then = 0
        self._size = 0
        self._looked = 0.0

    def see(self, names: tuple[str, ...]) -> None:
        """See these attributes from now on, and no others; what they hold now is no change."""
        with self._lock:
            self.names = names
            known = {name: each for name, each in self._watches.items() if name in names}
            self._watches = {name: each for name in names if (each := known.get(name))}
        weight = self._paint(names)
        with self._lock:
            self._keep(Moment(self._log.last, self._picture, [], weight))
            if not names:
                self._moments.clear()
                self._at_work.clear()
                self._weight = 0

    def missing(self) -> list[str]:
        """Return which of the attributes are not there."""
        app = self._app()
        return [name for name in self.names if found(app, name) is _ABSENT]

    def look(self, doing: Callable[[], Doing]) -> None:
        """Write down what has changed since the last look.

        Args:
            doing: Says whose doing it is; called if there is something to be written.
        """
        try:
            others = self._others_than_before()
            if others:
                self._tell_changes(others, doing)
        except RuntimeError:
            pass  # another thread changes it just now: the next look sees the result
        self._looked = now()
        for tap, (task, _) in self._at_work.items():
            self._at_work[tap] = task, _waits_at(task)

    def _tell_changes(self, others: list[str], doing: Callable[[], Doing]) -> None:
        changes: list[Change] = []
        weight = self._paint(others, changes)
        if changes:
            seq = self._write(told(changes), doing())
            with self._lock:
                self._keep(Moment(seq, self._picture, changes, weight))

    def _others_than_before(self) -> list[str]:
        """Return the attributes that are not as they were."""
        app, watches = self._app(), self._watches
        held, others = attributes_of(app), []
        for name in self.names:
            value = held[name] if name in held else found(app, name)
            watch = watches.get(name)
            if (value is not _ABSENT) if watch is None else not watch.same(value):
                others.append(name)
        if not others:
            self._deaths.heard = False
        return others

    def _paint(self, names: Iterable[str], changes: list[Change] | None = None) -> int:
        """Bring some watches up to date; return how much is new, in bytes.

        Args:
            names: The attributes.
            changes: Where to add what has changed, of attributes that are known to have.
        """
        app, weight, fresh = self._app(), 0, {**self._watches}
        for name in names:
            value, old = found(app, name), fresh.pop(name, None)
            if value is not _ABSENT:
                fresh[name], made = self._painted(name, value, old, changes)
                weight += made
            elif changes is not None and old is not None:
                changes += changes_of({name: old.node}, {})
        self._watches = fresh
        self._size = sum(each.node.size for each in fresh.values())
        self._picture = {name: fresh[name].node for name in self.names if name in fresh}
        self._deaths.heard = False
        return weight

    def _painted(
        self, name: str, value: Any, old: Watch | None, changes: list[Change] | None
    ) -> tuple[Watch, int]:
        painter = Painter(self._named, self._deaths)
        if changes is None:
            return painter.paint(value, old), painter.made
        rooms = stirred(name, value, old, painter)
        if rooms is not None:
            changes += rooms[1]
            return rooms[0], painter.made
        painter = Painter(self._named, self._deaths)
        new = painter.anew(value, old)
        changes += changes_of({} if old is None else {name: old.node}, {name: new.node})
        return new, painter.made

    def _write(self, lines: str, doing: Doing) -> int:
        exchange, cause, revision, where = doing
        seq = self._log.append(
            now(), exchange, "state", "server", lines, len(lines.encode("utf-8", "replace")), cause,
            revision or self._recorder.revision(), where,
        )  # fmt: skip
        return self._log.last if seq is None else seq

    def _keep(self, moment: Moment) -> None:
        """Keep a moment, within bounds: none is needed but the newest before the log's first."""
        moments = self._moments
        moments.append(moment)
        self._weight += moment.weight + 300
        most = self._log.max_bytes // _SHARE
        while self._weight > most and len(moments) > 1:
            self._weight -= moments.popleft().weight + 300
        # To ask the log for its first costs as much as all else here.
        self._since_then += 1
        if self._since_then < _NOW_AND_THEN:
            return
        self._since_then, first = 0, self._log.first
        while len(moments) > 1 and moments[1].seq <= first:
            self._weight -= moments.popleft().weight + 300

    @property
    def oldest(self) -> int:
        """The number of the entry from which on the state is known."""
        with self._lock:
            return self._moments[0].seq if self._moments else 0

    def at(self, seq: int) -> Moment | None:
        """Return the state as of an entry; None if that is not known, or no more."""
        with self._lock:
            place = bisect_right(self._moments, seq, key=lambda each: each.seq)
            return self._moments[place - 1] if place else None

    # What a handler does, as those see it that stand between it and its client.

    def takes(self) -> None:
        """Note that a handler is given something to work on."""
        if self._size <= _MANY or now() - self._looked > _JUST_NOW:
            self.look(self._others)
        tap = current_tap()
        if tap is not None:
            self._at_work[tap] = asyncio.current_task(), 0

    def goes_on(self) -> None:
        """Note that a handler sends something, or does anything else at which it can be seen."""
        self.look(self._mine)

    def rests(self) -> None:
        """Note that a handler has done what it had to, and asks for the next."""
        self._let_go()
        self.look(self._mine)

    def ends(self) -> None:
        """Note that a handler has ended."""
        self._let_go()
        self.look(self._last)

    def ticks(self) -> None:
        """Look though no handler does anything, and more closely: timers change things too."""
        self._deaths.heard = True
        self.look(self._others)

    def _let_go(self) -> None:
        tap = current_tap()
        if tap is not None:
            self._at_work.pop(tap, None)

    def _mine(self) -> Doing:
        tap = current_tap()
        cause, revision = current_cause()
        where = self._recorder.places.here(4)
        return Doing(0 if tap is None else tap.id, cause, revision, where)

    def _last(self) -> Doing:
        """Return the handler that has ended: what it worked on last is its exchange's own."""
        tap = current_tap()
        return NOBODY if tap is None else Doing(tap.id, tap.working_on)

    def _others(self) -> Doing:
        """Return the only one at work that has run since the last look, if there is one."""
        mine = current_tap()
        others = [
            tap
            for tap, (task, waited_at) in self._at_work.items()
            if tap is not mine and _waits_at(task) != waited_at
        ]
        if len(others) != 1 or others[0].working_on is None:
            return NOBODY
        return Doing(others[0].id, others[0].working_on)


class Witness:
    """Stands between one exchange and its app, and has the state looked at.

    Args:
        state: The state.
        receive, send: The exchange's.
    """

    def __init__(
        self,
        state: State,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        self._state = state
        self._receive = receive
        self._send = send
        state.takes()

    async def receive(self) -> Any:
        """Be the app's `receive`."""
        self._state.rests()
        event = await self._receive()
        self._state.takes()
        return event

    # No coroutine: it would be one more frame between the user's line and whoever looks for that.
    def send(self, event: Any) -> Awaitable[None]:
        """Be the app's `send`."""
        self._state.goes_on()
        return self._send(event)

    def ended(self) -> None:
        """Note that the app has done with the exchange."""
        self._state.ends()


def _waits_at(task: Task | None) -> int:
    """Return the address of what a task waits for; 0 if it runs."""
    waiter = None if task is None else waits_for(task)
    return 0 if waiter is None else id(waiter)


def found(app: Any, name: str) -> Any:
    """Return an attribute without running the app's code; `_ABSENT` if it cannot be had so."""
    if "." not in name:
        return _attribute(app, name)
    value = app
    for part in name.split("."):
        value = _attribute(value, part)
        if value is _ABSENT:
            return value
    return value


def _attribute(value: Any, name: str) -> Any:
    held = attributes_of(value)
    if name in held:
        return held[name]
    for kind in type(value).__mro__:
        shared = type.__getattribute__(kind, "__dict__")
        if name in shared:
            # A property would have to be run.
            computed = any("__get__" in vars(each) for each in type(shared[name]).__mro__)
            return _ABSENT if computed else shared[name]
    return _ABSENT


def attributes(app: Any, others: frozenset[str]) -> Iterator[str]:
    """Yield the attributes of an app that could be seen.

    Args:
        app: The app.
        others: Those that are every app's.
    """
    for name, value in attributes_of(app).items():
        if name not in others and not name.startswith("_") and not callable(value):
            yield name
