"""Breakpoints and pauses of a lab, as its user holds them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from playground.clients.asking import check_client, check_timeout
from playground.clients.sendable import encode
from playground.gates.breakpoints import Point
from playground.gates.stops import How, Stop, Verdict
from playground.lab.gating import Gating
from playground.lab.standing import Sight
from playground.sight import Frame, Standing
from playground.traffic.filter import Filter
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.transports import Transport
from playground.transports.waiting import HOW, Late, interruptible

# How often it is looked whether a handler has paused: so often that a cell seems to go on at once.
_EVERY: Final = 0.01

# A cell or a file, and the number of a line.
_LINE: Final = re.compile(r".+:[1-9]\d*")

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


class Breakpoint:
    """At which messages a handler pauses. Made by `Lab.break_at`.

    Attributes:
        which: The filter, as it was written.
        client: Whose messages; None for anybody's.
        line: At which line of the app's; None for wherever such a message is worked on.
    """

    def __init__(self, pausing: Pausing, point: Point) -> None:
        self.which = point.which
        self.client = point.client
        self.line = point.line
        self._pausing = pausing
        self._point = point

    def remove(self) -> None:
        """Pause no more; who stands still for its sake goes on. Twice does nothing more."""
        self._pausing.remove(self, self._point)

    def __repr__(self) -> str:
        whose = "" if self.client is None else f", client={self.client!r}"
        removed = "" if self in self._pausing.breakpoints else " removed"
        where = "" if self.line is None else f", line={self.line!r}"
        return f"<Breakpoint{removed} {self.which!r}{whose}{where}>"


class Pause:
    """A handler that stands still before its next `receive` or `send`; all others go on.

    Attributes:
        client: Whose handler it is.
        before: ``"receive"`` or ``"send"``.
        entry: The message that it works on; None if the log has let go of it.
        message: What it is about to send; None if that is no message.
        to: Whom it is about to send that to.
    """

    def __init__(self, stop: Stop, log: Log, sight: Sight) -> None:
        self.client = stop.client
        self.before: Literal["receive", "send"] = stop.before
        self.entry: Entry | None = None if stop.seq is None else log.entry(stop.seq)
        event = stop.event if stop.is_message and stop.event is not None else {}
        self.message: str | bytes | None = event.get("text", event.get("bytes"))
        self.to = stop.to if stop.event is not None else ""
        self._stop = stop
        self._sight = sight
        self._seen: tuple[Frame, ...] = ()

    @property
    def number(self) -> int:
        """The number of its row in the log; 0 if nothing was recorded then."""
        return self._stop.number or 0

    @property
    def line(self) -> str | None:
        """The line at which it stands, as its row has it; `where` looks again."""
        return self._stop.where

    @property
    def where(self) -> str | None:
        """The line at which it stands, such as ``"In[5]:12"``; None if it is in none of yours."""
        frames = self.frames
        return frames[-1].where if frames else self._stop.where

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The functions that it stands in, the outermost first; after its end as they were last."""
        if self._stop.ended is None:
            self._seen = self._look() or self._seen
        return self._seen

    @property
    def variables(self) -> Mapping[str, str]:
        """The local variables at that line, as text."""
        frames = self.frames
        return frames[-1].variables if frames else _NO_VARIABLES

    @property
    def ended(self) -> str:
        """How it has ended: ``"resumed"``, ``"stepped"``, … or why; "" while it lasts."""
        verdict = self._stop.ended
        return "" if verdict is None else verdict.why or verdict.how

    def resume(self) -> None:
        """Let it go on.

        Raises:
            RuntimeError: If the pause is over; so for `step`, `drop` and `replace`.
        """
        self._end("resumed")

    def step(self) -> None:
        """Let it go on up to its next `receive` or `send`, where it pauses again."""
        self._end("stepped")

    def drop(self) -> None:
        """Let it go on as if it had sent what it is about to send, which nobody gets."""
        self._check_message("drop()")
        self._end("dropped")

    def replace(self, message: Any) -> None:
        """Let it send something else.

        Args:
            message: ``str`` is sent as text, ``bytes`` as binary, anything else as JSON text.
        """
        data = encode(message)
        self._check_message("replace()")
        key = "text" if isinstance(data, str) else "bytes"
        self._stop.end(Verdict("replaced", event={"type": "websocket.send", key: data}))

    def _end(self, how: How) -> None:
        _ = self.frames  # what it was like is told afterwards too
        self._stop.end(Verdict(how))

    def _check_message(self, call: str) -> None:
        if self._stop.ended is None and not self._stop.is_message:
            does = "receives" if self.before == "receive" else "closes the connection"
            raise RuntimeError(
                f"expected a pause before a message is sent, got one before it {does}; there is "
                f"nothing to {call.removesuffix('()')}: write resume(), or step() to its next send"
            )

    def _look(self) -> tuple[Frame, ...]:
        for each in self._sight.handlers():
            if each.exchange == self._stop.exchange:
                return self._among((each, *each.tasks)).frames
        return ()

    def _among(self, found: tuple[Standing, ...]) -> Standing:
        """Return where the task stands that is paused: the handler, or one that it has begun."""
        return next((each for each in found if each.task == self._stop.task), found[0])

    def __repr__(self) -> str:
        if self._stop.ended is not None:
            return f"<Pause of {self.client}, over: {self.ended}>"
        if self.before == "receive":
            does = "receives"
        elif self.message is None:
            does = f"closes the connection of {self.to}"
        else:
            does = f"sends {self.message!r} to {self.to}"
        return f"<Pause of {self.client} at {self.where or 'a line of others'}, before it {does}>"


