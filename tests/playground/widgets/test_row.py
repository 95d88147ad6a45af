"""A row crosses as named fields, of which only those are sent that say something."""

from __future__ import annotations

import json
import time

from playground.traffic.decoding import Decoded
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.widgets import wire
from playground.widgets.names import Names
from playground.widgets.row import FIELDS, FILE, row, script


def test_javascript_has_the_fields_of_the_list() -> None:
    assert FILE.read_text("utf-8") == script(), (
        "expected the script made of the list of fields; run `python -m playground.widgets.row`"
    )


def test_no_row_has_a_field_that_is_not_in_the_list() -> None:
    known = {each.name for each in FIELDS}
    binary = Entry(1, 1.0, 1, "binary", "client", bytes(99), 99, 3, 2, "In[1]:2", 7, "a note")
    exception = Entry(2, 1.0, 1, "exception", "server", "x" * 300, note="in f, in g\n  x")
    assert row(binary).keys() | row(exception).keys() <= known


def test_of_a_plain_message_little_is_sent() -> None:
    message = Entry(7, 1.5, 2, "text", "server", "hello", 5, None, 1)
    assert row(message) == {"seq": 7, "at": 1.5, "exchange": 2, "text": "hello"}


def test_the_size_is_sent_where_it_is_not_the_length() -> None:
    assert row(Entry(1, 1.0, 1, "text", "server", "💬", 4))["size"] == 4
    assert row(Entry(1, 1.0, 1, "text", "server", "ab", 200))["size"] == 200


def test_a_row_can_be_encoded() -> None:
    broken = Entry(1, 1.0, 1, "exception", "server", "\ud800", where="\udfff", note="in f\n \ud800")
    json.dumps({**row(broken), "where": ""}, ensure_ascii=False).encode()


def test_long_payloads_can_be_told_apart() -> None:
    one, other = (row(Entry(1, 1.0, 1, "text", "server", "x" * 250 + end)) for end in "ab")
    assert one["text"] == other["text"]
    assert one["cut"] != other["cut"]


def test_what_a_decoder_said_stands_before_the_bytes() -> None:
    data = bytes(range(40))
    entry = Entry(1, 1.0, 1, "binary", "client", data, len(data))
    sent = row(entry, None, Decoded("point", '{"x":\n1}'))
    assert sent["chip"] == "point"
    assert sent["tag"] == "point 40"
    assert sent["payload"] == sent["label"] == '{"x":\\n1}'
    assert sent["said"] == " · 00 01 02 03 04 05 06 07…"
    assert sent["text"].startswith("00 01")
    assert sent.keys() <= {each.name for each in FIELDS}
    assert row(entry, None, Decoded("point", "", "ValueError: no"))["payload"] == "ValueError: no"
    answer = Entry(2, 1.0, 1, "response", "server", "ok", 2, code=200)
    assert row(answer, None, Decoded("point", "x")) == row(answer)


def test_decoders_that_take_long_leave_the_later_rows_as_they_are() -> None:
    log = Log()
    exchange = log.open("websocket", "bob", path="/chat").id
    for number in range(20):
        log.append(float(number), exchange, "text", "client", "x", 1)
    asked = []

    def slow(message: object) -> str:
        asked.append(message)
        end = time.perf_counter() + wire.DECODING
        while time.perf_counter() < end:
            pass
        return "slow"

    log.decode(slow, "client:bob")
    told = wire.rows(log, Names(), 0, log.last)["rows"]
    assert len(asked) == 1
    assert [each.get("chip") for each in told] == ["slow", *[None] * 19]
