"""A filter means what the table's box means, and says what it cannot read."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from playground.traffic.filter import MOST_PARTS, Filter, FilterError
from playground.traffic.model import Entry
from playground.traffic.record import Selection
from tests.playground.filter_cases import CASES, FILE, RECORD, written


def test_the_box_is_held_to_what_python_finds_by_every_kind_of_term() -> None:
    assert FILE.read_text("utf-8") == written(), (
        "expected what Python finds; run `python -m tests.playground.filter_cases` "
        "and read the difference"
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["query"])
def test_a_query_finds_what_it_asks_for(case: dict[str, Any]) -> None:
    assert [entry.seq for entry in RECORD.filter(case["query"])] == case["matches"]


@pytest.mark.parametrize("problem", CASES["problems"], ids=lambda problem: problem["query"])
def test_a_part_that_cannot_be_read_is_named(problem: dict[str, str]) -> None:
    with pytest.raises(FilterError) as refusal:
        Filter(problem["query"])
    assert refusal.value.part == problem["part"]
    assert problem["part"] in str(refusal.value)


@pytest.mark.parametrize("case", CASES["long"], ids=lambda case: f"{case['query']} again")
def test_a_filter_has_a_bound_to_what_it_looks_for(case: dict[str, Any]) -> None:
    query = " ".join([case["query"]] * case["times"])
    if case["part"] is None:
        assert RECORD.filter(query)[:] == RECORD.filter(case["query"])[:]
        return
    with pytest.raises(FilterError, match=f"at most {MOST_PARTS} words and values") as refusal:
        Filter(query)
    assert refusal.value.part == case["part"]


def test_a_part_of_very_many_values_is_refused_in_a_short_sentence() -> None:
    with pytest.raises(FilterError) as refusal:
        Filter("path:" + "x," * 100_000)
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("cleint:a", "one of the fields client, .*, got 'cleint:a'; did you mean client:?"),
        ("foo:bar", "got 'foo:bar'; to look for it as text, put it in quotes"),
        ("/(/", r"expected a regular expression, got '/\(/'; missing \), .* put it in quotes"),
        ("kind:txt", "one of open, .* after kind:, got 'kind:txt'; write it as in kind:text"),
        ("dir:up", "expected one of client, server, lab after dir:, got 'dir:up'"),
        ("size>big", "a number after size>, got 'size>big'; write it as in size>100 or size<2k"),
        ("size>1,2", "expected one number, got 'size>1,2'; write each comparison as a part"),
        ("client>a", "expected a colon after client, got 'client>a'; write client:a"),
        ("path:", "expected a value after path:, got 'path:'; write one, as in path:/chat"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_write_instead(query: str, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        Filter(query)


def test_a_function_will_do_for_a_query() -> None:
    assert [entry.seq for entry in RECORD.filter(lambda entry: entry.size > 100)] == [7, 19]


def test_what_is_found_brings_its_exchanges_and_can_be_filtered_again() -> None:
    found = RECORD.filter("client:bob")
    assert [each.client for each in found.exchanges] == ["Bob"]
    assert [entry.seq for entry in found.filter("kind:close")] == [12]


def nasty(letters: int = 50_000) -> Entry:
    """Return an entry in which `UNDECIDED` would take too many steps."""
    chance = random.Random(1)
    data = "".join(chance.choice("ab") for _ in range(letters))
    return Entry(seq=1, at=0.0, exchange=0, kind="text", sender="client", data=data, size=len(data))


UNDECIDED = "/(a|b)*a(a|b){100}x/"
PLAIN = nasty(1)._replace(seq=2, data="a" * 101 + "x", size=102)


@pytest.mark.parametrize("minus", ["", "-"])
def test_an_entry_that_takes_too_long_is_told_and_neither_found_nor_not(minus: str) -> None:
    record = Selection([nasty(), PLAIN], [])
    told = f"{minus}{UNDECIDED} takes too long on 1 entry, which may match and is left out"
    with pytest.warns(RuntimeWarning, match=re.escape(told.removeprefix(minus))):
        found = record.filter(f"{minus}{UNDECIDED}")
    assert [entry.seq for entry in found] == ([] if minus else [2])


def test_what_can_be_said_of_an_entry_without_its_costly_part_is_said() -> None:
    asked = Filter(f"{UNDECIDED} kind:close")
    assert not asked(nasty(), None)
    also = Filter(f"{UNDECIDED} zebra")
    assert not also(nasty(), None)
    named = Filter("/(a|b)*a(a|b){100}x|^text$/")
    assert named(nasty(), None)
    assert (asked.doubt, also.doubt, named.doubt) == ("", "", "")


def test_a_long_word_is_looked_for_in_a_long_text_in_a_bounded_time() -> None:
    entry = nasty()._replace(data="a" * 1_000_000 + "B")
    assert Filter("a" * 9_000 + "b")(entry, None)
    assert not Filter("a" * 9_000 + "c")(entry, None)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (r"/(a)\1/", "it has backreferences, which no filter looks for; .* put it in quotes"),
        ("/a(?=b)/", "it has look-ahead, which no filter looks for"),
        ("/(a{999}){999}/", r"it has more than 1000 pieces \(\{12\} makes twelve of one\)"),
    ],
)
def test_what_no_filter_looks_for_is_said(query: str, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        Filter(query)
