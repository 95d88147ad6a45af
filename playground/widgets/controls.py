"""What the panel shows and commands, as protocols: the faces know a lab only through these.

Law of the room: plain values in, plain values out; a command returns at once and reports through
its `Done`, on whichever thread it ends.

`RouteView`, `ClientView` and `GuestView` are what a view is given of a route, a client and a guest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable


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
        lab: What the lab's identity answers with, so that a page can tell it from another one.
        blocked: Who keeps everybody else waiting, and since when, as a clause; "" if nobody does.
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
    blocked: str = ""


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
        why: Why it was refused or closed with 1011, where the app has a reason; else "".
    """

    name: str
    path: str
    state: str
    code: int | None
    reason: str
    subprotocol: str | None
    why: str = ""


class GuestView(NamedTuple):
    """Somebody else's WebSocket as a view gets it: to be watched, not to be sent from."""

    name: str
    path: str


class SheetView(NamedTuple):
    """Some lines of source as a view gets them.

    Attributes:
        revision: The number of the code.
        name: What they define, such as ``"Chat"``; "" for a function of its own.
        place: The cell or file, such as ``"In[5]"``.
        first: The number of the first line.
        lines: Their text; none where the source is not known.
        why: Why it is not known, as a sentence; else "".
        staged: Whether it is the code on stage.
    """

    revision: int
    name: str
    place: str
    first: int
    lines: tuple[str, ...]
    why: str
    staged: bool


class DotView(NamedTuple):
    """Where a handler stands, or a task that it has begun, as a view gets it.

    Attributes:
        client: Whose it is.
        exchange: The number of its exchange.
        task: The task's name; "" for the handler itself.
        route: The path.
        revision: The number of the code that runs.
        place: The cell or file of the innermost line of the user's; "" if it stands in none.
        line: That line's number.
        doing: What it does, in words.
        waits: What it waits for, in one word; ``"running"``.
    """

    client: str
    exchange: int
    task: str
    route: str
    revision: int
    place: str
    line: int
    doing: str
    waits: str


class CodeView(NamedTuple):
    """The source that is at work, and who stands where in it."""

    sheets: tuple[SheetView, ...]
    dots: tuple[DotView, ...]


class StateView(NamedTuple):
    """What the app's attributes held as of a row.

    Attributes:
        names: The attributes that are seen.
        offered: All that could be, in the app's order.
        since: The number of the first row of which it is known; 0 if nothing is seen.
        lines: Of each: how deep it stands, what it stands under, the value, ``"+"``, ``"-"``,
            ``"→"`` or "", and what it was before; None if it is not known as of this row.
    """

    names: tuple[str, ...]
    offered: tuple[str, ...]
    since: int
    lines: tuple[tuple[int, str, str, str, str], ...] | None


Done = Callable[[str | None, Any], None]
"""Called once when a command has ended, on any thread: an error sentence or None, and a result."""


@runtime_checkable
class Sight(Protocol):
    """A lab, as the Code face sees it. Every method returns at once."""

    def code(self) -> CodeView:
        """Return the source at work, and which handler stands at which line."""
        ...

    def standing(self, exchange: int, task: str) -> list[dict[str, Any]]:
        """Return the functions that a handler, or its task, stands in, with their variables."""
        ...


@runtime_checkable
class StateSight(Protocol):
    """A lab, as a row's tab *State* sees it. Every method returns at once."""

    def state(self, seq: int) -> StateView:
        """Return the app's state as of an entry."""
        ...

    def see(self, name: str, on: bool, done: Done) -> None:
        """Have an attribute be seen from now on, or not any more."""


@runtime_checkable
class Paged(Protocol):
    """A lab whose panel can be a page of its own."""

    def open_page(self) -> str:
        """Open it in a browser; return an address of it."""
        ...


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

    def meant(self, seq: int) -> str:
        """Return what was probably meant by whoever an entry tells that there is no such page."""
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

    def break_out(self, done: Done) -> None:
        """End whoever keeps everybody else waiting; the result is what was done, as a sentence."""

    def trust(self, origin: str, around: Sequence[str] = ()) -> None:
        """Let pages of an origin talk to the app: the page that shows the panel says its own.

        It says too in the frames of which origins it is itself, ``"*"`` if it cannot know.
        """

    def told(self, url: str) -> None:
        """Note where a page has reached the lab: some hosts tell the address to a page only."""
