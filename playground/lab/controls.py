"""What the panel can see and do, done for a lab: every command returns at once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from playground.clients.client import Client
from playground.clients.pool import body_of
from playground.clients.sendable import check_close
from playground.lab.between_controls import BetweenControls
from playground.lab.crowd_controls import CrowdControls
from playground.lab.keeping_controls import KeepingControls
from playground.lab.listing import code_view, frames_of, state_view
from playground.lab.parts import Parts
from playground.lab.route_controls import RouteControls
from playground.lab.sentences import sentence
from playground.lab.upstream_controls import UpstreamControls
from playground.transports import HandshakeRefused
from playground.widgets.controls import (
    ClientView,
    CodeView,
    Done,
    GuestView,
    RouteView,
    StateView,
    Status,
)


class LabControls:
    """The panel's side of a lab.

    Args:
        lab: The parts of the lab.
    """

    def __init__(self, lab: Parts) -> None:
        self._lab = lab
        self.between = BetweenControls(lab)
        self.crowds = CrowdControls(lab.crowding)
        self.keeps = KeepingControls(lab)
        self.trying = RouteControls(lab, self._start)
        self.leading = UpstreamControls(lab, self._start)

    def status(self) -> Status:
        """Return what the status line shows."""
        lab, port = self._lab, self._lab.transport.port
        address = f"127.0.0.1:{port}" if port else "in-process (no network)"
        found = lab.addresses.browser
        note = lab.staging.note or (found.note if port else "")
        return Status(
            lab.name, lab.transport.running, lab.staging.revision, address, found.url,
            lab.stage.sockets, note, port, lab.entrance.identity.id,
            lab.watchdog.blocker(),
        )  # fmt: skip

    def routes(self) -> list[RouteView]:
        """Return what the app serves."""
        return [
            RouteView(
                route.kind, route.path, route.handler,
                tuple(_parameter(each) for each in route.parameters), route.doc or "",
            )
            for route in self._lab.staging.routes()
        ]  # fmt: skip

    def code(self) -> CodeView:
        """Return the source at work, and which handler stands at which line."""
        return code_view(self._lab)

    def standing(self, exchange: int, task: str) -> list[dict[str, Any]]:
        """Return the functions that a handler, or its task, stands in, with their variables."""
        return frames_of(self._lab, exchange, task)

    def state(self, seq: int) -> StateView:
        """Return the app's state as of an entry."""
        return state_view(self._lab, seq)

    def see(self, name: str, on: bool, done: Done) -> None:
        """Have an attribute be seen from now on, or not any more."""
        seeing = self._lab.seeing

        def act() -> None:
            rest = [each for each in seeing.names if each != name]
            seeing.see_only([*rest, name] if on else rest)

        self._do(act, done)

    def clients(self) -> list[ClientView]:
        """Return the clients, in the order they first connected."""
        return [_client(client) for client in list(self._lab.pool.clients.values())]

    def meant(self, seq: int) -> str:
        """Return what was probably meant by whoever an entry refuses; "" if nothing is like it."""
        log, reasons = self._lab.log, self._lab.pool.reasons
        entry = log.entry(seq)
        exchange = None if entry is None else log.exchange(entry.exchange)
        if entry is None or exchange is None:
            return ""
        status, said, path = entry.code or 0, entry.data or "", exchange.path
        if entry.kind == "refuse":
            return reasons.advice(HandshakeRefused(status, str(said), path))
        body = said if isinstance(said, bytes) else said.encode()
        return reasons.meant(status, path, body) if entry.kind == "response" else ""

    def guests(self) -> list[GuestView]:
        """Return who else has a WebSocket open."""
        return [GuestView(*each) for each in self._lab.entrance.recorder.guests()]

    def connect(self, client: str, path: str, subprotocols: Sequence[str], done: Done) -> None:
        """Connect a client; the result is its name."""

        async def work() -> str:
            pool = self._lab.pool
            made = await pool.connect(path, client or None, subprotocols=subprotocols)
            return made.name

        self._start(work, done)

    def send(self, client: str, data: str | bytes, done: Done) -> None:
        """Send a message from a client."""
        self._start(lambda: self._client(client).send(data), done)

    def close(self, client: str, code: int, reason: str, done: Done) -> None:
        """Close a client's connection."""

        async def work() -> None:
            check_close(code, reason)
            await self._client(client).close(code, reason)

        self._start(work, done)

    def request(
        self,
        method: str,
        path: str,
        body: str | bytes,
        done: Done,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Send an HTTP request; without headers a body says by itself what it is."""

        async def work() -> dict[str, Any]:
            began = time.perf_counter()
            sent = list(headers) or ([("content-type", content_type(body))] if body else [])
            answer = await self._lab.pool.request(method, path, sent, body_of(None, None, body))
            return {
                "status": answer.status,
                "headers": [list(pair) for pair in answer.headers],
                "body": answer.text[:100_000],
                "seconds": answer.seconds or time.perf_counter() - began,
            }

        self._start(work, done)

    def stop(self, done: Done) -> None:
        """Stop the lab."""
        self._do(self._lab.life.stop, done)

    def restart(self, done: Done) -> None:
        """Start the lab anew."""
        self._do(self._lab.life.restart, done)

    def break_out(self, done: Done) -> None:
        """End whoever holds the app's event loop: it takes seconds, so on a thread of its own."""

        def work() -> None:
            try:
                said = self._lab.unblocking.free()
            except Exception as error:
                done(sentence(error), None)
            else:
                done(None, said)

        threading.Thread(target=work, name="playground-break-out", daemon=True).start()

    def open_page(self) -> str:
        """Open the panel as a page of a browser; return an address of it."""
        return self._lab.panel_site.open()

    def trust(self, origin: str, around: Sequence[str] = ()) -> None:
        """Let the page that shows the notebook talk to the app."""
        self._lab.entrance.origins.trust(origin, around)

    def told(self, url: str) -> None:
        """Note where a page has reached the lab."""
        self._lab.addresses.learn(url)

    def _client(self, name: str) -> Client:
        client = self._lab.pool.clients.get(name)
        if client is None:
            raise LookupError(f"there is no client {name!r}; connect it first")
        return client

    def _do(self, action: Callable[[], None], done: Done) -> None:
        try:
            action()
        except Exception as error:
            done(sentence(error), None)
        else:
            done(None, None)

    def _start(self, work: Callable[[], Coroutine[Any, Any, Any]], done: Done) -> None:
        if blocked := self._lab.watchdog.blocker():
            done(f"Nothing is answered: {blocked}. Break out, or run the mended cell.", None)
            return

        async def run() -> None:
            try:
                result = await work()
            except Exception as error:
                done(sentence(error), None)
            else:
                done(None, result)

        task = run()
        try:
            self._lab.transport.spawn(task)
        except Exception as error:
            task.close()
            done(sentence(error), None)


def content_type(body: str | bytes) -> str:
    """Return what a body that somebody typed is: JSON if it reads as that, form fields, or text."""
    if isinstance(body, bytes):
        return "application/octet-stream"
    try:
        json.loads(body)
    except ValueError:
        fields = all("=" in field for field in body.split("&")) and "\n" not in body
        return "application/x-www-form-urlencoded" if fields else "text/plain; charset=utf-8"
    return "application/json"


def _client(client: Client) -> ClientView:
    return ClientView(
        client.name, client.path, client.state, client.code, client.reason, client.subprotocol,
        client.why(),
    )  # fmt: skip


def _parameter(parameter: Any) -> dict[str, Any]:
    shown = None if parameter.required or parameter.variadic else repr(parameter.default)
    return {
        "name": parameter.name,
        "annotation": parameter.annotation,
        "default": shown,
        "required": parameter.required,
        "variadic": parameter.variadic,
    }
