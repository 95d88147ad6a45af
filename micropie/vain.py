"""Calls in vain: each lets others run, and hundreds of them end whoever goes on calling.

A loop that catches the exception and tries again would otherwise hold the event loop for ever: a
call that has nothing to wait for never gives way.
"""

from __future__ import annotations

import asyncio
from typing import Final

from micropie.requests import current_request
from micropie.types import Scope

# Nobody who means to leave tries so often, and a turn of the loop is short: it takes milliseconds.
MOST: Final = 300
# How long each further call takes of somebody who has caught even that: enough not to burn a core.
PAUSE: Final = 0.05

_ENDED: Final = (
    "the connection has ended, so leave the loop: `except ConnectionClosed: break` before any "
    "other except; `async for message in ws` ends by itself, so leave the loop around it"
)
_FAILS: Final = "the same call fails each time, so let its exception end the loop"


class EndlessLoop(BaseException):
    """A handler went on asking a WebSocket for what it cannot do; its loop has no way out.

    No `Exception`, so that the `except Exception` in such a loop does not catch it.
    """


class Vain:
    """How often a WebSocket was asked for what it cannot do.

    Args:
        scope: That of its handshake.
    """

    __slots__ = ("_count", "_scope")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._count = 0

    async def again(self, *, ended: bool = False, ever: bool = False) -> None:
        """Let others run; after hundreds of calls in a row, end the caller.

        Args:
            ended: Whether the connection has ended, which says how the loop is to be left.
            ever: Whether calls count that others lie between. Without it only those of the socket's
                own handler count, for who sends to everybody may meet one that has left as often as
                there is something to send.

        Raises:
            EndlessLoop: It is the last straw.
        """
        if not ever and not self._is_own():
            await asyncio.sleep(0)
            return
        self._count += 1
        await asyncio.sleep(PAUSE if self._count > MOST else 0)
        if self._count >= MOST:
            why = _ENDED if ended else _FAILS
            raise EndlessLoop(f"{MOST} calls on a WebSocket were in vain; {why}")
        if not ever:
            # Runs at the loop's next turn: who is in a row has called again by then.
            asyncio.get_running_loop().call_soon(self._forget, self._count)

    def _is_own(self) -> bool:
        request = current_request.get(None)
        return request is None or request.scope is self._scope

    def _forget(self, count: int) -> None:
        if self._count == count:
            self._count = 0
