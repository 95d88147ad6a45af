"""How a WebSocket began and ended is read as each browser writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.exports import har_reading
from playground.exports.har_sockets import ENDED, UNWRITTEN
from playground.traffic.record import Selection
from tests.playground.records import START

# Chrome counts the wait until what came last, and what it calls receiving from there to the end.
CHROME: dict[str, Any] = {
    "startedDateTime": "2026-01-01T00:00:00Z",
    "request": {"method": "GET", "url": "ws://h/chat", "headers": []},
    "response": {"status": 101},
    "time": 4000,
    "timings": {"blocked": -1, "send": 0, "wait": 3000, "receive": 1000},
    "_webSocketMessages": [
        {"type": "receive", "time": START + 1, "opcode": 1, "data": "welcome"},
        {"type": "send", "time": START + 2, "opcode": 1, "data": "tea"},
        {"type": "receive", "time": START + 3, "opcode": 1, "data": "here"},
    ],
}


def loads(*entries: Any, creator: str = "WebInspector") -> Selection:
    return har_reading.loads(
        json.dumps({"log": {"creator": {"name": creator}, "entries": entries}})
    )


def rows(record: Selection) -> list[tuple[float, Any]]:
    return [(row.at - START, row.data) for row in record]


def test_a_connection_was_opened_before_its_first_message_and_ended_when_its_time_was_over() -> (
    None
):
    assert rows(loads(CHROME)) == [
        (0, "/chat"), (1, None), (1, "welcome"), (2, "tea"), (3, "here"), (4, ENDED),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"time": 3000, "timings": {"wait": 3000, "receive": 0}},  # Chrome's, while it is open
        {"time": 3.2, "timings": {"send": -1, "wait": -1, "receive": -1}},  # Playwright's
        {"time": 12, "timings": {"wait": 3, "receive": 9}},  # mitmproxy's: the handshake alone
        {"_webSocketMessages": [*CHROME["_webSocketMessages"], {"type": "send", "opcode": 8}]},
    ],
)
def test_no_end_is_made_up(changes: dict[str, Any]) -> None:
    assert ENDED not in [row.data for row in loads({**CHROME, **changes})]


def test_a_refusal_is_read_from_the_sentence_that_chrome_has_of_it() -> None:
    said = "Error during WebSocket handshake: Unexpected response code: 403"
    error = {"type": "error", "time": START + 1, "opcode": -1, "data": said}
    record = loads({**CHROME, "response": {"status": 0}, "_webSocketMessages": [error]})
    assert [(row.kind, row.code) for row in record] == [
        ("open", None), ("refuse", 403), ("lab", None),
    ]  # fmt: skip


def test_where_no_messages_are_written_down_it_says_so() -> None:
    silent = {name: CHROME[name] for name in CHROME if name != "_webSocketMessages"}
    firefox = loads(silent, creator="Firefox")
    assert [row.data for row in firefox] == ["/chat", None, UNWRITTEN]
    assert firefox.left_out is not None
    assert firefox.left_out.reasons == (
        "entry 0 has no messages of its WebSocket, as in every HAR of Firefox",
    )
    # Playwright leaves the field out where nothing was said.
    for record in (loads(silent, creator="Playwright"), loads(silent, CHROME)):
        assert record.left_out is None
        assert UNWRITTEN not in [row.data for row in record]


def test_an_answer_came_after_all_that_came_before_it() -> None:
    entry = {**CHROME, "request": {"method": "GET", "url": "http://h/"}, "_webSocketMessages": []}
    waited = {"blocked": 500, "dns": 100, "connect": 200, "ssl": 150, "send": 100, "wait": 100}
    assert loads({**entry, "timings": waited})[-1].at - START == 1
