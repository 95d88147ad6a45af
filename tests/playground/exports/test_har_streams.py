"""Server-sent events stand in HAR as Chrome writes them, and are read from there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.exports import har_reading
from playground.exports.conversations import conversations
from playground.traffic.log import Log
from playground.traffic.model import Kind
from playground.traffic.record import Record, Selection
from playground.traffic.server_sent import EventStream, ServerSentEvent
from tests.playground.records import START

EVENTS: list[dict[str, Any]] = [
    {"time": START + 1, "eventName": "message", "eventId": "", "data": "one"},
    {"time": START + 2, "eventName": "add", "eventId": "7", "data": "two\nlines"},
]
STREAM = "data: one\n\n: a comment\nevent: add\nid: 7\r\ndata: two\rdata: lines\n\n: the end"


def streamed(*pieces: str | bytes, kind_of_each: Kind = "body") -> Log:
    """Return a log of a stream that came in pieces, a second between each."""
    log = Log()
    exchange = log.open("http", "browser", path="/events", opened=START).id
    log.append(START, exchange, "request", "client", "/events", note="GET")
    kind = "text/event-stream; charset=utf-8"
    log.append(START, exchange, "response", "server", "", code=200, note=kind)
    for number, piece in enumerate(pieces, 1):
        log.append(START + number, exchange, kind_of_each, "server", piece, len(piece))
    return log


def theirs(record: Record) -> dict[str, Any]:
    """Return the one entry as another program would write it."""
    [entry] = json.loads(record.to_har())["log"]["entries"]
    return {name: entry[name] for name in entry if name not in ("_exchange", "_entries")}


def loads(entry: dict[str, Any]) -> Selection:
    return har_reading.loads(json.dumps({"log": {"entries": [entry]}}))


def events_of(record: Record) -> list[ServerSentEvent]:
    [conversation] = conversations(record)
    return EventStream().feed(conversation.body("server"))


def test_a_stream_is_written_with_its_events_wherever_it_was_cut() -> None:
    log = streamed("data: one\n\nevent: a", b"dd\nid: 7\ndata: two\ndata: lines\n\n", "data: no")
    entry = theirs(log)
    assert entry["_resourceType"] == "eventsource"
    assert entry["_eventSourceMessages"] == EVENTS
    assert entry["response"]["content"]["text"].startswith("data: one\n\nevent: add")


def test_a_stream_that_was_recorded_event_by_event_is_written_so() -> None:
    pieces = ["data: one\n\n", "event: add\nid: 7\ndata: two\ndata: lines\n\n"]
    entry = theirs(streamed(*pieces, kind_of_each="event"))
    assert entry["_eventSourceMessages"] == EVENTS
    assert entry["response"]["content"]["text"] == "".join(pieces)


def test_an_answer_that_is_no_stream_has_no_events() -> None:
    log = Log()
    exchange = log.open("http", "browser").id
    log.append(START, exchange, "response", "server", "data: x\n\n", code=200, note="text/plain")
    assert "_eventSourceMessages" not in theirs(log)


def seen(text: str, events: list[Any]) -> Selection:
    content = {"mimeType": "text/event-stream", "text": text}
    return loads(
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "request": {"url": "https://h/events"},
            "response": {"status": 200, "content": content},
            "_eventSourceMessages": events,
        }
    )


def test_events_without_a_text_are_the_stream() -> None:
    record = seen("", EVENTS)
    assert [(row.kind, row.data, row.at - START) for row in record] == [
        ("request", "/events", 0), ("response", "", 0), ("event", "data: one\n\n", 1),
        ("event", "event: add\nid: 7\ndata: two\ndata: lines\n\n", 2),
    ]  # fmt: skip


def test_a_text_is_cut_where_its_events_end() -> None:
    record = seen(STREAM, EVENTS)
    assert [(row.data, row.at - START) for row in record[1:]] == [
        ("", 0), ("data: one\n\n", 1), (STREAM[11:-9], 2), (": the end", 2),
    ]  # fmt: skip
    assert [(row.kind, row.note) for row in record[2:]] == [
        ("event", "message"), ("event", "add"), ("body", None),
    ]  # fmt: skip


@pytest.mark.parametrize("events", [EVENTS[:1], [*EVENTS, EVENTS[0]]])
def test_a_text_that_does_not_fit_its_events_stays_whole(events: list[Any]) -> None:
    assert [(row.kind, row.data) for row in seen(STREAM, events)[1:]] == [("response", STREAM)]


@pytest.mark.parametrize(
    "event", [{}, {"time": "x", "eventName": 5, "eventId": {}, "data": [1]}, {"data": "a\r\nb\n"}]
)
def test_an_event_is_read_whatever_it_lacks(event: dict[str, Any]) -> None:
    [found] = events_of(seen("", [event, None]))
    assert found.data in ("", "[1]", "a\nb\n")


TEXT = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=5)
LINE = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=5)


@given(st.lists(st.tuples(LINE, LINE.filter(bool), TEXT), min_size=1, max_size=3))
def test_what_was_written_and_read_says_the_same(events: list[tuple[str, str, str]]) -> None:
    fields = [
        {"time": START, "eventName": name, "eventId": number, "data": data}
        for name, number, data in events
    ]
    said = [ServerSentEvent(name or "message", data, number) for name, number, data in events]
    record = seen("", fields)
    assert events_of(record) == said
    again = loads(theirs(record))
    assert events_of(again) == said
    assert [row.data for row in again] == [row.data for row in record]
