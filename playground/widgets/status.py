"""The status line: whether a lab serves, where, which revision, how busy, and what is wrong."""

from __future__ import annotations

from html import escape
from typing import Any

from playground.traffic.log import Log
from playground.traffic.summary import scrub
from playground.traffic.text import counted
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls
from playground.widgets.face import compose, style
from playground.widgets.follower import Follower

PARTS = ("dom.js", "heartbeat.js", "format.js", "line.js", "address.js", "status.js")


class StatusLine(Controlled):
    """One line about a lab, with the buttons that stop it and start it anew.

    Args:
        controls: The lab, as a panel sees it.
        log: Its traffic, whose messages are counted.
        follower: Who looks at the log; without one the line makes its own.
    """

    _esm = compose(*PARTS)
    _css = style("status.css")

    # Numbers that change more often cannot be read.
    pace = 0.5

    def __init__(self, controls: Controls, log: Log, follower: Follower | None = None) -> None:
        super().__init__(controls, follower if follower is not None else Follower(log))

    def state(self) -> dict[str, Any]:
        """Return the lab's status with the count of its messages."""
        tally = self.follower.count()
        counts = {
            "messages": tally.messages,
            "missed": tally.missed,
            "rate": round(tally.rate),
        }
        return {**self.controls.status()._asdict(), **counts}

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Tell a new view everything; its page may talk to the app from now on."""
        self.trust(message)
        super().heard_hello(message, buffers)

    def heard_stop(self, message: dict[str, Any], buffers: object) -> None:
        """Stop serving."""
        self.command(message, self.controls.stop)

    def heard_restart(self, message: dict[str, Any], buffers: object) -> None:
        """Serve anew."""
        self.command(message, self.controls.restart)

    def still_text(self) -> str:
        """Return the line as plain text."""
        status = self.controls.status()
        parts = [status.name, "" if status.running else "stopped", f"revision {status.revision}"]
        if status.running:
            parts += [status.address, counted(status.sockets, "socket", "sockets")]
        line = " · ".join(part for part in parts if part)
        return f"{line}\n{scrub(status.note)}" if status.note else line

    def still_html(self) -> str:
        """Return the line as static HTML."""
        first, _, note = self.still_text().partition("\n")
        name, dot, rest = first.partition(" · ")
        told = f"<div><b>{escape(name)}</b>{dot}{escape(rest)}</div>"
        return f"{told}<div>{escape(note)}</div>" if note else told
