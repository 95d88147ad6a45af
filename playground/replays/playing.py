"""Plays a score on a clock: every client does what it did, and a log has what it heard.

Law of the room: whatever the app does, it comes back with a `Played`; only Ctrl-C passes.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

from micropie.failures import words_of
from micropie.testing import Client, LifespanFailed
from micropie.testing.clock import Clock, Restless, Stuck
from micropie.testing.loop import worker
from micropie.testing.overdue import Overdue, watched
from micropie.testing.places import raised_at
from micropie.testing.unheard import is_unheard
from playground.clients.cookies import Cookies
from playground.recorder.tap import CLIENT, Receive, Scope, Send
from playground.replays.apart import Apart, called
from playground.replays.asking import Asked, asked_of
from playground.replays.hushed import hushed
from playground.replays.score import Act, Score
from playground.replays.talking import Conversing, browser_of
from playground.stage.asyncio_internals import context_of
from playground.traffic.log import Log
from playground.transports.memory import FOREVER

Pace = Literal["answered", "timed", "at once"]
PACES: Final = ("answered", "timed", "at once")

# Seconds of the clock, beside those of the record, in which an answer is waited for.
_SLACK: Final = 1.0

# Seconds of the clock after which one looks again whether a task has failed, and how often at most.
_PAUSE: Final = 0.01
_PAUSES: Final = 200

# What an app sends that a client hears.
_TOLD: Final = frozenset(
    {"websocket.accept", "websocket.send", "websocket.close", "http.response.body",
     "websocket.http.response.start"}
)  # fmt: skip

_ADDRESS: Final = ("in-process", 0)


ENDINGS: Final = frozenset({"Overdue", "TooLong"})
"""What is raised in code that is ended: it is none of the code's own."""


class TooLong(BaseException):
    """A replay took more real time than it has; no `except Exception` of an app catches it."""


class Played(NamedTuple):
    """What came of a score.

    Attributes:
        log: The traffic, with the clients' names of the record.
        numbers: Of each exchange there, the number of the one that it repeats.
        why: Why it did not go on to its end, as a sentence; "" if it did.
        notes: What did not go as on a real loop, in sentences.
    """

    log: Log
    numbers: dict[int, int]
    why: str
    notes: tuple[str, ...]


