"""The status line: whether a lab serves, where, which revision, how busy, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from playground.exports.text import counted
from playground.traffic.log import Log
from playground.traffic.summary import scrub
from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls, Done
from playground.widgets.dock import Dock
from playground.widgets.follower import Follower
from playground.widgets.kept import keeps_of
from playground.widgets.row import sendable


class StatusLine(Controlled):
    """One line about a lab, with the buttons that stop it and start it anew.

    Args:
        controls: The lab, as a panel sees it.
        log: Its traffic, whose messages are counted.
        follower: Who looks at the log; without one the line makes its own.
        dock: Where its panel may stand beside the notebook, if it has one.
        show_kept: Called to show the kept conversations, or to hide them.
    """

    _esm = compose("page/status.js")
    _css = style("page/status.css")

    # Numbers that change more often cannot be read.
    pace = 0.5

    def __init__(
        self,
        controls: Controls,
        log: Log,
        follower: Follower | None = None,
        dock: Dock | None = None,
        show_kept: Callable[[], object] | None = None,
    ) -> None:
        self._dock = dock
        self._show_kept = show_kept
        super().__init__(controls, follower if follower is not None else Follower(log))

    def state(self) -> dict[str, Any]:
        """Return the lab's status with the count of its messages."""
        tally = self.follower.count()
        counts = {
            "messages": tally.messages,
            "missed": tally.missed,
            "rate": round(tally.rate),
            "docked": self._dock.tab if self._dock else "",
        }
        kept, differs = self._kept()
        told = {"kept": sendable(kept), "differs": differs, "shows": self._show_kept is not None}
        return {**self.controls.status()._asdict(), **counts, **told}

    def _kept(self) -> tuple[str, bool]:
        keeps = keeps_of(self.controls)
        return keeps.line() if keeps is not None else ("", False)

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Tell a new view everything; its page may talk to the app from now on."""
        self.trust(message)
        super().heard_hello(message, buffers)

    def heard_stop(self, message: dict[str, Any], buffers: object) -> None:
        """Stop serving."""
        self.command(message, self.controls.stop)

    def heard_break_out(self, message: dict[str, Any], buffers: object) -> None:
        """End whoever keeps everybody else waiting."""
        self.command(message, self.controls.break_out)

    def heard_restart(self, message: dict[str, Any], buffers: object) -> None:
        """Serve anew."""
        self.command(message, self.controls.restart)

    def heard_kept(self, message: dict[str, Any], buffers: object) -> None:
        """Show the kept conversations, or hide them."""
        self.command(message, self._toggle_kept)

    def _toggle_kept(self, done: Done) -> None:
        if self._show_kept is not None:
            self._show_kept()
        done(None, None)

    def heard_dock(self, message: dict[str, Any], buffers: object) -> None:
        """Show the panel beside the notebook, or say what is missing for that."""
        self.command(message, self._open_dock)

    def heard_undock(self, message: dict[str, Any], buffers: object) -> None:
        """Bring the panel back, or note that its tab was closed."""
        if self._dock is not None:
            self._dock.close()
        self.settled()

    def _open_dock(self, done: Done) -> None:
        problem = None
        try:
            if self._dock is not None:
                self._dock.open()
        except ModuleNotFoundError as error:
            problem = str(error)
        done(problem, None)

    def still_text(self) -> str:
        """Return the line as plain text."""
        status = self.controls.status()
        parts = [status.name, "" if status.running else "stopped", f"revision {status.revision}"]
        if status.running:
            parts += [status.address, counted(status.sockets, "socket", "sockets")]
        if status.blocked:
            parts.append(f"blocked: {status.blocked}")
        parts.append(scrub(self._kept()[0]))
        line = " · ".join(part for part in parts if part)
        return f"{line}\n{scrub(status.note)}" if status.note else line

    def still_html(self) -> str:
        """Return the line as static HTML."""
        first, _, note = self.still_text().partition("\n")
        name, dot, rest = first.partition(" · ")
        told = f"<div><b>{escape(name)}</b>{dot}{escape(rest)}</div>"
        return f"{told}<div>{escape(note)}</div>" if note else told
