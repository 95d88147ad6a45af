"""A recorder with a stage behind it and a real transport before it, to see what it writes."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from playground.recorder import Recorder, doing
from playground.stage import Stage, in_handler
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.transports import ClientClosed, Transport, Wire

DEADLINE = 5.0
TRANSPORTS = ("server", "memory")


class Ground:
    """An app that is served and recorded, over a server or in memory.

    Args:
        transport: ``"server"`` or ``"memory"``.
        app: Any ASGI app.
        file: Whose lines are the user's; they are called ``here``.
    """

    def __init__(self, transport: str, app: Any, file: str, **options: Any) -> None:
        self.log = Log(lock=threading.Lock())
        self.stage = Stage(context_variable=doing, on_trouble=lambda said: None)
        self.app = app
        self.recorder = Recorder(
            self.stage,
            self.log,
            revision=self.stage.revision_now,
            locate={file: "here"}.get,
            in_handler=in_handler,
            **options,
        )
        self.transport = make(transport, self.recorder, self.see_the_end)
        self.wires: list[Wire] = []

    async def __aenter__(self) -> Self:
        self.transport.start()
        await self.transport.run(self.stage.swap(self.app))
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop serving, as a lab does: what is open is closed with 1012."""
        if self.transport.port:
            await asyncio.to_thread(self.transport.stop, DEADLINE)
        else:
            self.transport.stop(DEADLINE)
            await asyncio.sleep(0)

    async def see_the_end(self) -> None:
        """Have every client hear that the server is gone, on the loop it lives on."""
        for wire in self.wires:
            with contextlib.suppress(ClientClosed):
                while True:
                    await wire.receive()
        await self.stage.clear()

    async def connect(self, path: str = "/", name: str = "", **options: Any) -> Wire:
        headers = [("x-playground-client", name)] if name else []
        opening = self.transport.connect(path, headers=headers, **options)
        wire = await asyncio.wait_for(self.transport.run(opening), DEADLINE)
        self.wires.append(wire)
        return wire

    async def request(self, method: str, path: str, **options: Any) -> Any:
        asked = self.transport.request(method, path, **options)
        return await asyncio.wait_for(self.transport.run(asked), DEADLINE)

    async def say(self, wire: Wire, message: str | bytes) -> None:
        await self.transport.run(wire.send(message))

    async def close(self, wire: Wire, code: int = 1000, reason: str = "") -> None:
        await self.transport.run(wire.close(code, reason))

    async def until(self, holds: Callable[[list[Entry]], object]) -> list[Entry]:
        """Wait until something holds of the log; return its entries."""
        deadline = time.monotonic() + DEADLINE
        while not holds(entries := list(self.log)):
            assert time.monotonic() < deadline, "\n".join(map(str, entries))
            await asyncio.sleep(0.002)
        return entries

    async def until_sent(self, text: str | bytes, times: int = 1) -> list[Entry]:
        """Wait until the server has sent a text so often."""
        return await self.until(
            lambda entries: len([each for each in entries if is_from_server(each, text)]) >= times
        )

    async def until_kind(self, kind: str) -> Entry:
        """Wait for an entry of a kind; return the newest."""
        entries = await self.until(lambda entries: any(each.kind == kind for each in entries))
        return [each for each in entries if each.kind == kind][-1]

    def cause_of(self, text: str | bytes) -> str | bytes | None:
        """Return the data of what set off a text that the server sent (its kind, if not a text)."""
        sent = next(each for each in self.log if is_from_server(each, text))
        cause = self.log.entry(sent.cause or 0)
        if cause is None:
            return None
        return cause.data if cause.kind == "text" else cause.kind


def make(transport: str, app: Any, closing: Any) -> Transport:
    if transport == "memory":
        from playground.transports.memory_thread import ThreadedMemoryTransport

        return ThreadedMemoryTransport(app, closing)
    from playground.transports.server import ServerTransport

    return ServerTransport(app, on_trouble=lambda said: None, closing=closing)


def is_from_server(entry: Entry, text: str | bytes) -> bool:
    return entry.sender == "server" and entry.data == text
