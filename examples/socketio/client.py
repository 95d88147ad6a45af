"""Two visitors play a script in the chat of `app.py`: Ada by WebSocket, Bob by long-polling.

Run it with `python examples/socketio/client.py` while the app is served.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import socketio

# Seconds to wait for the other side; on one machine it answers in milliseconds.
PATIENCE = 5.0


class Visitor:
    """Somebody in the chat; `visit` brings one there.

    Attributes:
        http: Their browser, so to say: it keeps the cookie of the login.
        sio: Their Socket.IO client, which connects with the same cookie.
    """

    def __init__(self, name: str, http: aiohttp.ClientSession) -> None:
        self.name = name
        self.http = http
        self.sio = socketio.AsyncClient(http_session=http)
        self.sio.on("joined", lambda name: self._note(f"{name} has joined"))
        self.sio.on("said", lambda said: self._note(f"{said['who']}: {said['text']}"))
        self.sio.on("left", lambda name: self._note(f"{name} has left"))
        self._news: asyncio.Queue[str] = asyncio.Queue()

    async def call(self, event: str, *arguments: str) -> None:
        """Send an event, and wait for its acknowledgement."""
        answer = await self.sio.call(event, arguments, timeout=PATIENCE)
        print(f"{self.name} → {event}({', '.join(arguments)}) → {answer}")

    async def hear(self) -> None:
        """Wait for the next news."""
        print(f"{self.name} ← {await asyncio.wait_for(self._news.get(), PATIENCE)}")

    def _note(self, news: str) -> None:
        self._news.put_nowait(news)


@asynccontextmanager
async def visit(name: str, url: str, transport: str) -> AsyncIterator[Visitor]:
    """Log somebody in and connect them by `"websocket"` or `"polling"`, for a while."""
    # Without `unsafe`, cookies of a host that is only a number are not kept.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{url}/login", data={"name": name}) as answer:
            answer.raise_for_status()
        visitor = Visitor(name, http)
        await visitor.sio.connect(url, transports=[transport])
        print(f"{name} is connected by {visitor.sio.transport()}")
        try:
            yield visitor
        finally:
            await visitor.sio.disconnect()
        # A client by long-polling does not read the answer to its last post. That is there when the
        # answer to another request is; then the session closes no connection that is in use.
        async with http.get(f"{url}/online") as answer:
            await answer.read()


async def play(url: str) -> None:
    """Play the script."""
    async with visit("Bob", url, "polling") as bob:
        async with visit("Ada", url, "websocket") as ada:
            await bob.call("join", "tea")
            await ada.call("join", "tea")
            await bob.hear()
            await ada.call("say", "tea", "Milk or lemon?")
            await bob.hear()
            await bob.call("say", "tea", "Lemon!")
            await ada.hear()
            await look_beside(ada, url)
        await bob.hear()


async def look_beside(visitor: Visitor, url: str) -> None:
    """Use the App next to Socket.IO: a page and a plain WebSocket, with the same session."""
    async with visitor.http.get(f"{url}/online") as answer:
        print(f"online: {', '.join(await answer.json())}")
    async with visitor.http.ws_connect(f"{url}/echo") as ws:
        await ws.send_str("hello")
        print(f"echo: {await ws.receive_str(timeout=PATIENCE)}")


def main() -> None:
    """Play the script against a server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    url = parser.parse_args().url
    try:
        asyncio.run(play(url))
    except (aiohttp.ClientError, socketio.exceptions.ConnectionError) as error:
        raise SystemExit(f"Could not talk to {url}: {error}. Is app.py running?") from error


if __name__ == "__main__":
    main()
