"""Visitors: the lab's own clients by name, and its HTTP requests."""

from __future__ import annotations

import asyncio
import contextlib
import json as jsonlib
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from playground.clients import NAMES, Client
from playground.recorder import CLIENT_HEADER
from playground.transports import HandshakeRefused, Response, Transport

HeaderItems = Mapping[str, str] | Iterable[tuple[str, str]]
Advice = Callable[[HandshakeRefused], str]

# What HTTP requests from a cell are called in the log.
NOTEBOOK = "notebook"


class Visitors:
    """Who visits an app from this kernel.

    Args:
        transport: How they reach it.
        ready: Awaited before each visit, so that the newest code is on stage.
        advice: Given a refusal, what to add to it in words.
        headers: What they all send besides their own.

    Attributes:
        clients: By name, in the order they first connected; closed ones too.
        reconnect: Whether clients come back by themselves after "service restart".
    """

    def __init__(
        self,
        transport: Transport,
        ready: Callable[[], Awaitable[None]],
        advice: Advice,
        headers: HeaderItems = (),
    ) -> None:
        self.transport = transport
        self.ready = ready
        self.advice = advice
        self.headers = _pairs(headers)
        self.clients: dict[str, Client] = {}
        self.reconnect = False

    async def connect(
        self,
        path: str,
        name: str | None,
        headers: HeaderItems,
        subprotocols: Sequence[str],
        timeout: float,
    ) -> Client:
        """Connect a client; one of the same name that is still open is closed first."""
        await self.ready()
        client = Client(
            self.transport,
            name or self.free_name(),
            path,
            headers=[*self.headers, *_pairs(headers)],
            subprotocols=subprotocols,
            ready=self.ready,
        )
        client.reconnects = self.reconnect
        await self.transport.run(self._connected(client, timeout))
        return client

    async def _connected(self, client: Client, timeout: float) -> None:
        before = self.clients.get(client.name)
        self.clients[client.name] = client
        if before is not None and before.state == "open":
            with contextlib.suppress(Exception):
                await before.close(1000, "connected again")
        try:
            await client.open(timeout)
        except HandshakeRefused as refusal:
            said = refusal.status, refusal.body, client.path
            raise HandshakeRefused(*said, self.advice(refusal)) from None

    def free_name(self) -> str:
        """Return a client name that is not in use: alice, bob, carol … then client-9."""
        busy = ("connecting", "open")
        taken = {name for name, client in self.clients.items() if client.state in busy}
        free = (name for name in NAMES if name not in taken)
        numbered = (f"client-{number}" for number in range(len(NAMES) + 1, sys.maxsize))
        return next(free, None) or next(name for name in numbered if name not in taken)

    async def request(
        self,
        method: str,
        path: str,
        headers: HeaderItems,
        content: tuple[list[tuple[str, str]], bytes],
        timeout: float,
        name: str = NOTEBOOK,
    ) -> Response:
        """Send an HTTP request with a body from `body_of`; the log calls its sender by a name."""
        await self.ready()
        extra, body = content
        named = (CLIENT_HEADER.decode(), quote(name))
        sent = [named, *self.headers, *extra, *_pairs(headers)]
        asked = self.transport.request(method.upper(), path, headers=sent, body=body)
        return await self.transport.run(_within(asked, timeout, f"{method.upper()} {path}"))

    async def see_the_end(self) -> None:
        """Wait, shortly, until every client has heard that the server is gone."""
        listeners = [client.listener for client in self.clients.values() if client.listener]
        if listeners:
            await asyncio.wait(listeners, timeout=0.5)


def body_of(
    json: Any, form: Mapping[str, str] | None, body: str | bytes
) -> tuple[list[tuple[str, str]], bytes]:
    """Return the content type's header and the bytes for what a request is to send."""
    if json is not None:
        return [("content-type", "application/json")], jsonlib.dumps(json).encode()
    if form is not None:
        kind = "application/x-www-form-urlencoded"
        return [("content-type", kind)], urlencode(form).encode()
    return [], body.encode() if isinstance(body, str) else body


def _pairs(headers: HeaderItems) -> list[tuple[str, str]]:
    return list(headers.items()) if isinstance(headers, Mapping) else list(headers)


async def _within(work: Awaitable[Response], timeout: float, what: str) -> Response:
    try:
        async with asyncio.timeout(timeout):
            return await work
    except TimeoutError:
        raise TimeoutError(f"{what} was not answered within {timeout:g} s") from None
