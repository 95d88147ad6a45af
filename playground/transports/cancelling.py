"""Who cancels which task of a loop that many are served on.

`for task in asyncio.all_tasks(): task.cancel()` in a handler would end everybody's. The tasks by
which the server lives refuse it at that line. One of another's exchange may be cancelled, as by who
has it leave a room, and one's own: a moment later, for by then it is known whether the line goes on
to all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from functools import partial
from typing import Any, Final, NoReturn

from micropie.testing.places import is_users

CANCELLED: Final = (
    "expected a task of the app's own to cancel, got one of the server's; a handler does not end "
    "the server, lab.stop() in a cell does"
)


class Cancelling:
    """Cancels the tasks of one loop for the code of an app.

    Args:
        loop: The loop.
        is_apps: Given a context (`contextvars`), whether the app's code runs in it.
        whose: Given a context, what the exchange is that its code runs for; None for no app's.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        is_apps: Callable[[Context], bool],
        whose: Callable[[Context], object],
    ) -> None:
        self._loop = loop
        self.is_apps = is_apps
        self._whose = whose
        # With whether it is another exchange's.
        self._waiting: list[tuple[bool, Callable[[], object]]] = []
        self._refusal: RuntimeError | None = None

    def is_anothers(self, context: Context) -> bool:
        """Return whether the app's code that runs is of another exchange than a task's."""
        by = self._whose(copy_context())
        return by is not None and by is not self._whose(context)

    def is_at_work(self, task: asyncio.Task[Any]) -> bool:
        """Return whether a task of the app's cancels itself, or that by which it is served.

        What a timer calls is no task: `asyncio.timeout` cancels at once, and counts on it.
        """
        running = asyncio.current_task(self._loop)
        if running is None or not self.is_apps(copy_context()):
            return False
        return running is task or isinstance(task, ServersTask)

    def later(self, cancel: Callable[[], object], *, anothers: bool) -> None:
        """Cancel a task in a moment: another exchange's unless a line has been refused by then."""
        if anothers and self._refusal is not None:
            return
        self._waiting.append((anothers, cancel))
        self._settle_soon()

    def refuse(self, refusal: RuntimeError) -> None:
        """Cancel no other exchange's that the line has come to, or comes to now.

        Its own goes on too, unless the app's code goes on after what refuses it.
        """
        self._refusal = refusal
        self._waiting = [each for each in self._waiting if not each[0]]
        self._settle_soon()

    def _settle_soon(self) -> None:
        self._loop.call_soon(self._settle, context=Context())

    def _settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        refusal, self._refusal = self._refusal, None
        if refusal is None or _was_caught_by_app(refusal):
            for _, cancel in reversed(waiting):
                cancel()


def _was_caught_by_app(error: BaseException) -> bool:
    trace = error.__traceback__
    return trace is not None and is_users(trace.tb_frame.f_code.co_filename)


class _Cancelled(asyncio.Task[Any]):
    def __init__(
        self,
        work: Coroutine[Any, Any, Any],
        cancelling: Cancelling,
        context: Context,
        **options: Any,
    ) -> None:
        self.cancelling_by = cancelling
        self.own_context = context
        self.cancelled_by_app = False
        super().__init__(work, context=context, **options)

    def _cancel(self, msg: Any | None, *, by_app: bool) -> bool:
        """Cancel it: in a moment, where it is at work itself, or is another exchange's.

        A line that goes on to all would else be refused in a task that is about to end, unheard.
        """
        anothers = self.cancelling_by.is_anothers(self.own_context)
        if not anothers and not self.cancelling_by.is_at_work(self):
            return self._cancel_now(msg, by_app)
        if self.done():
            return False
        cancel = partial(self._cancel_now, msg, by_app or anothers)
        self.cancelling_by.later(cancel, anothers=anothers)
        return True

    def _cancel_now(self, msg: Any | None, by_app: bool) -> bool:
        self.cancelled_by_app = by_app
        return super().cancel(msg)


class AppsTask(_Cancelled):
    """A task of an app's."""

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel it, as `asyncio.Task.cancel` does; itself, or of another exchange, in a moment."""
        return self._cancel(msg, by_app=False)


class ServersTask(_Cancelled):
    """A task by which the server lives: the code of an app cannot cancel it.

    Attributes:
        cancelled_by_app: Whether the app has cancelled it, which it may where its own code runs.
    """

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel it, as `asyncio.Task.cancel` does.

        Raises:
            RuntimeError: If the app's code calls, and no request of the app's is served here.
        """
        by_app = self.cancelling_by.is_apps(copy_context())
        if by_app and not self.cancelling_by.is_apps(self.own_context):
            self._refuse()
        return self._cancel(msg, by_app=by_app)

    def _refuse(self) -> NoReturn:
        refusal = RuntimeError(CANCELLED)
        self.cancelling_by.refuse(refusal)
        try:
            raise refusal
        finally:
            del refusal  # it has this frame in its trace
