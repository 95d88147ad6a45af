"""A server elsewhere, in a browser: the far leg is the browser's own WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.notebooks.static_site import Site

SCRIPT = Path(__file__).with_name("upstream.py")

RUN = """async ([script, far]) => {
  const { loadPyodide } = await import("/static/pyodide/pyodide.mjs");
  const python = await loadPyodide({ indexURL: "/static/pyodide/" });
  await python.loadPackagesFromImports(script, { messageCallback: () => {} });
  python.globals.set("FAR", far);
  const code = `${script}\\nimport asyncio\\nawait asyncio.wait_for(main(FAR), 60)`;
  return python.runPythonAsync(code);
}"""


def chosen(ws: ServerConnection, offered: Any) -> Any:
    """Choose a subprotocol, if there is one to be chosen."""
    return "new" if "new" in offered else None


class Far:
    """A server on a thread of its own, which notes how each WebSocket ends."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.ready, self.over = threading.Event(), asyncio.Event()
        self.ends: list[tuple[str, int | None, str | None]] = []
        self.url = ""
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.work(),))

    async def work(self) -> None:
        async with serve(
            self.talk, "127.0.0.1", 0, process_request=self.asked, select_subprotocol=chosen
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"ws://127.0.0.1:{port}"
            self.ready.set()
            await self.over.wait()

    async def asked(self, ws: ServerConnection, request: Any) -> Any:
        if request.path.startswith("/refuse"):
            return ws.respond(403, "not you")
        if request.path.startswith("/silent"):
            await self.over.wait()
        return None

    async def talk(self, ws: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in ws:
                if message == "bye":
                    await ws.close(4001, "enough")
                elif message == "vanish":
                    ws.transport.abort()
                else:
                    await ws.send(message)
        assert ws.request is not None
        self.ends.append((ws.request.path, ws.close_code, ws.close_reason))


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    far.thread.start()
    far.ready.wait(10)
    yield far
    far.loop.call_soon_threadsafe(far.over.set)
    far.thread.join(10)
    far.loop.close()


def test_both_legs_of_an_upstream_in_a_browser(chromium: Browser, site: Site, far: Far) -> None:
    page = chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{site.url}static/pyodide/pyodide-lock.json")
    told = json.loads(page.evaluate(RUN, [SCRIPT.read_text(), far.url]))
    page.close()
    why = "the handshake for '/' was refused with"
    unsaid = "is not there, or refuses: a browser does not say which"
    assert told.pop("no subprotocols").startswith(
        f"{why} 502: the browser does not connect to {far.url}: SyntaxError"
    )
    assert told.pop("request").startswith("501 This Python runs in a browser, which has no sockets")
    assert told == {
        "subprotocol": "new",
        "heard": ["hällo", "b'\\x00\\xff'", "", "b''", 300_000],
        "after a swap": ["AFTER", "ann"],
        "the far side closes": [4001, "enough"],
        "the far side vanishes": [1014, f"{far.url} ended without a close frame"],
        "a hook fails": [1011, "internal error"],
        "refused by it": f"{why} 502: {far.url}/refuse {unsaid}",
        "not there": f"{why} 502: ws://127.0.0.1:9 {unsaid}",
        "silent": f"{why} 504: {far.url}/silent did not answer the handshake within 0.3 s",
        "headers": f"{why} 502: a browser sends no headers but its own: leave out headers= and the "
        "login",
        "exceptions": ["ValueError: no"],
    }
    assert far.ends == [
        ("/echo?a=1", 4001, "enough"),  # one connection, across the swap
        ("/echo", 4002, "done"),
        ("/echo", 1000, ""),
        ("/echo", 1006, ""),
        ("/echo", 3011, "internal error"),  # a page may close with no code below 3000 but 1000
    ]
    assert faults == []
