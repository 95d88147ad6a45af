"""A log that was cleared gives its rows back, as long as somebody holds them."""

from __future__ import annotations

from playground.traffic.clearing import Cleared
from playground.traffic.log import Log


def talk(log: Log, *texts: str, ends: bool = False) -> int:
    number = log.open("websocket", "alice", method="GET", path="/chat").id
    for text in texts:
        log.append(log.last + 1.0, number, "text", "client", text, len(text))
    if ends:
        log.finish(number)
    return number


def test_what_was_cleared_comes_back_before_what_has_come_since() -> None:
    log = Log()
    ended, alive = talk(log, "one", "two", ends=True), talk(log, "three")
    size, rows = log.bytes, list(log)
    cleared = Cleared(log)
    assert (len(cleared), len(log), log.first) == (3, 0, 4)
    log.append(9.0, alive, "text", "client", "four", 4)
    later = log.bytes
    assert cleared.put_back() == 3
    assert list(log)[:3] == rows
    assert [entry.data for entry in log][3:] == ["four"]
    assert (log.first, log.last, log.dropped) == (1, 4, 0)
    assert log.bytes == size + later
    assert {each.id for each in log[:].exchanges} == {ended, alive}


def test_only_what_still_fits_comes_back() -> None:
    log = Log(max_entries=4)
    number = talk(log, "one", "two", "three", ends=True)
    cleared = Cleared(log)
    talk(log, "four", "five")
    assert cleared.put_back() == 2
    assert [entry.data for entry in log] == ["two", "three", "four", "five"]
    talk(log, "six", "seven", "eight")
    assert len(log) == 4
    assert log.exchange(number) is None
    assert cleared.put_back() == 0


def test_a_large_payload_that_no_longer_fits_stays_away() -> None:
    log = Log(max_bytes=4_000)
    talk(log, "x" * 3_000, "small")
    cleared = Cleared(log)
    talk(log, "y" * 2_000)
    assert cleared.put_back() == 1
    assert log.bytes <= 4_000
    assert log[0].data == "small"
