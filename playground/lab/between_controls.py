"""What the panel can see and do of pauses, breakpoints and the network, done for a lab."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from playground.gates.gates import InFlight
from playground.lab.network import event_of, words_of
from playground.lab.pausing import Pause
from playground.traffic.model import MESSAGES
from playground.traffic.summary import preview
from playground.widgets.between import BetweenView, FlightView, PauseView
from playground.widgets.controls import Done

if TYPE_CHECKING:
    from playground.lab.parts import Parts

# More in flight than that nobody delivers one by one.
_MOST: Final = 40
_SHOWN: Final = 60

# What *Delay* on a client's chip does: to be noticed, and not to be waited for.
DELAY: Final = 0.5
JITTER: Final = 0.2


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
            tuple(each.which or "every message" for each in self._lab.pausing.breakpoints),
            any(each.kind == "hold" and each.client is None for each in rules),
        )

    def _flight(self) -> list[InFlight]:
        """Return what is in flight; it is only looked at, while the app goes on."""
        for _ in range(3):
            # It changed while it was looked at: once more.
            with contextlib.suppress(RuntimeError):
                found = list(self._lab.gating.gates.in_flight())
                return sorted(found, key=lambda each: each.item.since)
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
        """Have a message arrive, with those before it on its link."""

        def act() -> None:
            for each in self._lab.gating.gates.in_flight():
                if id(each.item) == key:
                    each.gate.links[each.direction].deliver(each.item)
                    return
            raise ValueError("this message is not in flight any more")

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
        which = self._which(seq)
        found = [each for each in self._lab.pausing.breakpoints if each.which == which]

        def act() -> str:
            for each in found:
                each.remove()
            if found:
                return f"No breakpoint any more: {which}"
            self._lab.pausing.break_at(which, None)
            return f"Breakpoint: {which}"

        self._do(act, done)

    def _which(self, seq: int) -> str:
        entry = self._lab.log.entry(seq)
        exchange = None if entry is None else self._lab.log.exchange(entry.exchange)
        if entry is None or exchange is None or exchange.protocol != "websocket":
            raise ValueError("A breakpoint is set on a message of a WebSocket: select its row.")
        kind = f" kind:{entry.kind}" if entry.kind in MESSAGES and entry.sender == "client" else ""
        name = exchange.client
        return f"client:{name if name.replace('-', '').isalnum() else _quoted(name)}{kind}"

    def unbreak(self, index: int, done: Done) -> None:
        """Remove a breakpoint."""
        made = self._lab.pausing.breakpoints
        if index >= len(made):
            raise ValueError("This breakpoint is removed already.")
        self._do(made[index].remove, done)

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
    return FlightView(id(flight.item), flight.client, flight.direction, shown, flight.item.seq or 0)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
