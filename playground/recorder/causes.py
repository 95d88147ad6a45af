"""Which message is being handled by the code that runs: a context variable, and how to read it.

A handler works on a message from when it receives it until it asks for the next. What is done in
that time, by the handler or in tasks, threads and callbacks begun then, is due to that message,
however late it happens: Python hands context variables down to them. What was begun before any
message, or while the handler waits for one, is due to nothing: it is a timer's doing.

The variable stands apart from the taps that set it, of which it knows no more than `Working`: so
that whatever writes entries may ask for their cause.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, Protocol


class Working(Protocol):
    """A tap (what records one exchange), as far as a cause needs it.

    Attributes:
        working_on: The entry that its handler works on; None while it waits for the next message.
    """

    working_on: int | None

    def due(self, seq: int | None) -> int | None:
        """Return the cause of what is done now, where `doing` names the entry `seq`."""
        ...


Doing = tuple[int | None, Working | None, int]

doing: Final[ContextVar[Doing]] = ContextVar("playground_doing", default=(None, None, 0))
"""The number of the entry that is being handled, its exchange's tap, and the revision (0: ask).

Tasks and threads inherit it; a tap sets it when its handler receives a message.
"""


def current_cause() -> tuple[int | None, int]:
    """Return the entry that has caused what is done now, and the revision (0: that on stage)."""
    seq, tap, revision = doing.get()
    if tap is not None and seq != tap.working_on:
        seq = tap.due(seq)
    return seq, revision
