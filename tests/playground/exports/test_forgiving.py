"""What changes by itself in a message is known as such, and nothing else is taken for it."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid1, uuid3, uuid4, uuid5

import pytest

from playground.exports.forgiving import Forgiving
from playground.traffic.log import Log
from tests.playground.records import START, chat


def said(data: Any, ignore: Any = ()) -> Any:
    return Forgiving(chat(), ignore).expected(data)


NAMESPACE = uuid4()


@pytest.mark.parametrize(
    "made",
    [uuid1(), uuid3(NAMESPACE, "a"), uuid4(), uuid5(NAMESPACE, "a")],
    ids=lambda each: "uuid",
)
def test_a_uuid_is_known_however_it_is_written(made: Any) -> None:
    for text in (str(made), made.hex, str(made).upper(), made.urn):
        assert said(f"id={text}.") in ("id=<uuid>.", "id=urn:uuid:<uuid>.")


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00Z", "2026-01-01 12:30", "2026-01-01T00:00:00.123456+01:00",
        "2026-01-01T00:00:00-0500", str(START), f"{START:.0f}", f"{START * 1000:.0f}",
        f"{START * 1e6:.0f}", f"{START * 1e9:.0f}", f"{START + 300 * 86_400}",
    ],
)  # fmt: skip
def test_a_time_is_known_however_it_is_written(text: str) -> None:
    assert said(text) == "<time>"
    assert said(f'{{"at": {text}, "x": 1}}') == '{"at": <time>, "x": 1}'
    assert said(f"[{text}] hi".encode()) == b"[<time>] hi"


@pytest.mark.parametrize(
    "text",
    [
        "2031-01-01T00:00:00Z", "1815-12-10T08:00", "2026-01-01", "0001-01-01T00:00+14:00",
        "2026-13-01T00:00:00Z", "1234567890", "176722560", "17672256001", "1.1767225600",
        "a1767225600", "00000000-0000-0000-0000-000000000000", "d41d8cd98f00b204e9800998ecf8427e",
        "12345678-1234-1234-1234-123456789abcd", "hello", "",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_data(text: str) -> None:
    assert said(text) == text
    assert said(text.encode()) == text.encode()


def test_bytes_that_are_no_text_are_data() -> None:
    data = b"\xff" + str(uuid4()).encode()
    assert said(data) == data


MESSAGE = {"id": 7, "user": {"id": 8, "a.b": 9, "it's": 1}, "items": [{"id": 1}, {"id": 2}]}


@pytest.mark.parametrize(
    ("ignore", "gone"),
    [
        ("$.id", [("id",)]),
        ("$.user.id", [("user", "id")]),
        ("user.id", [("user", "id")]),
        ("$['user']['a.b']", [("user", "a.b")]),
        ('$.user["it\'s"]', [("user", "it's")]),
        ("$.items[1].id", [("items", 1, "id")]),
        ("$.items[*].id", [("items", 0, "id"), ("items", 1, "id")]),
        ("items[*].id", [("items", 0, "id"), ("items", 1, "id")]),
        ("$.items.*", [("items", 0), ("items", 1)]),
        ("$.user.*", [("user", "id"), ("user", "a.b"), ("user", "it's")]),
        ("$..id", [("id",), ("user", "id"), ("items", 0, "id"), ("items", 1, "id")]),
        ("id", [("id",), ("user", "id"), ("items", 0, "id"), ("items", 1, "id")]),
        ("$.nothing", []),
        ("$", [()]),
    ],
)
def test_a_json_path_names_places(ignore: str, gone: list[tuple[Any, ...]]) -> None:
    expected: Any = json.loads(json.dumps({"whole": MESSAGE}))
    for path in gone:
        *way, last = ("whole", *path)
        holder = expected
        for step in way:
            holder = holder[step]
        holder[last] = "<ignored>"
    text = json.dumps(MESSAGE)
    assert json.loads(said(text, ignore)) == expected["whole"]
    assert said(text.encode(), [ignore]) == said(text, ignore).encode()


@pytest.mark.parametrize(
    "ignore", [r"v\d+\.\d", r"/v\d+\.\d/", re.compile(r"V\d+\.\d", re.IGNORECASE)]
)
def test_a_regular_expression_names_text(ignore: Any) -> None:
    assert said("app v1.2, v3", ignore) == "app <ignored>, v3"


def test_what_is_no_json_has_no_places() -> None:
    assert said('{"id": 7', "id") == '{"id": 7'
    assert said('  {"id": 7 }', "user") == '  {"id": 7 }'


@pytest.mark.parametrize(
    ("ignore", "why"),
    [
        ("(", "a regular expression, got '\\('"),
        ("$.", "a JSON path such as .*, got '\\$\\.'"),
        ("$.a[?(@.b)]", "what begins at .*\\?\\(@"),
        ("", "JSON paths and regular expressions, got ''"),
        ([5], "JSON paths and regular expressions, got 5"),
    ],
)
def test_what_cannot_be_read_is_said(ignore: Any, why: str) -> None:
    with pytest.raises(ValueError, match=f"expected ignore= to .*{why}"):
        Forgiving(Log(), ignore)
