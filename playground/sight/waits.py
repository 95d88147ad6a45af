"""What a task waits for, told by the code that it stands in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import CodeType, FrameType
from typing import Final

from playground.gates.stops import Stop
from playground.recorder.http import HttpTap
from playground.recorder.websocket import WebSocketTap
from playground.sight.standing import WaitsFor
from playground.stage.asyncio_internals import (
    WAITS_FOR_TASKS,
    Task,
    codes_of,
    is_gathering,
    waits_for,
)
from playground.stage.handler_run import HandlerRun

_PAUSED: Final = codes_of(Stop.over)
_KNOWN: Final[dict[CodeType, WaitsFor]] = {
    **dict.fromkeys(codes_of(HandlerRun.receive, WebSocketTap.receive, HttpTap.receive), "receive"),
    **dict.fromkeys(codes_of(HandlerRun.send, WebSocketTap.send, HttpTap.send), "send"),
    **dict.fromkeys(codes_of(asyncio.sleep), "sleep"),
    **dict.fromkeys(
        codes_of(asyncio.Lock.acquire, asyncio.Semaphore.acquire, asyncio.Condition.wait), "lock"
    ),
    **dict.fromkeys(codes_of(asyncio.Queue.get, asyncio.Queue.put, asyncio.Queue.join), "queue"),
    **dict.fromkeys(WAITS_FOR_TASKS, "task"),
}


def what_of(task: Task, frames: Sequence[FrameType]) -> WaitsFor:
    """Return what a task waits for.

    Args:
        task: The task.
        frames: Those it stands in, the outermost first.
    """
    if any(frame.f_code in _PAUSED for frame in frames):
        return "paused"
    # The first that is known, from the outside: `receive` may itself wait for a queue or a lock.
    for frame in frames:
        known = _KNOWN.get(frame.f_code)
        if known is not None:
            return known
    waiter = waits_for(task)
    if waiter is None or waiter.done():
        return "running"
    if isinstance(waiter, asyncio.Task) or is_gathering(waiter):
        return "task"
    return "something else"
