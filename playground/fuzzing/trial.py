"""One conversation with an app of its own, on the clock: what came of it, and its traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, cast

from micropie.testing.clock import Clock, Restless
from micropie.testing.happenings import Happening
from micropie.testing.loop import worker
from micropie.testing.one_order import Outcome, Setting, Watch, play
from micropie.testing.orders import out_of_turn
from micropie.testing.overdue import Overdue
from micropie.testing.places import Place, innermost, raised_at, stands_at
from micropie.testing.schedule import Schedule
from micropie.testing.search import Bounds, Search
from playground.clients.reasons import NoReasons
from playground.fuzzing.acts import Conversation
from playground.fuzzing.keeping import Kept, kept
from playground.fuzzing.talk import Talk
from playground.fuzzing.wrong import Habits, Kind, Wrong, judge
from playground.replays.apart import Apart, called
from playground.replays.marks import marked
from playground.traffic.log import Log

# Seconds of work that a handler may do without an await.
PATIENCE: Final = 0.3

# How many orders of one conversation are tried, and for how long.
_ORDERS: Final = 60


class Key(NamedTuple):
    """What makes two things that are wrong the same one.

    Attributes:
        kind: What kind of thing.
        what: Of an exception, its class.
        where: The line, the attribute or the path.
    """

    kind: Kind
    what: str
    where: str


class Visit(NamedTuple):
    """How a conversation went.

    Attributes:
        acts: What was done.
        talk: What was heard.
        key: What is wrong; None for nothing.
        wrong: It, as a clause; "" for nothing.
        error: The exception, if it was one.
        apart: The app, with its traffic.
        before, after: What the app kept at the beginning, and at the end.
        during: What it kept after each act.
        refused: Why it cannot be had at all; "" if it can.
        said: What the reader should know.
        order: What happened wherever several things could, if it is not first come, first served.
        departures: The steps that happened out of turn, by index, with what happened.
    """

    acts: Conversation
    talk: Talk
    key: Key | None
    wrong: str
    error: BaseException | None
    apart: Apart
    before: dict[str, Kept]
    after: dict[str, Kept]
    during: list[dict[str, Kept]]
    refused: str
    said: tuple[str, ...]
    order: tuple[str, ...] | None
    departures: tuple[tuple[int, Happening | None], ...] = ()

    @property
    def marked(self) -> tuple[int, ...]:
        """The numbers of the rows that came out of turn."""
        return marked(self.apart, self.departures)

    @property
    def log(self) -> Log:
        """The traffic, with clients called as they are here."""
        self.apart.name_clients()
        return self.apart.whole()


class Trial:
    """Has conversations with an app, each with one of its own.

    Args:
        make: Makes an app.
        locate: Returns what to call a source file, such as ``In[5]``; None for no code of a user's.
        watch: Ends what runs on without an await.
        revision: The number of the code.

    Attributes:
        habits: What is usual.
        count: How many conversations were had.
    """

    def __init__(
        self,
        make: Callable[[], Any],
        locate: Callable[[str], str | None],
        watch: Watch,
        revision: int = 0,
    ) -> None:
        self.habits = Habits()
        self.count = 0
        self._make = make
        self._locate = locate
        self._watch = watch
        self._revision = revision

    def have(self, acts: Conversation, *, look: bool = False) -> Visit:
        """Have a conversation, first come, first served.

        Args:
            acts: What is done.
            look: Whether what the app keeps is looked at after each act.
        """
        self.count += 1
        had = _Had(self, acts, look=look)
        outcome = play(had.setting(), Schedule(), self._watch)
        return had.visit(outcome, None)

    def in_orders(self, acts: Conversation, seconds: float) -> Visit | None:
        """Have a conversation in the orders that depart once; return the first that goes wrong."""
        had = _Had(self, acts, together=True)
        search = Search(had.setting(), Bounds(1, _ORDERS, seconds), self._watch)
        outcome = search.run()
        self.count += search.runs
        if outcome is None or outcome.refused:
            return None
        return had.visit(outcome, outcome.schedule.order)

    def in_order(self, acts: Conversation, order: Sequence[str]) -> Visit:
        """Have a conversation in one order."""
        self.count += 1
        had = _Had(self, acts, together=True)
        outcome = play(had.setting(), Schedule(order=order), self._watch)
        return had.visit(outcome, outcome.schedule.order)

    def fresh(self) -> Apart:
        """Make an app, with a log of its own."""
        return Apart(self._make, self._locate, lambda log, routes: NoReasons(), self._revision)

    def place(self, place: Place | None) -> str:
        """Return what to call a line."""
        if place is None:
            return "something"
        return f"{self._locate(place.file) or str(place).partition(':')[0]} line {place.line}"


class _Had:
    """One conversation, while it is had; in every order anew."""

    def __init__(
        self, trial: Trial, acts: Conversation, *, look: bool = False, together: bool = False
    ) -> None:
        self._trial = trial
        self._acts = acts
        self._is_looking = look
        self._together = together
        self._apart: Apart
        self._talk: Talk
        self._before: dict[str, Kept] = {}
        self._after: dict[str, Kept] = {}
        self._during: list[dict[str, Kept]] = []

    def setting(self) -> Setting:
        """Return what is played."""
        return Setting(
            make_app=self._fresh,
            script=self._play,
            naming=called,
            locate=self._trial.place,
            told=lambda error: str(error) if isinstance(error, Wrong) else "",
            inner=lambda apart: apart.app,
            on_step=lambda: self._apart.seen.append(self._apart.log.last),
            on_end=lambda: self._apart.end(),
        )

    def _fresh(self) -> Any:
        self._apart = self._trial.fresh()
        self._before = kept(self._apart.app)
        self._during = []
        return self._apart

    async def _play(self, client: Any) -> None:
        naming = self._apart.recorder.callers.naming
        self._talk = Talk(client, naming, together=self._together)
        await self._talk.have(self._acts, self._look)
        await self._talk.end()
        self._after = kept(self._apart.app)
        judge(self._talk, self._acts, self._after, self._trial.habits, self._lines())

    def _look(self) -> None:
        if self._is_looking:
            self._during.append(kept(self._apart.app))

    def _lines(self) -> list[str]:
        """Return where handlers stand that have not ended."""
        clock = cast(Clock, asyncio.get_running_loop())
        found = []
        for task in clock.tasks:
            who = str(task.own_context.get(worker, ""))
            place = None if task.done() or not who else stands_at(task.get_coro())
            if place is not None:
                found.append(f"{who} stands at {self._trial.place(place)}")
        return found

    def visit(self, outcome: Outcome, order: tuple[str, ...] | None) -> Visit:
        """Return how it went."""
        apart = self._apart
        turned = ""
        if order is not None and outcome.wrong:
            turned = out_of_turn(outcome) or "nobody waits for another"
        steps = () if order is None else tuple(point.step for point in outcome.schedule.departed)
        return Visit(
            self._acts,
            self._talk,
            self._key(outcome),
            f"{turned}; {outcome.wrong}" if turned else outcome.wrong,
            None if isinstance(outcome.error, Wrong) else outcome.error,
            apart,
            self._before,
            self._after or kept(apart.app),
            self._during,
            outcome.refused,
            outcome.said,
            order,
            tuple((step, outcome.turns.of(outcome.schedule.steps[step])) for step in steps),
        )

    def _key(self, outcome: Outcome) -> Key | None:
        if not outcome.wrong or outcome.refused:
            return None
        error = outcome.error
        if isinstance(error, Wrong):
            return Key(error.kind, "", error.where)
        where = "" if error is None else self._trial.place(raised_at(error))
        if isinstance(error, Overdue | Restless):
            return Key("blocks", "", where)
        what = "" if error is None else type(innermost(error)).__name__
        return Key("raised", what, where)
