"""How a connection ended, asked of a server that says no more than that sending failed.

Law: nothing here waits. A server that knows of the end has it ready, or has it within a few turns
of the event loop; one that does not know is not waited for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator
from functools import lru_cache
from types import coroutine
from typing import Any, Final

from micropie.failures import is_failure
from micropie.types import Event, Receive, Scope

# Turns of the loop within which each server we know has the end ready: uvicorn's older protocol
# takes four.
TURNS: Final = 20
# So many messages of a client are kept for a handler that sends, and has to look for the end.
KEPT: Final = 16
# From this version of ASGI on, sending to a client that is gone is an `OSError`. Servers of an
# older one keep silent, so that who only sends has to look.
_RAISES: Final = (2, 4)


def tells_by_sending(scope: Scope) -> bool:
    """Say whether a server raises when something is sent to a client that is gone."""
    return _raises((scope.get("asgi") or {}).get("spec_version") or "2.0")


@lru_cache(maxsize=16)
def _raises(version: str) -> bool:
    numbers = version.split(".")
    return all(map(str.isdigit, numbers)) and tuple(map(int, numbers)) >= _RAISES


class Kept:
    """A `receive` that first gives the messages which were taken from the server already."""

    __slots__ = ("events", "receive")

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.events: deque[Event] = deque()

    async def __call__(self) -> Event:
        return self.events.popleft() if self.events else await self.receive()


async def look(receive: Receive) -> tuple[Receive, Event | None]:
    """Take what a server has ready, to see whether the client has left.

    Returns:
        A `receive` that has lost no message, and the disconnect if there is one.
    """
    kept = receive if isinstance(receive, Kept) else Kept(receive)
    end = None
    while end is None and len(kept.events) < KEPT:
        event = await _next_within(kept.receive, 0)
        if event is None:
            break
        if event["type"] == "websocket.disconnect":
            end = event
        else:
            kept.events.append(event)
    return (kept if kept.events else receive), end


async def disconnect_of(receive: Receive) -> Event | None:
    """Return the `websocket.disconnect` of a connection that is gone, past what came before it."""
    while True:
        event = await _next_within(receive, TURNS)
        if event is None or event["type"] == "websocket.disconnect":
            return event


async def _next_within(receive: Receive, turns: int) -> Event | None:
    """Return the next event if the server has it within so many turns of the loop, else None.

    None is lost where there is none: to the server that is a `receive` which was cancelled.
    """
    try:
        event: Event | None = await _stepped(receive().__await__(), turns)
    except BaseException as error:
        # A server may refuse to be asked again.
        if isinstance(error, asyncio.CancelledError) or not is_failure(error):
            raise
        return None
    return event


@coroutine
def _stepped(waiting: Generator[Any, Any, Any], turns: int) -> Generator[None, None, Any]:
    """Step what waits for an event by hand, so that it stops waiting after so many turns.

    In the caller's own task: what a `receive` notes about its handler is noted for that one.
    """
    try:
        while True:
            awaited = waiting.send(None)
            while turns > 0:
                yield
                turns -= 1
                if awaited is None or awaited.done():
                    break
            else:
                return None
    except StopIteration as done:
        return done.value
    finally:
        waiting.close()
