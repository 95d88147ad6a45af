"""What an idle WebSocket holds: the growth of a process with its connections."""

from __future__ import annotations

import gc
import resource
from pathlib import Path
from statistics import linear_regression
from typing import Any

from benchmarks.frameworks import uvicorn_stack
from benchmarks.frameworks.workloads import ECHO

# Connections at which the process is measured. The first fill what the allocator had to spare.
STEPS = range(500, 2001, 100)

_STATM = Path("/proc/self/statm")


async def slope(app: Any) -> float | None:
    """Return bytes of resident memory per connection, each of which has echoed once.

    None where the system does not show them.
    """
    if not shown():
        return None
    held: list[uvicorn_stack.Conversation] = []
    config, state = uvicorn_stack.server(app)
    sizes = []
    for step in STEPS:
        while len(held) < step:
            conversation = uvicorn_stack.Conversation(config, state, ECHO)
            await conversation.open()
            await conversation.send(1)
            held.append(conversation)
        gc.collect()
        sizes.append(_resident())
    return linear_regression(STEPS, sizes).slope


def shown() -> bool:
    """Return whether the system shows a process its own size, as Linux does."""
    return _STATM.exists()


def _resident() -> int:
    return int(_STATM.read_text().split()[1]) * resource.getpagesize()