class Pausing:
    """The breakpoints and pauses of a lab.

    Args:
        gating: Holds handlers.
        log: The lab's.
        sight: Sees where they stand.
        transport: Says whether the lab runs.
    """

    def __init__(self, gating: Gating, log: Log, sight: Sight, transport: Transport) -> None:
        self._gating = gating
        self._log = log
        self._sight = sight
        self._transport = transport
        self.breakpoints: list[Breakpoint] = []

    def break_at(
        self, which: str, client: str | None = None, line: str | None = None
    ) -> Breakpoint:
        """Pause at some messages from now on; see `Lab.break_at`."""
        if not isinstance(which, str):
            raise TypeError(
                f"expected a filter as text, got {which!r}; write lab.break_at('client:bob')"
            )
        check_client(client)
        if line is not None and not (isinstance(line, str) and _LINE.fullmatch(line)):
            raise ValueError(
                f"expected a line as rows and lab.handlers() have it, got {line!r}; "
                "write line='In[5]:12'"
            )
        point = Point(which, client, Filter(which), line)
        made = Breakpoint(self, point)
        self._gating.there(lambda: self._gating.gates.break_at(point))
        self.breakpoints.append(made)
        return made

    def remove(self, breakpoint_: Breakpoint, point: Point) -> None:
        """Remove a breakpoint."""
        self.breakpoints = [each for each in self.breakpoints if each is not breakpoint_]
        self._gating.there(lambda: self._gating.gates.remove(point))

    def pauses(self) -> list[Pause]:
        """Return the pauses of now."""
        stops = list(self._gating.gates.breaks.stops)
        return [self._pause(each) for each in stops if each.ended is None]

    def pause(self, number: int) -> Pause | None:
        """Return the pause of now whose row has a number; None if it is over."""
        found = (each for each in self._gating.gates.breaks.stops if each.number == number)
        return next((self._pause(each) for each in found if each.ended is None), None)

    def _pause(self, stop: Stop) -> Pause:
        return Pause(stop, self._log, self._sight)

    async def paused(self, timeout: float) -> Pause:
        """Wait for the next handler that pauses; see `Lab.paused`."""
        check_timeout(timeout)
        try:
            with interruptible(self._transport.blocker):
                async with asyncio.timeout(timeout):
                    while True:
                        stop = self._next()
                        if stop is not None:
                            return self._pause(stop)
                        await asyncio.sleep(_EVERY)
        except TimeoutError:
            raise Late(f"no handler paused within {timeout:g} s; {self._why()}") from None

    def _next(self) -> Stop | None:
        fresh = self._gating.gates.breaks.fresh
        while fresh:
            stop = fresh.popleft()
            if stop.ended is None:
                return stop
        return None

    def _why(self) -> str:
        """Return why nobody has paused, as far as that can be said, and what to do."""
        if not self.breakpoints:
            return "there is no breakpoint: lab.break_at('client:bob') sets one"
        if not self._log.recording:
            return "nothing is recorded, and a breakpoint looks at the log: switch Record on"
        if not self._transport.running:
            return "the lab is stopped: lab.restart() starts it again"
        if blocker := self._transport.blocker(0.0):
            return f"{blocker}; {HOW}"
        doubt = next((each for each in map(_doubt, self.breakpoints) if each), "")
        said = " or ".join(_said(each) for each in self.breakpoints[:3])
        return doubt or f"no message came that matches {said}; timeout= waits longer"


def _said(breakpoint_: Breakpoint) -> str:
    where = "" if breakpoint_.line is None else f" at {breakpoint_.line}"
    return f"{breakpoint_.which!r}{where}"


def _doubt(breakpoint_: Breakpoint) -> str:
    return breakpoint_._point.finds.doubt