class Player:
    """Plays scores, each with an app of its own.

    Args:
        make: Makes an app.
        locate: Returns what to call a source file, such as ``In[5]``; None for no code of a user's.
        revision: The number of the code.
        seconds: Real seconds that one score may take.
        is_over: Asked now and then; true if nobody wants the result any more.
    """

    def __init__(
        self,
        make: Callable[[], Any],
        locate: Callable[[str], str | None],
        revision: int = 0,
        seconds: float = 1.0,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._make = make
        self._locate = locate
        self._revision = revision
        self._seconds = seconds
        self._is_over = is_over

    def play(self, score: Score, pace: Pace = "answered") -> Played:
        """Play a score to its end, on the thread that calls.

        Args:
            score: What clients do.
            pace: When: each once all is answered that was by then, as timed, or all at once.
        """
        run = _Run(score, pace, self._look)
        self._until = time.monotonic() + self._seconds
        why = ""
        try:
            with hushed():
                run.apart = _Apart(self._make, self._locate, _no_reasons, self._revision)
                run.apart.score = score
                with watched(lambda: run.clock.turns, self._seconds):
                    run.clock.run(run.play())
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            held_up = (each for each in run.errors if isinstance(self._ended(each), Overdue))
            why = self._why(next(held_up, error))
        return run.played(why or run.why(self._why))

    def _ended(self, error: BaseException) -> BaseException:
        """Return what has ended a handler: what it did about that says less."""
        seen: BaseException | None = error
        for _ in range(20):
            if seen is None or isinstance(seen, Overdue):
                break
            seen = seen.__context__
        return error if seen is None else seen

    def _look(self) -> None:
        if time.monotonic() > self._until or self._is_over():
            raise TooLong

    def _why(self, error: BaseException) -> str:
        error = self._ended(error)
        place = raised_at(error)
        at = "something"
        if place is not None:
            file = self._locate(place.file) or str(place).partition(":")[0]
            at = f"{file} line {place.line}"
        if isinstance(error, TooLong):
            return f"It took more than {self._seconds:g} s, and was ended."
        if isinstance(error, Overdue):
            return f"{at} runs on without an await, and holds up everybody."
        if isinstance(error, Stuck | Restless | LifespanFailed):
            said = str(error)
            return f"{said[0].upper()}{said[1:]}."
        return f"{at} raised {type(error).__name__}: {words_of(error)}."


class _Client(Client):
    """A client whose app is looked at by others."""

    _quiet = True


class _Apart(Apart):
    """An app whose clients are known by the numbers of their exchanges, and called by their names.

    Attributes:
        score: Has the names.
    """

    score: Score

    async def _heard(self, scope: Scope, receive: Receive, send: Send) -> None:
        if CLIENT in scope:
            scope[CLIENT] = self.score.exchange(int(scope[CLIENT])).client
        await super()._heard(scope, receive, send)


class _Run:
    """One score, being played."""

    def __init__(self, score: Score, pace: Pace, look: Callable[[], None]) -> None:
        self.score = score
        self.pace = pace
        self.clock = Clock(self._choose)
        self.apart: Apart | None = None
        self._look = look
        self._heard: Counter[int] = Counter()
        self._news = asyncio.Event()
        self._talking: dict[int, Conversing] = {}
        self._browsers: dict[str, Cookies] = {}
        self.errors: list[BaseException] = []
        self._unheard: list[BaseException] = []
        self._ended = False

    async def play(self) -> None:
        """Do what clients did, wait for what they heard, and send them away."""
        client = _Client(self._counted, timeout=FOREVER, client=_ADDRESS)
        try:
            await client.start()
            at = 0.0
            for act in self.score.acts:
                await self._pass(act, at)
                at = act.at
                self._do(act, client)
            await self._wait(self.score.heard, self.score.ends - at)
            await self._wait_for_tasks(self.score.ends - at)
            await self.clock.quiet()
        finally:
            self._end()
            self.errors = [*client.errors, *self._unheard, *self.clock.unheard()]
            with contextlib.suppress(Exception):
                await client.stop()

    def _end(self) -> None:
        # What comes now is clients that are sent away.
        self._ended = True
        if self.apart is not None:
            self.apart.end()

    def _choose(self, names: Sequence[str]) -> int:
        if not self._ended:
            self._look()
        return 0

    async def _pass(self, act: Act, before: float) -> None:
        """Wait until it is time for an act."""
        self._look()
        if self.pace == "timed":
            await asyncio.sleep(max(0.0, act.at - self.clock.time()))
        elif self.pace == "answered":
            await self._wait(act.heard, act.at - before)

    async def _wait(self, heard: Counter[int], seconds: float) -> None:
        """Wait until everybody has heard as much, or it takes much longer than it did."""
        await self.clock.quiet()
        if self._has(heard):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds) + _SLACK):
                while not self._has(heard):
                    self._news.clear()
                    await self._news.wait()
        await self.clock.quiet()

    async def _wait_for_tasks(self, seconds: float) -> None:
        """Let as much time pass as it took until what has failed by itself had failed."""
        until = self.clock.time() + max(0.0, seconds) + _SLACK
        pause = max(_PAUSE, (until - self.clock.time()) / _PAUSES)
        while not self._has_failed() and self.clock.time() < until:
            await asyncio.sleep(pause)
            await self.clock.quiet()

    def _has_failed(self) -> bool:
        """Write down what tasks raised, and nobody was told, as often as it was in the record.

        A lab does so after a second, so that one that is asked before has none of it.
        """
        assert self.apart is not None
        missing = self.score.raised - sum(each.kind == "exception" for each in self.apart.log)
        for task in [each for each in self.clock.tasks if is_unheard(each)][: max(0, missing)]:
            error = task.exception()
            assert error is not None
            self._unheard.append(error)
            missing -= self.apart.recorder.escaped(error, context_of(task), lambda: None)
        return missing <= 0

    def _has(self, heard: Counter[int]) -> bool:
        return all(self._heard[number] >= count for number, count in heard.items())

    def _do(self, act: Act, client: Any) -> None:
        talking = self._talking.get(act.exchange)
        if talking is None:
            talking = self._talking[act.exchange] = self._begun(act.exchange, client)
        talking.do(act)

    def _begun(self, number: int, client: Any) -> Conversing:
        asked = self._asked(number)
        browser = browser_of(self.score.exchange(number).client)
        cookies = self._browsers.setdefault(browser, Cookies(browser))
        return Conversing(client, asked, cookies)

    def _asked(self, number: int) -> Asked:
        assert self.apart is not None
        naming = self.apart.recorder.callers.naming(str(number))
        return asked_of(self.score.conversations[number], naming, self.score.is_foreign)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and count what each client hears."""
        assert self.apart is not None
        if scope["type"] not in ("http", "websocket"):
            worker.set("the app")
            await self.apart.app(scope, receive, send)
            return
        name = called(scope["path"], scope["headers"])
        worker.set(name)
        number = int(name)

        async def sending(event: Any) -> None:
            self._look()
            await send(event)
            if event["type"] in _TOLD:
                self._heard[number] += 1
                self._news.set()

        await self.apart(scope, receive, sending)

    def why(self, said: Callable[[BaseException], str]) -> str:
        """Return why it was not played to its end; "" if it was."""
        ended = next((each for each in self.errors if isinstance(each, TooLong | Overdue)), None)
        if ended is not None:
            return said(ended)
        refused = "; ".join(self.clock.refused)
        return f"{refused[0].upper()}{refused[1:]}." if refused else ""

    def played(self, why: str) -> Played:
        """Return what came of it."""
        if self.apart is None:
            return Played(Log(), {}, why, ())
        numbers = {
            each.id: int(each.client)
            for each in self.apart.log.exchanges
            if each.client.isdecimal()
        }
        for new, old in numbers.items():
            self.apart.log.rename(new, self.score.exchange(old).client)
        return Played(self.apart.whole(), numbers, why, tuple(self.clock.said))


def _no_reasons(log: Log, routes: Any) -> Any:
    """Return nothing: no client of a replay asks why."""
    return None
