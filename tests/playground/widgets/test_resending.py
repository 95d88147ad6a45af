"""What can be sent again, from whom, and what is said when it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.widgets.resending import body_of, command_of, prospects, send_again
from tests.playground.widgets.panel_page import StandIn


@pytest.fixture
def log() -> Log:
    log = Log()
    alice = log.open("websocket", "alice", path="/chat").id
    log.append(0.0, alice, "text", "client", "hi", 2)
    log.append(0.0, alice, "text", "server", "HI", 2)
    post = log.open("http", "curl", method="POST", path="/a", headers=(("x-a", "1"),)).id
    log.append(0.0, post, "request", "client", "/a", 2, note="POST")
    log.append(0.0, post, "body", "client", "one ", 4)
    log.append(0.0, post, "body", "client", b"\x00two", 4)
    return log


def entry(log: Log, seq: int) -> Entry:
    found = log.entry(seq)
    assert found is not None
    return found


def again(log: Log, lab: StandIn | None, **message: Any) -> list[tuple[str | None, Any]]:
    ended: list[tuple[str | None, Any]] = []
    send_again(log, lab, message, lambda error, result: ended.append((error, result)))
    return ended


def test_only_what_a_client_sent_can_be_sent_again(log: Log, lab: StandIn) -> None:
    told = prospects(log, entry(log, 1), lab)
    assert told == {
        "what": "message", "client": "alice", "state": "open", "others": ["alice", "bob"],
    }  # fmt: skip
    assert prospects(log, entry(log, 2), lab) is None
    assert prospects(log, entry(log, 1), None) is None
    with pytest.raises(ValueError, match="Only what a client sent can be sent again"):
        again(log, lab, seq=2)


def test_a_body_in_parts_is_one(log: Log, lab: StandIn) -> None:
    assert body_of(log, entry(log, 3)) == b"one \x00two"
    assert again(log, lab, seq=3)[0][0] is None
    assert lab.did == [("request", "POST", "/a", b"one \x00two", [("x-a", "1")])]


def test_a_body_that_was_not_kept_whole_is_not_sent(log: Log, lab: StandIn) -> None:
    log.append(0.0, 2, "body", "client", None, 0, note="1 MB more")
    told = prospects(log, entry(log, 3), lab)
    assert told is not None
    assert "not in the log as a whole" in told["why"]
    with pytest.raises(ValueError, match="not in the log as a whole"):
        again(log, lab, seq=3)


def test_a_connection_that_cannot_be_made_again_is_said(log: Log, lab: StandIn) -> None:
    lab.put("alice", "closed", 1000)
    lab.fails = "No such route."
    assert again(log, lab, seq=1, connect=True) == [("No such route.", None)]
    assert lab.did == [("connect", "alice", "/chat/lobby", [])]


def test_who_is_not_there_is_named(log: Log, lab: StandIn) -> None:
    with pytest.raises(ValueError, match="mallory is not one of the playground's own clients"):
        again(log, lab, seq=1, client="mallory")
    lab.put("bob", "closed", 1000)
    with pytest.raises(ValueError, match="bob is not connected any more"):
        again(log, lab, seq=1, client="bob")


def test_a_row_that_was_let_go_is_said_to_be(log: Log, lab: StandIn) -> None:
    log.clear()
    with pytest.raises(ValueError, match="let this row go"):
        again(log, lab, seq=1)
    with pytest.raises(ValueError, match="a log alone"):
        again(log, None, seq=1)


def test_what_is_edited_is_what_is_sent(log: Log, lab: StandIn) -> None:
    again(log, lab, seq=1, data="00ff", format="binary")
    again(log, lab, seq=1, client="bob", data="ho", format="text")
    again(log, lab, seq=3, method="PUT", path="/b", body="")
    assert lab.did == [
        ("send", "alice", b"\x00\xff"),
        ("send", "bob", "ho"),
        ("request", "PUT", "/b", "", [("x-a", "1")]),
    ]


def test_there_is_no_line_for_the_shell_where_there_is_no_network(log: Log, lab: StandIn) -> None:
    assert command_of(log, entry(log, 1), lab) == {
        "tool": "websocat",
        "line": "printf %s hi | websocat -n1 ws://127.0.0.1:43121/chat",
    }
    lab.now = lab.now._replace(url="", address="in-process (no network)")
    assert command_of(log, entry(log, 1), lab) is None


def test_a_line_that_no_shell_takes_is_none(log: Log, lab: StandIn) -> None:
    log.append(0.0, 1, "text", "client", "x" * 30_000, 30_000)
    assert command_of(log, entry(log, log.last), lab) is None
