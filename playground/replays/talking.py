"""A client's side of one conversation that is had again: what it does, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any, Final

from micropie import ConnectionClosed
from micropie.testing import Client, ResponseIncomplete, WebSocketRefused
from playground.clients.cookies import Cookies
from playground.exports.replay import SERVERS_OWN
from playground.replays.asking import Asked
from playground.replays.score import Act
from playground.traffic.model import Entry

# RFC 6455 7.4.1: there was nothing in the close frame, or there was none.
_NO_STATUS: Final = 1005
_ABNORMAL: Final = 1006

# What the log numbers is one browser all the same.
_NUMBERED: Final = re.compile(r"(browser|client|curl|node|python)-\d+")


def browser_of(client: str) -> str:
    """Return whose cookies a client has."""
    found = _NUMBERED.fullmatch(client)
    return found[1] if found else client


class Conversing:
    """One conversation. What is to be done waits for what was to be done before it.

    Args:
        client: Reaches the app.
        asked: How it begins.
        cookies: What the client has been given by the app.
    """

    def __init__(self, client: Client, asked: Asked, cookies: Cookies) -> None:
        self._client = client
        self._asked = asked
        self._cookies = cookies
        self._acts: asyncio.Queue[Act] = asyncio.Queue()
        self._leaving = asyncio.Event()
        work = self._talk() if asked.protocol == "websocket" else self._ask()
        self._task = asyncio.get_running_loop().create_task(self._quietly(work))
        self._reading: asyncio.Task[None] | None = None

    def do(self, act: Act) -> None:
        """Have it do something next."""
        if act.kind == "leave":
            self._leaving.set()
        self._acts.put_nowait(act)

    async def _quietly(self, work: Any) -> None:
        # What an app does to its client is in the log.
        with contextlib.suppress(ConnectionClosed, ConnectionError, TimeoutError):
            await work

    def _headers(self) -> list[tuple[str, str]]:
        return self._cookies.added(self._asked.path, self._asked.headers)

    async def _talk(self) -> None:
        path, offered = self._asked.path, self._asked.subprotocols
        try:
            session = await self._client.connect(
                path, headers=self._headers(), subprotocols=offered
            )
        except WebSocketRefused as refusal:
            self._cookies.take(path, refusal.headers)
            return
        self._cookies.take(path, session.headers)
        self._reading = asyncio.get_running_loop().create_task(self._quietly(_read(session)))
        while True:
            act = await self._acts.get()
            if act.kind == "send" and act.entry is not None and act.entry.data is not None:
                await session.send(act.entry.data)
            elif act.kind == "close" and act.entry is not None:
                await _leave(session, act.entry)

    async def _ask(self) -> None:
        asked = self._asked
        async with self._client.stream(
            asked.method, asked.path, headers=self._headers(), body=asked.body
        ) as answer:
            self._cookies.take(asked.path, answer.headers)
            reading = asyncio.ensure_future(_drained(answer))
            leaving = asyncio.ensure_future(self._leaving.wait())
            try:
                await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                reading.cancel()
                leaving.cancel()


async def _read(session: Any) -> None:
    while True:
        await session.receive()


async def _drained(answer: Any) -> None:
    with contextlib.suppress(ResponseIncomplete):
        async for _ in answer:
            pass


async def _leave(session: Any, entry: Entry) -> None:
    """Close a connection, as the client or its server by itself did."""
    code, reason = entry.code, entry.data if isinstance(entry.data, str) else ""
    if code == _ABNORMAL:
        session.abort()
    elif code in SERVERS_OWN:
        session.server_closed(code, reason)
    elif code is None or code == _NO_STATUS:
        await session.close(None)
    else:
        await session.close(code, reason)
