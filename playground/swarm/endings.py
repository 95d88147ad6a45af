"""How a crowd's process ended that did not say so itself, as a clause."""

from __future__ import annotations

import signal
from typing import Final

UNKNOWN: Final = "its process broke down"
STUCK: Final = (
    "its script did not await at {}, so no client had a turn any more; await what takes long"
)
# Python's own code for an exception that nobody caught; what it has printed says more.
_RAISED: Final = 1
_SIGNALS: Final = 64


def of(code: int | None) -> str:
    """Return why a process ended with a code, None if that is not known."""
    if code is None or code == _RAISED:
        return UNKNOWN
    name = _signal(256 - code)
    if name == "SIGKILL":
        return f"its process was killed ({name}), as a system does with what takes too much memory"
    if name:
        return f"its process crashed ({name}), in code that is not Python's"
    return f"its script ended the whole process, with code {code}; `return` ends one client"


def _signal(number: int) -> str:
    """Return the name of a signal that a process has died of: its code is 256 less that number."""
    try:
        return signal.Signals(number).name if 0 < number < _SIGNALS else ""
    except ValueError:
        return ""
