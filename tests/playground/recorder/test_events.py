"""Server-sent events are rows: each whole, wherever it is cut, and every byte in one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.exports.conversations import conversations
from playground.recorder import Recorder
from playground.recorder.bodies import MOST, SMALL
from playground.recorder.events import PATIENCE, UNENDED, Events, Piece
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.server_sent import EventStream
from playground.traffic.summary import event_of, one_line

TICKS = b": hi\n\nevent: tick\ndata: 1\n\ndata: a\r\ndata: b\r\n\r\nid: 3\n\n\n\ndata: c\r\rrest"
PIECES = st.sampled_from(
    [b"data: x", b"data", b"event: e", b": c", b"id: 1", b"\n", b"\r", b"\r\n", b"\xff", b"retry:5"]
)


def cut(parts: Sequence[bytes], seconds: float = 0.0) -> list[Piece]:
    """Return the pieces of a stream that is sent in parts, so many seconds apart."""
    events = Events()
    found = [
        piece for number, part in enumerate(parts) for piece in events.take(part, number * seconds)
    ]
    return [*found, *events.rest()]


def test_each_event_is_a_piece_and_so_is_what_is_none() -> None:
    assert cut([TICKS]) == [
        Piece(b": hi\n\n"),
        Piece(b"event: tick\ndata: 1\n\n", "tick"),
        Piece(b"data: a\r\ndata: b\r\n\r\n", "message"),
        Piece(b"id: 3\n\n\n\n"),
        Piece(b"data: c\r\r", "message"),
        Piece(b"rest"),
    ]


@given(st.lists(PIECES, max_size=40), st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_where_a_stream_is_cut_changes_no_event_and_loses_no_byte(
    pieces: list[bytes], sizes: list[int]
) -> None:
    whole = b"".join(pieces)
    parts: list[bytes] = []
    at = 0
    while at < len(whole):
        size = sizes[len(parts) % len(sizes)]
        parts.append(whole[at : at + size])
        at += size
    found = cut(parts)
    assert b"".join(each.data for each in found) == whole
    # Each is read by itself, so an id counts for its own event alone.
    wanted = [(each.event, each.data) for each in EventStream().feed(whole)]
    whole_ones = [EventStream().feed(each.data)[0] for each in found if each.name is not None]
    assert [(each.event, each.data) for each in whole_ones] == wanted


def test_an_event_that_never_ends_is_given_out_in_parts_and_the_next_one_is_whole() -> None:
    late = cut([b"data: 1\n", b"data: 2\n", b"data: 3\n", b"\ndata: 4\n\n"], PATIENCE + 1)
    assert late == [
        Piece(b"data: 1\ndata: 2", note=UNENDED),
        Piece(b"\ndata: 3", note=UNENDED),
        Piece(b"\n\n"),
        Piece(b"data: 4\n\n", "message"),
    ]
    assert cut([b"data: 1\n", b"\n"], PATIENCE * 100) == [Piece(b"data: 1\n\n", "message")]


def test_an_event_that_never_ends_takes_no_more_memory_than_a_bound() -> None:
    events = Events()
    part = b"data: " + b"x" * 65_530
    for number in range(100):
        list(events.take(part, 0.0))
        assert len(events._held) <= MOST + len(part), number


def test_what_an_end_lacks_is_said_if_it_would_have_been_an_event() -> None:
    assert cut([b"data: 1\n"]) == [Piece(b"data: 1\n", note=UNENDED)]
    assert cut([b": ping\n"]) == [Piece(b": ping\n")]


async def recorded(
    *parts: bytes, kind: bytes = b"Text/Event-Stream; charset=utf-8", **options: Any
) -> Log:
    """Return the log of one response that is sent in parts."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", kind), *options.get("headers", ())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        if options.get("ends", True):
            await send({"type": "http.response.body", "body": b""})

    log = Log()

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: Any) -> None: ...

    scope = {"type": "http", "method": "GET", "path": "/events", "headers": []}
    await Recorder(app, log, locate={__file__: "here"}.get)(scope, receive, send)
    return log


def rows(log: Log) -> list[tuple[Any, ...]]:
    return [(each.kind, each.data, each.note) for each in log][1:]


async def test_in_the_log_each_event_is_an_entry_with_its_cause_and_line() -> None:
    log = await recorded(b": hi\n\nevent: ti", b"ck\ndata: 1\n\ndata: 2\n\n", b"data: 3")
    assert rows(log) == [
        ("response", "", "Text/Event-Stream; charset=utf-8"),
        ("body", ": hi\n\n", None),
        ("event", "event: tick\ndata: 1\n\n", "tick"),
        ("event", "data: 2\n\n", "message"),
        ("body", "data: 3", UNENDED),
    ]
    events = [each for each in log if each.kind == "event"]
    assert {each.cause for each in events} == {1}
    assert all((each.where or "").startswith("here:") for each in events)
    assert [each.size for each in events] == [21, 9]
    assert [one_line(log, each) for each in events] == ["tick: 1", "message: 2"]


async def test_no_byte_is_lost_or_doubled() -> None:
    parts = (TICKS[:9], TICKS[9:30], TICKS[30:])
    for ends in (True, False):
        log = await recorded(*parts, ends=ends)
        assert conversations(log)[0].body("server") == TICKS


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (b"text/plain", []),
        (b"text/event-streams", []),
        (b"text/event-stream", [(b"Content-Encoding", b"gzip")]),
    ],
)
async def test_any_other_response_is_its_parts_as_ever(
    kind: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    log = await recorded(b"data: 1\n\n", b"data: 2\n\n", kind=kind, headers=headers)
    assert [row[:2] for row in rows(log)] == [("response", "data: 1\n\n"), ("body", "data: 2\n\n")]


async def test_large_events_are_rows_however_many_and_what_is_left_out_is_counted() -> None:
    large = b"data: " + b"x" * (MOST // 2) + b"\n\n"
    log = await recorded(large, large, large, large)
    events = [each for each in log if each.kind == "event"]
    assert [each.size for each in events] == [len(large)] * 4
    assert [len(each.data or "") for each in events][::3] == [len(large), SMALL]
    kept = sum(len(each.data or "") for each in events)
    assert log[-1].note == f"{4 * len(large) - kept:,} bytes not kept"


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("event: a\nid: 7\ndata: 1\n\n", "a", "a: 1 · id 7"),
        ("data: a\ndata: b\n\n", "message", r"message: a\nb"),
        ("data\nid: 8\n\n", "message", "message: id 8"),
        (b"data: \xff\n\n", "message", "message: �"),
        (None, "late", "late: "),
        ("data: cut of", "message", "message: cut of"),
    ],
)
def test_an_event_says_its_type_and_data(data: str | bytes | None, name: str, said: str) -> None:
    entry = Entry(1, 0.0, 1, "event", "server", data, note=name)
    assert one_line(Log(), entry) == said
    assert event_of(entry).event == name
