"""What the panel can see and do, done for a lab: every command returns at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from playground.clients import Client, check_close
from playground.lab import Lab
from playground.widgets.controls import ClientView, Done, GuestView, RouteView, Status


class LabControls:
    """The panel's side of a lab."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def status(self) -> Status:
        """Return what the status line shows."""
        lab = self._lab
        address = f"127.0.0.1:{lab.port}" if lab.port else "in-process (no network)"
        found = lab.address
        note = lab.note or (found.note if lab.port else "")
        return Status(
            lab.name, lab.running, lab.revision, address, found.url, lab.sockets, note,
            lab.port, lab.id,
        )  # fmt: skip

    def routes(self) -> list[RouteView]:
        """Return what the app serves."""
        return [
            RouteView(
                route.kind, route.path, route.handler,
                tuple(_parameter(each) for each in route.parameters), route.doc or "",
            )
            for route in self._lab.handlers()
        ]  # fmt: skip

    def clients(self) -> list[ClientView]:
        """Return the clients, in the order they first connected."""
        return [_client(client) for client in list(self._lab.clients.values())]

    def guests(self) -> list[GuestView]:
        """Return who else has a WebSocket open."""
        return [GuestView(*each) for each in self._lab.guests]

    def connect(self, client: str, path: str, subprotocols: Sequence[str], done: Done) -> None:
        """Connect a client; the result is its name."""

        async def work() -> str:
            made = await self._lab.connect(path, client=client or None, subprotocols=subprotocols)
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
            answer = await self._lab.request(method, path, body=body, headers=sent)
            return {
                "status": answer.status,
                "headers": [list(pair) for pair in answer.headers],
                "body": answer.text[:100_000],
                "seconds": answer.seconds or time.perf_counter() - began,
            }

        self._start(work, done)

    def stop(self, done: Done) -> None:
        """Stop the lab."""
        self._do(self._lab.stop, done)

    def restart(self, done: Done) -> None:
        """Start the lab anew."""
        self._do(self._lab.restart, done)

    def trust(self, origin: str) -> None:
        """Let the page that shows the notebook talk to the app."""
        self._lab.trust(origin)

    def told(self, url: str) -> None:
        """Note where a page has reached the lab."""
        self._lab.told(url)

    def _client(self, name: str) -> Client:
        client = self._lab.clients.get(name)
        if client is None:
            raise LookupError(f"there is no client {name!r}; connect it first")
        return client

    def _do(self, action: Callable[[], None], done: Done) -> None:
        try:
            action()
        except Exception as error:
            done(_sentence(error), None)
        else:
            done(None, None)

    def _start(self, work: Callable[[], Coroutine[Any, Any, Any]], done: Done) -> None:
        async def run() -> None:
            try:
                result = await work()
            except Exception as error:
                done(_sentence(error), None)
            else:
                done(None, result)

        task = run()
        try:
            self._lab.spawn(task)
        except Exception as error:
            task.close()
            done(_sentence(error), None)


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


def _sentence(error: Exception) -> str:
    """Return an exception's message as a person reads it."""
    said = str(error) or type(error).__name__
    said = said[0].upper() + said[1:]
    return said if said.endswith((".", "?", "!")) else said + "."


def _client(client: Client) -> ClientView:
    return ClientView(
        client.name, client.path, client.state, client.code, client.reason, client.subprotocol
    )


def _parameter(parameter: Any) -> dict[str, Any]:
    shown = None if parameter.required or parameter.variadic else repr(parameter.default)
    return {
        "name": parameter.name,
        "annotation": parameter.annotation,
        "default": shown,
        "required": parameter.required,
        "variadic": parameter.variadic,
    }
