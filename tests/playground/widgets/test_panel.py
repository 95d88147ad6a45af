"""The panel as a whole: its faces, its follower, and what a saved notebook keeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from playground.traffic.log import Log
from playground.widgets import Console, Panel, RouteList, StatusLine, TrafficTable
from playground.widgets.face import Face
from tests.playground.widgets.panel_page import Ears, StandIn


@pytest.fixture
def lab() -> StandIn:
    lab = StandIn()
    lab.put("alice")
    return lab


@pytest.fixture
def panel(lab: StandIn) -> Iterator[Panel]:
    log = Log(lock=threading.Lock())
    exchange = log.open("websocket", "alice", method="GET", path="/chat").id
    log.append(0.0, exchange, "text", "client", "<b>hello</b>", 12)
    panel = Panel(lab, log)
    yield panel
    panel.close()


def until(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not claim():
        assert time.monotonic() < deadline, "the claim did not come true in time"
        threading.Event().wait(0.01)


def followers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if "follower" in each.name]


def test_each_part_can_be_had_alone(panel: Panel) -> None:
    assert isinstance(panel.status, StatusLine)
    assert isinstance(panel.routes, RouteList)
    assert isinstance(panel.console, Console)
    assert isinstance(panel.traffic, TrafficTable)


def test_faces_stand_from_status_to_compose(panel: Panel) -> None:
    kinds = [type(face).__name__ for face in panel.children]
    assert kinds == [
        "StatusLine",
        "KeptFace",
        "RouteList",
        "Console",
        "BetweenStrip",
        "CrowdStrip",
        "TrafficTable",
        "Console",
    ]
    assert [panel.children[3].part, panel.children[7].part] == ["clients", "compose"]
    assert panel.console.part == "all"


def test_every_module_is_complete(panel: Panel) -> None:
    for face in (*panel.children, panel.console):
        assert "export default" in str(face._esm)
        assert 'from "./' not in str(face._esm)


def test_nothing_follows_until_somebody_looks_and_one_thread_follows_for_all(
    panel: Panel,
) -> None:
    before = len(followers())
    faces = [Ears(face) for face in panel.children]
    assert len(followers()) == before
    for ears in faces:
        ears.hear("hello", since=0)
    assert len(followers()) == before + 1
    for ears in faces:
        ears.hear("bye")
    until(lambda: len(followers()) == before)


def test_what_changes_is_told_without_being_asked(panel: Panel, lab: StandIn) -> None:
    ears = Ears(panel.children[3])
    ears.hear("hello")
    ears.told("state")
    lab.put("bob")
    until(lambda: any(len(state["clients"]) == 2 for state in ears.told("state")))


def test_a_trouble_is_told_and_the_follower_goes_on(
    panel: Panel, lab: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears = Ears(panel.routes)
    ears.hear("hello")
    monkeypatch.setattr(lab, "routes", lambda: 1 / 0)
    panel.routes._due = 0.0
    until(lambda: bool(ears.told("trouble")))
    monkeypatch.undo()
    lab.served = []
    panel.routes._due = 0.0
    until(lambda: bool(ears.told("state")))


def test_closing_ends_the_follower_and_closes_every_face(panel: Panel) -> None:
    before = len(followers())
    Ears(panel.status).hear("hello")
    assert len(followers()) == before + 1
    panel.close()
    assert len(followers()) == before
    faces: list[Face] = [*panel.children, panel.console]
    assert all(face.comm is None for face in faces)
    panel.close()


def test_a_saved_notebook_keeps_text_and_html(panel: Panel) -> None:
    data = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    for words in ("Chat · revision 4", "/chat/{room}", "alice", "127.0.0.1:43121"):
        assert words in data["text/plain"]
    assert "&lt;b&gt;hello" in data["text/html"]
    assert "<b>hello" not in data["text/html"]
    assert repr(panel) == data["text/plain"]
