"""The console's kernel side: who is there, and what is sent from whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from playground.traffic.log import Log
from playground.widgets import Console, GuestView
from playground.widgets.console import MOST_CLIENTS, MOST_GUESTS
from playground.widgets.controls import Done
from playground.widgets.follower import Follower
from tests.playground.widgets.panel_page import Ears, StandIn


@pytest.fixture
def lab() -> StandIn:
    lab = StandIn()
    lab.put("alice")
    lab.put("bob")
    lab.put("dave", "closed", 1011)
    return lab


@pytest.fixture
def ears(lab: StandIn) -> Iterator[Ears]:
    console = Console(lab, Follower(Log()))
    yield Ears(console)
    console.close()
    console.follower.stop()


def test_clients_are_told_with_colour_and_phrase(ears: Ears) -> None:
    ears.hear("hello")
    (state,) = ears.told("state")
    told = [(each["name"], each["index"], each["phrase"]) for each in state["clients"]]
    assert told == [("alice", 0, ""), ("bob", 1, ""), ("dave", 2, "internal error")]
    assert (state["open"], state["more"]) == (2, 0)
    assert state["paths"] == ["/chat/{room}", "/echo"]


def test_a_client_has_the_colour_of_its_place_in_the_log_whoever_looks_first(
    ears: Ears, lab: StandIn
) -> None:
    log = ears.face.follower.log
    for client in ("notebook", "bob", "alice"):
        log.open("websocket", client)
    ears.hear("hello")
    (state,) = ears.told("state")
    told = {each["name"]: each["index"] for each in state["clients"]}
    assert told == {"alice": 2, "bob": 1, "dave": 3}


def test_who_is_dismissed_is_not_told_of_until_he_is_another(ears: Ears, lab: StandIn) -> None:
    def names() -> tuple[list[str], int]:
        ears.hear("hello")
        state = ears.told("state")[0]
        return [each["name"] for each in state["clients"]], state["over"]

    assert names() == (["alice", "bob", "dave"], 1)
    ears.hear("dismiss", client="alice")
    ears.hear("dismiss", client="dave")
    assert [reply["result"] for reply in ears.told("reply")] == [0, 1]
    assert names() == (["alice", "bob"], 0)
    assert "dave" not in ears.face.still_text()
    lab.put("dave", "closed", 1000)
    assert names() == (["alice", "bob", "dave"], 1)
    ears.hear("dismiss", all=True)
    assert names() == (["alice", "bob"], 0)


def test_of_many_that_fail_at_once_the_first_say_why(ears: Ears, lab: StandIn) -> None:
    for number in range(20):
        lab.put(f"old-{number}", "closed", 1000)
    lab.fails = "There is no handler."
    ears.hear("reconnect")
    (reply,) = ears.told("reply")
    assert reply["error"].splitlines()[0] == "dave: There is no handler."
    assert reply["error"].splitlines()[-1] == "and 16 more"


def test_an_http_status_of_a_refusal_gets_no_close_phrase(ears: Ears, lab: StandIn) -> None:
    lab.put("erin", "refused", 404)
    ears.hear("hello")
    assert ears.told("state")[0]["clients"][-1]["phrase"] == ""


def test_of_many_clients_those_that_are_open_are_kept(ears: Ears, lab: StandIn) -> None:
    for number in range(MOST_CLIENTS):
        lab.put(f"old-{number}", "closed", 1000)
    lab.put("zoe")
    ears.hear("hello")
    (state,) = ears.told("state")
    names = [each["name"] for each in state["clients"]]
    assert len(names) == MOST_CLIENTS
    assert names[:2] == ["alice", "bob"]
    assert names[-1] == "zoe"
    assert state["more"] == 4


def test_guests_are_told_apart_and_cannot_be_sent_from(ears: Ears, lab: StandIn) -> None:
    lab.others = [GuestView("browser-1", "/chat"), GuestView("alice-2", "/")]
    ears.hear("hello")
    (state,) = ears.told("state")
    told = [(each["name"], each["path"], each["index"]) for each in state["guests"]]
    assert told == [("browser-1", "/chat", 3), ("alice-2", "/", 4)]
    assert (state["more_guests"], state["open"]) == (0, 2)
    ears.hear("send", all=True, format="text", data="hi")
    assert lab.did == [("send", "alice", "hi"), ("send", "bob", "hi")]


def test_of_many_guests_the_first_are_told(ears: Ears, lab: StandIn) -> None:
    lab.others = [GuestView(f"browser-{number}", "/") for number in range(MOST_GUESTS + 3)]
    ears.hear("hello")
    (state,) = ears.told("state")
    assert (len(state["guests"]), state["more_guests"]) == (MOST_GUESTS, 3)
    assert "and 3 more guests" in ears.face.still_text()


def test_still_views_name_guests_where_there_are_no_clients(ears: Ears, lab: StandIn) -> None:
    lab.people, lab.others = {}, [GuestView("<b>", "/chat")]
    assert ears.face.still_text() == "Clients\n  <b> · /chat · open, a guest"
    assert ears.face.still_html() == "<div>Clients: &lt;b&gt; · /chat · open, a guest</div>"
    lab.others = []
    assert ears.face.still_text() == "Clients: none"


def test_text_and_bytes_are_sent_as_such(ears: Ears, lab: StandIn) -> None:
    ears.hear("send", client="alice", format="text", data='{"say": "hi"}')
    ears.hear("send", client="bob", format="binary", data="89504e47")
    assert lab.did == [("send", "alice", '{"say": "hi"}'), ("send", "bob", b"\x89PNG")]


def test_all_means_all_that_are_open_and_ends_once(ears: Ears, lab: StandIn) -> None:
    ears.hear("send", all=True, format="text", data="hi")
    assert lab.did == [("send", "alice", "hi"), ("send", "bob", "hi")]
    assert [reply["error"] for reply in ears.told("reply")] == [None]


def test_all_ends_when_the_last_has_ended(ears: Ears, lab: StandIn) -> None:
    lab.held = []
    ears.hear("close", all=True, code=4001, reason="bye")
    first, second = lab.held
    first()
    assert ears.told("reply") == []
    second()
    assert len(ears.told("reply")) == 1


def test_errors_of_all_are_told_with_names(
    ears: Ears, lab: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(client: str, data: str | bytes, done: Done) -> None:
        if client == "alice":
            raise OSError("the line is cut")
        done("It reads nothing.", None)

    monkeypatch.setattr(lab, "send", send)
    ears.hear("send", all=True, format="text", data="hi")
    errors = [reply["error"] for reply in ears.told("reply")]
    assert errors == ["alice: the line is cut\nbob: It reads nothing."]


def test_ends_on_many_threads_are_one_end(ears: Ears, lab: StandIn) -> None:
    for number in range(20):
        lab.put(f"client-{number}")
    lab.held = []
    ears.hear("send", all=True, format="text", data="hi")
    threads = [threading.Thread(target=act) for act in lab.held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(ears.told("reply")) == 1


def test_all_of_nobody_is_an_error(ears: Ears, lab: StandIn) -> None:
    lab.people.clear()
    ears.hear("send", all=True, format="text", data="hi")
    assert ears.told("reply")[0]["error"] == "No client is open. Connect one first."


def test_a_connection_is_closed_with_code_and_reason(ears: Ears, lab: StandIn) -> None:
    ears.hear("close", client="alice", code=4001, reason="bye")
    assert lab.did == [("close", "alice", 4001, "bye")]
    ears.hear("close", client="alice", code="4001", reason="bye")
    assert "expected a close code" in ears.told("reply")[-1]["error"]


def test_bytes_that_are_no_hex_are_refused(ears: Ears, lab: StandIn) -> None:
    ears.hear("send", client="alice", format="binary", data="zz")
    assert ears.told("reply")[0]["error"] is not None
    assert lab.did == []


def test_choosing_reaches_the_views_as_a_trait(ears: Ears) -> None:
    console = ears.face
    assert isinstance(console, Console)
    console.choose("bob")
    assert console.get_state("chosen") == {"chosen": "bob"}


def test_still_text_says_how_clients_ended_and_hides_tokens(ears: Ears, lab: StandIn) -> None:
    lab.put("eve", path="/chat?token=secret")
    text = ears.face.still_text()
    assert "  dave · /chat/lobby · closed 1011 internal error" in text.splitlines()
    assert "secret" not in text


def test_still_html_escapes_what_came_over_a_wire(ears: Ears, lab: StandIn) -> None:
    lab.put("<img src=x>", path="/<script>")
    html = ears.face.still_html()
    assert "<img" not in html
    assert "<script" not in html
