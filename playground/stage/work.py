"""Work: which tasks a handler has begun, and whether one of them may be busy with a message.

Looked at only when code is swapped, so that a message costs nothing. A task belongs to whoever's
context it was begun in, however it was begun: `create_task`, a task group, `gather`. In doubt a
task is busy: then a swap takes the grace period, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import gc
from collections import defaultdict
from collections.abc import Collection
from contextvars import Context, ContextVar
from types import CodeType
from typing import Any, Final

owner: Final[ContextVar[object | None]] = ContextVar("playground_turn", default=None)
"""The mark of the turn whose handler, or whose handler's task, is running here."""

handling: Final[ContextVar[bool]] = ContextVar("playground_handling", default=False)
"""Whether the handler had taken a message when the task that runs here was begun."""

Task = asyncio.Task[Any]
Tasks = dict[object, set[Task]]


def tasks_by_owner() -> Tasks:
    """Return the tasks of this loop that handlers have begun, by the mark of their turn."""
    found: Tasks = defaultdict(set)
    for task in asyncio.all_tasks():
        context = _context_of(task)
        mark = None if context is None else context.get(owner)
        if mark is not None:
            found[mark].add(task)
    return found


def _context_of(task: Task) -> Context | None:
    get_context = getattr(task, "get_context", None)
    if get_context is not None:
        context = get_context()
    else:  # Python 3.11: only the garbage collector is told
        context = getattr(task, "_context", None) or next(
            (each for each in gc.get_referents(task) if isinstance(each, Context)), None
        )
    return context if isinstance(context, Context) else None


def all_wait(tasks: Collection[Task]) -> bool:
    """Return whether none of a handler's tasks is busy with a message."""
    others = [task for task in tasks if not is_idle(task)]
    if not others:
        return True
    # What a task that serves a queue has begun is for an item of that queue, timer or not.
    return all(map(is_timer, others)) and not any(map(_serves_a_queue, tasks))


def is_idle(task: Task) -> bool:
    """Return whether a task is not busy with a message.

    So it is when it has ended, is nothing but a sleep, or waits for the next item of an empty queue
    or for other tasks, which are looked at themselves. Whoever sleeps before it goes on, asks a
    database or computes may be busy.
    """
    if task.done():
        return True
    waiter = getattr(task, "_fut_waiter", None)
    if waiter is None or waiter.done():
        return False
    if isinstance(waiter, asyncio.Task) or hasattr(waiter, "_children"):
        return True
    *callers, innermost = _chain(task)
    code = getattr(innermost, "cr_code", None)
    if code is asyncio.sleep.__code__:
        return not callers
    if code is asyncio.wait_for.__code__:  # Python 3.11 lets another task do it
        return isinstance(innermost.cr_frame.f_locals.get("fut"), asyncio.Task)
    return code in _IDLE


def is_timer(task: Task) -> bool:
    """Return whether a task only ever wakes up by itself, so that it has no message from anybody.

    So it is when it was begun before the first message, it sleeps, and its code takes nothing out
    of anything.
    """
    context = _context_of(task)
    if task.done() or context is None or context.get(handling):
        return False
    *callers, innermost = (getattr(each, "cr_code", None) for each in _chain(task))
    return innermost is asyncio.sleep.__code__ and not any(
        code is None or _TAKING.intersection(code.co_names) for code in callers
    )


def _serves_a_queue(task: Task) -> bool:
    return getattr(_chain(task)[-1], "cr_code", None) is asyncio.Queue.get.__code__


def _chain(task: Task) -> list[Any]:
    """Return a task's coroutine, the one it awaits, and so on to the innermost."""
    chain: list[Any] = [task.get_coro()]
    while hasattr(awaited := getattr(chain[-1], "cr_await", None), "cr_code"):
        chain.append(awaited)
    return chain


def _codes_of(*functions: Any) -> frozenset[CodeType]:
    return frozenset(each.__code__ for each in functions if hasattr(each, "__code__"))


# What a task stands in while it waits for a queue or for tasks. The private ones are where Python
# 3.11 to 3.14 really wait; where one is missing a swap takes the grace period, and is right.
_IDLE: Final = _codes_of(
    asyncio.Queue.get,
    asyncio.TaskGroup.__aexit__,
    getattr(asyncio.TaskGroup, "_aexit", None),
    getattr(asyncio.tasks, "_wait", None),
)

# By these names code takes what somebody else has put somewhere: out of a queue, a list, a stream.
_TAKING: Final = frozenset(
    {"get", "get_nowait", "pop", "popitem", "popleft", "receive", "recv", "wait", "__anext__"}
)
