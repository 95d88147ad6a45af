"""The strip between clients and traffic: paused handlers, messages in flight, the rules that hold.

Law: it is not there while nothing is set, held or paused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from playground.exports.html import preformatted
from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls, Done
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.row import sendable
from playground.widgets.watched import number_of, numbers_of, text_of

MOST_QUERY: Final = 10_000
"""Characters of a filter that somebody typed; a longer one is no filter."""


class PauseView(NamedTuple):
    """A paused handler as a view gets it.

    Attributes:
        number: The number of its row.
        client: Whose handler it is.
        does: What it is about to do, in words.
        where: The line at which it stands; "" if that is not known.
        message: What it is about to send, if that is text; else None.
        sends: Whether it is about to send a message.
    """

    number: int
    client: str
    does: str
    where: str
    message: str | None
    sends: bool


class FlightView(NamedTuple):
    """A message in flight as a view gets it.

    Attributes:
        key: Names it while it is in flight.
        client: Whose connection it is on.
        direction: ``"to app"`` or ``"to client"``.
        shown: Its beginning, on one line.
        seq: The number of its row; 0 if it has none.
        exchange: The number of its connection.
    """

    key: int
    client: str
    direction: str
    shown: str
    seq: int
    exchange: int


class BreakpointView(NamedTuple):
    """A breakpoint as a view gets it.

    Attributes:
        which: Which messages, in the filter's words; "" for all.
        line: At which line of the app's; "" for any.
        said: The same in plain words.
    """

    which: str
    line: str
    said: str


class BetweenView(NamedTuple):
    """What stands between clients and app.

    Attributes:
        pauses: The paused handlers.
        flight: The messages in flight, those first that were sent first; the first of many.
        flying: How many there are.
        rules: What the network does, a sentence each.
        breakpoints: What is set.
        holds: Whether everybody's messages are held.
    """

    pauses: tuple[PauseView, ...] = ()
    flight: tuple[FlightView, ...] = ()
    flying: int = 0
    rules: tuple[str, ...] = ()
    breakpoints: tuple[BreakpointView, ...] = ()
    holds: bool = False


@runtime_checkable
class Between(Protocol):
    """A lab, as the strip sees it. Every method returns at once."""

    def view(self) -> BetweenView:
        """Return what stands between clients and app now."""
        ...

    def end_pause(self, number: int, how: str, message: str, done: Done) -> None:
        """Have a paused handler go on: ``"resume"``, ``"step"``, ``"drop"`` or ``"replace"``."""

    def deliver(self, key: int, done: Done) -> None:
        """Have a message arrive, with those before it on its link; say so if there are any."""

    def deliver_rows(self, seqs: Sequence[int], done: Done) -> None:
        """Have the messages of some rows arrive, as `deliver` does."""

    def deliver_in_order(self, keys: Sequence[int], done: Done) -> None:
        """Have messages arrive in an order, each when the one before it has arrived."""

    def hold(self, on: bool, done: Done) -> None:
        """Hold everybody's messages, or release them."""

    def calm(self, done: Done) -> None:
        """End every rule of the network."""

    def rule(self, client: str, what: str, done: Done) -> None:
        """Rule one client's line: ``"delay"``, ``"hold"``, ``"slow"``, ``"calm"`` or ``"cut"``."""

    def break_at(self, seq: int, done: Done) -> None:
        """Set a breakpoint for such messages as an entry is, or remove it; say what was done."""

    def break_line(self, line: str, done: Done) -> None:
        """Set a breakpoint at a line, or remove those there; say what was done."""

    def edit_breakpoint(self, index: int, which: str, done: Done) -> None:
        """Have a breakpoint be for other messages."""

    def unbreak(self, index: int, done: Done) -> None:
        """Remove a breakpoint."""


def between_of(controls: object) -> Between | None:
    """Return what a lab lets a face rule; None for a lab that has no such thing."""
    found = getattr(controls, "between", None)
    return found if isinstance(found, Between) else None


def breakpoint_told(view: BreakpointView) -> dict[str, str]:
    """Return a breakpoint as a view is told it."""
    return {name: sendable(each) for name, each in view._asdict().items()}


class BetweenStrip(Controlled):
    """What stands between clients and app, with what can be done about it."""

    _esm = compose("between/between.js")
    _css = style("shared/fields.css", "between/between.css")

    def __init__(self, controls: Controls, follower: Follower, names: Names | None = None) -> None:
        self.names = names if names is not None else Names()
        super().__init__(controls, follower)

    def state(self) -> dict[str, Any]:
        """Return what stands between clients and app."""
        view = self._view()
        if view.pauses or view.flight:
            self.names.learn(self.follower.log, self.follower.log.last_exchange)
        told = view._asdict()
        for kind in ("pauses", "flight"):
            told[kind] = [self._said(each) for each in told[kind]]
        told["breakpoints"] = [breakpoint_told(each) for each in view.breakpoints]
        return {**told, "rules": list(view.rules)}

    def _view(self) -> BetweenView:
        between = between_of(self.controls)
        return BetweenView() if between is None else between.view()

    def _said(self, view: Any) -> dict[str, Any]:
        fields = {
            name: sendable(each) if isinstance(each, str) else each
            for name, each in view._asdict().items()
        }
        return {**fields, "index": self.names.index(view.client)}

    def _between(self) -> Between:
        found = between_of(self.controls)
        if found is None:
            raise ValueError("This lab has nothing between its clients and its app.")
        return found

    def heard_pause(self, message: dict[str, Any], buffers: object) -> None:
        """Have a paused handler go on."""
        number, how = number_of(message, "number"), text_of(message, "how", 20)
        data = text_of(message, "data")
        self.command(message, lambda done: self._between().end_pause(number, how, data, done))

    def heard_deliver(self, message: dict[str, Any], buffers: object) -> None:
        """Have a message in flight arrive."""
        key = number_of(message, "key")
        self.command(message, lambda done: self._between().deliver(key, done))

    def heard_order(self, message: dict[str, Any], buffers: object) -> None:
        """Have messages in flight arrive in an order."""
        keys = numbers_of(message, "keys")
        self.command(message, lambda done: self._between().deliver_in_order(keys, done))

    def heard_calm(self, message: dict[str, Any], buffers: object) -> None:
        """End every rule of the network."""
        self.command(message, lambda done: self._between().calm(done))

    def heard_unbreak(self, message: dict[str, Any], buffers: object) -> None:
        """Remove a breakpoint."""
        index = number_of(message, "index")
        self.command(message, lambda done: self._between().unbreak(index, done))

    def heard_edit_breakpoint(self, message: dict[str, Any], buffers: object) -> None:
        """Have a breakpoint be for other messages."""
        index, which = number_of(message, "index"), text_of(message, "which", MOST_QUERY)
        self.command(message, lambda done: self._between().edit_breakpoint(index, which, done))

    def still_text(self) -> str:
        """Return in lines who is paused, what is in flight, and which rules hold."""
        view = self._view()
        return "\n".join(
            [
                *(f"paused: {each.client}, before {each.does}" for each in view.pauses),
                *([f"in flight: {view.flying}"] if view.flying else []),
                *view.rules,
                *(f"breakpoint: {each.said}" for each in view.breakpoints),
            ]
        )

    def still_html(self) -> str:
        """Return the same as static HTML."""
        said = self.still_text()
        return preformatted(said) if said else ""
