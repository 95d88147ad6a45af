"""JSON lines give back what they were given, and say where they cannot be read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from playground.exports import jsonl
from playground.traffic.formats import FormatError
from playground.traffic.log import Log
from playground.traffic.record import Selection
from tests.playground.records import chat, records

HEAD = '{"playground log": 1}\n'
ENTRY = '{"seq": 1, "at": 2, "exchange": 0, "kind": "lab", "sender": "lab"}\n'


@given(records())
def test_what_is_read_is_what_was_written(record: Selection) -> None:
    assert jsonl.loads(jsonl.dumps(record)) == record


@given(records())
def test_a_file_can_hold_it(record: Selection) -> None:
    text = jsonl.dumps(record)
    assert jsonl.loads(text.encode().decode()) == record


def test_a_log_that_is_loaded_is_the_log_that_was_saved() -> None:
    log = Log(max_entries=2)
    exchange = log.open("http", "curl").id
    for number in range(9):
        log.append(float(number), exchange, "body", "server", "x", 1)
    again = Log.restored(jsonl.loads(log.to_jsonl()))
    assert again[:] == log[:]
    assert (again.first, again.last, again.dropped, len(again)) == (8, 9, 7, 2)
    assert again.append(3.0, 0, "lab", "lab", "more") == 10
    assert again.open("http", "curl").id == exchange + 1


def test_a_log_that_is_loaded_may_have_gaps() -> None:
    found = chat().filter("client:alice")
    again = Log.restored(jsonl.loads(found.to_jsonl()))
    assert list(again) == list(found)
    assert (len(again), again.first, again.last) == (len(found), 1, 22)
    assert again.entry(3) is None
    assert again.entry(5) == found[2]
    assert [entry.seq for entry in again.since(2, 2)] == [5, 6]
    assert [entry.seq for entry in again.since(18)] == [22]


def test_each_line_is_json_that_a_person_can_read() -> None:
    lines = [json.loads(line) for line in chat().to_jsonl().splitlines()]
    assert lines[0] == {"playground log": 1, "last": 22, "dropped": 0, "unrecorded": 0}
    assert lines[1]["client"] == "alice"
    assert lines[5] == {
        "seq": 1,
        "at": 1767225600.0,
        "exchange": 1,
        "kind": "open",
        "sender": "client",
        "data": "/chat?name=Ada",
        "size": 14,
        "revision": 1,
    }
    assert "ö" in chat().to_jsonl()


def test_a_file_that_was_cut_short_is_read_up_to_there() -> None:
    text = chat().to_jsonl()
    with pytest.warns(UserWarning, match="line 27 is not whole and was left out"):
        record = jsonl.loads(text[:-30])
    assert list(record) == list(chat())[:-1]


def test_a_last_line_may_lack_its_end() -> None:
    assert jsonl.loads(chat().to_jsonl().rstrip("\n")) == chat()[:]


def test_of_several_logs_in_a_file_the_last_is_read() -> None:
    assert [
        entry.seq for entry in jsonl.loads(HEAD + ENTRY + ENTRY.replace("1", "3", 1) + HEAD + ENTRY)
    ] == [1]


def test_counts_may_come_later() -> None:
    record = jsonl.loads(HEAD + ENTRY + '{"last": 9, "dropped": 2, "unrecorded": 3}\n')
    assert (record.last, record.dropped, record.unrecorded) == (9, 2, 3)


def test_what_a_newer_playground_adds_is_passed_over() -> None:
    assert len(jsonl.loads(HEAD + ENTRY.replace('"seq"', '"mood": "fine", "seq"'))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected {\"playground log\": 1} first, got an empty file"),
        (ENTRY, "line 1: expected {\"playground log\": 1} first, got"),
        ('{"playground log": 2}\n', "version 1 of the format, got 2; a newer playground"),
        (HEAD + "nonsense\n", "line 2: expected JSON, got 'nonsense'"),
        (HEAD + "[1]\n", "line 2: expected a line to be an object, got \\[1\\]"),
        (HEAD + ENTRY + ENTRY, "line 3: expected a 'seq' above 1, got 1"),
        (HEAD + ENTRY.replace("2", '"x"'), "expected 'at' to be a number, got 'x'"),
        (HEAD + ENTRY.replace("1", "true"), "expected 'seq' to be a whole number, got True"),
        (HEAD + ENTRY.replace('"lab",', '"lob",'), "'kind' to be one of open, .*, got 'lob'"),
        (HEAD + ENTRY.replace("}", ', "base64": "a"}'), "expected base64, got 'a'"),
        (HEAD + ENTRY.replace("2", "NaN"), "line 2: expected 'at' to be seconds .*, got nan"),
        (HEAD + ENTRY.replace("2", "1e300"), "expected 'at' to be seconds .*, got 1e\\+300"),
        (HEAD + ENTRY.replace("2", "-1"), "line 2: expected 'at' to be seconds .*, got -1"),
        (HEAD + ENTRY.replace("2", "9" * 400), "line 2: expected 'at' to be seconds"),
        (HEAD + ENTRY.replace("2", "9" * 5000), "line 2: expected JSON"),
        (HEAD + ENTRY.replace("}", ', "size": -5}'), "whole number from 0 to .*, got -5"),
        (HEAD + ENTRY.replace("}", ', "size": 1' + "0" * 400 + "}"), "line 2: expected 'size'"),
        (HEAD + ENTRY.replace("}", ', "code": 70000}'), "from 0 to 65535, got 70000"),
        (HEAD + '{"exchange": 1, "protocol": "http", "client": ""}\n', "'client' to be a name"),
        (HEAD + ENTRY + '{"dropped": -1}\n', "line 3: expected 'dropped'"),
        (HEAD + "[" * 100_000 + "\n", "line 2: expected JSON, got brackets within brackets"),
        (HEAD + '{"exchange": 1, "protocol": "ftp"}\n', "one of http, websocket, got 'ftp'"),
        (
            HEAD + '{"exchange": 1, "protocol": "http", "client": "a", "headers": [["a"]]}\n',
            "expected a header's name and value, got \\['a'\\]",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said.replace("{", "\\{").replace("}", "\\}")):
        jsonl.loads(text)
