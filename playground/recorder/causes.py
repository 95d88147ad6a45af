"""What is being done here, and due to what: the thread that leads from a message to its effects.

A handler works on a message from when it receives it until it asks for the next. What is done in
that time, by the handler or in tasks, threads and callbacks begun then, is due to that message,
however late it happens. What was begun before any message, or while the handler waits for one, is
due to nothing: it is a timer's doing.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playground.recorder.tap import Tap

Doing = tuple[int | None, "Tap | None", int]

doing: Final[ContextVar[Doing]] = ContextVar("playground_doing", default=(None, None, 0))
"""The entry that set off what is done here, whose handler does it, and the revision (0: ask).

Tasks and threads inherit it; a tap sets it when its handler receives a message.
"""


def current_tap() -> Tap | None:
    """Return what records the exchange whose handler is running here; None outside of handlers."""
    return doing.get()[1]


def current_cause() -> tuple[int | None, int]:
    """Return the entry that what is done here is due to, and the revision (0: whatever is live)."""
    seq, tap, revision = doing.get()
    if tap is not None and seq != tap.working_on:
        seq = tap.due(seq)
    return seq, revision
