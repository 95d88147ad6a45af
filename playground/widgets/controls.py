"""What the panel shows and commands, as protocols: the faces know a lab only through these.

Law of the room: plain values in, plain values out; a command returns at once and reports through
its `Done`, on whichever thread it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol


class Status(NamedTuple):
    """How a lab is.

    Attributes:
        name: What the lab is called.
        running: Whether clients can connect.
        revision: The number of the code on stage, from 1.
        address: ``"127.0.0.1:43121"``, or ``"in-process (no network)"``.
        url: What a browser should use; "" if there is nothing it could.
        sockets: WebSockets that are open.
        note: A sentence when something is wrong, else "".
        port: The TCP port on this machine; None where there is no network.
        lab: What the lab's beacon answers with, so that a page can tell it from another one.
    """

    name: str
    running: bool
    revision: int
    address: str
    url: str
    sockets: int
    note: str
    port: int | None = None
    lab: str = ""


class RouteView(NamedTuple):
    """A route as a view gets it.

    Attributes:
        kind: ``"http"`` or ``"websocket"``.
        path: ``"/chat/{room}"``; a part that takes all the rest is ``{args…}``.
        handler: The method's name.
        parameters: Dicts with ``name``, ``annotation``, ``default`` (as Python writes it, or
            None), ``required`` and ``variadic``.
        doc: The first line of the handler's docstring, or "".
    """

    kind: str
    path: str
    handler: str
    parameters: tuple[dict[str, Any], ...]
    doc: str


class ClientView(NamedTuple):
    """A WebSocket client as a view gets it.

    Attributes:
        name: What the client is called.
        path: Path and query it connected to.
        state: ``"connecting"``, ``"open"``, ``"closed"`` or ``"refused"``.
        code: The close code, or the HTTP status of a refusal; None before.
        reason: The close reason, or the body of a refusal.
        subprotocol: What was agreed on, if anything was.
    """

    name: str
    path: str
    state: str
    code: int | None
    reason: str
    subprotocol: str | None


class GuestView(NamedTuple):
    """Somebody else's WebSocket as a view gets it: to be watched, not to be sent from."""

    name: str
    path: str


Done = Callable[[str | None, Any], None]
"""Called once when a command has ended, on any thread: an error sentence or None, and a result."""


class Controls(Protocol):
    """A lab, as its panel sees it. Every method returns at once."""

    def status(self) -> Status:
        """Return how the lab is now."""
        ...

    def routes(self) -> list[RouteView]:
        """Return what the app on stage serves, in definition order; empty if it cannot be known."""
        ...

    def clients(self) -> list[ClientView]:
        """Return the lab's own clients, in the order they first connected."""
        ...

    def guests(self) -> list[GuestView]:
        """Return who else has a WebSocket open, in the order they came."""
        ...

    def connect(self, client: str, path: str, subprotocols: Sequence[str], done: Done) -> None:
        """Connect a client; for the name "" one is chosen. The result is its name."""

    def send(self, client: str, data: str | bytes, done: Done) -> None:
        """Send one message from a client."""

    def close(self, client: str, code: int, reason: str, done: Done) -> None:
        """Close a client's connection."""

    def request(
        self,
        method: str,
        path: str,
        body: str | bytes,
        done: Done,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Send an HTTP request; without headers a body says by itself what it is.

        The result is ``{"status": 200, "headers": [[name, value], …], "body": "…",
        "seconds": 0.003}``.
        """

    def stop(self, done: Done) -> None:
        """Stop serving."""

    def restart(self, done: Done) -> None:
        """Serve anew, whether or not it was stopped."""

    def trust(self, origin: str) -> None:
        """Let pages of an origin talk to the app: the page that shows the panel says its own."""

    def told(self, url: str) -> None:
        """Note where a page has reached the lab: some hosts tell the address to a page only."""
