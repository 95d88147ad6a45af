"""An allowance gives a burst, then so many a second, and fills up again."""

from __future__ import annotations

from playground.widgets.allowance import Allowance


def test_a_burst_then_so_many_a_second() -> None:
    allowance = Allowance(rate=300, burst=100)
    assert allowance.take(70, 0.0) == 70
    assert allowance.take(70, 0.0) == 30
    assert allowance.take(70, 0.0) == 0
    assert allowance.take(70, 0.1) == 30


def test_it_fills_up_to_the_burst_alone() -> None:
    allowance = Allowance(rate=300, burst=100)
    allowance.take(100, 0.0)
    assert allowance.take(1_000, 3_600.0) == 100
