"""Stops: handlers that stand still at a breakpoint, until somebody lets them go on."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import MutableMapping
from typing import Any, Final, Literal, NamedTuple

Event = MutableMapping[str, Any]

How = Literal["resumed", "stepped", "dropped", "replaced", "ended"]

# What each reads like behind "this pause was ".
_SAID: Final[dict[How, str]] = {
    "resumed": "was resumed",
    "stepped": "was stepped on",
    "dropped": "was ended by drop()",
    "replaced": "was ended by replace()",
    "ended": "ended by itself",
}


class Verdict(NamedTuple):
    """How a stop ends.

    Attributes:
        how: What is done.
        why: Why it ended by itself, as a clause; else "".
        event: What is sent in the place of what was to be sent.
    """

    how: How
    why: str = ""
    event: Event | None = None


class Ended(RuntimeError):
    """A pause was told to end that has ended already; the message says how."""


# Who reads it is told what Python's own documentation explains.
Ended.__name__ = Ended.__qualname__ = RuntimeError.__name__


class Stop:
    """A handler that stands still. It may be let go on from any thread, once.

    Args:
        exchange: The number of its connection's exchange.
        client: Whose connection it is.
        seq: The number of the message that it works on; None if it works on none.
        event: What it is about to send; None if it is about to receive.
        to: Whom that is for.
        task: The name of the task that stands still.

    Attributes:
        number: The number of its row in the log, once it has one.
        where: The line of the user's at which it stands, if that is known.
        lines: All lines of the user's that run there.
        revision: Of the code that runs there; 0 if that is not known.
        ended: How it has ended; None while it stands still.
    """

    def __init__(
        self,
        exchange: int,
        client: str,
        seq: int | None,
        event: Event | None,
        to: str,
        task: str,
    ) -> None:
        self.exchange = exchange
        self.client = client
        self.seq = seq
        self.event = event
        self.to = to
        self.task = task
        self.number: int | None = None
        self.where: str | None = None
        self.lines: frozenset[str] = frozenset()
        self.revision = 0
        self.ended: Verdict | None = None
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()

    @property
    def before(self) -> Literal["receive", "send"]:
        """What it is about to do."""
        return "receive" if self.event is None else "send"

    @property
    def is_message(self) -> bool:
        """Whether it is about to send a message, and not to close."""
        return self.event is not None and self.event["type"] == "websocket.send"

    def end(self, verdict: Verdict) -> None:
        """Let it go on, from any thread.

        Raises:
            RuntimeError: If it has ended.
        """
        with self._lock:
            if self.ended is not None:
                raise Ended(self._too_late(self.ended))
            self.ended = verdict
        # A loop that is closed has nobody who stands there any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._settle)

    def end_by_itself(self, why: str) -> bool:
        """Let it go on because it makes no sense any more; return whether it stood still."""
        try:
            self.end(Verdict("ended", why))
        except Ended:
            return False
        return True

    def _too_late(self, verdict: Verdict) -> str:
        how = f"it {_SAID[verdict.how]}" + (f": {verdict.why}" if verdict.why else "")
        return (
            f"expected a pause that lasts, got that of {self.client!r}, which is over; {how}, so "
            "await lab.paused() for the next"
        )

    def _settle(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    async def over(self) -> Verdict:
        """Stand still until it is to go on; return how."""
        await self._over
        assert self.ended is not None
        return self.ended
