"""Of another program's HAR all is read that can be, and what cannot be is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.exports import har_reading
from playground.traffic.formats import FormatError
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.record import Selection
from tests.playground.records import START

FINE: dict[str, Any] = {
    "startedDateTime": "2026-01-01T00:00:00Z",
    "request": {"method": "GET", "url": "http://h/x", "headers": []},
    "response": {"status": 200, "content": {"mimeType": "text/plain", "text": "ok"}},
}
HELLO = {"type": "send", "time": START + 1, "opcode": 1, "data": "hi"}
SOCKET: dict[str, Any] = {
    "startedDateTime": "2026-01-01T00:00:00Z",
    "request": {"method": "GET", "url": "wss://h/chat", "headers": []},
    "response": {"status": 101},
    "_webSocketMessages": [HELLO],
}


def loads(*entries: Any) -> Selection:
    return har_reading.loads(json.dumps({"log": {"entries": entries}}))


def without(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


def said(rows: Selection) -> list[tuple[str, Any]]:
    return [(row.kind, row.data) for row in rows]


def reasons(record: Selection) -> tuple[str, ...]:
    return () if record.left_out is None else record.left_out.reasons


def opened(**changes: Any) -> list[str]:
    """Return the kinds of the rows of a connection that was written otherwise."""
    record = loads({**SOCKET, **changes})
    assert record.left_out is None
    return [row.kind for row in record]


HEADERS_2 = [{"name": ":method", "value": "CONNECT"}, {"name": ":protocol", "value": "websocket"}]
REQUEST_2 = {"method": "CONNECT", "url": "https://h/chat", "headers": HEADERS_2}


@pytest.mark.parametrize(
    "changes",
    [
        {"response": {"status": 200, "httpVersion": "h2"}},
        {"request": {**SOCKET["request"], "method": "CONNECT"}, "response": {"status": 200}},
        {"request": REQUEST_2, "response": {"status": 200}},
        {"request": {"url": "https://h/chat"}, "_resourceType": "websocket"},
        {"request": {"url": "https://h/chat", "headers": {"Upgrade": "websocket"}}},
        {"response": {"status": -1}},
        {"response": {}},
        {"response": None},
        {"response": {"status": "101"}},
    ],
)
def test_a_connection_was_opened_however_that_is_written(changes: dict[str, Any]) -> None:
    assert opened(**changes) == ["open", "accept", "text"]


def test_over_http_2_a_connection_without_messages_was_opened_too() -> None:
    record = loads(
        {"request": REQUEST_2, "response": {"status": 200}},
        {"request": {**REQUEST_2, "headers": [*HEADERS_2]}, "response": {"status": 502}},
        {"request": SOCKET["request"], "response": {"status": 200}},
    )
    assert [(row.kind, row.code) for row in record] == [
        ("open", None), ("accept", None), ("lab", None), ("open", None), ("refuse", 502),
        ("open", None), ("refuse", 200),
    ]  # fmt: skip
    exchange = record.exchange(1)
    assert exchange is not None
    assert (exchange.method, exchange.headers) == ("GET", (("host", "h"),))


def messages(*found: Any) -> Selection:
    return loads({**SOCKET, "_webSocketMessages": list(found)})


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "send", "data": "hi"}, ("text", "client", "hi")),
        ({"type": "receive", "opcode": None, "data": "hi"}, ("text", "server", "hi")),
        ({"type": "Received", "opcode": "1", "data": "hi"}, ("text", "server", "hi")),
        ({"direction": "outgoing", "payload": "hi"}, ("text", "client", "hi")),
        ({"type": "in", "opcode": "text", "payloadData": "hi"}, ("text", "server", "hi")),
        ({"type": "send", "time": "soon", "data": {"a": 1}}, ("text", "client", '{"a": 1}')),
        ({"type": "send", "time": None, "data": ""}, ("text", "client", "")),
        ({"type": "send", "opcode": 2, "data": "AA\nE="}, ("binary", "client", b"\x00\x01")),
        ({"type": "send", "opcode": 2.0, "data": "AAE"}, ("binary", "client", b"\x00\x01")),
        ({"type": "send", "opcode": 2, "data": "-_8="}, ("binary", "client", b"\xfb\xff")),
        ({"type": "send", "encoding": "base64", "data": "AAE="}, ("binary", "client", b"\0\1")),
        ({"type": "receive", "opcode": 9, "data": "aGk="}, ("frame", "server", "hi")),
        ({"type": "error", "data": "broken"}, ("lab", "lab", "broken")),
    ],
)
def test_a_message_is_read_however_it_is_written(
    message: dict[str, Any], expected: tuple[str, ...]
) -> None:
    record = messages(message)
    assert record.left_out is None
    assert (record[-1].kind, record[-1].sender, record[-1].data) == expected


@pytest.mark.parametrize(
    ("close", "code", "reason"),
    [
        ({"data": "A+hieWU="}, 1000, "bye"),
        ({"data": "", "code": 4001}, 4001, ""),
        ({"data": "bye"}, 1005, "bye"),
        ({"code": 1001, "reason": "gone"}, 1001, "gone"),
        ({"code": 10**400}, 1005, ""),
        ({}, 1005, ""),
    ],
)
def test_a_close_says_its_code_wherever_it_stands(
    close: dict[str, Any], code: int, reason: str
) -> None:
    row = messages({"type": "receive", "opcode": 8, **close})[-1]
    assert (row.kind, row.code, row.data) == ("close", code, reason)


def test_messages_without_times_keep_their_order() -> None:
    found = [{"type": "send", "data": str(number)} for number in range(5)]
    found[2]["time"] = str(START + 9)
    rows = messages(*found)[2:]
    assert [row.data for row in rows] == list("01234")
    assert [row.at - START for row in rows] == [0, 0, 9, 9, 9]


def test_times_may_be_in_milliseconds() -> None:
    rows = messages({**HELLO, "time": (START + 2) * 1000}, {**HELLO, "time": (START + 3) * 1e6})
    assert [row.at - START for row in rows] == [0, 0, 2, 3]


def test_entries_without_dates_come_one_after_the_other() -> None:
    undated = {**without(FINE, "startedDateTime"), "timings": {"send": 0, "wait": 50}}
    record = loads(undated, FINE, undated, undated)
    assert [(row.exchange, row.kind) for row in record] == [
        (1, "request"), (2, "request"), (2, "response"), (3, "request"), (1, "response"),
        (3, "response"), (4, "request"), (4, "response"),
    ]  # fmt: skip
    assert [row.at - START for row in record] == pytest.approx([0, 0, 0, 0, 0.05, 0.05, 0.05, 0.1])
    assert record.left_out is None
    alone = loads(undated, undated)
    assert [(row.exchange, row.at) for row in alone] == [(1, 0), (1, 0.05), (2, 0.05), (2, 0.1)]


@pytest.mark.parametrize("date", [START * 1000, START, "2026-01-01T01:00:00+01:00", str(START)])
def test_a_date_is_read_however_it_is_written(date: object) -> None:
    record = loads({**FINE, "startedDateTime": date})
    assert (record[0].at, record.left_out) == (START, None)


@pytest.mark.parametrize("status", [None, 0, -1, "none", {}, 10**400, 99, 1000])
def test_an_entry_without_an_answer_is_a_request(status: object) -> None:
    entry = {**FINE, "response": {**FINE["response"], "status": status}}
    assert said(loads(entry, without(FINE, "response"))) == [("request", "/x")] * 2


@pytest.mark.parametrize(
    ("posted", "body"),
    [
        ({"text": "a=1"}, "a=1"),
        ("a=1", "a=1"),
        (
            {"params": [{"name": "a", "value": "1"}, {"name": "b c", "value": "ö"}]},
            "a=1&b+c=%C3%B6",
        ),
        ({"params": [{"name": "a"}], "text": ""}, "a="),
        ({"text": "AAE=", "encoding": "base64"}, b"\x00\x01"),
        ({"text": {"a": 1}}, '{"a": 1}'),
        (
            {
                "mimeType": "multipart/form-data; boundary=xyz",
                "params": [
                    {"name": "a", "value": "1"},
                    {"name": "f", "fileName": "f.txt", "contentType": "text/plain", "value": "hi"},
                ],
            },
            '--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
            '--xyz\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n'
            "Content-Type: text/plain\r\n\r\nhi\r\n--xyz--\r\n",
        ),
    ],
)
def test_what_a_request_sent_is_its_text_or_its_fields(posted: Any, body: str | bytes) -> None:
    record = loads({**FINE, "request": {**FINE["request"], "method": "POST", "postData": posted}})
    assert said(record)[1] == ("body", body)


@pytest.mark.parametrize("coded", ["AAEC\nAAEC", "AAECAAEC", " AAECAAEC=="])
def test_base64_need_not_be_perfect(coded: str) -> None:
    content = {"text": coded, "encoding": "BASE64"}
    record = loads({**FINE, "response": {"status": 200, "content": content}})
    assert said(record)[1] == ("response", b"\x00\x01\x02\x00\x01\x02")


@pytest.mark.parametrize(
    "headers",
    [
        [{"name": "X-Size", "value": 3}, {"name": "Cookie", "value": "s3cret"}],
        [["X-Size", 3], ["Cookie", "s3cret"]],
        {"X-Size": 3, "Cookie": "s3cret"},
    ],
)
def test_headers_are_read_however_they_are_written(headers: Any) -> None:
    record = loads({**FINE, "request": {**FINE["request"], "headers": headers}})
    exchange = record.exchange(1)
    assert exchange is not None
    assert exchange.headers == (("host", "h"), ("x-size", "3"), ("cookie", "[redacted]"))


def test_messages_alone_are_read_without_an_address() -> None:
    record = loads({"_webSocketMessages": [HELLO]})
    assert [row.data for row in record] == ["/", None, "hi"]
    assert record[0].at == HELLO["time"]
    assert reasons(record) == ("entry 0 has no url",)


BROKEN: list[tuple[Any, str]] = [
    (3, "entry 1 is no object: 3"),
    ({}, "entry 1 has no url"),
    ({"request": []}, "entry 1 has no url"),
    ({"request": {"url": "http://[::1/a?token=s3cret"}}, "entry 1 has a url that cannot be read"),
    ({**FINE, "startedDateTime": "soon"}, "entry 1 has a date that is none: 'soon'"),
    ({**FINE, "startedDateTime": "0001-01-01T00:00:00+14:00"}, "entry 1 has a date that is none"),
    ({**SOCKET, "_webSocketMessages": {"a": 1}}, "'_webSocketMessages' that are no list: {'a': 1}"),
    ({**SOCKET, "_webSocketMessages": [HELLO, 1]}, "entry 1 has a message 1 that is no object: 1"),
    ({**SOCKET, "_webSocketMessages": [{"data": "x"}]}, "a message 0 that nobody sent: type None"),
    ({**SOCKET, "_webSocketMessages": [{"type": "send"}]}, "entry 1 has a message 0 without data"),
    (
        {**SOCKET, "_webSocketMessages": [{**HELLO, "opcode": 0}]},
        "a message 0 that is neither text nor binary: opcode 0",
    ),
    (
        {**SOCKET, "_webSocketMessages": [{**HELLO, "opcode": 2, "data": "ä"}]},
        "entry 1 has a binary message 0 that is no base64, and stands as it is written",
    ),
    (
        {**FINE, "response": {"status": 200, "content": {"text": "ä", "encoding": "base64"}}},
        "entry 1 has a body of its answer that is no base64, and stands as it is written",
    ),
    (
        {**FINE, "response": {"status": 200, "content": {"size": 5, "_file": "../a.html"}}},
        "entry 1 has the body of its answer in a file beside it: '../a.html'",
    ),
    (
        {**FINE, "request": {**FINE["request"], "postData": {"mimeType": "x", "_file": "b.bin"}}},
        "entry 1 has the body of its request in a file beside it: 'b.bin'",
    ),
    (
        {**FINE, "response": {"status": 200, "content": {"size": 2_000_000, "comment": "no"}}},
        "entry 1 has no body of its answer, which had 2,000,000 bytes",
    ),
    ({"request": {"url": "data:text/plain,hi"}}, "entry 1 asked no server: 'data:'"),
    ({"request": {"url": "blob:http://h/1"}}, "entry 1 asked no server: 'blob:'"),
    (
        {**FINE, "request": {**FINE["request"], "headers": [{"value": "x"}, 3]}},
        "entry 1 has 2 headers of its request without a name",
    ),
]


@pytest.mark.parametrize(("entry", "why"), BROKEN)
def test_what_cannot_be_read_keeps_out_nothing_else_and_is_said(entry: Any, why: str) -> None:
    record = loads(FINE, entry, FINE)
    assert said(record).count(("response", "ok")) >= 2
    assert why in "; ".join(reasons(record))
    assert "s3cret" not in str(record.left_out)


def test_a_person_is_told_what_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "seen.har"
    entries = [FINE, *({} for _ in range(7)), {**FINE, "startedDateTime": "soon"}]
    path.write_text("\ufeff" + json.dumps({"log": {"entries": entries}}), "utf-8")
    with pytest.warns(UserWarning, match=r"seen\.har: 7 of 9 entries left out, 1 read") as told:
        log = Log.load(path)
    assert told[0].filename == __file__
    sentence = (
        "7 of 9 entries left out, 1 read only in part: entry 1 has no url; entry 2 has no url; "
        "entry 3 has no url; entry 4 has no url; entry 5 has no url; and 3 more"
    )
    assert str(log.left_out) == sentence
    assert sentence in repr(log)
    for view in (repr(log[:]), repr(log.filter("kind:request")), log._repr_html_()):
        assert "7 of 9 entries left out, 1 read only in part" in view
    log.save(tmp_path / "seen.svg")
    assert "7 of 9 entries left out" in (tmp_path / "seen.svg").read_text("utf-8")


def test_of_entries_that_were_read_in_part_there_may_be_all() -> None:
    record = loads({**FINE, "startedDateTime": "soon"})
    assert str(record.left_out).startswith("1 of 1 entries read only in part: entry 0 has a date")


def test_a_file_of_which_nothing_can_be_read_is_refused() -> None:
    with pytest.raises(
        FormatError, match="2 of 2 entries left out: entry 0 is no object: 3; entry"
    ):
        loads(3, {})


def test_a_file_without_entries_is_an_empty_record() -> None:
    assert list(loads()) == list[Entry]()
