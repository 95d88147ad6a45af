"""Where every handler of the lab's app stands, asked from a cell, whatever the app's loop does."""

from __future__ import annotations

import asyncio
import threading
from typing import Final, NamedTuple

from micropie import App
from playground.notebook import kernel
from playground.recorder import Recorder
from playground.sight import Standings
from playground.sight.looking import Look, Span, running
from playground.sight.sockets import socket_name
from playground.sight.values import attributes_of
from playground.traffic.log import Log
from playground.transports import Runner, Transport

# Seconds after which a loop is looked at from outside: it is busy, or blocked.
_PATIENCE: Final = 0.25


class Seen(NamedTuple):
    """What one look has found.

    Attributes:
        standings: Where every handler stands.
        spans: The functions of the user's that they stand in, by revision.
    """

    standings: Standings
    spans: dict[int, set[Span]]


NOBODY: Final = Seen(Standings(), {})


class Sight:
    """Looks at the handlers of a lab's app.

    Args:
        log: The lab's.
        recorder: Knows the loop on which the app lives.
        transport: Knows its thread.
    """

    def __init__(self, log: Log, recorder: Recorder, transport: Transport) -> None:
        self._log = log
        self._recorder = recorder
        self._transport = transport
        self._own: frozenset[str] | None = None

    def handlers(self) -> Standings:
        """Return where every handler stands."""
        return self.look().standings

    def look(self, *, variables: bool = True) -> Seen:
        """Return where every handler stands, and in which lines of source.

        Args:
            variables: Whether to write out the variables of each too.
        """
        runner = self._transport.runner()
        if runner is None:
            loop = self._recorder.loop
            if loop is None or loop.is_closed() or not self._transport.running:
                return NOBODY
            return self._here(loop, variables)
        if threading.current_thread() is runner.thread:
            return self._here(runner.loop, variables)
        return self._from_outside(runner, variables)

    def _here(self, loop: asyncio.AbstractEventLoop, variables: bool) -> Seen:
        now = running(loop, threading.current_thread())
        look = Look(self._log, kernel.place_of, self._named, now, readable=variables)
        return Seen(look.standings(loop), look.spans)

    def _from_outside(self, runner: Runner, variables: bool) -> Seen:
        seen: list[Seen] = []
        done, late = threading.Event(), threading.Event()

        def look() -> None:
            try:
                if not late.is_set():
                    seen.append(self._here(runner.loop, variables))
            finally:
                done.set()

        try:
            runner.loop.call_soon_threadsafe(look)
        except RuntimeError:  # it is closed
            return NOBODY
        if not done.wait(_PATIENCE):
            late.set()
        if seen:
            return seen[0]
        now = running(runner.loop, runner.thread)
        outside = Look(self._log, kernel.place_of, self._named, now, readable=False)
        return Seen(outside.standings(runner.loop), outside.spans)

    def _named(self, value: object) -> str | dict[str, object] | None:
        kind = type(value)
        if issubclass(kind, App):
            return self._attributes(value)
        if issubclass(kind, asyncio.Future):
            return f"<{kind.__name__}>"
        return socket_name(value)

    def _attributes(self, app: object) -> dict[str, object]:
        """Return the attributes of an app that are its class's own, and not every `App`'s."""
        if self._own is None:
            self._own = frozenset(vars(App()))
        return {name: each for name, each in attributes_of(app).items() if name not in self._own}
