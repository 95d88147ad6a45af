"""The app's code: putting other code on stage, going back, and what was there before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

from playground import kernel
from playground.advice import check_app
from playground.lab.ground import STARTUP_DEADLINE, Ground
from playground.live.carrying import Carry, check_carry
from playground.live.complaints import complaint
from playground.live.programme import Draft
from playground.live.uses import Change
from playground.stage import OnSwap, check_on_swap

T = TypeVar("T")


class Code(Ground):
    """A lab's revisions."""

    _settled: asyncio.Future[Any] | None
    # The source of the first revision until it is on stage, which where nothing may block is soon.
    _coming: str = ""

    @property
    def served(self) -> Any:
        """What was given to `serve`: a class, an instance, or an ASGI app."""
        return self._programme.served

    def swap(
        self,
        app: Any = None,
        *,
        revision: int | None = None,
        on_swap: OnSwap | None = None,
        carry: Carry | None = None,
    ) -> int | Awaitable[int]:
        """Put other code on stage, or go back to what was there; see `serve` for the policies.

        Args:
            app: An `App` subclass, an instance, or any ASGI app.
            revision: Instead of an app: the number of the revision to go back to. It stays on stage
                until its class is defined again.
            on_swap: For this once, instead of the lab's own.
            carry: For this once, instead of the lab's own.

        Returns:
            The number of the revision; with the memory transport an awaitable of it.

        Raises:
            NotOnStage: Then the old code goes on serving.
            LookupError: If there is no such revision, or nothing to make it of.
        """
        if (app is None) == (revision is None):
            raise TypeError("expected an app or a revision; write lab.swap(Chat) or (revision=2)")
        if on_swap is not None:
            check_on_swap(on_swap)
        if carry is not None:
            check_carry(carry)
        because = ""
        if revision is not None:
            app = self._programme.revisions.get(revision).again()
            because = (
                f"back from revision {self.revision}" if revision != self.revision else "made anew"
            )
        check_app(app)
        draft = self._draft(app, number=revision, because=because)
        return self._put_on_stage(draft, on_swap, carry)

    def _draft(self, app: Any, **options: Any) -> Draft:
        try:
            return self._programme.draft(app, **options)
        finally:  # told here and now if it cannot be, and not once more after the cell
            self._redefinition.note()

    def _put_on_stage(
        self, draft: Draft, on_swap: OnSwap | None = None, carry: Carry | None = None
    ) -> int | Awaitable[int]:
        policy = on_swap or self.on_swap
        self._visitors.reconnect = policy == "close"
        for client in self._visitors.clients.values():
            client.reconnects = policy == "close"
        if not self.revision:
            self._coming = draft.source
        state = self.carry if carry is None else carry
        number: int | Awaitable[int] = self._have(
            self._programme.put(draft, policy, state), draft.number
        )
        return number

    def _have(self, work: Coroutine[Any, Any, Any], number: int | None) -> Any:
        """Have something done on the stage: at once, or where nothing may block, soon."""
        deadline = STARTUP_DEADLINE + 2
        try:
            done = self._transport.call(work, deadline)
        except TimeoutError as late:
            said = f"its start-up blocks the server for {deadline:g} s; use await or a thread"
            raise self._programme.failed(TimeoutError(said), number) from late
        finally:
            self._redefinition.note()
        if isinstance(done, asyncio.Future):
            self._settled = done
            return Soon(done, self._told_later)
        return done

    def _told_later(self, error: BaseException) -> None:
        """Say under the cell why it failed: it has ended, and nobody awaits what it began."""
        kernel.say(complaint(error))

    def look(self) -> None:
        """Serve the class that the served one's name stands for now, if that is a new one."""
        self._redefinition.look()

    def on_stage(self, listener: Callable[[], object]) -> None:
        """Have something called, where the app lives, whenever code has been put on stage.

        Args:
            listener: Called without arguments.
        """
        self._programme.listeners.append(listener)

    def forget_places(self) -> None:
        """Find out anew which cell each line belongs to: one run again has another number."""
        self._recorder.forget_places()

    def changed_under_it(self) -> Change:
        """Return which names that the code on stage uses stand for something else by now."""
        return self._programme.changed_under_it()

    async def _ready(self) -> None:
        """See that what the cell has defined so far is on stage.

        Where nothing may block a swap is still under way; it is waited for here.
        """
        self.look()
        settled = self._settled
        if settled is not None:
            await asyncio.wait({settled})
            self._settled = None
            if (
                not self._stage.revision
            ):  # the very first start-up failed: there is nothing to reach
                await settled

    def source(self, revision: int | None = None) -> str:
        """Return the source of a revision, by default of the one on stage.

        With the class come those of the notebook's that it derives from. The first revision has its
        source as soon as it is on its way to the stage.

        Args:
            revision: Its number, from 1.
        """
        number = revision or self.revision
        return self._programme.revisions.get(number).source if number else self._coming

    def diff(self, old: int, new: int) -> str:
        """Return how the source changed from one revision to another, as a unified diff.

        Args:
            old: The number of a revision.
            new: The number of another.
        """
        return self._programme.revisions.diff(old, new)


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
