"""Say what an asyncio task waits for, and in which context it runs: asyncio documents neither.

Law of the room: every undocumented name of asyncio that the stage reads is read here, each in one
function that says what comes back where the name is gone. Nothing is ever changed through them.
`docs/explanation/private-apis.md` lists them.
"""

from __future__ import annotations

import asyncio
import gc
import platform
from contextvars import Context
from types import CodeType
from typing import Any, Final

Task = asyncio.Task[Any]


def waits_for(task: Task) -> asyncio.Future[Any] | None:
    """Return the future that a task waits for; None if it does not wait, or none is shown."""
    waiter: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    return waiter


def is_gathering(future: asyncio.Future[Any]) -> bool:
    """Return whether a future is what `asyncio.gather` waits with; False if that is not shown."""
    return hasattr(future, "_children")


def context_of(task: Task | asyncio.Handle) -> Context | None:
    """Return the context in which a task, or a callback, runs; None if it is not shown.

    `Task.get_context` has it since Python 3.12, and `Handle.get_context`. On 3.11 a callback, and a
    task written in Python, has an attribute; a task written in C tells the garbage collector alone.
    """
    get_context = getattr(task, "get_context", None)
    if get_context is not None:
        context = get_context()
    else:
        context = getattr(task, "_context", None) or next(
            (each for each in gc.get_referents(task) if isinstance(each, Context)), None
        )
    return context if isinstance(context, Context) else None


def awaited_task(coroutine: Any) -> Task | None:
    """Return the task in which Python 3.11's `asyncio.wait_for` awaits what it was given.

    It is a local variable there. From 3.12 on `wait_for` awaits in the caller's own task.
    """
    frame = getattr(coroutine, "cr_frame", None)
    awaited = frame.f_locals.get("fut") if frame is not None else None
    return awaited if isinstance(awaited, asyncio.Task) else None


def chain_of(task: Task) -> list[Any]:
    """Return a task's coroutine, the coroutine that this one awaits, and so on to the innermost."""
    chain: list[Any] = [task.get_coro()]
    while hasattr(awaited := getattr(chain[-1], "cr_await", None), "cr_code"):
        chain.append(awaited)
    return chain


def code_of(coroutine: Any) -> CodeType | None:
    """Return the code that a coroutine runs; None for what is no coroutine of Python's own."""
    code: CodeType | None = getattr(coroutine, "cr_code", None)
    return code


def codes_of(*functions: Any) -> frozenset[CodeType]:
    """Return the code of those functions that are written in Python."""
    return frozenset(each.__code__ for each in functions if hasattr(each, "__code__"))


WAITS_FOR_TASKS: Final = codes_of(
    asyncio.TaskGroup.__aexit__,
    getattr(asyncio.TaskGroup, "_aexit", None),
    getattr(asyncio.tasks, "_wait", None),
)
"""The code in which a task stands while it waits for a task group, or in `asyncio.wait`.

The private ones are where Python 3.11 to 3.14 really wait.
"""


def unseen(task: Task) -> str:
    """Return as a sentence what a swap does where tasks do not show what they wait for; else "".

    Args:
        task: Any task of the running loop's own kind.
    """
    if hasattr(task, "_fut_waiter") and context_of(task) is not None:
        return ""
    return (
        f"Python {platform.python_version()} does not show what asyncio's tasks wait for. A "
        "handler that has taken a message keeps its connection for the whole grace period, before "
        "new code gets it; no message is lost."
    )
