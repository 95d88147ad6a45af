"""A budget gives a burst, then so many a second, and fills up again."""

from __future__ import annotations

from playground.widgets.send_budget import SendBudget


def test_a_burst_then_so_many_a_second() -> None:
    budget = SendBudget(rate=300, burst=100)
    assert budget.take(70, 0.0) == 70
    assert budget.take(70, 0.0) == 30
    assert budget.take(70, 0.0) == 0
    assert budget.take(70, 0.1) == 30


def test_it_fills_up_to_the_burst_alone() -> None:
    budget = SendBudget(rate=300, burst=100)
    budget.take(100, 0.0)
    assert budget.take(1_000, 3_600.0) == 100
