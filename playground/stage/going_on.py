"""A handler that goes on with a client that has left: it gives way, and hundreds of tries end it.

Servers answer at once what nobody is there for. So a loop that catches every exception and tries
again would hold the event loop for ever, whatever framework it is written for.
"""

from __future__ import annotations

import asyncio
from typing import Final

# Nobody who means to leave tries so often, and a turn of the loop is short: it takes milliseconds.
MOST: Final = 300
# How long each further try of somebody takes who has caught even that, in seconds.
PAUSE: Final = 0.05
# After so many messages in a row others get a turn: the server's buffers take thousands of them
# before it has a handler wait.
BURST: Final = 64

LEAVE: Final = (
    "leave the loop: catch what says that the client has left, such as WebSocketDisconnect, before "
    "any other except, and break"
)

END: Final = "end the stream: write `except Exception:` in the place of `except:`"


class EndlessLoop(BaseException):
    """A handler went on with a connection that had ended; its loop has no way out.

    No `Exception`, so that the `except Exception` in such a loop does not catch it.
    """


class GoingOn:
    """How often a handler has tried what its connection is over for, and has sent in a row.

    Args:
        what: What the connection is called in a sentence.
        remedy: What to do.
    """

    __slots__ = ("_count", "_remedy", "_sent", "_what")

    def __init__(self, what: str = "a WebSocket", remedy: str = LEAVE) -> None:
        self._count = self._sent = 0
        self._what = what
        self._remedy = remedy

    async def again(self) -> None:
        """Let others run, where a handler tries what its connection is over for.

        Raises:
            EndlessLoop: It is the last straw, however much lay between the tries.
        """
        self._count += 1
        await asyncio.sleep(PAUSE if self._count > MOST else 0)
        if self._count >= MOST:
            raise EndlessLoop(
                f"{MOST} calls on {self._what} were in vain: the connection has ended; "
                f"{self._remedy}"
            )

    async def sends(self) -> None:
        """Let others run, where a handler sends to a client that has left.

        Raises:
            EndlessLoop: It is the last straw of hundreds in a row.
        """
        await self.again()
        # Runs at the loop's next turn: who is in a row has tried again by then.
        asyncio.get_running_loop().call_soon(self._forget, self._count)

    def bursts(self) -> bool:
        """Count a message; return whether so many came in a row that others are to run now."""
        self._sent += 1
        if self._sent < BURST:
            return False
        self._sent = 0
        return True

    def has_received(self) -> None:
        """Begin to count anew what is sent in a row."""
        self._sent = 0

    def _forget(self, count: int) -> None:
        if self._count == count:
            self._count = 0
