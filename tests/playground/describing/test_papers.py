"""The papers of a running app: what its code says, and what the log has seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from micropie import App, WebSocket
from playground import Lab, serve
from tests.micropie.describing.official import validate

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl"


class Shop(App):
    """Sells teas."""

    async def order(self, kind: Literal["green", "black"], many: int = 1) -> Any:
        return {"kind": kind, "many": many}

    async def ws_chat(self, ws: WebSocket, room: str) -> None:
        """Talk in a room."""
        await ws.accept()
        async for message in ws:
            told = json.loads(message) if message[:1] == "{" else {"type": "said", "text": message}
            await ws.send_json({**told, "room": room})


@pytest.fixture
async def lab() -> Lab:
    return serve(Shop, transport="memory")


async def talk(lab: Lab, *messages: str) -> None:
    async with await lab.connect("/chat/tea", client="ada") as ada:
        for message in messages:
            await ada.send(message)
            await ada.receive()


def messages(lab: Lab) -> dict[str, Any]:
    found: dict[str, Any] = lab.describe().asyncapi["channels"]["chat"]["messages"]
    return found


async def test_messages_are_told_apart_by_their_type_and_have_an_example(lab: Lab) -> None:
    await talk(lab, '{"type":"join","who":"ada"}', '{"type":"say","n":1}', '{"type":"say","n":2}')
    found = messages(lab)
    assert [*found] == ["fromClient_join", "fromClient_say", "fromServer_join", "fromServer_say"]
    say = found["fromClient_say"]
    assert say["summary"] == "2 messages from a client of type 'say'"
    assert say["description"] == "As seen in the log; nothing is promised."
    assert say["payload"]["properties"] == {"type": {"type": "string"}, "n": {"type": "integer"}}
    assert say["examples"] == [{"payload": {"type": "say", "n": 1}}]
    operations = lab.describe().asyncapi["operations"]
    assert [each["$ref"].rpartition("/")[2] for each in operations["send_chat"]["messages"]] == [
        "fromServer_join",
        "fromServer_say",
    ]


async def test_text_that_is_no_json_is_said_to_be_text(lab: Lab) -> None:
    await talk(lab, "hi")
    text = messages(lab)["fromClient_text"]
    assert (text["contentType"], text["payload"]) == ("text/plain", {"type": "string"})


async def test_more_than_five_types_are_one_shape(lab: Lab) -> None:
    await talk(lab, *(json.dumps({"type": f"t{number}"}) for number in range(6)))
    assert [*messages(lab)] == ["fromClient", "fromServer"]


async def test_examples_hold_no_credentials(lab: Lab) -> None:
    await talk(lab, json.dumps({"type": "login", "token": TOKEN, "password": "hunter2"}))
    text = json.dumps(lab.describe().asyncapi)
    assert TOKEN not in text
    assert "hunter2" not in text


async def test_examples_hold_none_under_a_name_that_says_so(lab: Lab) -> None:
    held: list[dict[str, Any]] = [
        {"tokens": ["hunter2"]},
        {"auth": {"a": {"b": "hunter2"}}},
        {"pin": 471147},
        {"headers": [["authorization", "hunter2"]]},
        {"sessions": {"hunter2": {"user": "ann"}}},
    ]
    for message in held:
        lab.log.clear()
        await talk(lab, json.dumps(message))
        text = json.dumps(lab.describe().asyncapi)
        assert "[redacted]" in text
        assert not any(each in text for each in ("hunter2", "471147"))
    await talk(lab, json.dumps({"author": ["ann", "bob"], "max_tokens": 100}))
    (payload,) = messages(lab)["fromClient"]["examples"]
    assert payload["payload"]["sessions"] == {"[redacted]": {"user": "[redacted]"}}


async def test_answers_and_bodies_are_described_too(lab: Lab) -> None:
    await lab.get("/order/green?many=2")
    await lab.post("/order", json={"kind": "black"})
    document = lab.describe().openapi
    validate(document)
    get = document["paths"]["/order/{kind}"]["get"]["responses"]["200"]["content"]
    assert get["application/json"]["examples"] == {"seen": {"value": {"kind": "green", "many": 2}}}
    post = document["paths"]["/order"]["post"]
    shown = post["requestBody"]["content"]["application/json"]
    assert shown["examples"] == {"seen": {"value": {"kind": "black"}}}
    assert post["responses"]["200"]["content"]["application/json"]["schema"]["type"] == "object"


async def test_what_the_code_says_is_not_changed_and_the_log_is_as_before(lab: Lab) -> None:
    await talk(lab, "hi")
    before = len(lab.log)
    first, second = lab.describe(), lab.describe()
    assert (first.openapi, first.asyncapi) == (second.openapi, second.asyncapi)
    assert len(lab.log) == before


async def test_it_reads_as_a_list_of_what_there_is(lab: Lab) -> None:
    await talk(lab, "hi")
    assert repr(lab.describe()) == (
        "Shop\n"
        "  ws   /chat/{room}\n"
        "         → 1 message from a client, text\n"
        "         ← 1 message from the app of type 'said'\n"
        "  http /order/{kind}  GET\n"
        "  http /order  POST"
    )


async def test_what_is_on_its_way_to_the_stage_is_described_too(lab: Lab) -> None:
    assert lab.describe().openapi["info"]["title"] == "Shop"
    await lab.get("/")
    assert "/order" in lab.describe().openapi["paths"]


async def test_a_file_is_named_after_its_document(lab: Lab, tmp_path: Path) -> None:
    papers = lab.describe()
    papers.save(tmp_path / "shop.asyncapi.json")
    assert json.loads((tmp_path / "shop.asyncapi.json").read_text("utf-8")) == papers.asyncapi
    papers.save(str(tmp_path / "openapi.json"))
    assert json.loads((tmp_path / "openapi.json").read_text("utf-8")) == papers.openapi
    for name in ("shop.json", "openapi.yaml", "openapi.asyncapi.json"):
        with pytest.raises(ValueError, match=r"expected a name such as 'shop\.openapi\.json'"):
            papers.save(tmp_path / name)


async def test_an_app_that_is_none_of_ours_has_papers_too() -> None:
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route, WebSocketRoute

    async def page(request: Any) -> JSONResponse:
        return JSONResponse({"id": int(request.path_params["id"])})

    async def echo(ws: Any) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())

    routes = [Route("/page/{id:int}", page), WebSocketRoute("/echo", echo)]
    lab = serve(Starlette(routes=routes), name="other", transport="memory")
    await lab.get("/page/7")
    async with await lab.connect("/echo") as client:
        await client.send("hi")
        await client.receive()
    papers = lab.describe()
    validate(papers.openapi)
    answer = papers.openapi["paths"]["/page/{id}"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["examples"] == {"seen": {"value": {"id": 7}}}
    assert [*papers.asyncapi["channels"]["echo"]["messages"]] == [
        "fromClient_text",
        "fromServer_text",
    ]
