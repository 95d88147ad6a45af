"""Socket.IO's client for a browser: it is what npm has, and notebook 9's page lives with it."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import socketio
from playwright.sync_api import Browser, Page, expect

from micropie import App
from micropie.mounts import mount
from micropie.testing import Client
from playground import Lab, serve
from playground.socketio_client import FILE, SHA256, VERSION, browser_client
from playground.traffic.socketio import reading

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "09-socketio.ipynb"
MILLISECONDS = 20_000


def test_the_file_is_the_one_that_is_named() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256
    assert f"Socket.IO v{VERSION}\n" in FILE.read_text("utf-8")[:100]
    assert "MIT License" in FILE.with_name("LICENSE").read_text("utf-8")


async def test_an_app_gives_it_to_a_page_in_one_line() -> None:
    app = App()
    mount(app, "/client.js", browser_client)
    async with Client(app) as client:
        answer = await client.get("/client.js")
        assert answer.status == 200
        assert (answer.header("content-type") or "").startswith("text/javascript")
        assert answer.body == FILE.read_bytes()
        refused = await client.post("/client.js")
        assert (refused.status, refused.header("allow")) == (405, "GET, HEAD")


async def test_it_says_what_it_is_not() -> None:
    with pytest.raises(RuntimeError, match="expected an HTTP request, got 'websocket'"):
        await browser_client({"type": "websocket"}, None, None)  # type: ignore[arg-type]


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

    @sio.event
    async def join(sid: str, room: str) -> int:
        await sio.enter_room(sid, room)
        return 1

    @sio.event
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
    expect(page.locator("li", has_text="connected")).to_be_visible(timeout=MILLISECONDS)
    return page


def test_the_notebooks_page_connects_speaks_and_hears(chromium: Browser, lab: Lab) -> None:
    one, other = opened(chromium, lab), opened(chromium, lab)
    one.get_by_role("button").click()
    expect(other.locator("li", has_text="said")).to_have_count(1, timeout=MILLISECONDS)
    expect(one.locator("li", has_text="delivered")).to_have_count(1, timeout=MILLISECONDS)
    expect(one.locator("li", has_text="said")).to_have_count(0)
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
