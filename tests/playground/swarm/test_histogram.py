"""A histogram says of any times what the times themselves say, to one part in 128."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.swarm.histogram import Histogram, shown_ms
from playground.swarm.tally import Tally

TIMES = st.lists(st.floats(0.0, 3600.0, allow_subnormal=False), min_size=1, max_size=60)
SHARES = st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0])


def of(times: list[float]) -> Histogram:
    made = Histogram()
    for each in times:
        made.add(each)
    return made


def true_quantile(times: list[float], share: float) -> float:
    """Return it in ms, from the times themselves."""
    return sorted(times)[max(1, math.ceil(share * len(times))) - 1] * 1e3


@given(TIMES, SHARES)
def test_a_quantile_is_that_of_the_times_themselves(times: list[float], share: float) -> None:
    found, true = of(times).quantile(share), true_quantile(times, share)
    # Never better than it was, and worse by a cell at most: 1/128, or a microsecond.
    assert true - 1e-9 <= found <= true * (1 + 1 / 128) + 1.1e-3


@given(TIMES)
def test_the_longest_time_is_kept_as_it_is(times: list[float]) -> None:
    assert of(times).worst == pytest.approx(max(times) * 1e3)


@given(TIMES)
def test_bars_hold_all_times_and_none_twice(times: list[float]) -> None:
    bars = of(times).bars()
    assert sum(each.times for each in bars) == len(times)
    assert [each.high for each in bars[:-1]] == [each.low for each in bars[1:]]


@given(st.lists(TIMES, min_size=1, max_size=5), SHARES)
def test_what_is_reported_in_parts_is_the_whole(parts: list[list[float]], share: float) -> None:
    tally, heard = Tally(), Tally()
    for times in parts:
        for each in times:
            tally.latency.add(each)
        heard.take(json.loads(json.dumps(tally.report())))
    whole = of([each for times in parts for each in times])
    assert heard.latency.quantile(share) == whole.quantile(share)
    assert heard.latency.cells == whole.cells


def test_without_times_there_is_no_number() -> None:
    assert math.isnan(Histogram().p99)
    assert shown_ms(Histogram().p99) == "–"
    assert repr(Histogram()) == "<Histogram: no times>"


def test_a_share_is_not_a_percentage() -> None:
    with pytest.raises(ValueError, match=r"from 0 to 1, got 99; 0.99 is 99 %"):
        of([1.0]).quantile(99)


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.1234, "123 µs"), (1.0, "1 ms"), (12.34, "12.3 ms"), (999.6, "1 s"), (12_345.0, "12.3 s")],
)
def test_a_time_has_three_digits_and_its_unit(milliseconds: float, words: str) -> None:
    assert shown_ms(milliseconds) == words


def test_kinds_of_mishaps_are_bounded() -> None:
    tally = Tally()
    for number in range(1000):
        tally.missed(f"number {number}")
    assert len(tally.errors) == 21
    assert tally.mishaps == 1000
