"""An event loop whose time is its own: nothing is waited for, and what comes next is chosen.

Law of the room: no socket, no thread, no real second. When nothing is ready, the loop lets one of
the things happen that could happen next (`Clock.turn`); where there are none, time goes on to the
next timer at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import sys
import weakref
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final, TypeVar

from micropie.testing.handles import Timer
from micropie.testing.loop import Loop, worker
from micropie.testing.strangers import SAID
from micropie.testing.unheard import is_unheard
from micropie.testing.unreachable import listen

T = TypeVar("T")

Choose = Callable[[Sequence[str]], int]
"""Given the names of what could happen next, in the order they came up, the index of what does."""

# Callbacks between two things that happen: code that runs on and on without waiting for anything
# is ended here. A message takes about ten.
PATIENCE: Final = 100_000

# Turns of the loop in which tasks that are cancelled at the end may still clean up.
_LAST_TURNS: Final = 200


class Stuck(RuntimeError):
    """Nobody can go on: nothing is left that could happen, and no time would help."""


class Restless(RuntimeError):
    """Code that goes on without ever waiting for anything, so that nothing else can happen."""


class Clock(Loop):
    """An asyncio event loop with virtual time.

    `asyncio.sleep`, `asyncio.timeout`, `wait_for` and `call_later` go by it: an hour is over at
    once. ``Clock().run(main())`` runs a coroutine, from a thread without a loop or, as in a
    notebook's cell, from inside of one. What lies outside of a program has no virtual time: to open
    a connection or to start a program is an `OutOfReach`; a function for a thread is called in
    place. `said` has a sentence on each.

    Args:
        choose: Asked what happens next whenever something can; the first that came by default.

    Attributes:
        said: What went another way than on a real loop, in sentences, each once.
        errors: What nobody caught: of tasks that nobody awaited, and of callbacks.
        tasks: Those that were begun, in order.
        turns: How often it went round.
        describe: Returns what to add where nobody can go on.
    """

    def __init__(self, choose: Choose = lambda names: 0) -> None:
        super().__init__()
        self.choose = choose
        self.turns = 0
        self.describe: Callable[[], str] = lambda: ""
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._quiet: list[asyncio.Future[None]] = []
        self._generators: list[weakref.ref[Any]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end and return what it does; then every task is ended.

        Args:
            work: The coroutine.

        Raises:
            Stuck: Nobody can go on.
            Restless: Something goes on without waiting for anything.
        """
        if self._closed or self._running:
            work.close()
            raise RuntimeError("expected a new clock, got one that ran; make another for each run")
        with _aside(self):
            try:
                task = self.create_task(work)
                self._go(task.done)
                result: T = task.result()
                return result
            finally:
                self._end()

    def unheard(self) -> list[BaseException]:
        """Return what nobody has caught so far: of callbacks, and of tasks that nobody awaited."""
        for task in self.tasks:
            if is_unheard(task):
                self.call_exception_handler({"exception": task.exception()})
        return list(self.errors)

    async def turn(self, name: str) -> None:
        """Wait until this is what happens next.

        Args:
            name: What happens, such as ``"ada leaves"``; what has the same name meanwhile gets a
                number.
        """
        name, wanted, number = name, name, 1
        while name in self._waiting:
            number += 1
            name = f"{wanted} ({number})"
        change = self._waiting[name] = self.create_future()
        try:
            await change
        finally:
            if self._waiting.get(name) is change:
                del self._waiting[name]

    async def quiet(self, seconds: float = 0.0, timers: int = 20) -> None:
        """Wait until nothing can happen any more but that time passes, and let it pass.

        Args:
            seconds: How long an app's own timers are waited for after that.
            timers: For how many of them: some go off again and again.
        """
        until = self._now + seconds
        for _ in range(timers + 1):
            change = self.create_future()
            self._quiet.append(change)
            await change
            timer = self._next_of_app()
            if timer is None or timer.at > until:
                return
            self.choose([self._passing(timer)])
            self._advance(timer.at)
            await asyncio.sleep(0)

    def run_in_executor(
        self, executor: Any, function: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Call a function that is meant for a thread, in place, at a turn of its own.

        Args:
            executor: Not used.
            function, args: What to call.
        """
        who = worker.get()
        self.say("A function for a thread was called in place, at one of the turns.")

        async def call() -> T:
            await self.turn(f"{who}'s thread does its work" if who else "a thread does its work")
            return function(*args)

        called: asyncio.Future[T] = self.create_task(call())
        return called

    @property
    def is_alive(self) -> bool:
        """Whether an app has a timer that will go off."""
        return self._next_of_app() is not None

    def begins_thread(self) -> None:
        """Note that what runs here has started a thread."""
        self.say(SAID)
        self._strangers.started = True

    async def shutdown_asyncgens(self) -> None:
        """Close the asynchronous generators that were begun and not finished."""
        left, self._generators = self._generators, []
        for reference in left:
            each = reference()
            if each is not None:
                with contextlib.suppress(Exception):
                    await each.aclose()

    # What runs it.

    def begin(self) -> None:
        """Be told that it is the running loop from now on."""
        listen()
        self._running = True
        sys.set_asyncgen_hooks(self._begun, self._let_go)

    def finish(self) -> None:
        """Be told that it is the running loop no more."""
        self._running = False

    def _begun(self, generator: Any) -> None:
        self._generators.append(weakref.ref(generator))

    def _let_go(self, generator: Any) -> None:
        if not self._closed:
            self.call_soon(self.create_task, generator.aclose())

    def _go(self, is_over: Callable[[], bool], turns: int = sys.maxsize) -> None:
        """Run until something is over, or for so many turns."""
        calls = 0
        while not is_over():
            if not self._ready:
                if not turns:
                    return
                turns -= 1
                calls = 0
                self._idle()
                continue
            self.turns += 1
            for _ in range(len(self._ready)):
                self._ready.popleft().call()
                calls += 1
            if calls > PATIENCE:
                raise Restless(f"something goes on and on, and waits for nothing{self.describe()}")

    def _idle(self) -> None:
        """Let one thing happen: of those that wait for their turn, or that time passes."""
        self._strangers.take(self._ready)
        while self._timers and self._timers[0].cancelled():
            heapq.heappop(self._timers)
        if self._ready:
            return
        if self._waiting:
            self._open()
        elif self._quiet:
            self._quiet.pop().set_result(None)
        elif not self.is_alive and self._strangers.wait(self._ready):
            return
        elif self._timers:
            self._pass()
        else:
            raise Stuck(f"nobody can go on: everybody waits for somebody else{self.describe()}")

    def _open(self) -> None:
        names = list(self._waiting)
        timer = self._next_of_app()
        # A client's patience must not run out while its answer could come.
        if timer is not None and timer is self._timers[0] and timer.at > self._now:
            names.append(self._passing(timer))
        number = self.choose(names)
        if number == len(self._waiting):
            assert timer is not None
            self._advance(timer.at)
            return
        change = self._waiting.pop(names[number])
        if not change.done():
            change.set_result(None)

    def _next_of_app(self) -> Timer | None:
        """Return the timer of the app's that is due first."""
        own = (each for each in self._timers if each.by_app and not each.cancelled())
        return min(own, default=None)

    def _pass(self) -> None:
        first = self._timers[0]
        if first.by_app and first.at > self._now:
            self.choose([self._passing(first)])
        self._advance(first.at)

    def _passing(self, timer: Timer) -> str:
        return f"{round(timer.at - self._now, 3):g} s pass"

    def _advance(self, until: float) -> None:
        self._now = max(self._now, until)
        while self._timers and self._timers[0].at <= self._now:
            timer = heapq.heappop(self._timers)
            if not timer.cancelled():
                self._ready.append(timer)

    def _end(self) -> None:
        """End every task, also one that does not want to."""
        self.choose = lambda names: 0
        left = [task for task in self.tasks if not task.done()]
        for task in left:
            task.cancel()
        if self._generators:
            left.append(self.create_task(self.shutdown_asyncgens()))
        with contextlib.suppress(Stuck, Restless):
            self._go(lambda: all(task.done() for task in left), _LAST_TURNS)
        self.unheard()
        self._closed = True
        self._ready.clear()
        self._timers.clear()
        self.tasks.clear()


def _running_here() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@contextlib.contextmanager
def _aside(clock: Clock) -> Iterator[None]:
    """Be the running loop for a while; the one that runs here, if any, steps aside."""
    outer = _running_here()
    task = None if outer is None else asyncio.current_task(outer)
    if outer is not None and task is not None:
        asyncio.tasks._leave_task(outer, task)
    hooks = sys.get_asyncgen_hooks()
    asyncio._set_running_loop(clock)
    clock.begin()
    try:
        yield
    finally:
        clock.finish()
        sys.set_asyncgen_hooks(*hooks)
        asyncio._set_running_loop(outer)
        if outer is not None and task is not None:
            asyncio.tasks._enter_task(outer, task)
