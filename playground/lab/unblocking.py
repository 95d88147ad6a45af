"""Seeing that the app's event loop turns, whatever the app's own code does to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import Context
from typing import Final

from playground.clients.pool import ClientPool
from playground.live.drafts import instance_of
from playground.live.staging import STARTUP_DEADLINE, Staging
from playground.notebook import kernel
from playground.stage import LEAVE, context_of
from playground.transports import Blocked, Runner, Transport, count
from playground.transports.waiting import answer_here, submit
from playground.watchdog import Watchdog, break_out, goes_on_asking, says

# Seconds for a sign of life of a loop that is not known to be blocked, and of one that is.
_PATIENCE: Final = 1.0
_SHORT: Final = 0.05

_REMEDY: Final = "await what takes long, or give it to asyncio.to_thread"
_LEFT: Final = "the event loop was left behind: it does not turn"

# So many handlers that go on in vain are ended, one after the other.
_MANY: Final = 1000


class _InVain(Blocked):
    said = f"the connection has ended, and this went on asking it; {LEAVE}"


class _Unsaid(Blocked):
    said = "it took too long to say"


for _kind in (_InVain, _Unsaid):
    _kind.__name__ = _kind.__qualname__ = Blocked.__name__


def _blocked_by(who: str) -> type[Blocked]:
    return type("Blocked", (Blocked,), {"said": f"{who}; {_REMEDY}"})


class Unblocking:
    """Ends what blocks a lab's event loop, or leaves it alone with its thread.

    Args:
        watchdog: Sees whether the loop turns, and who holds it.
        transport: How clients reach the app.
        staging: The code on stage.
        pool: The lab's own clients.
        locate: Tells the user's code from other's.
        tell: Writes a sentence into the log.
        forget: Called when the thread is left behind, with what was open there.

    Attributes:
        stopping: Whether somebody waits for the loop to end: then it is not begun anew by itself.
    """

    def __init__(
        self,
        watchdog: Watchdog,
        transport: Transport,
        staging: Staging,
        pool: ClientPool,
        locate: Callable[[str], str | None],
        tell: Callable[[str], object],
        forget: Callable[[], object],
    ) -> None:
        self._watchdog = watchdog
        self._transport = transport
        self._staging = staging
        self._pool = pool
        self._locate = locate
        self._tell = tell
        self._forget = forget
        self._one_at_a_time = threading.Lock()
        self.stopping = False
        # The lines that have blocked, each told under its cell once.
        self._said: set[str] = set()

    def noticed(self, said: str) -> None:
        """Write into the log that the loop is blocked; end what blocks it for nobody.

        That is a handler which goes on with a connection that has ended, and after it all others
        that do the same: there is nothing that they could still do.
        """
        found = self._watchdog.blockage(_PATIENCE)
        if self.still():
            return
        sentence = f"{said}; lab.break_out() ends it, and so does new code"
        self._tell(f"blocked: {sentence}")
        line = "" if found is None else f"{found.place}, line {found.line}"
        if line in self._said:
            return
        self._said.add(line)
        if line and (home := self._staging.home_of(line)) is not None:
            kernel.say_in(home, sentence)

    def still(self) -> bool:
        """End what blocks the loop if it does so for nobody; return whether it did."""
        runner = self._transport.runner()
        if runner is None or not self._is_in_vain(runner):
            return False
        if not self._ends_what_is_in_vain(runner) and not self.stopping:
            self.free()
        return True

    def _ends_what_is_in_vain(self, runner: Runner) -> bool:
        turns = self._watchdog.turns
        with self._one_at_a_time:
            for _ in range(_MANY):
                who = self._watchdog.blocker(_PATIENCE)
                if turns(2 * _SHORT) or not self._is_in_vain(runner):
                    return True
                error = _Unsaid if says(runner.thread, self._locate) else _InVain
                if not break_out(runner.thread, error, self._locate, turns):
                    return False
                self._tell(f"broken out: {who}")
        return True

    def _is_in_vain(self, runner: Runner) -> bool:
        """Return whether nobody needs what blocks a loop.

        It asks on for what comes after a connection's end, or is an exception that never ends
        saying what it is.
        """
        if says(runner.thread, self._locate):
            return True
        task = asyncio.current_task(runner.loop)
        context = None if task is None else context_of(task)
        return (
            context is not None
            and self._staging.stage.goes_on(context)
            and goes_on_asking(runner.thread, self._locate)
        )

    def free(self, *, go_on: bool = True, anew: bool = True) -> str:
        """See that the loop turns; return what it took, as a sentence, "" if nothing.

        Args:
            go_on: Whether to make the app anew if its thread had to be left behind.
            anew: Whether it is made anew, now or by who calls.

        Raises:
            RuntimeError: On the loop itself, which would wait for itself.
        """
        runner = self._transport.runner()
        if runner is None:
            return ""
        if threading.current_thread() is runner.thread:
            raise RuntimeError(
                "expected a call from a cell, got one from inside a handler, which would wait for "
                "itself; call it from a cell, or from asyncio.to_thread"
            )
        with self._one_at_a_time:
            watchdog = self._watchdog
            if watchdog.turns(_SHORT if watchdog.blocked else _PATIENCE):
                return ""
            # Where it stands while it blocks: nobody knows once it is broken out.
            home, why = self._blocked_at()
            who = watchdog.blocker(_PATIENCE) or "the event loop does not turn"
            error = _InVain if self._is_in_vain(runner) else _blocked_by(who)
            if break_out(runner.thread, error, self._locate, watchdog.turns):
                return self._done(f"broken out: {who}")
            sockets = self._staging.stage.sockets
            self._take_over(why, go_on)
            self._say_at_home(home, why, sockets, anew)
            rest = "; the app was made anew" if go_on else ""
            return self._done(f"left behind on its thread: {who}{rest}")

    def _blocked_at(self) -> tuple[Context | None, str]:
        """Return the context of the cell whose code blocks, and that this is left behind."""
        found = self._watchdog.blockage(_PATIENCE)
        if found is None:
            return None, _LEFT
        return self._staging.home_of(f"{found.place}, line {found.line}"), found.left()

    @staticmethod
    def _say_at_home(home: Context | None, why: str, sockets: int, anew: bool) -> None:
        """Write under the cell of the code that blocked what became of it, and of the others."""
        done = [f"{count(sockets, 'socket')} {'was' if sockets == 1 else 'were'} closed"]
        done = [*(done if sockets else []), *(["the app was made anew"] if anew else [])]
        if home is not None:
            kernel.say_in(home, "; ".join([why, *filter(None, [" and ".join(done)])]))

    def _done(self, said: str) -> str:
        self._tell(said)
        return said

    def _take_over(self, why: str, go_on: bool) -> None:
        """Serve from a new thread: what is on the old one can neither be reached nor ended."""
        staging = self._staging
        staging.stage.forget()
        self._forget()
        self._pool.give_up(why)
        self._transport.leave(why, go_on=go_on)
        runner = self._transport.runner()
        if runner is None or not staging.number:
            return
        work = staging.again(instance_of(staging.served))
        answer_here(
            submit(work, runner.loop),
            STARTUP_DEADLINE,
            self._watchdog.blocker,
        )
