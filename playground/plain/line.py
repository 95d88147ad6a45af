"""The line to one page: what it is told waits here, and a page that does not read is let go.

Law of the file: whoever tells a page something never waits for it, on whichever thread that is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Any, Final

# What a page may be behind by, in bytes: some seconds of a flood. It comes again, and asks anew.
MOST_WAITING: Final = 8 * 1024 * 1024


class Line:
    """One page's end of the panel. Made on the loop that the page is spoken to from.

    Attributes:
        views: The views in it that have said hello: the number of a model, and the view's name.
    """

    def __init__(self) -> None:
        self.views: set[tuple[int, str]] = set()
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[str | bytes] = deque()
        self._size = 0
        self._there = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether the page was let go, for it does not read."""
        return self._over.is_set()

    def put(self, payload: str | bytes) -> None:
        """Tell the page something, from any thread."""
        with contextlib.suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self._put, payload)

    def _put(self, payload: str | bytes) -> None:
        if self.over:
            return
        self._waiting.append(payload)
        self._size += len(payload)
        if self._size > MOST_WAITING:
            self._over.set()
            self._waiting.clear()
        self._there.set()

    async def run(self, send: Any) -> None:
        """Send what there is, for as long as it is wanted."""
        while True:
            await self._there.wait()
            self._there.clear()
            while self._waiting:
                payload = self._waiting.popleft()
                self._size -= len(payload)
                kind = "text" if isinstance(payload, str) else "bytes"
                await send({"type": "websocket.send", kind: payload})

    async def let_go(self) -> None:
        """Return once the page is let go."""
        await self._over.wait()
