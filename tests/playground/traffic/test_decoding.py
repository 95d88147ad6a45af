"""Messages are read by a function of one's own, as MessagePack or as CBOR; none breaks a view."""

from __future__ import annotations

import builtins
import datetime
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.traffic.decoding import LONGEST, Decoded, recognised
from playground.traffic.filter import FilterError
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.summary import one_line
from tests.playground.records import chat

VALUE = {"say": "hö", "to": [1, 2.5, None, True], "pic": b"\x00\xff"}
TEXT = '{"say": "hö", "to": [1, 2.5, null, true], "pic": "00 ff"}'


def packed(value: Any, by: str = "msgpack") -> bytes:
    module = pytest.importorskip(by)
    name = "dumps" if by == "cbor2" else "packb"
    data: bytes = getattr(module, name)(value)
    return data


def log_with(*messages: str | bytes, client: str = "bob") -> Log:
    log = Log()
    exchange = log.open("websocket", client, path="/chat").id
    for each in messages:
        kind = "text" if isinstance(each, str) else "binary"
        log.append(0.0, exchange, kind, "client", each, len(each))  # type: ignore[arg-type]
    return log


@pytest.mark.parametrize(
    ("by", "name"), [("msgpack", "MessagePack"), ("ormsgpack", "MessagePack"), ("cbor2", "CBOR")]
)
def test_bytes_that_are_wholly_a_map_or_an_array_are_read(by: str, name: str) -> None:
    assert recognised(packed(VALUE, by)) == Decoded(name, TEXT)
    assert recognised(packed([VALUE] * 40, by)) == Decoded(name, json_list(TEXT, 40))


def json_list(text: str, times: int) -> str:
    return f"[{', '.join([text] * times)}]"


@pytest.mark.parametrize("by", ["msgpack", "ormsgpack", "cbor2"])
def test_bytes_that_go_on_or_are_cut_are_not(by: str) -> None:
    data = packed(VALUE, by)
    for other in (data + b"\0", data + data, data[:-1], b"\0" + data, b""):
        assert recognised(other) is None


@pytest.mark.parametrize("by", ["msgpack", "cbor2"])
@pytest.mark.parametrize("value", [1, "text", b"bytes", None, True, 1.5])
def test_a_single_value_is_no_message_of_that_kind(by: str, value: Any) -> None:
    assert recognised(packed(value, by)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff\xe0\x00\x10JFIF", bytes(range(256)),
        "Grüße 💬".encode(), b"\xdd\xff\xff\xff\xff", b"\x9a\xff\xff\xff\xff", b"\x81" * 5000,
        b"\x91" * 5000, b"\xd8\x1c\x81\xd8\x1d\x00", b"\x81\x90\x01",
    ],
)  # fmt: skip
def test_other_bytes_stay_bytes(data: bytes) -> None:
    assert recognised(data) is None


def test_long_messages_are_not_looked_into() -> None:
    assert recognised(packed(["x" * LONGEST])) is None


@given(st.binary(max_size=60))
def test_no_bytes_break_it(data: bytes) -> None:
    recognised(data)


def test_values_that_json_has_no_way_to_write_are_written_as_python_does() -> None:
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert recognised(packed({1: {2}, "at": day}, "cbor2")) == Decoded(
        "CBOR", f'{{"1": [2], "at": "{day!r}"}}'
    )
    found = recognised(packed({b"k": 1}))
    assert found is not None
    assert found.text == "{b'k': 1}"
    assert recognised(packed([float("nan")])) == Decoded("MessagePack", "[nan]")


def test_the_tag_that_says_cbor_is_no_part_of_the_value() -> None:
    assert recognised(b"\xd9\xd9\xf7" + packed(VALUE, "cbor2")) == Decoded("CBOR", TEXT)


def test_without_the_packages_bytes_stay_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(VALUE, "ormsgpack")
    for name in ("msgpack", "cbor2"):
        monkeypatch.setitem(sys.modules, name, None)
    assert recognised(data) == Decoded("MessagePack", TEXT)
    monkeypatch.setitem(sys.modules, "ormsgpack", None)
    assert recognised(b"\x81\xa1a\x01") is None
    assert recognised(b"\xa1aa\x01") is None


def upper(message: str) -> str:
    return message.upper()


def words(log: Log) -> list[str]:
    return [found.text if (found := log.decoded(each)) else "" for each in log]


def test_a_function_reads_the_messages_that_a_filter_means() -> None:
    log = log_with("one", "two", b"\x01")
    log.decode(upper, "kind:text one")
    assert words(log) == ["ONE", "", ""]
    assert log.decoded(log[0]) == Decoded("upper", "ONE")
    assert words(Log.restored(log)) == ["", "", ""]


