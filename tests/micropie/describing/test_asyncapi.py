"""The document of an application's WebSockets. `tests/javascript/asyncapi.test.mjs` parses it."""

from __future__ import annotations

import json
from typing import Any

from micropie import App, WebSocket
from micropie.describing import asyncapi
from tests.micropie.describing.course import DOCUMENTS, documents


class Club(App):
    """A club."""

    async def index(self) -> str:
        return "a page"

    async def ws_chat(self, ws: WebSocket, room: str, name: str = "nobody") -> None:
        """Talk in a room.

        Everybody there hears it.
        """
        await ws.accept()
        while True:
            said = await ws.receive_json()
            await ws.send_json({"name": name, "said": said})

    async def ws_echo(self, ws: WebSocket, *rooms: str, **more: str) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())


DOCUMENT = asyncapi(Club)
CHAT: dict[str, Any] = DOCUMENT["channels"]["chat"]


def test_each_handler_is_a_channel_with_its_words() -> None:
    assert [*DOCUMENT["channels"]] == ["chat", "echo"]
    assert CHAT["address"] == "/chat/{room}"
    assert (CHAT["summary"], CHAT["description"]) == (
        "Talk in a room.",
        "Everybody there hears it.",
    )
    assert DOCUMENT["info"]["description"] == "A club."


def test_the_handshake_takes_what_the_path_does_not() -> None:
    assert CHAT["parameters"] == {"room": {}}
    query = CHAT["bindings"]["ws"]["query"]
    assert query["properties"] == {"name": {"type": "string", "default": "nobody"}}
    echo = DOCUMENT["channels"]["echo"]
    assert echo["address"] == "/echo/{rooms}"
    assert echo["bindings"]["ws"]["query"]["additionalProperties"] == {"type": "string"}


def test_the_application_receives_and_sends_on_each() -> None:
    operations = DOCUMENT["operations"]
    assert [*operations] == ["receive_chat", "send_chat", "receive_echo", "send_echo"]
    assert operations["send_chat"]["action"] == "send"
    (message,) = operations["send_chat"]["messages"]
    assert message == {"$ref": "#/channels/chat/messages/fromServer"}


def test_what_is_json_is_read_from_the_calls() -> None:
    kinds = {
        name: [each.get("contentType") for each in channel["messages"].values()]
        for name, channel in DOCUMENT["channels"].items()
    }
    assert kinds == {"chat": ["application/json"] * 2, "echo": [None, None]}


def test_names_that_the_specification_does_not_know_are_written_otherwise() -> None:
    async def ws_grüße(self: Any, ws: WebSocket, größe: int) -> None: ...

    document = asyncapi(type("Made", (App,), {"ws_grüße": ws_grüße}))
    assert [*document["channels"]] == ["gr__e"]
    assert document["channels"]["gr__e"]["address"] == "/grüße/{gr__e}"


def test_the_documents_that_the_parser_reads_are_those_of_the_course() -> None:
    written = json.loads(DOCUMENTS.read_text("utf-8"))
    assert written == json.loads(json.dumps(documents())), (
        "run python -m tests.micropie.describing.course"
    )
