"""Whether nobody has asked a task yet what it raised: asyncio keeps that for itself."""

from __future__ import annotations

import asyncio
from typing import Any


def is_unheard(task: asyncio.Task[Any]) -> bool:
    """Return whether a task has failed, and nobody has asked for its exception yet.

    Asking for it is being told of it. False where asyncio does not show that.
    """
    return bool(getattr(task, "_log_traceback", False))
