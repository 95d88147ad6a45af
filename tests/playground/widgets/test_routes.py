"""The route list's kernel side: what it tells of a lab, and what it asks of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from playground.traffic.log import Log
from playground.widgets import RouteList, RouteView
from playground.widgets.follower import Follower
from playground.widgets.routes import MOST_ROUTES
from tests.playground.widgets.panel_page import FOUND, ROUTES, Breaking, Ears, StandIn


@pytest.fixture
def lab() -> StandIn:
    return StandIn()


@pytest.fixture
def ears(lab: StandIn) -> Iterator[Ears]:
    routes = RouteList(lab, Follower(Log()))
    yield Ears(routes)
    routes.close()
    routes.follower.stop()


def test_routes_are_told_as_json_in_definition_order(ears: Ears) -> None:
    ears.hear("hello")
    (state,) = ears.told("state")
    told = json.loads(json.dumps(state))
    paths = [route["path"] for route in told["routes"]]
    assert paths == ["/chat/{room}", "/echo", "/greet/{name}", "/"]
    assert told["routes"][2]["parameters"][1]["default"] == "1"


def test_names_of_clients_are_taken_unless_they_were_refused(ears: Ears, lab: StandIn) -> None:
    lab.put("alice")
    lab.put("bob", "closed", 1000)
    lab.put("carol", "refused", 404)
    ears.hear("hello")
    assert ears.told("state")[0]["taken"] == ["alice", "bob"]


def test_many_routes_are_cut_and_the_rest_is_counted(ears: Ears, lab: StandIn) -> None:
    lab.served = [RouteView("http", f"/{n}", f"h{n}", (), "") for n in range(MOST_ROUTES + 7)]
    ears.hear("hello")
    (state,) = ears.told("state")
    assert (len(state["routes"]), state["more"]) == (MOST_ROUTES, 7)


def test_a_connection_is_asked_for_and_its_name_comes_back(ears: Ears, lab: StandIn) -> None:
    ears.hear("connect", client="alice", path="/echo", subprotocols=["v2", "v1"])
    assert lab.did == [("connect", "alice", "/echo", ["v2", "v1"])]
    assert [reply["result"] for reply in ears.told("reply")] == ["alice"]


def test_a_refusal_is_told_in_the_labs_own_words(ears: Ears, lab: StandIn) -> None:
    lab.fails = "There is no handler ws_ehco; did you mean ws_echo?"
    ears.hear("connect", client="alice", path="/ehco", subprotocols=[])
    assert [reply["error"] for reply in ears.told("reply")] == [lab.fails]


def test_a_request_comes_back_with_its_response(ears: Ears, lab: StandIn) -> None:
    ears.hear("request", method="POST", path="/greet", body="name=Ada")
    assert lab.did == [("request", "POST", "/greet", "name=Ada")]
    assert ears.told("reply")[0]["result"]["status"] == 200


@pytest.mark.parametrize(
    "message",
    [{"client": 5, "path": "/", "subprotocols": []}, {"client": "a", "subprotocols": "v1"}],
)
def test_nonsense_is_answered_and_not_passed_on(
    ears: Ears, lab: StandIn, message: dict[str, object]
) -> None:
    ears.hear("connect", **message)
    assert "expected" in ears.told("reply")[0]["error"]
    assert lab.did == []


def test_still_renderings_name_every_route(ears: Ears, lab: StandIn) -> None:
    text, html = ears.face.still_text(), ears.face.still_html()
    assert all(route.path in text and route.path in html for route in ROUTES)
    assert "Talk in a room." in text
    lab.served = []
    assert "none are known" in ears.face.still_text()
    assert "none are known" in ears.face.still_html()


def test_a_client_that_is_connected_sends_its_first_message(ears: Ears, lab: StandIn) -> None:
    ears.hear("connect", client="eve", path="/echo", subprotocols=[], first="hi")
    assert lab.did == [("connect", "eve", "/echo", []), ("send", "eve", "hi")]
    lab.fails = "refused"
    ears.hear("connect", client="fay", path="/echo", subprotocols=[], first="hi")
    assert lab.did[2:] == [("connect", "fay", "/echo", [])]


def test_a_lab_that_breaks_no_route_and_knows_no_example_says_so(ears: Ears, lab: StandIn) -> None:
    ears.hear("hello")
    assert ears.told("state")[0]["breaks"] is False
    ears.hear("example", of="http", path="/", method="GET")
    assert [each["result"] for each in ears.told("reply")] == [""]
    lab.trying = Breaking()
    ears.hear("hello")
    assert ears.told("state")[0]["breaks"] is True
    ears.hear("fuzz", path="/echo")
    ears.hear("example", of="websocket", path="/echo", method="")
    assert [each["result"] for each in ears.told("reply")] == [FOUND, "websocket /echo"]
