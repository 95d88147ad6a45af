"""Decide whether a handler is idle: whether none of its tasks may still be busy with a message.

Asked only when code is swapped, so that a message costs nothing. A task belongs to the handler in
whose context it was begun, however it was begun: `create_task`, a task group, `gather`. In doubt a
task is busy: then a swap takes the grace period, and nothing is lost.

A handler is *idle* when each of its tasks *waits* or is a *timer*. A task waits, and holds no
message, if what the first column says is so; the second is what is looked at:

============================  ======================================================================
it has ended                  `Task.done`
it waits for a task           `asyncio_internals.waits_for`: that one is looked at itself
it waits in `gather`          `asyncio_internals.is_gathering`: its tasks are looked at themselves
it waits for a task group,    the innermost code is among `asyncio_internals.WAITS_FOR_TASKS`: so
or in `asyncio.wait`          are these
it waits in `wait_for`        Python 3.11 does so in a task of its own: `awaited_task`
it waits for a queue's next   the innermost code is `asyncio.Queue.get`, and the future it waits for
item                          is not done: there is none
it waits for what has not     the future it waits for says so itself, as `nothing_yet`: that of a
come                          transport's queue, which is none of asyncio's
it is nothing but a sleep     the innermost code is `asyncio.sleep`, and nobody awaits it
============================  ======================================================================

A task that sleeps before it goes on is a *timer*, and holds no message either, if

- it was begun before the handler took its first message (the context variable `handling`),
- none of the code that awaits the sleep uses a name by which things are taken out of a queue, a
  list or a stream (`co_names` has none of `_TAKING`), and
- none of the handler's tasks serves a queue: what such a one begins is for an item of that queue.

Every other wait may be for a message: an event, a future, a thread, a database, a full queue.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from contextvars import ContextVar
from typing import Any, Final

from playground.stage.asyncio_internals import (
    WAITS_FOR_TASKS,
    Task,
    awaited_task,
    chain_of,
    code_of,
    context_of,
    is_gathering,
    waits_for,
)

owner: Final[ContextVar[object | None]] = ContextVar("playground_handler_run", default=None)
"""The mark of the handler run whose handler, or whose handler's task, is running here."""

handling: Final[ContextVar[bool]] = ContextVar("playground_handling", default=False)
"""Whether the handler had taken a message when the task that runs here was begun."""

Tasks = dict[object, set[Task]]

_SLEEP: Final = asyncio.sleep.__code__
_QUEUE: Final = asyncio.Queue.get.__code__
_WAIT_FOR: Final = asyncio.wait_for.__code__

# By these names code takes what somebody else has put somewhere: out of a queue, a list, a stream.
_TAKING: Final = frozenset(
    {"get", "get_nowait", "pop", "popitem", "popleft", "receive", "recv", "wait", "__anext__"}
)


def tasks_by_owner() -> Tasks:
    """Return the tasks of this loop that handlers have begun, by the mark of their run."""
    found: Tasks = defaultdict(set)
    for task in asyncio.all_tasks():
        context = context_of(task)
        mark = None if context is None else context.get(owner)
        if mark is not None:
            found[mark].add(task)
    return found


def is_idle(tasks: Collection[Task]) -> bool:
    """Return whether a handler is idle: none of its tasks may be busy with a message."""
    others = [task for task in tasks if not is_waiting(task)]
    if not others:
        return True
    # What a task that serves a queue has begun is for an item of that queue, timer or not.
    return all(map(is_timer, others)) and not any(map(_serves_a_queue, tasks))


def is_waiting(task: Task) -> bool:
    """Return whether a task waits for nothing but other tasks or a queue, or is only a sleep."""
    if task.done():
        return True
    waiter = waits_for(task)
    if waiter is None or waiter.done():
        return False
    if isinstance(waiter, asyncio.Task) or is_gathering(waiter) or _is_for_an_item(waiter):
        return True
    *callers, innermost = chain_of(task)
    code = code_of(innermost)
    if code is _SLEEP:
        return not callers
    if code is _WAIT_FOR:
        return awaited_task(innermost) is not None
    return code is _QUEUE or code in WAITS_FOR_TASKS


def _is_for_an_item(waiter: asyncio.Future[Any]) -> bool:
    """Return whether a future says of itself that who waits for it holds nothing."""
    return bool(getattr(waiter, "nothing_yet", False))


def is_timer(task: Task) -> bool:
    """Return whether a task only ever wakes up by itself, so that it has no message from anybody.

    So it is when it was begun before the first message, it sleeps, and its code takes nothing out
    of anything.
    """
    context = context_of(task)
    if task.done() or context is None or context.get(handling):
        return False
    *callers, innermost = map(code_of, chain_of(task))
    return innermost is _SLEEP and not any(
        code is None or _TAKING.intersection(code.co_names) for code in callers
    )


def _serves_a_queue(task: Task) -> bool:
    return code_of(chain_of(task)[-1]) is _QUEUE
