"""One order of a conversation: a fresh app and a script on a clock of their own, to the end.

Law of the room: whatever the app does, it comes back with an `Outcome`; only Ctrl-C passes.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from micropie.failures import words_of
from micropie.testing.client import Client
from micropie.testing.clock import Clock, Restless, Stuck
from micropie.testing.loop import worker
from micropie.testing.noticing import calls_noticed, sets_by_address
from micropie.testing.overdue import PATIENCE, Overdue, watched
from micropie.testing.places import Place, innermost, raised_at, stands_at
from micropie.testing.schedule import Endless, Schedule
from micropie.testing.turned import Naming, TurnedClient, Turns
from micropie.types import ASGIApp

MakeApp = Callable[[], ASGIApp]
Script = Callable[[Any], Awaitable[object]]
Invariant = Callable[[Any], object]

# Seconds, which take no time, in which what an app does later may go wrong: a reminder, a time-out.
AFTER: Final = 60.0


# Real seconds that a handler may hold up everybody.
HELD_UP = PATIENCE


class Setting(NamedTuple):
    """What is played in each order.

    Attributes:
        make_app: Returns a fresh app.
        script: Talks to it.
        invariant: Given the app when all is said; false or an exception if it is not as it should.
        naming: Says what clients are called.
        locate: Returns what to call a line.
        told: Returns what is to be said of an exception; "" for what is said of any.
        on_step: Called before each step.
        on_end: Called when all is said, before clients are sent away.
        inner: Given what `make_app` has made, the app whose state counts.
    """

    make_app: MakeApp
    script: Script
    invariant: Invariant | None = None
    naming: Naming | None = None
    locate: Callable[[Place], str] = lambda place: f"{Path(place.file).name} line {place.line}"
    told: Callable[[BaseException], str] = lambda error: ""
    on_step: Callable[[], object] = lambda: None
    on_end: Callable[[], object] = lambda: None
    inner: Callable[[Any], Any] = lambda app: app


class Outcome(NamedTuple):
    """What came of one order.

    Attributes:
        wrong: What went wrong, as a clause; "" for nothing.
        error: The exception, if there was one.
        schedule: What happened, and what could have.
        turns: What each name stands for.
        refused: Why it cannot be played at all; "" if it can.
        said: What the reader should know.
        is_cut: Whether more would have happened than is looked at.
    """

    wrong: str
    error: BaseException | None
    schedule: Schedule
    turns: Turns
    refused: str = ""
    said: tuple[str, ...] = ()
    is_cut: bool = False


class _Run:
    """What is known of a run while it goes on."""

    def __init__(self, setting: Setting, schedule: Schedule) -> None:
        self.setting = setting
        self.schedule = schedule
        self.clock = Clock(schedule.choose)
        self.clock.describe = self.standing
        self.turns = Turns(self.clock)
        self.app: Any = None
        self.errors: list[BaseException] = []
        self.failed: BaseException | None = None
        self.wrong = ""

    async def play(self) -> None:
        """Play the script, wait until all is quiet, and see whether all is as it should be."""
        client = TurnedClient(self.app, self.turns, self.setting.naming)
        try:
            await client.start()
            await self.setting.script(client)
            await self.clock.quiet(AFTER)
            await self._check()
        except Exception as error:
            self.failed = error
            self.wrong = self._failure(error)
        finally:
            self.schedule.end()
            self.setting.on_end()
            # What goes wrong as all are sent away is no matter of the order.
            self.errors = [*client.errors, *self.clock.unheard()]
            await _stopped(client)

    def look_into_app(self) -> None:
        """Note what of the app's state Python goes through in another order each time."""
        self.setting.on_step()
        for each in sets_by_address(self.setting.inner(self.app)):
            self.clock.say(each)

    async def _check(self) -> None:
        if self.setting.invariant is None:
            return
        holds = self.setting.invariant(self.setting.inner(self.app))
        if inspect.isawaitable(holds):
            holds = await holds
        if not holds:
            name = getattr(self.setting.invariant, "__name__", "")
            what = "the invariant" if name in ("", "<lambda>") else name
            self.wrong = f"{what} does not hold when all is said"

    def _failure(self, error: BaseException) -> str:
        if isinstance(error, TimeoutError) and not self.clock.is_alive:
            return f"nobody can go on: {words_of(error)}{self.standing()}"
        return self.told(error)

    def standing(self) -> str:
        """Return where the handlers stand that have not ended, as the end of a sentence."""
        found = []
        for task in self.clock.tasks:
            who = str(task.own_context.get(worker, ""))
            place = None if task.done() or not who else stands_at(task.get_coro())
            if place is not None:
                found.append(f"{who}'s handler stands at {self.setting.locate(place)}")
        return f"; {', '.join(dict.fromkeys(found))}" if found else ""

    def told(self, error: BaseException) -> str:
        """Return an exception as a clause: where it was raised, and what it says."""
        place = raised_at(error)
        at = self.setting.locate(place) if place is not None else "something"
        if isinstance(error, Overdue):
            return f"{at} runs on without an await, and holds up everybody"
        if said := self.setting.told(error):
            return said
        error = innermost(error)
        words = words_of(error)
        said = f"{type(error).__name__}: {words}" if words else type(error).__name__
        return f"{at} raised {said}"


class Watch:
    """Ends what holds up the clock of the order that is played.

    A context manager: within it, one order after the other may be played.

    Args:
        patience: Seconds of work that may be done without an await; None for those of `HELD_UP`.
    """

    def __init__(self, patience: float | None = None) -> None:
        self.clock: Clock | None = None
        self._patience = patience
        self._watching: contextlib.AbstractContextManager[None]

    def __enter__(self) -> Watch:
        self._watching = watched(self._progress, self._patience or HELD_UP)
        self._watching.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._watching.__exit__(None, None, None)

    def _progress(self) -> object:
        clock = self.clock
        return None if clock is None else (id(clock), clock.turns)


def play(setting: Setting, schedule: Schedule, watch: Watch, *, look: bool = False) -> Outcome:
    """Play a conversation in one order.

    Args:
        setting: What is played.
        schedule: In which order.
        watch: Ends what runs on without an await.
        look: Whether to look for what would come out otherwise the next time, which takes longer.

    Raises:
        Exception: What `make_app` raises.
    """
    run = _Run(setting, schedule)
    run.app = setting.make_app()
    fatal: BaseException | None = None
    schedule.on_step = setting.on_step
    try:
        with _looking(run, look):
            watch.clock = run.clock
            run.clock.run(run.play())
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        fatal = error
    finally:
        watch.clock = None
    return _outcome(run, fatal)


def _outcome(run: _Run, fatal: BaseException | None) -> Outcome:
    wrong, error = run.wrong, run.failed
    raised = list(run.errors)
    if isinstance(fatal, Stuck | Restless):
        wrong, error = str(fatal), fatal
    elif fatal is not None and not isinstance(fatal, Endless):
        raised.append(fatal)
    if raised:  # what an app raises is why a script fails
        wrong, error = run.told(raised[0]), raised[0]
    return Outcome(
        wrong,
        error,
        run.schedule,
        run.turns,
        "; ".join(run.clock.refused),
        tuple(run.clock.said),
        isinstance(fatal, Endless),
    )


@contextlib.contextmanager
def _looking(run: _Run, look: bool) -> Iterator[None]:
    if not look:
        yield
        return
    run.schedule.on_step = run.look_into_app
    with calls_noticed(run.clock.say):
        yield


async def _stopped(client: Client) -> None:
    """See that the app ends; what it does not do in time is no matter of the order."""
    with contextlib.suppress(Exception):
        await client.stop()
