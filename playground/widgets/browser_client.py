"""A WebSocket client that the user's own browser is, beside those that live in the kernel."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from playground.traffic.model import Entry, close_phrase
from playground.traffic.summary import scrub
from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls
from playground.widgets.follower import Follower
from playground.widgets.names import Names

# How far back the end of a connection is looked for; looking is O(rows).
HORIZON: Final = 5_000

_ENDS: Final = frozenset({"close", "refuse"})


class BrowserClient(Controlled):
    """A client of the app that the page which shows it is.

    The view proves an address by trying it, says why if none works, and tells how its socket really
    ended: a proxy passes neither close codes nor refusals on.

    Args:
        controls: The lab, as a panel sees it.
        follower: Who looks at the lab's log.
        names: The colours of clients, shared with other faces of the same lab.
        path: Path and query to connect to; it begins with "/".
        client: What it is called in the log.
        subprotocols: What it offers to speak, best first.
    """

    _esm = compose("clients/browserclient.js")
    _css = style("shared/fields.css", "clients/browserclient.css")

    pace = 0.5

    def __init__(
        self,
        controls: Controls,
        follower: Follower,
        names: Names,
        path: str,
        client: str,
        subprotocols: tuple[str, ...] = (),
    ) -> None:
        self.names = names
        self.path = path
        self.client = client
        self.subprotocols = subprotocols
        super().__init__(controls, follower)

    def state(self) -> dict[str, Any]:
        """Return where the lab is, and what to connect to as whom."""
        status = self.controls.status()
        known = {name: getattr(status, name) for name in ("running", "url", "note", "lab", "port")}
        index = self.names.index(self.client)
        wanted = {"path": self.path, "client": self.client, "subprotocols": [*self.subprotocols]}
        return {**known, **wanted, "index": index}

    def heard_let_in(self, message: dict[str, Any], buffers: object) -> None:
        """Let the page of a view talk to the app, and say when that is so."""
        self.trust(message)
        self.command(message, lambda done: done(None, None))

    def heard_ended(self, message: dict[str, Any], buffers: object) -> None:
        """Tell how this client's last connection ended, as the log has it."""
        self.command(message, lambda done: done(None, self._ending()))

    def still_text(self) -> str:
        """Return what was shown, as a line."""
        served = self.controls.status().name
        return f"{self.client}, a client in the reader's browser, at {scrub(self.path)} of {served}"

    def still_html(self) -> str:
        """Return the line as static HTML."""
        live = "It was live in the notebook; run the cell to connect again."
        return f"<div>{escape(self.still_text())}</div><div>{live}</div>"

    def _ending(self) -> dict[str, Any] | None:
        log = self.follower.log
        for entry in reversed(log.since(max(0, log.last - HORIZON))):
            if entry.kind not in _ENDS and entry.kind != "open":
                continue
            exchange = log.exchange(entry.exchange)
            if exchange is not None and exchange.client == self.client:
                return _told(entry) if entry.kind in _ENDS else None
        return None


def _told(entry: Entry) -> dict[str, Any]:
    text = entry.data if isinstance(entry.data, str) else ""
    phrase = close_phrase(entry.code) if entry.kind == "close" and entry.code else ""
    return {
        "kind": entry.kind,
        "sender": entry.sender,
        "code": entry.code,
        "text": scrub(text)[:300],
        "phrase": phrase,
    }
