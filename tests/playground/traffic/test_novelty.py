"""A message that is unlike those before it is told once, and only where those were alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.traffic.log import Log
from playground.traffic.novelty import KNOWN, Novelty
from playground.traffic.shapes import MOST_SHAPES
from tests.playground.filter_cases import CASES

SHAPES: dict[str, Any] = CASES["shapes"]


def told(log: Log) -> list[str]:
    """Return what is new in each entry of a log."""
    novelty = Novelty()
    return [novelty.see(entry, log.exchange(entry.exchange)) for entry in log]


def of(*messages: Any, path: str = "/chat") -> Log:
    """Return a log in which a client has sent messages."""
    log = Log()
    exchange = log.open("websocket", "ada", method="GET", path=path).id
    for at, message in enumerate(messages):
        text = message if isinstance(message, str) else json.dumps(message)
        cause = 10 if at == 11 else None
        log.append(1.0, exchange, "text", "client", text, len(text), cause)
    return log


def shaped() -> Log:
    return of(*[SHAPES["same"]] * KNOWN, *(text for text, _ in SHAPES["then"]))


def test_it_is_told_in_words_as_the_box_has_it() -> None:
    assert told(shaped()) == [""] * KNOWN + [said for _, said in SHAPES["then"]]


@pytest.mark.parametrize("case", SHAPES["cases"], ids=lambda case: case["query"])
def test_a_filter_finds_it(case: dict[str, Any]) -> None:
    assert [entry.seq for entry in shaped().filter(case["query"])] == case["matches"]


def test_after_fewer_nothing_is_known() -> None:
    assert not any(told(of(*[{"n": 1}] * (KNOWN - 1), {"n": "1"})))


def test_a_shape_that_keeps_changing_is_never_known() -> None:
    assert not any(told(of(*({f"key{n}": n} for n in range(5 * KNOWN)))))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"a": {"b": 1}}, "l is missing"),
        ({"a": {"b": None}, "l": []}, "a.b is null, was a whole number"),
        ({"a": {"b": 1, "c": 2}, "l": []}, "a.c is new"),
        ({"a": {"b": 1}, "l": [1]}, "l[] is a whole number, was text"),
        ([1], "it is a list, was an object"),
    ],
)
def test_the_clause_says_where_and_what_it_was(message: Any, said: str) -> None:
    before = [{"a": {"b": 1}, "l": ["x"]}] * KNOWN
    assert told(of(*before, message))[-1] == said


def test_of_too_many_types_nothing_is_known() -> None:
    kinds = [{"type": f"t{n}"} for n in range(MOST_SHAPES + 1)]
    assert not any(told(of(*kinds, *[kinds[0]] * KNOWN, {"type": "t0", "n": 1})))


def test_each_path_and_direction_learns_by_itself() -> None:
    log = of(*[{"n": 1}] * KNOWN)
    other = log.open("websocket", "bob", method="GET", path="/other").id
    log.append(1.0, other, "text", "client", '{"n": "x"}', 10)
    log.append(1.0, 1, "text", "server", '{"n": "x"}', 10)
    log.append(1.0, 1, "text", "client", '{"n": "x"}', 10)
    assert told(log)[KNOWN:] == ["", "", "n is text, was a whole number"]
