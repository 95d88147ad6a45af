"""The status line's kernel side: what it tells, whom it trusts, and how commands end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from playground.traffic.log import Log
from playground.widgets import StatusLine
from playground.widgets.tally import Tally
from tests.playground.widgets.panel_page import Ears, StandIn


@pytest.fixture
def lab() -> StandIn:
    return StandIn()


@pytest.fixture
def log() -> Log:
    return Log(lock=threading.Lock())


@pytest.fixture
def ears(lab: StandIn, log: Log) -> Iterator[Ears]:
    line = StatusLine(lab, log)
    yield Ears(line)
    line.close()
    line.follower.stop()


def say(log: Log, count: int = 1, at: float = 0.0) -> None:
    for _ in range(count):
        log.append(at, 1, "text", "client", "hi", 2)


def test_hello_is_answered_with_everything(ears: Ears, log: Log) -> None:
    say(log, 3)
    ears.hear("hello")
    (state,) = ears.told("state")
    assert (state["name"], state["running"], state["revision"]) == ("Chat", True, 4)
    assert (state["messages"], state["missed"], state["sockets"]) == (3, False, 0)


def test_only_news_is_told(ears: Ears, lab: StandIn) -> None:
    ears.hear("hello")
    ears.told("state")
    ears.face.follower.stop()
    ears.face.keep_up(True)
    assert ears.told("state") == []
    lab.now = lab.now._replace(revision=5)
    ears.face._due = 0.0
    ears.face.keep_up(False)
    assert [state["revision"] for state in ears.told("state")] == [5]


def test_nothing_is_looked_at_while_nobody_looks(ears: Ears, lab: StandIn) -> None:
    ears.hear("hello")
    ears.hear("bye")
    ears.told("state")
    lab.now = lab.now._replace(revision=5)
    ears.face._due = 0.0
    ears.face.keep_up(True)
    assert ears.told("state") == []


def test_the_page_that_shows_it_is_trusted_and_one_without_origin_is_not(
    ears: Ears, lab: StandIn
) -> None:
    ears.hear("hello", origin="https://hub.example")
    ears.hear("hello", origin="null")
    ears.hear("hello")
    assert lab.origins == ["https://hub.example"]


def test_a_command_is_taken_at_once_and_answered_when_it_ends(ears: Ears, lab: StandIn) -> None:
    lab.held = []
    ears.hear("stop", id=7)
    assert [message["id"] for message in ears.told("taken")] == [7]
    lab.release()
    (reply,) = ears.told("reply")
    assert (reply["id"], reply["view"], reply["error"]) == (7, "v", None)
    assert lab.did == [("stop",)]


def test_a_command_that_ends_twice_is_answered_once(ears: Ears, lab: StandIn) -> None:
    lab.held = []
    ears.hear("restart")
    again = list(lab.held)
    lab.release()
    for act in again:
        act()
    assert len(ears.told("reply")) == 1


def test_a_command_that_raises_is_answered_with_the_error(
    ears: Ears, lab: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab, "stop", lambda done: 1 / 0)
    ears.hear("stop")
    assert [reply["error"] for reply in ears.told("reply")] == ["division by zero"]


def test_a_command_may_end_on_any_thread(ears: Ears, lab: StandIn) -> None:
    lab.held = []
    ears.hear("stop")
    thread = threading.Thread(target=lab.release)
    thread.start()
    thread.join(5)
    assert len(ears.told("reply")) == 1


def test_still_text_says_where_it_is_and_what_is_wrong(ears: Ears, lab: StandIn) -> None:
    assert ears.face.still_text() == "Chat · revision 4 · 127.0.0.1:43121 · 0 sockets"
    lab.now = lab.now._replace(running=False, note="Revision 5 <b>did not start</b>.")
    assert ears.face.still_text() == (
        "Chat · stopped · revision 4\nRevision 5 <b>did not start</b>."
    )
    assert "&lt;b&gt;did not start" in ears.face.still_html()


def test_a_tally_counts_messages_alone(log: Log) -> None:
    tally = Tally(log)
    log.append(0.0, 1, "open", "client", "/chat")
    say(log, 2)
    log.append(0.0, 1, "binary", "server", b"x", 1)
    tally.look(0.0)
    assert (tally.messages, tally.rate, tally.missed) == (3, 0.0, False)


def test_a_tally_knows_its_rate_and_forgets_it(log: Log) -> None:
    tally = Tally(log)
    tally.look(0.0)
    say(log, 40)
    tally.look(1.0)
    assert tally.rate == 40.0
    for second in (2.0, 3.0, 4.0):
        tally.look(second)
    assert tally.rate == 0.0


def test_a_tally_says_when_rows_went_before_it_could_count_them() -> None:
    log = Log(max_entries=5)
    tally = Tally(log)
    say(log, 5)
    tally.look(0.0)
    assert (tally.messages, tally.missed) == (5, False)
    say(log, 8)
    tally.look(1.0)
    assert (tally.messages, tally.missed) == (10, True)
