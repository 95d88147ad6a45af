"""What the panel can see and do of pauses, breakpoints and the network, done for a lab."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from playground.gates.gates import InFlight
from playground.gates.rules import words_of
from playground.lab.breaking import filter_like, in_words, with_client
from playground.lab.network import event_of
from playground.lab.pausing import Breakpoint, Pause
from playground.traffic.filter import Filter
from playground.traffic.model import MESSAGES
from playground.traffic.summary import preview
from playground.transports import count
from playground.widgets.between import BetweenView, BreakpointView, FlightView, PauseView
from playground.widgets.controls import Done

if TYPE_CHECKING:
    from playground.lab.parts import Parts

# More in flight than that nobody delivers one by one.
_MOST: Final = 40
_SHOWN: Final = 60

# What *Delay* on a client's chip does: to be noticed, and not to be waited for.
DELAY: Final = 0.5
JITTER: Final = 0.2


FIRST: Final = "{} arrived first: within one connection TCP keeps the order."


class BetweenControls:
    """The panel's side of what stands between a lab's clients and its app.

    Args:
        lab: The parts of the lab.
    """

    def __init__(self, lab: Parts) -> None:
        self._lab = lab

    def view(self) -> BetweenView:
        """Return what stands between clients and app now."""
        gates = self._lab.gating.gates
        flight = self._flight()
        rules = list(gates.rules)
        return BetweenView(
            tuple(map(_paused, self._lab.pausing.pauses())),
            tuple(map(_flying, flight[:_MOST])),
            len(flight),
            tuple(map(words_of, rules)),
            tuple(map(_set, self._lab.pausing.breakpoints)),
            any(each.kind == "hold" and each.client is None for each in rules),
        )

    def _flight(self) -> list[InFlight]:
        """Return what is in flight; it is only looked at, while the app goes on."""
        for _ in range(3):
            # It changed while it was looked at: once more.
            with contextlib.suppress(RuntimeError):
                return self._lab.gating.gates.on_their_way()
        return []

    def end_pause(self, number: int, how: str, message: str, done: Done) -> None:
        """Have a paused handler go on."""
        pause = self._lab.pausing.pause(number)
        if pause is None:
            raise ValueError("This pause is over.")
        acts: dict[str, Callable[[], None]] = {
            "resume": pause.resume,
            "step": pause.step,
            "drop": pause.drop,
            "replace": lambda: pause.replace(message),
        }
        if how not in acts:
            raise ValueError(f"expected one of {', '.join(acts)}, got {how!r}")
        self._do(acts[how], done)

    def deliver(self, key: int, done: Done) -> None:
        """Have a message arrive, with those before it on its link; say so if there are any."""
        self._deliver(lambda each: each.item.number == key, done)

    def deliver_rows(self, seqs: Sequence[int], done: Done) -> None:
        """Have the messages of some rows arrive, as `deliver` does."""
        self._deliver(lambda each: each.item.seq in seqs, done)

    def _deliver(self, is_meant: Callable[[InFlight], bool], done: Done) -> None:
        def act() -> str | None:
            found = [each for each in self._lab.gating.gates.in_flight() if is_meant(each)]
            if not found:
                raise ValueError("this message is not in flight any more")
            before = 0
            for each in found:
                before += each.link.are_before(each.item)
                each.link.deliver(each.item)
            return FIRST.format(count(before, "message")) if before else None

        self._do(lambda: self._lab.gating.there(act), done)

    def deliver_in_order(self, keys: Sequence[int], done: Done) -> None:
        """Have messages arrive in an order, each when the one before it has arrived."""

        def act() -> None:
            flying = {each.item.number: each for each in self._lab.gating.gates.in_flight()}
            found = [flying[key] for key in keys if key in flying]
            if not found:
                raise ValueError("these messages are not in flight any more")
            self._lab.gating.gates.deliver_in_order(found)

        self._do(lambda: self._lab.gating.there(act), done)

    def hold(self, on: bool, done: Done) -> None:
        """Hold everybody's messages, or release them."""
        network = self._lab.network
        self._do(network.hold if on else network.release, done)

    def calm(self, done: Done) -> None:
        """End every rule of the network."""
        self._do(self._lab.network.calm, done)

    def rule(self, client: str, what: str, done: Done) -> None:
        """Rule one client's line."""
        network = self._lab.network
        acts: dict[str, Callable[[], object]] = {
            "delay": lambda: network(client, delay=DELAY, jitter=JITTER),
            "hold": lambda: network.hold(client),
            "slow": lambda: network.slow_reader(client),
            "calm": lambda: network.calm(client),
            "cut": lambda: network.cut(client),
        }
        if what not in acts:
            raise ValueError(f"expected one of {', '.join(acts)}, got {what!r}")
        self._do(acts[what], done)

    def break_at(self, seq: int, done: Done) -> None:
        """Set a breakpoint for such messages as an entry is, or remove it; say what was done."""
        which = filter_like(self._lab.log, seq)
        self._turn(self._like(seq, which), which, None, done)

    def _like(self, seq: int, which: str) -> list[Breakpoint]:
        """Return the breakpoints that a message of a client has; by name those of other rows."""
        log = self._lab.log
        entry = log.entry(seq)
        made = [each for each in self._lab.pausing.breakpoints if each.line is None]
        if entry is None or entry.sender != "client" or entry.kind not in MESSAGES:
            return [each for each in made if each.which == which]
        exchange = log.exchange(entry.exchange)
        return [each for each in made if Filter(_which(each))(entry, exchange)]

    def break_line(self, line: str, done: Done) -> None:
        """Set a breakpoint at a line, or remove those there; say what was done."""
        found = [each for each in self._lab.pausing.breakpoints if each.line == line]
        self._turn(found, "", line, done)

    def _turn(self, found: list[Breakpoint], which: str, line: str | None, done: Done) -> None:
        def act() -> str:
            for each in found:
                each.remove()
            if found:
                return f"No breakpoint any more: {'; '.join(map(_in_words, found))}"
            return f"Breakpoint: {_said(self._lab.pausing.break_at(which, None, line))}"

        self._do(act, done)

    def edit_breakpoint(self, index: int, which: str, done: Done) -> None:
        """Have a breakpoint be for other messages."""
        old = self._breakpoint(index)

        def act() -> str:
            made = self._lab.pausing.break_at(which, None, old.line)
            old.remove()
            return f"Breakpoint: {_said(made)}"

        self._do(act, done)

    def unbreak(self, index: int, done: Done) -> None:
        """Remove a breakpoint."""
        self._do(self._breakpoint(index).remove, done)

    def _breakpoint(self, index: int) -> Breakpoint:
        made = self._lab.pausing.breakpoints
        if index >= len(made):
            raise ValueError("This breakpoint is removed already.")
        return made[index]

    def _do(self, act: Callable[[], Any], done: Done) -> None:
        try:
            result = act()
        except Exception as error:
            said = str(error) or type(error).__name__
            done(f"{said[0].upper()}{said[1:]}.", None)
        else:
            done(None, result if isinstance(result, str) else None)


def _paused(pause: Pause) -> PauseView:
    message = pause.message if isinstance(pause.message, str) else None
    if pause.before == "receive":
        does = "it receives the next message"
    elif pause.message is None:
        does = f"it closes the connection of {pause.to}"
    else:
        shown = repr(message[:_SHOWN]) if message is not None else "bytes"
        does = f"it sends {shown} to {pause.to}"
    return PauseView(
        pause.number, pause.client, does, pause.line or "", message, pause.message is not None
    )


def _flying(flight: InFlight) -> FlightView:
    event = event_of(flight)
    data = event.get("text", event.get("bytes"))
    shown = "close" if data is None else preview(data, _SHOWN)
    item, exchange = flight.item, flight.gate.socket.id
    return FlightView(item.number, flight.client, flight.direction, shown, item.seq or 0, exchange)


def _which(each: Breakpoint) -> str:
    return with_client(each.which, each.client)


def _in_words(each: Breakpoint) -> str:
    return in_words(_which(each), each.line)


def _said(each: Breakpoint) -> str:
    return f"{_in_words(each)}; {each.pending}" if each.pending else _in_words(each)


def _set(each: Breakpoint) -> BreakpointView:
    return BreakpointView(_which(each), each.line or "", _in_words(each))
