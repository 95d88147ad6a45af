"""The page with an application's papers in Chromium: read, and tried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from micropie import App, WebSocket
from micropie.describing import Docs
from micropie.mounts import mount
from tests.micropie.servers import uvicorn_server

TRAP = "<img src=x onerror='document.title = `caught`'>"


class Shop(App):
    """Sells teas."""

    def __init__(self) -> None:
        super().__init__()
        mount(self, "/papers/docs", Docs(self))

    async def greet(self, name: str, times: int = 1) -> str:
        """Greet somebody. <img src=x onerror='document.title = `caught`'>"""
        return f"{TRAP} hello {name} " * times

    async def order(self, kind: Literal["green", "black"], many: int) -> dict[str, object]:
        return {"kind": kind, "many": many}

    async def ws_chat(self, ws: WebSocket, room: str, name: str = "nobody") -> None:
        """Talk in a room."""
        await ws.accept()
        await ws.send_text(f"{name} in {room}")
        async for message in ws:
            await ws.send_text(str(message).upper())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with uvicorn_server(Shop(), http="auto", ws="websockets-sansio") as port:
        yield port


@pytest.fixture
def page(chromium: Browser, port: int) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 760, "height": 900})
    failures: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("request", lambda request: strangers.append(request.url))
    page.goto(f"http://127.0.0.1:{port}/papers/docs")
    yield page
    assert not failures
    assert page.title() == "Shop", "what the app says became markup"
    assert all(f"127.0.0.1:{port}/" in url for url in strangers)
    page.close()


def card(page: Page, name: str) -> Page:
    found = page.locator("details", has=page.locator(".path", has_text=name)).first
    found.locator("summary").click()
    return found  # type: ignore[return-value]


def test_it_shows_what_there_is(page: Page) -> None:
    expect(page.get_by_role("heading", name="Shop")).to_be_visible()
    expect(page.get_by_text("Sells teas.")).to_be_visible()
    expect(page.locator(".path")).to_have_text(
        ["/chat/{room}", "/greet/{name}", "/greet", "/order/{kind}/{many}", "/order"]
    )


def test_a_request_is_tried_out(page: Page) -> None:
    greet = card(page, "/greet/{name}")
    greet.get_by_label("name").fill("Ada/Bob")
    greet.get_by_label("times").fill("2")
    greet.get_by_role("button", name="Send").click()
    out = greet.get_by_role("status")
    expect(out).to_contain_text("200 OK · text/html")
    expect(out).to_contain_text(f"{TRAP} hello Ada/Bob {TRAP} hello Ada/Bob")
    greet.get_by_label("times").fill("many")
    greet.get_by_role("button", name="Send").click()
    expect(out).to_contain_text("400 Bad Request")


def test_a_body_begins_with_what_it_needs(page: Page) -> None:
    order = page.locator("details", has=page.get_by_text("POST")).last
    order.locator("summary").click()
    expect(order.get_by_label("JSON body")).to_have_value('{\n  "kind": "green",\n  "many": 0\n}')
    order.get_by_role("button", name="Send").click()
    expect(order.get_by_role("status")).to_contain_text('{"kind":"green","many":0}')


def test_a_websocket_is_tried_out(page: Page) -> None:
    chat = card(page, "/chat/{room}")
    chat.get_by_label("room").fill("tea")
    chat.get_by_label("name").fill("ada")
    chat.get_by_role("button", name="Connect").click()
    log = chat.get_by_role("log")
    expect(log).to_contain_text("← ada in tea")
    chat.get_by_label("Message").fill("hi")
    chat.get_by_label("Message").press("Enter")
    expect(log).to_contain_text("→ hi\n← HI")
    chat.get_by_role("button", name="Close").click()
    expect(log).to_contain_text("closed 1000")
