"""The log is bounded, counts what it lets go, and numbers without gaps."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.traffic.log import ROW_BYTES, Log


def text(log: Log, data: str, exchange: int = 1) -> int | None:
    return log.append(0.0, exchange, "text", "client", data, len(data))


def test_rows_are_numbered_from_one_and_read_back_as_entries() -> None:
    log = Log()
    assert [text(log, each) for each in ("a", "b", "c")] == [1, 2, 3]
    assert [entry.data for entry in log] == ["a", "b", "c"]
    assert log[0].seq == 1
    assert log[-1].data == "c"
    assert [entry.seq for entry in log[1:]] == [2, 3]
    assert log.entry(2) == log[1]
    assert log.entry(4) is None


def test_the_oldest_rows_go_first_and_are_counted() -> None:
    log = Log(max_entries=3)
    for number in range(10):
        text(log, str(number))
    assert [entry.data for entry in log] == ["7", "8", "9"]
    assert (log.first, log.last, log.dropped, len(log)) == (8, 10, 7, 3)
    assert log.entry(7) is None


def test_bytes_are_bounded_too_but_the_newest_row_always_stays() -> None:
    log = Log(max_bytes=3 * (ROW_BYTES + 10))
    for _ in range(5):
        text(log, "x" * 10)
    assert len(log) == 3
    text(log, "y" * 10_000)
    assert [entry.size for entry in log] == [10_000]
    assert log.dropped == 5


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(1, 12), st.integers(1, 2_000))
def test_no_bound_is_ever_exceeded_and_nothing_vanishes_uncounted(
    sizes: list[int], max_entries: int, max_bytes: int
) -> None:
    log = Log(max_entries, max_bytes)
    for size in sizes:
        text(log, "x" * size)
    kept = list(log)
    assert len(kept) == len(log) <= max_entries
    assert len(kept) + log.dropped == len(sizes)
    assert log.bytes == sum(entry.size + ROW_BYTES for entry in kept)
    assert log.bytes <= max_bytes or len(kept) == 1
    assert [entry.seq for entry in kept] == list(range(log.first, log.last + 1))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30))
def test_since_gives_each_row_after_the_cursor_once(rows: int, cursor: int, limit: int) -> None:
    log = Log(max_entries=20)
    for number in range(rows):
        text(log, str(number))
    expected = [seq for seq in range(log.first, rows + 1) if seq > cursor]
    assert [entry.seq for entry in log.since(cursor)] == expected
    assert [entry.seq for entry in log.since(cursor, limit)] == expected[:limit]


def test_clear_frees_the_rows_and_numbers_go_on() -> None:
    log = Log(max_entries=4)
    for number in range(6):
        text(log, str(number))
    log.clear()
    assert (len(log), log.bytes, list(log)) == (0, 0, [])
    assert text(log, "next") == 7
    assert [entry.seq for entry in log] == [7]
    for number in range(8, 13):
        assert text(log, str(number)) == number
    assert [entry.seq for entry in log] == [9, 10, 11, 12]


def test_what_is_not_recorded_is_counted() -> None:
    log = Log()
    log.recording = False
    assert text(log, "unseen") is None
    log.recording = True
    assert text(log, "seen") == 1
    assert log.unrecorded == 1


def test_an_exchange_goes_with_its_rows_and_not_before_it_is_finished() -> None:
    log = Log(max_entries=2)
    first, second = log.open("websocket", "alice"), log.open("websocket", "bob")
    text(log, "a", first.id)
    log.finish(first.id)
    assert log.last == 1
    text(log, "b", second.id)
    assert log.exchange(first.id) == first
    text(log, "c", second.id)
    assert log.first == 2
    assert log.exchange(first.id) is None
    for _ in range(3):
        text(log, "lab", 0)
    assert log.first == 5
    assert log.exchange(second.id) == second
    log.finish(second.id)
    assert log.last == 6
    for _ in range(2):
        text(log, "lab", 0)
    assert log.first == 7
    assert log.exchange(second.id) is None


def test_an_index_out_of_range_says_how_many_there_are() -> None:
    log = Log()
    text(log, "only")
    with pytest.raises(IndexError, match="below 1, got 1"):
        log[1]


def test_limits_below_one_are_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="leave them out"):
        Log(max_entries=0)


def test_memory_is_flat_once_the_ring_is_full() -> None:
    log = Log(max_entries=2_000)
    for number in range(4_000):
        text(log, f"message {number}")
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(4_000, 24_000):
            text(log, f"message {number}")
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    # Rows from before tracing are replaced by traced ones: at most one ring's worth.
    assert grown < 2_000 * (ROW_BYTES + 200)
