"""Socket.IO's client in a browser: notebook 9's page lives with it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import socketio
from playwright.sync_api import Browser, Page, expect

from micropie import App
from micropie.mounts import mount
from playground import Lab, serve
from playground.socketio_client import browser_client
from playground.traffic.socketio import reading

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "09-socketio.ipynb"
MILLISECONDS = 20_000


def notebooks_page() -> str:
    """Return the page as the notebook has it."""
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    source = next(text for cell in cells if (text := "".join(cell["source"])).startswith("PAGE = "))
    page: str = ast.literal_eval(source.removeprefix("PAGE = "))
    return page


@pytest.fixture
def sio() -> socketio.AsyncServer:
    """A server with the notebook's events."""
    sio = socketio.AsyncServer(async_mode="asgi")

    @sio.event  # type: ignore[untyped-decorator]
    async def join(sid: str, room: str) -> int:
        await sio.enter_room(sid, room)
        return 1

    @sio.event  # type: ignore[untyped-decorator]
    async def say(sid: str, room: str, text: str) -> None:
        await sio.emit("said", text, room=room, skip_sid=sid)

    return sio


@pytest.fixture
def lab(sio: socketio.AsyncServer) -> Iterator[Lab]:
    """The notebook's site."""
    page = notebooks_page()

    class Site(App):
        def __init__(self) -> None:
            super().__init__()
            mount(self, "/socket.io", socketio.ASGIApp(sio, socketio_path=None))

            mount(self, "/client.js", browser_client)

        def index(self) -> str:
            return page

    lab = serve(Site)
    yield lab
    lab.stop()


def opened(browser: Browser, lab: Lab) -> Page:
    page = browser.new_page()
    page.set_default_timeout(MILLISECONDS)
    page.goto(f"{lab.local_url}/")
    expect(page.locator("ul")).to_contain_text("connected", timeout=MILLISECONDS)
    return page


def test_the_notebooks_page_connects_speaks_and_hears(chromium: Browser, lab: Lab) -> None:
    one, other = opened(chromium, lab), opened(chromium, lab)
    one.get_by_role("button").click()
    expect(other.locator("ul")).to_contain_text("said", timeout=MILLISECONDS)
    expect(one.locator("ul")).to_contain_text("delivered", timeout=MILLISECONDS)
    expect(one.locator("ul")).not_to_contain_text("said")
    one.context.close()
    other.context.close()
    record = lab.log[:]
    told = [reading(entry, record.exchange(entry.exchange)) for entry in record]
    for words in (
        "open · ping every 25 s",
        "connected",
        "event join",
        "event say · wants ack",
        "event said",
    ):
        assert any(words in each for each in told), words
