"""A page of another local server works through the lab's address: its socket and its requests."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.playground.upstream.far import LONG, led_to
from tests.playground.upstream.test_peers import aiohttp_side


@pytest.fixture
def page_side() -> Iterator[str]:
    """Serve the page with aiohttp, on a thread of its own; give its address."""
    told: queue.Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def serve() -> None:
        stop = asyncio.Event()
        async with aiohttp_side() as url:
            told.put((url, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    url, loop, stop = told.get(timeout=LONG)
    yield url
    loop.call_soon_threadsafe(stop.set)
    thread.join(LONG)


def test_a_page_of_another_server_works_through_the_lab(page_side: str, chromium: Browser) -> None:
    lab = led_to(page_side)
    page = chromium.new_page()
    page.goto(lab.url)
    # Its socket was let in by a server that knows its own pages, and its request went there too.
    expect(page.locator("#said")).to_have_text("AIOHTTP: FROM THE PAGE", timeout=LONG * 1000)
    page.close()
    rows = [(each.kind, each.data) for each in lab.log.filter("client:upstream kind:text")]
    assert rows == [("text", "from the page"), ("text", "aiohttp: from the page")]
