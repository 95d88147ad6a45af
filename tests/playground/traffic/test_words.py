"""A row brings its own words: what stands where, in a table and in a ladder."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.model import Entry
from playground.traffic.words import label_of, swapped, words


def entry(kind: Any, data: str | bytes | None = None, **fields: Any) -> Entry:
    return Entry(1, 0.0, 1, kind, fields.pop("sender", "server"), data, **fields)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (entry("open", "/chat", note="chat"), {"said": "opened /chat · offers chat"}),
        (entry("accept", "json"), {"said": "accepted · subprotocol json"}),
        (entry("close", "bye", code=1000), {"said": "closed 1000 normal closure · bye"}),
        (entry("close", "it left", note="not clean"), {"said": "broken off · it left"}),
        (entry("refuse", "no handler", code=404), {"said": "refused 404 · no handler"}),
        (entry("request", "/greet"), {"lead": "GET ", "payload": "/greet"}),
        (entry("response", "Hi", code=200, note="text/html"), {"lead": "200 ", "payload": "Hi"}),
        (entry("response", "", code=204, note="text/html"), {"lead": "204 ", "said": "text/html"}),
        (entry("body", None, note="9 bytes not kept"), {"payload": "", "said": "9 bytes not kept"}),
        (entry("body", "hi", note="and more"), {"payload": "hi", "said": " · and more"}),
        (entry("print", "a\nb"), {"payload": "a\\nb", "who": "printed"}),
        (entry("text", "a\nb"), {"payload": "a\\nb"}),
        (entry("frame", b"", note="ping, FIN"), {"said": "ping, FIN", "label": "ping"}),
        (entry("lab", "paused"), {"payload": "", "said": "paused"}),
    ],
)
def test_each_kind_says_what_happened(row: Entry, told: dict[str, str]) -> None:
    found = {name: said for name, said in words(row, "").items() if name in told}
    assert found == told


def test_an_exception_says_where_it_came_from() -> None:
    trace = "In[7], line 6, in ws_chat\n    rooms[name]"
    told = words(entry("exception", "KeyError: 1", where="In[7]:6", note=trace), "")
    assert told["who"] == "in ws_chat"
    assert told["said"] == "KeyError: 1 · In[7]:6"
    assert told["label"] == "KeyError: 1 · In[7]:6 · in ws_chat"
    assert words(entry("exception", "KeyError: 1"), "")["who"] == "server"


def test_bytes_bring_their_number_to_a_ladder() -> None:
    told = words(entry("binary", bytes(4100), size=4100), "binary")
    assert (told["chip"], told["tag"]) == ("binary", "binary 4.1k")


def test_bad_news_is_an_error_and_what_comes_along_is_quiet() -> None:
    assert words(entry("close", code=1011), "")["tone"] == "error"
    assert words(entry("close", code=1000), "")["tone"] == "life"
    assert words(entry("print", "x"), "")["tone"] == "quiet"
    assert "tone" not in words(entry("text", "x"), "")


def test_a_swap_names_both_revisions_in_a_ladder() -> None:
    assert label_of(entry("swap", "revision 3 on stage", revision=3)) == "revision 2 → 3"
    assert swapped("revision 1 on stage", 1) == "revision 1 on stage"