def test_the_newest_function_is_asked_first_and_one_that_returns_none_passes_on() -> None:
    log = log_with("one", "two")
    log.decode(upper)
    log.decode(lambda message: {"n": 1} if message == "one" else None, "client:bob")
    assert words(log) == ['{"n": 1}', "TWO"]
    log.decode(lambda message: message[::-1])
    assert words(log) == ["eno", "owt"]


def test_a_function_for_the_same_words_takes_the_place_of_the_one_before() -> None:
    log = log_with("one")
    log.decode(upper, "client:bob")
    log.decode(len, "client:bob")
    assert words(log) == ["3"]
    log.decode(None, "client:bob")
    assert words(log) == [""]


def test_what_a_function_raises_is_said_and_breaks_no_view() -> None:
    def strict(message: bytes) -> None:
        raise ValueError("expected 4 bytes")

    log = log_with(b"\x00\x01")
    log.decode(strict)
    assert log.decoded(log[0]) == Decoded("strict", "", "ValueError: expected 4 bytes")
    for view in (repr(log[:]), log._repr_html_(), log.to_mermaid()):
        assert "ValueError: expected 4 bytes" in view
    log.decode(lambda _: sys.exit(3))
    assert log.decoded(log[0]) == Decoded("decoded", "", "SystemExit: 3")


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


def test_a_value_that_cannot_be_written_is_said_too() -> None:
    log = log_with("x")
    log.decode(lambda _: {(1,): Broken()})
    assert log.decoded(log[0]) == Decoded("decoded", "", "RuntimeError: no words")


def test_what_is_decoded_is_text_in_every_still() -> None:
    log = log_with(packed({"say": "tea?"}), "plain")
    for view in (repr(log[:]), log.filter("kind:binary").__repr__(), log.to_mermaid()):
        assert 'MessagePack: {"say": "tea?"}' in view.replace("#quot;", '"').replace("#58;", ":")
    assert "<i>MessagePack</i> <code>{&quot;say&quot;: &quot;tea?&quot;}</code>" in (
        log._repr_html_()
    )


def test_what_is_saved_is_what_went_over_the_wire() -> None:
    log = log_with("one")
    log.decode(upper)
    assert json.loads(log.to_jsonl().splitlines()[-1])["data"] == "one"
    assert log[:] == Log.restored(log)[:]


def test_a_function_is_called_once_for_a_message_however_often_it_is_shown() -> None:
    called: list[str] = []
    log = log_with("one", "two")
    log.decode(called.append)
    for _ in range(3):
        repr(log[:])
    assert called == ["one", "two"]


def test_entries_without_a_message_are_not_asked_about() -> None:
    called: list[Entry] = []
    log = chat()
    log.decode(called.append)
    for each in log:
        log.decoded(each)
    assert len(called) == sum(
        each.kind in ("text", "binary", "body", "response") for each in log if each.data
    )


def test_packets_of_socket_io_stay_what_they_are() -> None:
    log = Log()
    exchange = log.open("websocket", "dan", path="/socket.io/?EIO=4&transport=websocket").id
    log.append(0.0, exchange, "binary", "client", packed([1]), 2)
    assert log.decoded(log[0]) is None


@pytest.mark.parametrize("wrong", ["upper", 3])
def test_what_is_no_function_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="expected a function of bytes or text, got"):
        Log().decode(wrong)


def test_a_filter_that_cannot_be_read_is_refused_at_once() -> None:
    with pytest.raises(FilterError, match="size>big"):
        Log().decode(upper, "size>big")


def test_long_texts_are_cut() -> None:
    log = log_with("x")
    log.decode(lambda _: "y" * (LONGEST + 1))
    found = log.decoded(log[0])
    assert found is not None
    assert (len(found.text), found.cut) == (LONGEST, True)
    assert builtins.len(repr(log[:])) < LONGEST


def test_of_a_server_sent_event_its_data_is_read() -> None:
    log = Log()
    exchange = log.open("http", "bob", path="/events").id
    log.append(0.0, exchange, "event", "server", "event: a\ndata: 1\ndata: 2\n\n", 26, note="a")

    def twice(data: str) -> str:
        return f"{data}\n{data}"

    log.decode(twice, "kind:event")
    assert log.decoded(log[0]) == Decoded("twice", "1\n2\n1\n2")
    assert one_line(log, log[0]) == r"a · twice: 1\n2\n1\n2"
