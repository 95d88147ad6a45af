"""Socket.IO's client for a browser: it is what npm has, and an app serves it."""

from __future__ import annotations

import hashlib

import pytest

from micropie import App
from micropie.mounts import mount
from micropie.testing import Client
from playground.socketio_client import FILE, SHA256, VERSION, browser_client


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
