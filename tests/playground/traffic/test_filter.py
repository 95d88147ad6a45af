"""A filter means what the table's box means, and says what it cannot read."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from playground.traffic.filter import Filter, FilterError
from playground.traffic.model import Entry, Exchange
from playground.traffic.record import Selection

# The table's box runs the same cases.
CASES = json.loads(
    (Path(__file__).parents[2] / "javascript" / "filter-cases.json").read_text(encoding="utf-8")
)


def entry(fields: dict[str, Any]) -> Entry:
    known = {name: value for name, value in fields.items() if name not in ("row_note", "row_read")}
    if "base64" in known:
        known["data"] = base64.b64decode(known.pop("base64"))
    return Entry(at=float(known["seq"]), **known)


RECORD = Selection(
    [entry(each) for each in CASES["entries"]],
    [
        Exchange(int(number), protocol, client, path=path)
        for number, (protocol, client, path) in CASES["exchanges"].items()
    ],
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
