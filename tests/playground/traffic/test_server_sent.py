from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.traffic.server_sent import EventStream, ServerSentEvent, is_event_stream


def events(*pieces: bytes) -> list[ServerSentEvent]:
    stream = EventStream()
    return [event for piece in pieces for event in stream.feed(piece)]


# The examples of WHATWG HTML 9.2.6, and what its grammar allows beside them.
STREAMS: dict[str, tuple[bytes, list[ServerSentEvent]]] = {
    "one line": (b"data: hi\n\n", [ServerSentEvent(data="hi")]),
    "several lines": (
        b"data: YHOO\ndata: +2\ndata: 10\n\n",
        [ServerSentEvent(data="YHOO\n+2\n10")],
    ),
    "ids, which stay until another comes": (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\n\ndata: b\nid\n\n"
        b"data:  third event\n\n",
        [
            ServerSentEvent(data="first event", id="1"),
            ServerSentEvent(data="second event", id="1"),
            ServerSentEvent(data="b", id=""),
            ServerSentEvent(data=" third event", id=""),
        ],
    ),
    "empty data, and an event that has not ended": (
        b"data\n\ndata\ndata\n\ndata:",
        [ServerSentEvent(data=""), ServerSentEvent(data="\n")],
    ),
    "a space after the colon is left out, once": (
        b"data:test\n\ndata: test\n\ndata:  test\n\n",
        [
            ServerSentEvent(data="test"),
            ServerSentEvent(data="test"),
            ServerSentEvent(data=" test"),
        ],
    ),
    "types": (
        b"event: add\ndata: 1\n\nevent: gone\n\ndata: 2\n\nevent:\ndata: 3\n\n",
        [
            ServerSentEvent("add", "1"),
            ServerSentEvent(data="2"),
            ServerSentEvent(data="3"),
        ],
    ),
    "line ends of all three kinds": (
        b"data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\rdata: e\r\n\r\n",
        [
            ServerSentEvent(data="a\nb\nc"),
            ServerSentEvent(data="d"),
            ServerSentEvent(data="e"),
        ],
    ),
    "what only Python takes for a line's end is text": (
        "data: a\x0bb\x0c\x1c\x85c\u2028d\n\n".encode(),
        [ServerSentEvent(data="a\x0bb\x0c\x1c\x85c\u2028d")],
    ),
    "a byte order mark, once": (
        b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n",
        [ServerSentEvent(data="a"), ServerSentEvent(data="c")],
    ),
    "when to connect again": (
        b"retry: 3000\n\ndata: a\n\nretry: 5\ndata: b\n\ndata: c\n\n",
        [
            ServerSentEvent(data="a", retry=3000),
            ServerSentEvent(data="b", retry=5),
            ServerSentEvent(data="c"),
        ],
    ),
    "a retry that is no number of ASCII digits": (
        "retry: 1.5\nretry: -1\nretry: 3s\nretry:\nretry: ٣\ndata: a\n\n".encode(),
        [ServerSentEvent(data="a")],
    ),
    "a retry too long to be one": (
        b"retry: " + b"9" * 5000 + b"\ndata: a\n\n",
        [ServerSentEvent(data="a")],
    ),
    "an id with a NUL is none": (
        b"id: 1\ndata: a\n\nid: 2\x003\ndata: b\n\n",
        [ServerSentEvent(data="a", id="1"), ServerSentEvent(data="b", id="1")],
    ),
    "fields that nobody knows, and names in capitals": (
        b"foo: bar\nDATA: no\n data: no\ndata : no\ndata: yes\n\n",
        [ServerSentEvent(data="yes")],
    ),
    "what is not UTF-8": (b"data: \xff\xe2\x82\n\n", [ServerSentEvent(data="\ufffd\ufffd")]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_read_as_a_browser_reads_it(name: str) -> None:
    stream, expected = STREAMS[name]
    assert events(stream) == expected


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_may_come_byte_by_byte(name: str) -> None:
    stream, expected = STREAMS[name]
    assert events(*(bytes([byte]) for byte in stream)) == expected


PARTS = st.sampled_from(
    [
        b"data",
        b":",
        b" ",
        b"event: x",
        b"id: 7",
        b"retry: 1",
        b"\r",
        b"\n",
        b"\r\n",
        b"\xef\xbb\xbf",
    ]
)


@given(st.lists(PARTS | st.binary(max_size=3)).map(b"".join), st.data())
def test_where_a_stream_is_cut_changes_nothing(stream: bytes, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(stream))).map(sorted))
    cuts = zip([0, *places], [*places, len(stream)], strict=True)
    assert events(*(stream[start:stop] for start, stop in cuts)) == events(stream)


def test_an_event_is_there_as_soon_as_its_last_line_ends() -> None:
    stream = EventStream()
    assert stream.feed(b"data: a\r\n\r") == [ServerSentEvent(data="a")]
    assert stream.feed(b"\ndata: b\n\n") == [ServerSentEvent(data="b")]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-stream-2", False),
        ("text/plain", False),
        ("", False),
        (None, False),
    ],
)
def test_a_content_type_says_that_events_follow(content_type: str | None, expected: bool) -> None:
    assert is_event_stream(content_type) is expected
