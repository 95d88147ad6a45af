"""The strip of a crowd: how many are there, how long they wait for answers, what goes wrong.

Law: it is not there before there is a crowd, and after one only until somebody takes it away.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Done
from playground.widgets.row import sendable
from playground.widgets.watched import number_of


class CrowdView(NamedTuple):
    """A crowd as a view gets it; times are words, such as ``"12 ms"``.

    Attributes:
        key: Tells it from the one before; 0 for none.
        over: Whether it has ended.
        path: What it connects to.
        seconds: For how long it has run.
        wanted: How many clients there are to be.
        most: How many there can be.
        open: How many are there.
        opened: How many have connected.
        failed: How many could not.
        messages: How many messages they have sent.
        opens: How many connected in the last second.
        errors: How much went wrong in the last second.
        p50, p99, worst: How long they waited for an answer.
        bars: How often they waited how long: words, and a count.
        mishaps: What went wrong, and how often; the most frequent first.
        told: All of it as a sentence, once it is over; else "".
    """

    key: int = 0
    over: bool = False
    path: str = ""
    seconds: float = 0.0
    wanted: int = 0
    most: int = 1
    open: int = 0
    opened: int = 0
    failed: int = 0
    messages: int = 0
    opens: int = 0
    errors: int = 0
    p50: str = ""
    p99: str = ""
    worst: str = ""
    bars: tuple[tuple[str, int], ...] = ()
    mishaps: tuple[tuple[str, int], ...] = ()
    told: str = ""


@runtime_checkable
class Crowds(Protocol):
    """A lab, as the strip sees it. Every method returns at once."""

    def view(self) -> CrowdView:
        """Return how the crowd is now, or was at its end."""
        ...

    def resize(self, clients: int, done: Done) -> None:
        """Have more clients come, or the newest leave."""

    def stop(self, done: Done) -> None:
        """Have all of them leave."""

    def dismiss(self, done: Done) -> None:
        """Forget the crowd that is over."""


class CrowdStrip(Controlled):
    """A crowd at work, with a slider for how many it is."""

    _esm = compose("swarm/swarm.js")
    _css = style("shared/fields.css", "swarm/swarm.css")

    # A histogram that grows is to be seen growing. At every tick of the follower: one that is
    # missed by a little costs a whole one, and nothing is told but what has changed.
    pace: ClassVar[float] = 0.0

    def state(self) -> dict[str, Any]:
        """Return how the crowd is."""
        told = self._view()._asdict()
        for name in ("path", "told"):
            told[name] = sendable(told[name])
        told["mishaps"] = [[sendable(kind), count] for kind, count in told["mishaps"]]
        return {**told, "bars": list(told["bars"]), "seconds": round(told["seconds"])}

    def _view(self) -> CrowdView:
        crowds = self._crowds()
        return CrowdView() if crowds is None else crowds.view()

    def _crowds(self) -> Crowds | None:
        found = getattr(self.controls, "crowds", None)
        return found if isinstance(found, Crowds) else None

    def _there(self) -> Crowds:
        crowds = self._crowds()
        if crowds is None:
            raise ValueError("This lab has no crowd.")
        return crowds

    def heard_resize(self, message: dict[str, Any], buffers: object) -> None:
        """Have more clients come, or the newest leave."""
        clients = number_of(message, "clients")
        self.command(message, lambda done: self._there().resize(clients, done))

    def heard_stop(self, message: dict[str, Any], buffers: object) -> None:
        """Have all of them leave."""
        self.command(message, lambda done: self._there().stop(done))

    def heard_dismiss(self, message: dict[str, Any], buffers: object) -> None:
        """Take the strip away."""
        self.command(message, lambda done: self._there().dismiss(done))

    def still_text(self) -> str:
        """Return the crowd in a line; "" without one."""
        view = self._view()
        if not view.key:
            return ""
        if view.told:
            return f"Crowd: {view.told}"
        return (
            f"Crowd at {view.path}: {view.open:,} of {view.wanted:,} clients open, "
            f"p50 {view.p50}, p99 {view.p99}, worst {view.worst}"
        )

    def still_html(self) -> str:
        """Return the same as static HTML."""
        said = self.still_text()
        return f"<div>{escape(said)}</div>" if said else ""
