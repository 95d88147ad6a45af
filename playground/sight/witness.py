"""Stands between one exchange and its app, and has the app's state looked at.

That is where a handler asks for its next message or sends one, where it gets one, and where it
ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from playground.recorder.places import Places, Spot
from playground.sight import doings
from playground.sight.state import State


class Witness:
    """Sees what passes between one exchange and its app.

    Args:
        state: The state.
        places: Know the user's lines.
        receive, send: The exchange's.
    """

    def __init__(
        self,
        state: State,
        places: Places,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        self._state = state
        self._receive = receive
        self._send = send
        self._asks = partial(doings.this, Spot(places))
        self._sends = partial(doings.this, Spot(places))
        state.takes()

    async def receive(self) -> Any:
        """Be the app's `receive`."""
        self._state.rests(self._asks)
        event = await self._receive()
        self._state.takes()
        return event

    # No coroutine: it would be one more frame between the user's line and whoever looks for that.
    def send(self, event: Any) -> Awaitable[None]:
        """Be the app's `send`."""
        self._state.look(self._sends)
        return self._send(event)

    def ended(self) -> None:
        """Note that the app has done with the exchange."""
        self._state.rests(doings.that_has_ended)
