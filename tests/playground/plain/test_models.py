"""Faces as models of a page: what a comm says goes to the page, and the page is heard as one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from playground.plain.framed import unpacked
from playground.plain.line import Line
from playground.plain.models import Models
from playground.traffic.log import Log
from playground.widgets import Panel
from tests.playground.widgets.face_page import Wire
from tests.playground.widgets.panel_page import StandIn


class Kept(Line):
    """A line that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, Any]] = []

    def put(self, payload: str | bytes) -> None:
        self.told.append(unpacked(payload)[0])

    def take(self) -> list[dict[str, Any]]:
        told, self.told = self.told, []
        return told


class Hosted:
    def __init__(self) -> None:
        self.lab = StandIn()
        self.panel = Panel(self.lab, Log())
        self.wires = [Wire() for _ in self.panel.children]
        for face, wire in zip(self.panel.children, self.wires, strict=True):
            face.comm = wire
        self.models = Models(self.panel.children)
        self.status = 0

    def page(self) -> Kept:
        line = Kept()
        self.models.enter(line)
        return line

    def hear(self, line: Line, model: int = 0, **content: Any) -> None:
        said = {"model": model, "method": "custom", "content": {"view": "v", **content}}
        self.models.hear(line, json.loads(json.dumps(said)), [])
        self.panel.follower.stop()


@pytest.fixture
async def hosted() -> Any:
    made = Hosted()
    yield made
    made.panel.close()


async def test_a_page_is_told_the_faces_in_their_order(hosted: Hosted) -> None:
    (told,) = hosted.page().take()
    faces = hosted.panel.children
    assert [hosted.models.files[each["module"]] != "" for each in told["models"]] == [True] * 8
    assert [each["traits"].get("part") for each in told["models"]] == [
        getattr(face, "part", None) for face in faces
    ]
    assert "layout" not in told["models"][0]["traits"]
    assert len(hosted.models.files) < len(faces)  # the console's is one


async def test_an_answer_goes_to_pages_and_to_the_comm(hosted: Hosted) -> None:
    one, other = hosted.page(), hosted.page()
    one.take(), other.take()
    hosted.hear(one, kind="hello")
    for line in (one, other):
        (told,) = line.take()
        assert (told["model"], told["method"]) == (0, "custom")
        assert told["content"]["kind"] == "state"
    assert [message["kind"] for message, _ in hosted.wires[0].outbox] == ["state"]


async def test_a_page_of_the_labs_own_need_not_be_let_in_to_the_app(hosted: Hosted) -> None:
    hosted.hear(hosted.page(), kind="hello", origin="http://127.0.0.1:5", around=["*"])
    assert hosted.lab.origins == []


async def test_a_page_that_has_gone_looks_no_more(hosted: Hosted) -> None:
    line, face = hosted.page(), hosted.panel.children[0]
    hosted.hear(line, kind="hello")
    assert face.watched
    hosted.models.leave(line)
    assert not face.watched
    line.take()
    hosted.models.tell({"method": "moved"})
    assert line.take() == []


async def test_a_trait_that_a_page_has_set_is_the_faces(hosted: Hosted) -> None:
    line, table = hosted.page(), hosted.panel.traffic
    number = hosted.panel.children.index(table)
    look = {"picture": "Ladder"}
    hosted.models.hear(line, {"model": number, "method": "update", "state": {"look": look}}, [])
    assert table.look == look


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"model": 99, "method": "custom", "content": {}},
        {"model": "0", "method": "custom", "content": {}},
        {"model": 0, "method": "custom", "content": "hello"},
        {"model": 0, "method": "close"},
        {"model": 0, "method": "update", "state": {"_esm": "alert(1)"}},
        {"model": 0, "method": "update", "state": {"layout": "IPY_MODEL_1"}},
    ],
)
async def test_what_is_for_no_face_is_refused(hosted: Hosted, message: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        hosted.models.hear(hosted.page(), message, [])


async def test_bytes_go_along(hosted: Hosted) -> None:
    line = Line()
    hosted.models.enter(line)
    hosted.panel.children[0].tell({"kind": "detail"}, [b"abc"])
    await asyncio.sleep(0)
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    running = asyncio.ensure_future(line.run(send))
    while len(sent) < 2:
        await asyncio.sleep(0)
    running.cancel()
    message, buffers = unpacked(sent[1]["bytes"])
    assert message["content"]["kind"] == "detail"
    assert [bytes(each) for each in buffers] == [b"abc"]
