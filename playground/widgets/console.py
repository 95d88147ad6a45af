"""The console: a lab's WebSocket clients, and the line that sends messages from them.

In a panel the two halves stand apart, with the traffic between them: each is a `Console` with a
`part` of its own, and they find each other in the page.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any, Final

import traitlets

from playground.traffic.escapes import escaped
from playground.traffic.model import close_phrase
from playground.traffic.redact import redact_path, redact_subprotocols
from playground.traffic.summary import scrub
from playground.widgets.between import between_of
from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import ClientView, Controls, Done, GuestView
from playground.widgets.dismissed import Dismissed, is_over
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.watched import text_of

# A load test may open thousands; a view gets these many, those that are open before the others.
MOST_CLIENTS: Final = 200
MOST_REASON: Final = 300
MOST_STILL: Final = 40
# Of many that fail at once the first say why.
MOST_ERRORS: Final = 5
# A class of thirty is shown whole.
MOST_GUESTS: Final = 40

# Reading an app's routes costs a millisecond, and they are only what the form suggests.
PATHS_SECONDS: Final = 2.0
MOST_PATHS: Final = 50


class Console(Controlled):
    """A lab's clients and a line to send from them.

    Args:
        controls: The lab, as a panel sees it.
        follower: Who looks at the lab's log.
        names: The colours of clients, shared with other faces of the same lab.
        part: ``"all"``, or only the ``"clients"`` or the ``"compose"`` line.
    """

    _esm = compose("clients/console.js")
    _css = style("shared/fields.css", "clients/console.css")

    part = traitlets.Enum(("all", "clients", "compose"), "all").tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
    """The client that messages are sent from, where Python chose one."""

    def __init__(
        self, controls: Controls, follower: Follower, names: Names | None = None, part: str = "all"
    ) -> None:
        self.names = names if names is not None else Names()
        self.dismissed = Dismissed()
        self._paths: list[str] = []
        self._paths_due = 0.0
        super().__init__(controls, follower, part=part)

    def choose(self, client: str) -> None:
        """Choose the client that messages are sent from, in every view of this console."""
        with self.lock:
            self.chosen = client

    def state(self) -> dict[str, Any]:
        """Return the clients, those that are open before the others if there are many."""
        clients = self.dismissed.without(self.controls.clients())
        kept = _kept(clients)
        # Whoever looks first, a client has the colour of its place in the log.
        self.names.learn(self.follower.log, self.follower.log.last_exchange)
        return {
            "clients": [self._client(client) for client in kept],
            "open": sum(client.state == "open" for client in clients),
            "over": sum(is_over(client) for client in clients),
            "more": len(clients) - len(kept),
            **self._guests(),
            "paths": self._suggested(),
        }

    def heard_connect(self, message: dict[str, Any], buffers: object) -> None:
        """Connect a client."""
        self.command(message, lambda done: connect(self.controls, message, done))

    def heard_send(self, message: dict[str, Any], buffers: object) -> None:
        """Send one message from a client, or from all that are open."""

        def act(done: Done) -> None:
            data = _payload(message)
            self._each(message, done, lambda name, each: self.controls.send(name, data, each))

        self.command(message, act)

    def heard_close(self, message: dict[str, Any], buffers: object) -> None:
        """Close a client's connection, or all that are open."""

        def act(done: Done) -> None:
            code, reason = message.get("code"), text_of(message, "reason")
            if not isinstance(code, int):
                raise ValueError(f"expected a close code, got {code!r}; try 1000")
            self._each(
                message, done, lambda name, each: self.controls.close(name, code, reason, each)
            )

        self.command(message, act)

    def heard_rule(self, message: dict[str, Any], buffers: object) -> None:
        """Delay, hold, slow down or cut a client's line, or calm it."""

        def act(done: Done) -> None:
            between = between_of(self.controls)
            if between is None:
                raise ValueError("The lines of this lab cannot be ruled.")
            between.rule(text_of(message, "client", 300), text_of(message, "what", 20), done)

        self.command(message, act)

    def heard_dismiss(self, message: dict[str, Any], buffers: object) -> None:
        """Show a client no longer whose connection is over, or none of those."""

        def act(done: Done) -> None:
            names = None if message.get("all") else {text_of(message, "client", 300)}
            done(None, self.dismissed.add(self.controls.clients(), names))

        self.command(message, act)

    def heard_reconnect(self, message: dict[str, Any], buffers: object) -> None:
        """Connect all clients again whose connection is over."""

        def act(done: Done) -> None:
            over = {
                each.name: each
                for each in self.dismissed.without(self.controls.clients())
                if is_over(each)
            }
            self._all(list(over), done, lambda name, ended: self._again(over[name], ended))

        self.command(message, act)

    def _again(self, client: ClientView, done: Done) -> None:
        offered = [client.subprotocol] if client.subprotocol else []
        self.controls.connect(client.name, client.path, offered, done)

    def still_text(self) -> str:
        """Return the clients, one a line."""
        told = self._in_words()
        if not told:
            return "Clients: none"
        return "\n".join(["Clients", *(f"  {each}" for each in told)])

    def still_html(self) -> str:
        """Return the clients as static HTML."""
        told = " | ".join(escape(each) for each in self._in_words())
        return f"<div>Clients: {told or 'none'}</div>"

    def _in_words(self) -> list[str]:
        """Return each client and each guest in words."""
        clients = [_said(client) for client in self.dismissed.without(self.controls.clients())]
        guests = [_said_of_guest(guest) for guest in self.controls.guests()]
        return [*_first(clients, MOST_STILL, "more"), *_first(guests, MOST_GUESTS, "more guests")]

    def _guests(self) -> dict[str, Any]:
        guests = self.controls.guests()
        told = [
            {**guest._asdict(), "index": self.names.index(guest.name)}
            for guest in guests[:MOST_GUESTS]
        ]
        return {"guests": told, "more_guests": len(guests) - len(told)}

    def _suggested(self) -> list[str]:
        now = time.monotonic()
        if now >= self._paths_due:
            self._paths_due = now + PATHS_SECONDS
            routes = self.controls.routes()
            self._paths = [each.path for each in routes if each.kind == "websocket"][:MOST_PATHS]
        return self._paths

    def _client(self, client: ClientView) -> dict[str, Any]:
        is_closed = client.state == "closed" and client.code
        phrase = close_phrase(client.code or 0, client.reason) if is_closed else ""
        return {
            **_shown(client)._asdict(),
            "reason": "" if client.reason == phrase else client.reason[:MOST_REASON],
            "phrase": phrase,
            "why": scrub(client.why)[:MOST_REASON],
            "index": self.names.index(client.name),
        }

    def _each(self, message: dict[str, Any], done: Done, act: Callable[[str, Done], None]) -> None:
        """Act for one client, or for all that are open: then done is called when all have ended."""
        if not message.get("all"):
            act(text_of(message, "client", 300), done)
            return
        names = [client.name for client in self.controls.clients() if client.state == "open"]
        if not names:
            raise ValueError("No client is open. Connect one first.")
        self._all(names, done, act)

    def _all(self, names: list[str], done: Done, act: Callable[[str, Done], None]) -> None:
        """Act for each of some clients: done is called when all have ended."""
        if not names:
            done(None, None)
            return
        ends = _Ends(names, done)
        for name in names:
            ended = ends.of(name)
            try:
                act(name, ended)
            except Exception as error:
                ended(str(error) or type(error).__name__, None)


