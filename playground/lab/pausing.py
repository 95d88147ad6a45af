"""Breakpoints and pauses of a lab, as its user holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from playground.clients.asking import check_client, check_timeout
from playground.clients.sendable import encode
from playground.gates.breakpoints import Point
from playground.gates.stops import How, Stop, Verdict
from playground.lab.gating import Gating
from playground.lab.lines import Spot, moved
from playground.lab.standing import Sight
from playground.lab.verifying import Verifying, check_which, checked_line, line_said
from playground.sight import Frame, Standing
from playground.traffic.filter import Filter
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.transports import Transport
from playground.transports.waiting import HOW, Late, interruptible

# How often it is looked whether a handler has paused: so often that a cell seems to go on at once.
_EVERY: Final = 0.01

_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


class Breakpoint:
    """At which messages a handler pauses. Made by `Lab.break_at`.

    Attributes:
        which: The filter, as it was written.
        client: Whose messages; None for anybody's.
        line: At which line of the app's; None for wherever such a message is worked on. It is
            followed into newer code.
        pending: Why it can stop nobody yet, as a sentence; "" if it can.
    """

    def __init__(self, pausing: Pausing, point: Point, pending: str = "") -> None:
        self.which = point.which
        self.client = point.client
        self.line = point.line
        self.pending = pending
        self._pausing = pausing
        self._point = point
        # Where it is in the code of each revision, and in which it is gone.
        self._spots: dict[int, Spot] = {}
        self._gone: set[int] = set()

    def remove(self) -> None:
        """Pause no more; who stands still for its sake goes on. Twice does nothing more."""
        self._pausing.remove(self, self._point)

    def __repr__(self) -> str:
        whose = "" if self.client is None else f", client={self.client!r}"
        removed = "" if self in self._pausing.breakpoints else " removed"
        where = "" if self.line is None else f", line={self.line!r}"
        pending = f", pending: {self.pending}" if self.pending and not removed else ""
        return f"<Breakpoint{removed} {self.which!r}{whose}{where}{pending}>"


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
        verifying: Knows the lines and the clients.
        tell: Writes a sentence into the log.
    """

    def __init__(
        self,
        gating: Gating,
        log: Log,
        sight: Sight,
        transport: Transport,
        verifying: Verifying,
        tell: Callable[[str], object],
    ) -> None:
        self._gating = gating
        self._log = log
        self._sight = sight
        self._transport = transport
        self._verifying = verifying
        self._tell = tell
        self.breakpoints: list[Breakpoint] = []
        self._before: list[Spot] = []
        self._revision = 0

    def break_at(
        self, which: str, client: str | None = None, line: str | None = None
    ) -> Breakpoint:
        """Pause at some messages from now on; see `Lab.break_at`."""
        if not isinstance(which, str):
            raise TypeError(
                f"expected a filter as text, got {which!r}; write lab.break_at('client:bob')"
            )
        check_client(client)
        if line is None and (said := line_said(which)) is not None:
            which, line = "", said
        if line is not None:
            line = checked_line(line)
        finds = Filter(which)
        check_which(which, client)
        pending = "" if line is None else self._verifying.check_line(line)
        pending = pending or self._verifying.check_client(which, client)
        point = Point(which, client, finds, line)
        made = Breakpoint(self, point, pending)
        if line is not None:
            self._look_at_code()
            if not pending:
                self._bind(made)
        self._gating.there(lambda: self._gating.gates.break_at(point))
        self.breakpoints.append(made)
        return made

    # A line, in newer code.

    def _look_at_code(self) -> None:
        self._before, self._revision = self._verifying.spots(), self._verifying.revision

    def follow(self, _swapped: bool) -> None:
        """Have breakpoints at lines be where those are in the code that was just put on stage."""
        made = [each for each in self.breakpoints if each.line is not None]
        if not made:
            return
        before, old = self._before, self._revision
        self._look_at_code()
        if old != self._revision:
            self._follow_all(made, before)

    def _bind(self, made: Breakpoint) -> None:
        """Note where a line is in the code on stage, if it is there."""
        spot = next((each for each in self._before if each.line == made.line), None)
        if spot is not None:
            made._spots, made.pending = {self._revision: spot}, ""

    def _follow_all(self, made: list[Breakpoint], before: list[Spot]) -> None:
        for each in made:
            self._follow(each, before)

    def _follow(self, made: Breakpoint, before: list[Spot]) -> None:
        if not made._spots:  # it has been nowhere yet
            self._bind(made)
            return
        was = _latest(made)
        spot = moved(was, before, self._before)
        self._say_where(made, spot)
        made._spots = {**made._spots, self._revision: spot or was}
        made._gone = made._gone - {self._revision} | ({self._revision} if spot is None else set())
        self._place(made)

    def after_cell(self) -> None:
        """Follow lines of what a cell defined anew without new code on stage, as of a helper.

        A cell that was run again as it is has another number alone.
        """
        self._look_again()
        made = [each for each in self.breakpoints if each._spots]
        now = self._verifying.spots() if made else []
        if self._verifying.revision == self._revision:
            before, self._before = self._before, now
            moved_on = [each for each in made if not _latest(each).is_among(now)]
            self._gating.there(lambda: self._follow_all(moved_on, before))
        if any(each.line != _latest(each).now for each in made):
            self._before = now
            self._gating.there(lambda: self._place_all(made))

    def _place_all(self, made: list[Breakpoint]) -> None:
        for each in made:
            self._place(each)

    def _place(self, made: Breakpoint) -> None:
        """Have a breakpoint be where it is known to be, in each revision."""
        point, spots = made._point, made._spots
        lines = {each: "" if each in made._gone else spot.now for each, spot in spots.items()}
        made.line = _latest(made).now
        made._point = point._replace(line=made.line, lines=lines)
        self._gating.gates.breaks.replace(point, made._point)

    def _say_where(self, made: Breakpoint, spot: Spot | None) -> None:
        before, gone = made.pending, f"{made.line} is in the newest code no more"
        made.pending = gone if spot is None else ""
        if spot is None and not before:
            self._tell(f"breakpoint: {gone}; it stops who still has the code before")
        elif spot is not None and spot.line != made.line:
            self._tell(
                f"breakpoint: {made.line} is {spot.line} now: {spot.text}".removesuffix(": ")
            )

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

    def _look_again(self) -> None:
        """See which breakpoints can stop somebody now."""
        for each in self.breakpoints:
            if each.pending and not each._gone:
                try:
                    each.pending = (
                        "" if each.line is None else self._verifying.check_line(each.line)
                    )
                except ValueError as error:
                    each.pending = str(error)
                each.pending = each.pending or self._verifying.check_client(each.which, each.client)

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
        self._look_again()
        pending = next((each.pending for each in self.breakpoints if each.pending), "")
        if pending:
            return pending
        doubt = next((each for each in map(_doubt, self.breakpoints) if each), "")
        said = " or ".join(_said(each) for each in self.breakpoints[:3])
        return doubt or f"no message came that matches {said}; timeout= waits longer"


def _latest(made: Breakpoint) -> Spot:
    """Return where a breakpoint's line is, or was last."""
    return next(reversed(made._spots.values()))


def _said(breakpoint_: Breakpoint) -> str:
    where = "" if breakpoint_.line is None else f" at {breakpoint_.line}"
    return f"{breakpoint_.which!r}{where}"


def _doubt(breakpoint_: Breakpoint) -> str:
    return breakpoint_._point.finds.doubt
