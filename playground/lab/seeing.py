"""Which of the app's attributes are looked at with each message: wanted by the user, seen here."""

from __future__ import annotations

import asyncio
import contextvars
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from micropie import App, WebSocket
from playground.live.advice import name_of
from playground.live.staging import Staging
from playground.recorder import Recorder
from playground.sight.attributes import attributes
from playground.sight.moments import Moment
from playground.sight.pictures import plain
from playground.sight.sockets import client_behind
from playground.sight.state import State
from playground.sight.witness import Witness
from playground.stage import Stage
from playground.traffic.log import Log
from playground.transports import Transport

# Seconds between two looks while no message comes: timers change things too.
EVERY: Final = 0.5

# How long whoever asks waits until the app's loop has begun: it may be busy, or blocked.
_PATIENCE: Final = 0.5

_NAME: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
MOST_NAMES: Final = 20

# A swap has been written down a moment ago; others may have sent something since.
_NEAR: Final = 20


class Seeing:
    """Has the state of a lab's app looked at, as long as somebody wants that.

    Args:
        log: The lab's.
        recorder: Writes what has changed.
        stage: Where the witnesses stand.
        staging: Knows the app on stage.
        transport: Knows its event loop.
        tell: Writes a sentence into the log.
    """

    def __init__(
        self,
        log: Log,
        recorder: Recorder,
        stage: Stage,
        staging: Staging,
        transport: Transport,
        tell: Callable[[str], object],
    ) -> None:
        self._log = log
        self._places = recorder.places
        self._stage = stage
        self._staging = staging
        self._transport = transport
        self._tell = tell
        self._state = State(recorder, lambda: staging.app, client_behind, WebSocket.__hash__)
        self._timer: asyncio.TimerHandle | None = None
        self._every: frozenset[str] | None = None
        # Whether there was an app when it was looked first: what that had is no change.
        self._begun = False

    @property
    def names(self) -> tuple[str, ...]:
        """What is seen."""
        return self._state.names

    def see(self, *names: str) -> tuple[str, ...]:
        """See more attributes, or without a name none any more; see `Lab.see`."""
        check_names(names)
        self.see_only(dict.fromkeys([*self.names, *names]) if names else ())
        return self.names

    def see_only(self, names: Iterable[str]) -> None:
        """See these attributes, and no others."""
        check_names(names)
        wanted = tuple(names)[:MOST_NAMES]
        if wanted == self.names:
            return
        if self._begin not in self._staging.listeners:
            self._staging.listeners.append(self._begin)
        runner = self._transport.runner() if self._transport.running else None
        if runner is None or threading.current_thread() is runner.thread:
            self._change(wanted)
            return
        done = threading.Event()

        def change() -> None:
            try:
                self._change(wanted)
            finally:
                done.set()

        try:
            runner.loop.call_soon_threadsafe(change)
        except RuntimeError:  # it is closed
            self._change(wanted)
        else:
            done.wait(_PATIENCE)

    def _change(self, names: tuple[str, ...]) -> None:
        before, state = self.names, self._state
        state.see(names)
        self._stage.attend((lambda *ends: Witness(state, self._places, *ends)) if names else None)
        self._watch_the_clock()
        self._begun = self._staging.app is not None
        if self._begun:
            self._say(before)

    def _say(self, before: tuple[str, ...]) -> None:
        """Write from where on what is seen, and what is not there."""
        new = [name for name in self.names if name not in before]
        if not self.names:
            self._tell(f"{', '.join(before)}: not seen any more")
        elif new:
            self._tell(f"from here on each change of {', '.join(new)} is a row")
        for name in self._state.missing():
            if name in new:
                self._tell(self._why_not(name))

    def _why_not(self, name: str) -> str:
        app = self._staging.app
        others = ", ".join(self.visible()) or "none"
        return (
            f"{name_of(app)} has no attribute {name} that could be seen without running code; "
            f"it is shown once it is set; there are: {others}"
        )

    def visible(self) -> list[str]:
        """Return the attributes that the app on stage has set, but for every app's."""
        app = self._staging.app
        if app is None:
            return []
        if self._every is None:
            self._every = frozenset(vars(App()))
        return list(attributes(app, self._every if isinstance(app, App) else frozenset()))

    @property
    def oldest(self) -> int:
        """The number of the entry from which on the state is known; 0 if nothing is seen."""
        return self._state.moments.oldest if self.names else 0

    def at(self, seq: int) -> Moment | None:
        """Return the state as of an entry; None if it is not known."""
        return self._state.moments.at(seq) if self.names else None

    def state(self, seq: int | None) -> dict[str, Any]:
        """Return what was seen, as of an entry; see `Lab.state`."""
        if not self.names:
            raise RuntimeError(
                'expected something that is seen, got nothing; write lab.see("rooms") first'
            )
        asked = self._log.last if seq is None else seq
        if not isinstance(asked, int) or isinstance(asked, bool) or asked < 1:
            raise TypeError(f"expected the number of an entry, got {seq!r}; write lab.state(12)")
        moment = self._state.moments.at(asked)
        if moment is None or asked > self._log.last:
            raise LookupError(f"expected an entry with a known state, got {asked}; {self._since()}")
        return {name: plain(each) for name, each in moment.picture.items()}

    def _since(self) -> str:
        return f"it is known from #{self.oldest} to #{self._log.last}"

    def _begin(self, _swapped: bool) -> None:
        """Look at the code that was just put on stage; called on its event loop."""
        if not self.names:
            return
        if self._begun:
            self._state.look(lambda: (0, self._latest_swap(), 0, None))
            self._watch_the_clock()
        else:
            names = self.names
            self._state.see(())
            self._change(names)

    def _latest_swap(self) -> int | None:
        """Return the entry that says which code was put on stage just now."""
        newest = reversed(self._log.since(max(0, self._log.last - _NEAR)))
        return next((each.seq for each in newest if each.kind in ("swap", "lab")), None)

    def _watch_the_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.names and self._transport.running:
            self._arm()

    def _arm(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # it begins with the app
        # In a context of its own: that of whoever asked is nobody's business for so long.
        self._timer = loop.call_later(EVERY, self._tick, context=contextvars.Context())

    def _tick(self) -> None:
        self._timer = None
        if self.names and self._transport.running:
            self._state.ticks()
            self._arm()


def check_names(names: Iterable[str]) -> None:
    """Check the names of attributes.

    Raises:
        TypeError, ValueError: If something is none.
    """
    if isinstance(names, str):
        raise TypeError(f"expected a list of names, got {names!r}; write see=[{names!r}]")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                f'expected the name of an attribute, got {name!r}; write it as text: "rooms"'
            )
        if not _NAME.fullmatch(name):
            raise ValueError(
                f'expected the name of an attribute, got {name!r}; write it as in "rooms"'
            )