class _Ends:
    """Many ends made one: the errors of all, each with its client's name."""

    def __init__(self, names: list[str], done: Done) -> None:
        self._lock = threading.Lock()
        self._waiting = set(names)
        self._errors: list[str] = []
        self._done = done

    def of(self, name: str) -> Done:
        def done(error: str | None, result: Any) -> None:
            with self._lock:
                if name not in self._waiting:
                    return
                self._waiting.remove(name)
                self._errors += [f"{name}: {error}"] if error else []
                last = not self._waiting
            if last:
                self._done("\n".join(_first(self._errors, MOST_ERRORS, "more")) or None, None)

        return done


def connect(controls: Controls, message: dict[str, Any], done: Done) -> None:
    """Connect a client as a view asked for it."""
    offered = message.get("subprotocols", [])
    if not isinstance(offered, list) or not all(isinstance(each, str) for each in offered):
        raise ValueError(f"expected subprotocols as a list of texts, got {offered!r}")
    name, path = text_of(message, "client", 300), text_of(message, "path")
    again = next((each for each in controls.clients() if each.name == name), None)
    if again is not None and _shown(again).path == path:
        # A view has neither its token nor its subprotocol's.
        path = again.path
        if offered == [_shown(again).subprotocol]:
            offered = [again.subprotocol]
    controls.connect(name, path, offered, done)


def _shown(client: ClientView) -> ClientView:
    """Return a client as a view may show it, without credentials."""
    spoken = redact_subprotocols([client.subprotocol])[0] if client.subprotocol else None
    return client._replace(path=redact_path(client.path), subprotocol=spoken)


def _kept(clients: list[ClientView]) -> list[ClientView]:
    """Return at most `MOST_CLIENTS`, in order: all that are open, then the newest of the others."""
    if len(clients) <= MOST_CLIENTS:
        return clients
    ranked = sorted(range(len(clients)), key=lambda n: (clients[n].state != "open", -n))
    return [clients[n] for n in sorted(ranked[:MOST_CLIENTS])]


def _payload(message: dict[str, Any]) -> str | bytes:
    data = text_of(message, "data", 16 * 1024 * 1024)
    return bytes.fromhex(data) if message.get("format") == "binary" else data


def _first(told: list[str], most: int, rest: str) -> list[str]:
    return told if len(told) <= most else [*told[:most], f"and {len(told) - most:,} {rest}"]


def _said_of_guest(guest: GuestView) -> str:
    return f"{escaped(guest.name)} · {escaped(scrub(guest.path))} · open, a guest"


def _said(client: ClientView) -> str:
    """Return a client in words: ``dave · /chat · closed 1011 internal error``."""
    ending = client.state
    if client.code is not None and client.state in ("closed", "refused"):
        phrase = close_phrase(client.code, client.reason) if client.state == "closed" else ""
        ending = f"{client.state} {client.code} {phrase}".rstrip()
    return " · ".join((escaped(client.name), escaped(scrub(_shown(client).path)), ending))
