"""What the pane is told of a row: its payload, what caused it, what it set off."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.log import Log
from playground.widgets.details import WHOLE, details, whole
from playground.widgets.row import row
from playground.widgets.wire import DETAIL
from tests.playground.widgets.panel_page import StandIn


@pytest.fixture
def log() -> Log:
    log = Log()
    headers = (("x-room", "7"),)
    alice = log.open("websocket", "alice", path="/chat", headers=headers).id
    bob = log.open("websocket", "bob", path="/chat").id
    log.append(1.0, alice, "open", "client", "/chat", 5)
    log.append(2.0, alice, "text", "client", "hi", 2)
    for exchange in (alice, bob):
        log.append(2.5 + exchange, exchange, "text", "server", "HI", 2, 2)
    log.append(5.0, alice, "exception", "server", "KeyError: 1", 11, 2, note="the traceback")
    log.append(6.0, alice, "close", "server", "", 0, 5, code=1011)
    return log


def told(log: Log, seq: int) -> dict[str, Any]:
    entry = log.entry(seq)
    assert entry is not None
    return details(log, entry)[0]


def test_a_chain_goes_from_what_began_it_to_all_that_it_led_to(log: Log) -> None:
    assert [line["seq"] for line in told(log, 6)["causes"]] == [2, 5]
    effects = told(log, 2)["effects"]
    assert [(line["seq"], line["depth"]) for line in effects] == [(3, 1), (5, 1), (6, 2)]
    assert effects[0]["who"] == "server → alice, bob"


@pytest.mark.parametrize(("status", "chain"), [(500, [8, 10]), (200, [8]), (404, [8])])
def test_an_error_is_due_to_what_was_raised_too_and_says_on_which_line(
    log: Log, status: int, chain: list[int]
) -> None:
    exchange, other = log.open("http", "ann", path="/boom").id, log.open("http", "bo", path="/").id
    log.append(7.0, other, "exception", "server", "OSError: no", 11, None)
    log.append(7.0, exchange, "request", "client", "/boom", 5, note="GET")
    log.append(7.1, exchange, "print", "server", "hm", 2, 8, note="stdout")
    log.append(7.2, exchange, "exception", "server", "KeyError: 1", 11, 8, 1, "In[5]:12", None, "")
    log.append(7.2, other, "exception", "server", "OSError: no", 11, None)
    log.append(7.3, exchange, "response", "server", "oh", 2, 8, code=status)
    causes = told(log, 12)["causes"]
    assert [line["seq"] for line in causes] == chain
    assert "KeyError: 1 · In[5]:12" in causes[-1]["what"] or status < 500


def test_who_is_told_that_a_page_is_missing_reads_which_was_meant(log: Log) -> None:
    exchange = log.open("http", "ann", path="/bom").id
    for status in (404, 500, 200):
        log.append(7.0, exchange, "response", "server", "oh", 2, code=status)
    said = [details(log, log[seq - 1], StandIn())[0]["meant"] for seq in (7, 8, 9)]
    assert said == ["there is no handler bom; did you mean boom? (#7)", "", ""]
    assert told(log, 7)["meant"] == ""


def test_of_many_effects_the_rest_is_counted(log: Log) -> None:
    for number in range(30):
        log.append(7.0, 1, "text", "server", f"{number}", 2, 2)
    message = told(log, 2)
    assert (len(message["effects"]), message["more"]) == (12, 21)


def test_a_cause_that_was_let_go_ends_the_chain(log: Log) -> None:
    log.append(7.0, 1, "text", "server", "late", 4, 99)
    assert told(log, log.last)["causes"] == []


def test_a_broadcast_says_to_whom_and_how_long_that_took(log: Log) -> None:
    assert told(log, 3)["to"] == {"names": ["alice", "bob"], "count": 2, "seconds": 1.0}
    assert told(log, 2)["to"] is None


def test_headers_are_told_where_an_exchange_begins(log: Log) -> None:
    assert told(log, 1)["headers"] == [["x-room", "7"]]
    assert told(log, 2)["headers"] == []
    assert told(log, 5)["note"] == "the traceback"


def test_a_long_payload_is_told_in_part_and_whole_when_asked(log: Log) -> None:
    log.append(7.0, 1, "text", "client", "x" * (DETAIL + 1), DETAIL + 1)
    log.append(8.0, 1, "binary", "client", bytes(DETAIL + 1), DETAIL + 1)
    message = told(log, log.last - 1)
    assert (len(message["text"]), message["cut"], message["length"]) == (DETAIL, True, DETAIL + 1)
    message, _ = whole(log, log.last - 1)
    assert (message["kind"], len(message["text"]), message["cut"]) == ("whole", DETAIL + 1, False)
    message, (payload,) = whole(log, log.last)
    assert (message["text"], len(payload)) == (None, DETAIL + 1)


def test_of_what_no_browser_takes_the_beginning_is_told(log: Log) -> None:
    log.append(7.0, 1, "text", "client", "x" * (WHOLE + 1), WHOLE + 1)
    message, _ = whole(log, log.last)
    assert (len(message["text"]), message["cut"]) == (WHOLE, True)


def test_what_was_let_go_is_gone(log: Log) -> None:
    assert whole(log, 99) == ({"kind": "whole", "seq": 99, "gone": True}, [])


def test_a_row_says_which_frame_it_is_and_what_its_code_means(log: Log) -> None:
    number = log.begin("websocket", "alice")
    log.append(9.0, number, "frame", "client", "bye", 5, code=1001, note="close, FIN, masked")
    told = row(log[-1])
    assert (told["text"], told["code"]) == ("bye", 1001)
    assert told["note"] == "close, FIN, masked · 1001 going away"


def test_a_server_sent_event_is_told_in_its_parts(log: Log) -> None:
    exchange = log.open("http", "ann", path="/events").id
    raw = 'event: news\nid: 7\nretry: 5000\ndata: {"a":\ndata: 1}\n\n'
    log.append(7.0, exchange, "event", "server", raw, len(raw), note="news")
    log.append(7.0, exchange, "event", "server", "data: hi\n\n", 10, note="message")
    assert told(log, 7)["packets"] == [
        {
            "parts": [["event", "news"], ["id", "7"], ["retry", "after 5,000 ms"]],
            "data": '{"a":\n1}',
        }
    ]
    assert told(log, 8)["packets"] == [
        {"parts": [["event", "message"], ["data", "hi"]], "data": "hi"}
    ]
    assert told(log, 7)["text"] == raw
