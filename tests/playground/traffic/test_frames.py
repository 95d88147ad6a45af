"""Frames are told apart from messages in every format, and read back as they were."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.exports import har, har_reading, jsonl, mermaid, pcapng, pytest_module, text
from playground.exports.ladder.steps import newest
from playground.traffic.formats import FormatError
from playground.traffic.frames import (
    CONTROL,
    OPCODES,
    Frame,
    code_of,
    data_of,
    frame_of,
    note_of,
    raw_of,
    without_frames,
)
from playground.traffic.log import ROW_BYTES, Log
from playground.traffic.model import Entry, Sender
from playground.traffic.record import Record, Selection
from playground.traffic.summary import is_error
from tests.playground.records import START, records

PING = Frame("client", "ping", True, 4, 4, masked=True, payload=b"\x01\xff\x02\xfe")
CLOSE = Frame("server", "close", True, 6, 6, payload=b"\x0f\xa1gone")
TEXT = Frame("client", "text", True, 120, 17, (1,), masked=True)
HELLO = Frame(
    "client", "text", True, 5, 5, masked=True,
    header=bytes.fromhex("81 85 37 fa 21 3d"), head=bytes.fromhex("7f 9f 4d 51 58"),
)  # fmt: skip


def add(log: Log, exchange: int, frame: Frame) -> None:
    said = data_of(frame), frame.size, None, 1, None, code_of(frame), note_of(frame)
    log.append(START + len(log) / 10, exchange, "frame", frame.sender, *said, raw_of(frame))


def framed() -> Log:
    """Return a message of 120 letters with its frame, a ping with its pong, and a close."""
    log = Log()
    number = log.begin("websocket", "alice", path="/echo", opened=START)
    log.append(START, number, "open", "client", "/echo", 5)
    log.append(START, number, "accept", "server", cause=1)
    add(log, number, TEXT)
    log.append(START + 0.5, number, "text", "client", "x" * 120, 120)
    add(log, number, PING)
    add(log, number, PING._replace(sender="server", opcode="pong", masked=False))
    add(log, number, CLOSE)
    log.append(START + 1, number, "close", "server", "gone", 4, code=4001, note="clean")
    log.finish(number)
    return log


@pytest.mark.parametrize(
    ("frame", "note"),
    [
        (PING, "ping, FIN, masked"),
        (CLOSE, "close, FIN"),
        (TEXT, "text, FIN, RSV1, masked, compressed to 17 bytes"),
        (Frame("server", "continuation", False, 3, 3), "continuation"),
        (Frame("server", "binary", False, 0, 1, (1,)), "binary, RSV1, compressed to 1 byte"),
        (TEXT._replace(size=17, taken=False), "text, FIN, RSV1, masked, not taken"),
    ],
)
def test_a_note_says_which_frame_it_is(frame: Frame, note: str) -> None:
    assert note_of(frame) == note


@given(
    st.sampled_from(sorted(OPCODES.values())),
    st.sampled_from(["client", "server"]),
    st.booleans(),
    st.integers(0, 1 << 40),
    st.integers(0, 1 << 40),
    st.sets(st.integers(1, 3)),
    st.booleans(),
    st.booleans(),
    st.binary(max_size=125),
)
def test_a_frame_is_read_back_as_it_was(
    opcode: str, sender: Sender, fin: bool, size: int, wire: int, reserved: set[int], masked: bool,
    taken: bool, payload: bytes,
) -> None:  # fmt: skip
    if opcode == "close":  # the reason is text, and is kept as such
        payload = (
            payload[:2] + payload[2:].decode("utf-8", "replace").encode() if payload[1:] else b""
        )
    payload = payload if opcode in CONTROL else b""
    bits = tuple(sorted(reserved))
    frame = Frame(sender, opcode, fin, size, wire, bits, masked, taken, payload)  # type: ignore[arg-type]
    frame = frame._replace(header=HELLO.header, head=HELLO.head, covered=not taken)
    told = Entry(1, START, 1, "frame", sender, data_of(frame), size, raw=raw_of(frame))
    assert frame_of(told._replace(code=code_of(frame), note=note_of(frame))) == frame


def test_what_is_no_frame_is_read_as_none() -> None:
    entry = Entry(1, START, 1, "text", "client", "ping", 4, note="ping, FIN")
    assert frame_of(entry) is None
    assert frame_of(entry._replace(kind="frame", note="something else")) is None
    assert frame_of(entry._replace(kind="frame", note=None)) is None


@given(records())
def test_no_record_is_too_strange(record: Selection) -> None:
    for entry in record:
        frame_of(entry._replace(note="close, FIN"))
    without_frames(record)


def test_a_ping_is_shown_as_what_it_holds() -> None:
    assert data_of(PING) == PING.payload
    assert data_of(PING._replace(payload=b"are you there")) == "are you there"
    assert data_of(PING._replace(payload=b"rand")) == b"rand"
    assert data_of(CLOSE) == "gone"
    assert data_of(TEXT) is None


def test_a_data_frame_takes_up_a_row_and_no_payload() -> None:
    log = framed()
    held = sum(entry.size for entry in log if entry.data is not None)
    assert held == 5 + 120 + 4 + 4 + 6 + 4
    assert log[:].bytes == ROW_BYTES * 8 + held
    before = log.bytes
    add(log, 1, TEXT._replace(size=1 << 30))
    assert log.bytes == before + ROW_BYTES


def test_the_bytes_of_a_frame_are_counted_and_let_go_with_it() -> None:
    log = Log(max_bytes=10 * (ROW_BYTES + 11))
    number = log.begin("websocket", "alice")
    add(log, number, HELLO)
    assert log.bytes == ROW_BYTES + 11 == log[:].bytes
    for _ in range(200):
        add(log, number, HELLO)
    assert (len(log), log.bytes) == (10, 10 * (ROW_BYTES + 11))
    log.clear()
    assert log.bytes == 0


def test_a_frame_knows_its_key_and_what_it_masks() -> None:
    assert (HELLO.key, HELLO.plain) == (bytes.fromhex("37 fa 21 3d"), b"Hello")
    assert (TEXT.key, TEXT.plain, raw_of(TEXT)) == (b"", b"", None)


def test_a_file_that_was_written_before_bytes_were_kept_is_read() -> None:
    log = framed()
    add(log, 1, HELLO)
    older = re.sub(r', "raw": "[^"]*"', "", jsonl.dumps(log[:]))
    assert older != jsonl.dumps(log[:])
    bare = HELLO._replace(header=b"", head=b"")
    assert [frame_of(entry) for entry in jsonl.loads(older)][-1] == bare


def test_more_bytes_than_a_frame_keeps_are_refused() -> None:
    log = framed()
    add(log, 1, HELLO._replace(head=bytes(73)))
    with pytest.raises(FormatError, match="at most 78 bytes of a frame, got 79"):
        jsonl.loads(jsonl.dumps(log[:]))


def test_frames_go_through_jsonl_and_har_and_back() -> None:
    log = framed()
    add(log, 1, HELLO)
    for back in (jsonl.loads(jsonl.dumps(log[:])), har_reading.loads(har.dumps(log[:]))):
        assert back == log[:]
        assert [frame_of(entry) for entry in back.filter("kind:frame")] == [
            TEXT, PING, PING._replace(sender="server", opcode="pong", masked=False), CLOSE,
            HELLO,
        ]  # fmt: skip


def test_har_shows_each_message_once() -> None:
    assert har.dumps(framed()[:]).count('"opcode": 1,') == 1
    assert har.dumps(framed()[:]).count("x" * 120) == 1


def test_a_test_of_the_conversation_is_the_same_without_frames() -> None:
    bare = without_frames(framed())
    made = [
        re.sub(r"\d+ entries", "", pytest_module.dumps(each[:], "chat:Chat"))
        for each in (framed(), bare)
    ]
    assert made[0] == made[1]


def test_packets_have_the_pings_and_each_message_once() -> None:
    log = framed()
    bare = without_frames(log)
    extra = pcapng.dumps(log[:]).count(b"\x8a\x04" + PING.payload)
    assert (extra, pcapng.dumps(bare[:]).count(b"\x8a\x04" + PING.payload)) == (1, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind:frame", 4), ("kind:frame pong", 1), ("compressed", 1), ("4001", 2), ("RSV1", 1),
        ("kind:frame code:4001", 1), ("kind:frame size>100", 1), ("-kind:frame", 4),
        ('"private application"', 2), ("kind:frame dir:server", 2),
    ],
)  # fmt: skip
def test_the_filter_finds_frames_by_what_they_are(query: str, found: int) -> None:
    assert len(framed().filter(query)) == found


def test_a_table_shows_frames_or_counts_them() -> None:
    shown = text.table(framed()[:])
    assert "frame text, FIN, RSV1, masked, compressed to 1" in shown
    assert "frame ping, FIN, masked · 01 ff 02 fe" in shown
    hidden = text.table(framed()[:], frames=False)
    assert "frame " not in hidden
    assert hidden.endswith("4 frames not shown · nothing let go")
    assert "not shown" not in text.table(framed().filter("-kind:frame"), frames=False)


def test_a_frame_that_breaks_the_protocol_is_bad_news() -> None:
    log = framed()
    add(log, 1, PING._replace(fin=False, taken=False))
    assert [is_error(entry) for entry in log.filter("kind:frame")] == [False] * 4 + [True]


def labels(record: Record) -> list[str]:
    return [f"{step.chip} {step.label}".strip() for step in newest(record, 40)[0]]


def test_a_ladder_leaves_out_frames_that_are_whole_messages() -> None:
    assert labels(framed()) == [
        "opened /echo", "accepted", "x" * 120, "frame ping · 01 ff 02 fe",
        "frame pong · 01 ff 02 fe", "frame close · 4001 private application code · gone",
        "closed 4001 private application code · gone",
    ]  # fmt: skip
    assert newest(framed(), 40)[1] == 0
    assert newest(framed(), 5)[1] == 3


def test_a_ladder_shows_the_pieces_of_a_message() -> None:
    log = framed()
    add(log, 1, Frame("client", "text", False, 3, 3, masked=True))
    add(log, 1, Frame("client", "continuation", True, 2, 2, masked=True))
    assert labels(log)[-2:] == ["frame text, masked", "frame continuation, FIN, masked"]


def test_a_ladder_of_frames_alone_shows_them_all() -> None:
    chosen = framed().filter("kind:frame")
    assert labels(chosen)[0] == "frame text, FIN, RSV1, masked, compressed to 17 bytes"
    assert len(labels(chosen)) == 4


def test_mermaid_has_frames_only_where_nothing_else_is_asked_for() -> None:
    assert "frame" not in mermaid.dumps(framed()[:])
    alone = mermaid.dumps(framed().filter("kind:frame ping"))
    assert "c1->>server: frame ping, FIN, masked" in alone
