"""A log as plain text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.exports.text import delta, table
from playground.traffic.log import Log
from playground.traffic.summary import sized

DELTAS = Path(__file__).parents[2] / "javascript" / "delta-cases.json"


def chat() -> Log:
    log = Log()
    ids = [log.open("websocket", n, method="GET", path="/").id for n in ("alice", "bob", "carol")]
    log.append(1.0, ids[0], "text", "client", '{"say": "hi"}', 13)
    for number in ids:
        log.append(1.25, number, "text", "server", "alice: hi", 9, cause=1)
    log.append(2.0, 0, "swap", "lab", "revision 2 on stage")
    log.append(2.5, ids[2], "binary", "client", b"\x89PNG", 4112)
    log.append(3.0, ids[2], "close", "server", "", 0, code=1011, note="clean")
    return log


def test_a_conversation_reads_as_one() -> None:
    assert table(chat()).splitlines() == [
        "     #        Δt  who → whom               what"
        "                                               size",
        "     1            alice → server           "
        '{"say": "hi"}                                          13',
        "     2    +0.250  server → alice, bob +1   "
        "alice: hi                                               9",
        "     5    +0.750  ── revision 2 on stage ──",
        "     6    +0.500  carol → server           "
        "binary 89 50 4e 47                                   4.1k",
        "     7    +0.500  server → carol           ! closed 1011 internal error",
        "7 entries, 5.7 kB · nothing let go",
    ]


@pytest.mark.parametrize("width", [70, 100, 140])
def test_no_line_is_wider_than_asked(width: int) -> None:
    log = chat()
    exchange = log.open("websocket", "x" * 50, method="GET", path="/").id
    log.append(4.0, exchange, "text", "client", "y" * 500, 500)
    assert max(map(len, table(log, width=width).splitlines())) <= width


def test_what_was_left_out_is_said() -> None:
    log = Log(max_entries=50)
    for number in range(60):
        log.append(float(number), 0, "lab", "lab", str(number))
    said = table(log, limit=40)
    assert "… 10 earlier entries" in said
    assert "10 let go" in said


def test_an_empty_log_says_so() -> None:
    assert "Nothing has passed yet." in table(Log())


def test_recording_that_is_off_is_said() -> None:
    log = Log()
    log.recording = False
    log.append(1.0, 0, "lab", "lab", "unseen")
    assert table(log).endswith("1 not recorded · recording is off")


def test_numbers_are_short() -> None:
    assert [sized(size) for size in (0, 999, 1000, 4112, 99_960, 999_500)] == [
        "0", "999", "1.0k", "4.1k", "100k", "1.0M",
    ]  # fmt: skip


def test_times_fit_their_column_however_long_they_are() -> None:
    assert [delta(2.0, None), delta(2.5, 2.0), delta(1.0, 2.0)] == ["", "+0.500", "+0.000"]
    for seconds, said in json.loads(DELTAS.read_text("utf-8")):
        assert delta(seconds, 0.0) == said, seconds
    log = Log()
    for at in (0.0, 582.41, 400_000.0):
        log.append(at, 0, "lab", "lab", "a row")
    assert "   +9m42s  ── a row" in table(log)
    assert "     +4d  ── a row" in table(log)
