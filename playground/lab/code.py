"""The app's code: putting other code on stage, going back, and what was there before.

`Staging` does it where the app lives; `Code` asks for it from a cell, and waits where a cell may.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from playground.live.advice import check_app
from playground.live.carrying import Carry, check_carry
from playground.live.drafts import Draft, instance_of
from playground.live.following import Followed, following
from playground.live.known import Known
from playground.live.staging import STARTUP_DEADLINE, Staging
from playground.live.tracebacks import complaint
from playground.notebook import kernel
from playground.stage import OnSwap, check_on_swap
from playground.transports import LoopBlocked, Transport
from playground.transports.waiting import HOW, Late, LeftBehind, interruptible

_STARTS: Final = (
    "new code was not on stage within {timeout:g} s: its start-up has not ended; what goes on for "
    "ever belongs into asyncio.create_task, and timeout= waits longer"
)

T = TypeVar("T")


@dataclass
class Policies:
    """What a swap does, unless one is asked to do otherwise.

    Attributes:
        on_swap: What becomes of open sockets.
        carry: What of the app's state goes on.
        latest: What became of open sockets at the last swap; clients come back after "close".
    """

    on_swap: OnSwap
    carry: Carry
    latest: OnSwap = "handover"


class Code:
    """Puts code on stage, for a cell: it waits for the result, where a cell may wait.

    Args:
        staging: The revisions, and the one on stage.
        transport: Gets work done where the app lives.
        known: What the served class's name stands for.
        policies: What a swap does.
        free: Sees that the app's event loop turns, whatever has blocked it.
    """

    def __init__(
        self,
        staging: Staging,
        transport: Transport,
        known: Known,
        policies: Policies,
        free: Callable[[], object],
    ) -> None:
        self._staging = staging
        self._transport = transport
        self._known = known
        self._policies = policies
        self._free = free
        # Waited for on any loop: a cell's, and the app's own.
        self._under_way: Future[Any] | None = None
        # Who was at work before that: it is not for them.
        self._older: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        # The source of the first revision until it is on stage, which where nothing may block is
        # soon; and what is put there, which the stage alone keeps alive.
        self._coming = ""
        self._first: Callable[[], Any] = lambda: None

    def swap(
        self, app: Any, revision: int | None, on_swap: OnSwap | None, carry: Carry | None
    ) -> int | Awaitable[int]:
        """Put other code on stage, or go back to what was there; see `Lab.swap`."""
        if (app is None) == (revision is None):
            raise TypeError("expected an app or a revision; write lab.swap(Chat) or (revision=2)")
        if on_swap is not None:
            check_on_swap(on_swap)
        if carry is not None:
            check_carry(carry)
        if revision is not None:
            app = self._staging.revisions.get(revision).again()
        check_app(app)
        # What is gone back to is followed by the name it had, which stands for other code now.
        followed = self._staging.followed if revision is not None else None
        draft = self.draft(app, number=revision, followed=followed)
        return self.put(draft, on_swap, carry)

    def follow(self, app: Any, because: str = "", followed: Followed | None = None) -> bool:
        """Have what a name stands for now on stage: the same code stays, new code is swapped in.

        Args:
            app: What it stands for.
            because: What led to it, for the log.
            followed: By which name it is followed from now on; found out by default.

        Returns:
            Whether it is new.
        """
        if self.stays(app, followed):
            return False
        self.put(self.draft(app, because=because, if_new=True, followed=followed))
        return True

    def follow_made(self, kind: type, followed: Followed, because: str) -> None:
        """Have an instance of a class on stage, made as the one that was served.

        Args:
            kind: The class.
            followed: Makes it, and goes on to be followed.
            because: What led to it, for the log.
        """
        make = functools.partial(followed.make or instance_of, kind)
        self.put(self.draft(None, make=make, because=because, followed=followed))

    def renew(self, because: str) -> None:
        """Have the code on stage there once more, as a revision: it was changed in place.

        Args:
            because: How, for the log.
        """
        staging = self._staging
        staging.look_at_it()
        self.put(self.draft(staging.served, because=because, followed=staging.followed))

    def stays(self, app: Any, followed: Followed | None = None) -> bool:
        """Return whether an app is what stands on stage; if so, its output moves to this cell."""
        staging = self._staging
        is_served = app is staging.served and not staging.changed_in_place()
        same = is_served or (app is not staging.served and staging.same(app))
        if same:
            staging.stay(app, followed or following(app, staging.followed))
        return same

    def draft(self, app: Any, **options: Any) -> Draft:
        """Make an app ready for the stage; see `Staging.draft`."""
        try:
            return self._staging.draft(app, **options)
        finally:  # said here and now if it cannot be, and not once more after the cell
            self._note(self._staging.served, self._staging.followed)

    def _note(self, served: Any, followed: Followed) -> None:
        # What is refused because the lab is stopped is what it is to start with.
        if self._transport.running or self._transport.ended_by:
            self._known.note(served, followed)

    def put(
        self, draft: Draft, on_swap: OnSwap | None = None, carry: Carry | None = None
    ) -> int | Awaitable[int]:
        """Put a draft on stage; return its revision, or where nothing may block an awaitable."""
        self._policies.latest = policy = on_swap or self._policies.on_swap
        if not self._staging.revision:
            self._coming = draft.source
            with contextlib.suppress(TypeError):  # not every app can be referred to weakly
                self._first = weakref.ref(draft.instance)
        state = self._policies.carry if carry is None else carry
        if self._transport.ended_by:
            self._transport.start()
        # What the lab carries at every swap may not be there yet; what one swap is to, is.
        work = self._staging.put(draft, policy, state, checked=carry is not None)
        noted = draft.served, draft.followed
        number: int | Awaitable[int] = self._done(work, draft.number, noted)
        return number

    def again(self, instance: Any) -> None:
        """Put the revision that stood there last on stage anew, as an instance made of it."""
        noted = self._staging.served, self._staging.followed
        self._done(self._staging.again(instance), self._staging.number, noted)

    def _done(
        self, work: Coroutine[Any, Any, Any], number: int | None, noted: tuple[Any, Followed]
    ) -> Any:
        """Have something done on the stage: at once, or where nothing may block, soon.

        Args:
            work: Does it.
            number: The revision, if it stood there before.
            noted: What is served then, and how it is followed.
        """
        deadline = STARTUP_DEADLINE + 2
        under_way: Future[Any] = Future()
        try:
            self._free()  # who blocks the loop is not to be blamed on the code that comes
            done = self._transport.call(_noted(work, under_way), deadline)
        except (LoopBlocked, LeftBehind) as late:
            # Nobody else held the loop before: it is its own start-up.
            who = str(late).removesuffix(f"; {HOW}")  # it is ended here
            said = f"its start-up blocks the server: {who}; use await or a thread"
            self._free()
            raise self._staging.failed(TimeoutError(said), number) from late
        except (RuntimeError, ConnectionError):
            if inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
                work.close()  # nothing has been begun
            raise
        finally:
            self._note(*noted)
        if isinstance(done, asyncio.Future):
            done.add_done_callback(lambda _: _end(under_way))  # it may never have begun
            self._under_way = under_way
            self._older = _others()
            return Soon(done, _say_later)
        return done

    async def settled(self, timeout: float | None = None) -> None:
        """Wait until a swap that is under way has ended; the very first one has to succeed.

        Args:
            timeout: Seconds that it may take; by default as long as a start-up may.

        Raises:
            TimeoutError: It has not ended by then.
        """
        under_way = self._under_way
        if under_way is not None:
            waiting = asyncio.wrap_future(under_way)
            waiting.add_done_callback(_heard)
            with interruptible(self._transport.blocker):
                done, _ = await asyncio.wait({waiting}, timeout=timeout)
            if not done:
                raise Late(_STARTS.format(timeout=timeout or 0))
            if self._under_way is under_way:
                self._under_way = None
            error = waiting.exception()
            if error is not None and not self._staging.stage.revision:
                raise error  # there is nothing to reach

    def wait(self) -> None:
        """Wait, on a thread that may, until a swap that is under way has ended; raise as it did."""
        under_way = self._under_way
        if under_way is not None:
            under_way.result(STARTUP_DEADLINE + 2)

    def is_awaited_here(self) -> bool:
        """Return whether who calls is to wait for a swap that is under way.

        So is the cell that asked for it, and the next ones. All others are answered by the old code
        meanwhile, as over a server: other threads, and tasks that were at work before.
        """
        if self._under_way is None or not self._staging.stage.revision:
            return True
        is_cells = threading.current_thread() is threading.main_thread()
        return is_cells and asyncio.current_task() not in self._older

    def source(self, revision: int | None) -> str:
        """Return the source of a revision; see `Lab.source`."""
        revisions = self._staging.revisions
        # On another thread one may be on its way to the stage, and known a moment later.
        number = revision or min(self._staging.revision, len(revisions.kept))
        return revisions.get(number).source if number else self._coming

    @property
    def app(self) -> Any:
        """The instance on stage, or the first one on its way there; None before any."""
        return self._staging.app if self._staging.revision else self._first()

    def diff(self, old: int, new: int) -> str:
        """Return how the source changed from one revision to another, as a unified diff."""
        return self._staging.revisions.diff(old, new)


async def _noted(work: Coroutine[Any, Any, T], under_way: Future[Any]) -> T:
    """Await work, and have a future end as it does."""
    try:
        result = await work
    except BaseException as error:
        under_way.set_exception(error)
        raise
    _end(under_way)
    return result


def _others() -> weakref.WeakSet[asyncio.Task[Any]]:
    """Return the tasks at work on the loop that runs here, but for the one that asks."""
    try:
        return weakref.WeakSet(asyncio.all_tasks() - {asyncio.current_task()})
    except RuntimeError:  # there is no loop
        return weakref.WeakSet()


def _heard(waiting: asyncio.Future[Any]) -> None:
    """Take note of how it ended: who waited may have given up, and the cell is told anyway."""
    if not waiting.cancelled():
        waiting.exception()


def _end(under_way: Future[Any]) -> None:
    if not under_way.done():
        under_way.set_result(None)


def _say_later(error: BaseException) -> None:
    """Say under the cell why it failed: the cell has ended, and nobody awaits what it began."""
    kernel.say(complaint(error))


class Soon(Generic[T]):
    """What will be done soon; await it for the result. A failure that nobody awaits is told.

    Args:
        task: Does it.
        tell: Given an exception that nobody awaited, when it is raised.
    """

    def __init__(self, task: asyncio.Future[T], tell: Callable[[BaseException], object]) -> None:
        self._task = task
        self._tell = tell
        self._awaited = False
        # In the context of the cell that asked for it, so that it is told there.
        task.add_done_callback(self._done)

    def __await__(self) -> Generator[Any, None, T]:
        self._awaited = True
        return self._task.__await__()

    def _done(self, task: asyncio.Future[T]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._awaited:
            self._tell(error)
