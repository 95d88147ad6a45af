"""The kept conversations in the panel: old and new side by side, where the newest code differs.

Law: it is not there until the status line is asked for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls, Done
from playground.widgets.follower import Follower
from playground.widgets.row import sendable
from playground.widgets.watched import text_of


class KeptRowView(NamedTuple):
    """One thing that differs, as a view gets it.

    Attributes:
        client: Who heard it.
        kind: ``"changed"``, ``"missing"`` or ``"new"``.
        old, new: What was heard, in pieces: the text, and whether it differs.
    """

    client: str
    kind: str
    old: tuple[tuple[str, bool], ...]
    new: tuple[tuple[str, bool], ...]


class KeptView(NamedTuple):
    """A kept conversation as a view gets it.

    Attributes:
        name: What it is called.
        which: The filter that found it.
        whom: Whose conversations are compared, as a sentence.
        counts: How much is same, changed, missing and new.
        said: What differs, or why it is not had again, as a sentence; "" for nothing.
        differs: Whether something does.
        old, new: What the two sides are called.
        rows: The first of what differs.
        more: How much else does.
    """

    name: str
    which: str
    whom: str
    counts: str
    said: str
    differs: bool
    old: str = ""
    new: str = ""
    rows: tuple[KeptRowView, ...] = ()
    more: int = 0


@runtime_checkable
class Keeps(Protocol):
    """A lab, as it keeps conversations. Every method returns at once."""

    def line(self) -> tuple[str, bool]:
        """Return all that is kept in a line, "" for nothing, and whether something differs."""
        ...

    def kept(self) -> list[KeptView]:
        """Return the kept conversations."""
        ...

    def accept(self, name: str, done: Done) -> None:
        """Take what the newest code says for what is expected."""

    def forget(self, name: str, done: Done) -> None:
        """Keep one no more."""

    def save(self, name: str, done: Done) -> None:
        """Write one as a test beside the notebook; the result is a sentence."""

    def keep(self, seq: int, done: Done) -> None:
        """Keep the conversation of an entry; the result is a sentence."""

    def save_test(self, seq: int, done: Done) -> None:
        """Write the conversation of an entry as a test; the result is a sentence."""


def keeps_of(controls: object) -> Keeps | None:
    """Return what a lab lets a face keep; None for a lab that keeps nothing."""
    found = getattr(controls, "keeps", None)
    return found if isinstance(found, Keeps) else None


class KeptFace(Controlled):
    """The kept conversations, each with what differs; shown when the status line is asked."""

    _esm = compose("page/kept.js")
    _css = style("page/kept.css")

    def __init__(self, controls: Controls, follower: Follower) -> None:
        self.is_open = False
        super().__init__(controls, follower)

    def toggle(self) -> None:
        """Show it, or hide it."""
        self.is_open = not self.is_open
        self.settled()

    def state(self) -> dict[str, Any]:
        """Return what is kept; nothing while it is hidden."""
        keeps = keeps_of(self.controls)
        shown = keeps.kept() if keeps is not None and self.is_open else []
        return {"open": bool(shown), "kept": [_said(each) for each in shown]}

    def heard_accept(self, message: dict[str, Any], buffers: object) -> None:
        """Take what the newest code says for what is expected."""
        name = text_of(message, "name")
        self.command(message, lambda done: self._keeps().accept(name, done))

    def heard_forget(self, message: dict[str, Any], buffers: object) -> None:
        """Keep one no more."""
        name = text_of(message, "name")
        self.command(message, lambda done: self._keeps().forget(name, done))

    def heard_save(self, message: dict[str, Any], buffers: object) -> None:
        """Write one as a test."""
        name = text_of(message, "name")
        self.command(message, lambda done: self._keeps().save(name, done))

    def heard_shut(self, message: dict[str, Any], buffers: object) -> None:
        """Hide it."""
        self.command(message, self._shut)

    def _shut(self, done: Done) -> None:
        self.is_open = False
        done(None, None)

    def _keeps(self) -> Keeps:
        found = keeps_of(self.controls)
        if found is None:
            raise ValueError("This lab keeps no conversations.")
        return found

    def still_text(self) -> str:
        """Return "": the status line says it."""
        return ""

    def still_html(self) -> str:
        """Return "": the status line says it."""
        return ""


def _said(view: KeptView) -> dict[str, Any]:
    fields = {
        name: sendable(each) if isinstance(each, str) else each
        for name, each in view._asdict().items()
    }
    rows = [
        {
            "client": sendable(each.client),
            "kind": each.kind,
            "old": [[sendable(text), differs] for text, differs in each.old],
            "new": [[sendable(text), differs] for text, differs in each.new],
        }
        for each in view.rows
    ]
    return {**fields, "rows": rows}
