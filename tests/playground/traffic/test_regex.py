"""A filter's regular expressions find what `re` finds, and end."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.traffic.regex import MOST_WORK, Allowance, Finder, TooLong
from playground.traffic.regex_grammar import RegexError, RegexRefused, read
from tests.playground import regex_cases

TABLE = json.loads(regex_cases.FILE.read_text("utf-8"))


def finder(source: str, ignore_case: bool = False) -> Finder:
    return Finder(read(source, ignore_case), Allowance())


def steps(source: str, text: str) -> int:
    """Return how many steps it takes to look for an expression in a text that has none."""
    allowance = Allowance()
    assert not Finder(read(source), allowance)(text)
    return MOST_WORK - allowance.steps


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["regex"])
def test_the_table_that_javascript_is_held_to_holds(case: dict[str, Any]) -> None:
    pattern = regex_cases.compiled(case["regex"], case["i"])
    assert pattern is not None
    find = finder(case["regex"], case["i"])
    for text in case["in"]:
        assert pattern.search(text)
        assert find(text), text
    for text in case["not"]:
        assert not pattern.search(text)
        assert not find(text), text


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_it_finds_what_re_finds(chance: random.Random, ignore_case: bool) -> None:
    source = chance.choice(regex_cases.BEGINNINGS) + regex_cases.expression(chance, 5)
    pattern = regex_cases.compiled(source, ignore_case)
    if pattern is None:
        with pytest.raises(RegexError):
            finder(source, ignore_case)
        return
    try:
        find = finder(source, ignore_case)
    except RegexRefused:
        return
    for _ in range(5):
        text = regex_cases.text(chance)
        assert find(text) == (pattern.search(text) is not None), (source, text)


@pytest.mark.parametrize("source", regex_cases.WRONG)
def test_what_re_cannot_read_is_said_in_its_words(source: str) -> None:
    with pytest.raises(re.error) as theirs:
        re.compile(source)
    with pytest.raises(RegexError) as ours:
        read(source)
    assert not isinstance(ours.value, RegexRefused)
    assert str(ours.value).split(" at position ")[0] in (
        str(theirs.value).split(" at position ")[0],
        {r"\x4": r"bad escape \x", r"\u12": r"bad escape \u"}.get(source),
        {
            "(?i": "unknown extension ?i",
            "(?P<1>a)": "unknown extension ?P",
            "(?<x>a)": "unknown extension ?<",
        }.get(source),
    )


@pytest.mark.parametrize(("source", "lacking"), regex_cases.REFUSED.items())
def test_what_needs_going_back_or_is_too_large_is_refused(source: str, lacking: str) -> None:
    with pytest.raises(RegexRefused) as refusal:
        finder(source)
    assert str(refusal.value) == lacking
    assert TABLE["refused"][source] == lacking


# What backtracks for seconds, hours or years.
ENDLESS = {
    "(.*a){12}c": "a" * 34 + "b",
    "(.*error){3}": "word " * 2_000,
    r"\s+$": " " * 20_000 + "x",
    "^(.*?,){11}P": "1,2,3,4,5,6,7,8,9," * 1_000,
    ".*=.*=.*;": '{"a" = 1}, ' * 1_000,
    r"(\w|\d)+!": "a" * 20_000,
    "(a|aa)+$": "a" * 5_000 + "b",
    "(a+)+$": "a" * 5_000 + "b",
    "(x?){50}x{50}y": "x" * 49 + "z",
}


@pytest.mark.parametrize(("source", "text"), ENDLESS.items())
def test_a_text_is_read_once(source: str, text: str) -> None:
    once, longer = steps(source, text), steps(source, text * 4)
    assert once < 10_000
    # What grows is the count of the letters; what was worked out is known.
    assert longer < 2 * once + 4 * len(text) // 100


def test_what_takes_too_many_steps_is_given_up_and_the_next_text_is_looked_through() -> None:
    allowance = Allowance()
    find = Finder(read("(a|b)*a(a|b){100}x"), allowance)
    letters = random.Random(1)
    with pytest.raises(TooLong):
        find("".join(letters.choice("ab") for _ in range(50_000)))
    allowance.steps = MOST_WORK
    assert find("a" * 101 + "x")
    assert not find("a" * 100 + "x")


def test_what_is_known_is_forgotten_before_it_is_too_much() -> None:
    find = finder("^.*[α-ω]x$")
    for begin in range(0, 24_000, 500):
        letters = "".join(chr(0x10000 + begin + each) for each in range(500))
        assert find(letters + "βx")
        assert not find(letters + "bx")
    assert find._kept <= 20_000
    assert len(find._kinds) <= 20_001


def test_expressions_of_one_filter_share_how_large_they_may_be() -> None:
    allowance = Allowance()
    Finder(read("a{600}"), allowance)
    with pytest.raises(RegexRefused, match="more than 1000 pieces"):
        Finder(read("b{600}"), allowance)


def test_wide_sets_in_any_case_count_for_what_they_cost() -> None:
    wide = "".join(f"[{chr(start)}-\uffff]" for start in range(0x100, 0x120))
    with pytest.raises(RegexRefused):
        finder(wide, ignore_case=True)
    assert not finder(wide)("abc")
