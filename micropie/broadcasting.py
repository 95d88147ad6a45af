"""One message to many WebSockets at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from functools import partial
from typing import Any

from micropie import jsontext
from micropie.exceptions import ConnectionClosed
from micropie.failures import is_failure
from micropie.websockets import WebSocket


async def broadcast(sockets: Iterable[WebSocket], message: Any) -> list[WebSocket]:
    """Send a message to many WebSockets at once, and return those that had left.

    They are those there are now: whoever comes or goes meanwhile changes nothing about it. None of
    them waits for another. It returns when each has been sent the message or has left; a client
    that reads too slowly makes it wait, which ``async with asyncio.timeout(1):`` around it bounds.

    Args:
        sockets: Any iterable of them.
        message: `str`, bytes, or anything that JSON can hold.

    Returns:
        Those whose connection is closed, in their order, to take them out of a room:
        ``room.difference_update(await broadcast(room, "hi"))``.

    Raises:
        TypeError: The value has no JSON form; nothing was sent.
        RuntimeError: One of them is not accepted yet; the others were sent the message.
    """
    each = _checked(sockets)
    if not each:
        # Whoever does nothing but tell an empty room must not keep the loop from the others.
        await asyncio.sleep(0)
    if isinstance(message, bytearray | memoryview):
        message = bytes(message)
    elif not isinstance(message, str | bytes):
        message = jsontext.dumps(message).decode()
    faults = await _Together([socket.send(message) for socket in each]).run()
    for fault in faults:
        if fault is not None and not isinstance(fault, ConnectionClosed):
            raise fault
    return [socket for socket, fault in zip(each, faults, strict=True) if fault is not None]


def _checked(sockets: Iterable[WebSocket]) -> list[WebSocket]:
    try:
        each = list(sockets)
    except TypeError:
        raise TypeError(
            f"expected several WebSockets, got {sockets!r}; write [ws] for a single one"
        ) from None
    for socket in each:
        if not isinstance(socket, WebSocket):
            raise TypeError(f"expected WebSockets, got {socket!r} among them")
    return each


class _Together:
    """Run coroutines in the very task that asks for it, each as far as it goes without waiting.

    Not in tasks of their own: few of them ever wait, what they send is due to the same message as
    what their handler sends itself, and comes from its line. Whoever is cancelled meanwhile ends
    all of them.
    """

    def __init__(self, coroutines: list[Coroutine[Any, Any, None]]) -> None:
        self._coroutines = coroutines
        self._faults: list[BaseException | None] = [None] * len(coroutines)
        self._left = len(coroutines)
        self._ready = deque(range(len(coroutines)))
        self._loop = asyncio.get_running_loop()
        self._news = self._loop.create_future()

    async def run(self) -> list[BaseException | None]:
        """Return, when all have ended, what each raised."""
        try:
            while self._left:
                while self._ready:
                    self._step(self._ready.popleft())
                if self._left:
                    await self._news
                    self._news = self._loop.create_future()
        finally:
            for coroutine in self._coroutines:
                coroutine.close()
        return self._faults

    def _step(self, number: int) -> None:
        try:
            awaited = self._coroutines[number].send(None)
        except BaseException as ended:
            self._left -= 1
            if isinstance(ended, StopIteration):
                return
            if not is_failure(ended):
                raise
            self._faults[number] = ended
            return
        if awaited is None:
            self._loop.call_soon(self._resume, number)
        else:
            awaited.add_done_callback(partial(self._resume, number))

    def _resume(self, number: int, _: object = None) -> None:
        self._ready.append(number)
        if not self._news.done():
            self._news.set_result(None)
