"""HAR gives back what it was given, and other tools' HAR can be read."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given

from playground.exports import har, har_reading
from playground.traffic.formats import FormatError
from playground.traffic.record import Selection
from tests.playground.records import START, chat, records


@given(records())
def test_what_is_read_is_what_was_written(record: Selection) -> None:
    assert har_reading.loads(har.dumps(record).encode().decode()) == record


def test_a_chat_comes_back_as_it_was() -> None:
    assert har_reading.loads(chat().to_har()) == chat()[:]


def entries_of(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["log"]["entries"]
    return found


def test_a_connection_is_one_entry_with_its_messages() -> None:
    alice, bob, _, carol = entries_of(chat().to_har())
    assert alice["request"]["url"] == "ws://127.0.0.1:8000/chat?name=Ada"
    assert alice["request"]["queryString"] == [{"name": "name", "value": "Ada"}]
    assert alice["startedDateTime"] == "2026-01-01T00:00:00.000Z"
    assert alice["response"]["status"] == 101
    assert [(m["type"], m["opcode"]) for m in alice["_webSocketMessages"]] == [
        ("send", 1), ("receive", 1), ("receive", 1), ("send", 8),
    ]  # fmt: skip
    first = alice["_webSocketMessages"][0]
    assert (first["time"], first["data"], first["_seq"]) == (START + 0.5, '{"say": "hi; #1"}', 5)
    assert bob["_subprotocol"] == "json"
    assert bob["_wsClose"] == {"code": 1011, "reason": "sorry", "by": "server", "clean": True}
    close = bob["_webSocketMessages"][-1]
    assert base64.b64decode(close["data"]) == b"\x03\xf3sorry"
    assert (carol["response"]["status"], carol["response"]["content"]["text"]) == (
        404,
        "no such route",
    )


def test_a_request_is_one_entry_with_its_body_put_together() -> None:
    post = entries_of(chat().to_har())[2]
    assert post["request"]["postData"]["text"] == "name=Ada"
    assert post["response"]["content"] == {"size": 9, "mimeType": "text/html", "text": "Hello Ada"}
    assert post["timings"] == {"send": 0, "wait": pytest.approx(20), "receive": pytest.approx(10)}


def test_bytes_that_are_no_text_stand_in_base64() -> None:
    log = chat()
    exchange = log.open("http", "curl", path="/x").id
    log.append(START, exchange, "response", "server", b"\xff", 1, code=200, note="image/png")
    content = entries_of(log.to_har())[-1]["response"]["content"]
    assert content == {"size": 1, "mimeType": "image/png", "text": "/w==", "encoding": "base64"}


def theirs(**changes: Any) -> str:
    """Return a connection as Chrome would write it."""
    entry: dict[str, Any] = {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "time": 900.5,
        "request": {
            "method": "GET",
            "url": "wss://example.org/ws/chat?token=s3cret&x=1",
            "headers": [
                {"name": "Cookie", "value": "id=s3cret"},
                {"name": "Sec-WebSocket-Protocol", "value": "json, text"},
                {"name": ":path", "value": "/ws/chat"},
            ],
        },
        "response": {
            "status": 101,
            "headers": [{"name": "Sec-WebSocket-Protocol", "value": "json"}],
            "content": {"size": 0, "mimeType": "x-unknown"},
        },
        "timings": {"send": 0, "wait": 10, "receive": 5},
        "_resourceType": "websocket",
        "_webSocketMessages": [
            {"type": "send", "time": START + 0.5, "opcode": 1, "data": "hi"},
            {"type": "receive", "time": START + 0.4, "opcode": 2, "data": "AAE="},
            {"type": "receive", "time": START + 0.6, "opcode": 9, "data": ""},
            {"type": "error", "time": START + 0.7, "opcode": -1, "data": "broken"},
            {"type": "receive", "time": START + 0.8, "opcode": 8, "data": "A+hieWU="},
        ],
        **changes,
    }
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}})


def test_what_chrome_wrote_can_be_read() -> None:
    record = har_reading.loads(theirs())
    exchange = record.exchange(1)
    assert exchange is not None
    assert (exchange.protocol, exchange.client, exchange.subprotocols) == (
        "websocket", "browser-1", ("json", "text"),
    )  # fmt: skip
    assert [(entry.kind, entry.sender, entry.data, entry.code) for entry in record] == [
        ("open", "client", "/ws/chat?token=[redacted]&x=1", None),
        ("accept", "server", "json", None),
        ("text", "client", "hi", None),
        ("binary", "server", b"\x00\x01", None),
        ("frame", "server", "", None),
        ("lab", "lab", "broken", None),
        ("close", "server", "bye", 1000),
    ]
    assert record[1].cause == 1
    assert record[2].at == START + 0.5


def test_credentials_in_what_others_saw_do_not_enter() -> None:
    record = har_reading.loads(theirs())
    assert "s3cret" not in record.to_jsonl() + record.to_har()


def test_the_order_within_a_connection_is_believed_rather_than_the_clock() -> None:
    record = har_reading.loads(theirs())
    assert [entry.at for entry in record] == sorted(entry.at for entry in record)


def test_what_was_read_says_where_a_number_is_there_twice() -> None:
    whole = json.loads(chat().to_har())
    whole["log"]["entries"][1]["_webSocketMessages"][0]["_seq"] = 5
    with pytest.raises(FormatError, match="got two entries with 'seq' 5"):
        har_reading.loads(json.dumps(whole))


@pytest.mark.parametrize("seq", [None, {}, -1, 10**400, "5"])
def test_a_message_of_ours_has_a_number(seq: object) -> None:
    whole = json.loads(chat().to_har())
    whole["log"]["entries"][1]["_webSocketMessages"][0]["_seq"] = seq
    with pytest.raises(FormatError, match="entry 1: expected '_seq' to be a whole number"):
        har_reading.loads(json.dumps(whole))


def test_connections_are_told_apart_and_put_in_order_of_time() -> None:
    one = json.loads(theirs())
    [entry] = one["log"]["entries"]
    one["log"]["entries"] = [entry, {**entry, "startedDateTime": "2026-01-01T00:00:00.300Z"}]
    record = har_reading.loads(json.dumps(one))
    assert [entry.exchange for entry in record][:6] == [1, 1, 2, 2, 1, 1]
    assert [entry.seq for entry in record] == list(range(1, 15))


def test_an_address_with_http_is_a_connection_too_if_it_has_messages() -> None:
    request = {"url": "http://h/chat", "headers": []}
    assert har_reading.loads(theirs(request=request))[0].kind == "open"


def test_a_handshake_that_failed_is_a_refusal() -> None:
    answer = {"status": 403, "content": {"mimeType": "text/plain", "text": "no"}}
    rows = har_reading.loads(theirs(response=answer, _webSocketMessages=[]))
    assert [(row.kind, row.code, row.data, row.cause) for row in rows] == [
        ("open", None, "/ws/chat?token=[redacted]&x=1", None), ("refuse", 403, "no", 1),
    ]  # fmt: skip


def test_a_request_comes_with_its_bodies() -> None:
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "POST", "url": "http://h/x", "postData": {"text": "a=1"}},
        "response": {
            "status": 201,
            "content": {"mimeType": "image/png", "text": "/w==", "encoding": "base64"},
        },
    }
    rows = har_reading.loads(json.dumps({"log": {"entries": [entry]}}))
    assert [(row.kind, row.data, row.code, row.note) for row in rows] == [
        ("request", "/x", None, "POST"), ("body", "a=1", None, None),
        ("response", b"\xff", 201, "image/png"),
    ]  # fmt: skip


def test_a_request_that_got_no_answer_has_none() -> None:
    entry = {
        "startedDateTime": "2026-01-01T00:00:00",
        "request": {"method": "GET", "url": "http://h"},
        "response": {"status": 0},
    }
    rows = har_reading.loads(json.dumps({"log": {"entries": [entry]}}))
    assert [(row.kind, row.data, row.at) for row in rows] == [("request", "/", START)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected JSON, got an empty file.*Save all as HAR"),
        ("[]", "expected the file to be an object"),
        ("{}", "expected 'log' to be an object, got None"),
        ('{"log": {"entries": {}}}', "expected 'entries' to be a list"),
        ('{"log": {"entries": [{}]}}', "1 of 1 entries left out: entry 0 has no url"),
        ('{"log": {"entries": [{}], "_playground": {}}}', "entry 0: expected 'request'"),
        ('{"log": {"entries": [3], "_playground": {}}}', "entry 0: expected it to be an object"),
        ('{"log": ' + "[" * 100_000, "brackets within brackets, too deep to read"),
        ('{"log": {"entries": [], "x": ' + "9" * 5000 + "}}", "expected JSON"),
    ],
)  # fmt: skip
def test_what_is_no_har_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        har_reading.loads(text)
