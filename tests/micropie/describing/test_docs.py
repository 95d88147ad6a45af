"""The page with an application's papers, mounted beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from micropie import App, WebSocket
from micropie.describing import Docs, asyncapi, openapi
from micropie.mounts import mount
from micropie.testing import Client, WebSocketRefused


class Shop(App):
    def __init__(self, where: str = "/docs") -> None:
        super().__init__()
        mount(self, where, Docs(self, title="Teas", version="3"))

    async def greet(self, name: str) -> str:
        return f"hello {name}"

    async def ws_chat(self, ws: WebSocket) -> None:
        await ws.accept()


async def answered(path: str, app: Any = None, **more: Any) -> Any:
    async with Client(app or Shop()) as client:
        return await client.get(path, **more)


async def test_the_page_asks_nobody_but_the_application() -> None:
    answer = await answered("/docs/")
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.header("content-security-policy")
    assert "https://" not in answer.text


async def test_without_a_slash_it_leads_to_the_page_below_any_prefix() -> None:
    answer = await answered("/docs")
    assert (answer.status, answer.header("location")) == (307, "docs/")


@pytest.mark.parametrize(("where", "there"), [("/docs", ".."), ("/a/b", "../.."), ("/", ".")])
async def test_the_document_says_where_the_application_is(where: str, there: str) -> None:
    answer = await answered(f"{where.rstrip('/')}/openapi.json", Shop(where))
    document = json.loads(answer.text)
    assert document.pop("servers") == [{"url": there}]
    assert document == json.loads(json.dumps(openapi(Shop, title="Teas", version="3")))


async def test_the_other_document_is_beside_it() -> None:
    answer = await answered("/docs/asyncapi.json")
    assert json.loads(answer.text) == asyncapi(Shop, title="Teas", version="3")
    assert answer.header("content-type") == "application/json"


async def test_another_path_says_what_there_is() -> None:
    answer = await answered("/docs/other")
    assert answer.status == 404
    assert answer.text == "Here are the page / and /asyncapi.json, /openapi.json."


async def test_nothing_can_be_sent_there() -> None:
    async with Client(Shop()) as client:
        answer = await client.post("/docs/", json={})
        assert (answer.status, answer.header("allow")) == (405, "GET, HEAD")
        head = await client.request("HEAD", "/docs/openapi.json")
        assert (head.status, head.text) == (200, "")
        with pytest.raises(WebSocketRefused):
            await client.connect("/docs/")


async def test_a_handler_that_comes_later_is_described_when_it_is_asked_for() -> None:
    app = Shop()
    app.later = lambda: "now"  # type: ignore[attr-defined]
    assert "/later" in json.loads((await answered("/docs/openapi.json", app)).text)["paths"]
