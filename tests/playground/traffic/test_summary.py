"""An entry in one line: who to whom, what, and whether it is bad news."""

from __future__ import annotations

from typing import Any

import pytest

from playground.traffic.escapes import escaped
from playground.traffic.log import Log
from playground.traffic.model import Entry
from playground.traffic.summary import Group, fold, handler_of, is_error, scrub, what, who


def entry(kind: Any, data: str | bytes | None = None, **fields: Any) -> Entry:
    return Entry(1, 0.0, 1, kind, fields.pop("sender", "server"), data, **fields)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (entry("open", "/chat", note="json, text"), "opened /chat · offers json, text"),
        (entry("accept", "json"), "accepted · subprotocol json"),
        (entry("accept"), "accepted"),
        (entry("refuse", "no such route", code=404), "refused 404 · no such route"),
        (entry("close", "bye", code=1000), "closed 1000 normal closure · bye"),
        (entry("close", "", code=2999), "closed 2999"),
        (entry("close", "the client left", note="not clean"), "broken off · the client left"),
        (entry("body", None, note="99 bytes not kept"), "99 bytes not kept"),
        (entry("request", "/greet", note="GET"), "GET /greet"),
        (entry("response", "Hello", code=200, note="text/plain"), "200 · Hello"),
        (entry("response", "", code=204, note="text/plain"), "204 · text/plain"),
        (entry("exception", "KeyError: 1", where="In[7]:6"), "KeyError: 1 · In[7]:6"),
        (entry("text", "a\nb\x1b"), "a\\nb\\x1b"),
        (entry("binary", bytes(30)), " ".join(["00"] * 24) + " …"),
        (entry("text", "x" * 300), "x" * 200 + "…"),
    ],
)
def test_each_kind_says_what_happened(row: Entry, said: str) -> None:
    assert what(row) == said


@pytest.mark.parametrize(
    ("row", "bad"),
    [
        (entry("close", code=1000, note="clean"), False),
        (entry("close", code=1005, note="clean"), False),
        (entry("close", code=1012, note="clean"), False),
        (entry("close", code=4001, note="clean"), False),
        (entry("close", code=1011, note="clean"), True),
        (entry("close", code=1006, note="not clean"), True),
        (entry("refuse", code=403), True),
        (entry("response", code=200), False),
        (entry("response", code=404), True),
        (entry("exception"), True),
        (entry("text"), False),
    ],
)
def test_bad_news_is_bad_news(row: Entry, bad: bool) -> None:
    assert is_error(row) is bad


def a_room() -> tuple[Log, list[int]]:
    log = Log()
    return log, [
        log.open("websocket", name, method="GET", path="/").id for name in ("alice", "bob", "carol")
    ]


def test_a_broadcast_is_one_group_with_its_names() -> None:
    log, ids = a_room()
    log.append(0.0, ids[0], "text", "client", "hi")
    for number in ids:
        log.append(0.0, number, "text", "server", "HI", cause=1)
        log.append(0.0, number, "print", "server", "sent", cause=1)
    first, second, *_ = fold(log.since(0))
    assert who(log, first) == "alice → server"
    assert who(log, second) == "server → alice, bob +1"


def test_the_same_text_for_another_reason_is_another_group() -> None:
    log, ids = a_room()
    for cause in (1, 2):
        log.append(0.0, ids[cause], "text", "server", "HI", cause=cause)
    assert len(list(fold(log.since(0)))) == 2


def test_a_handler_is_named_by_the_last_frame() -> None:
    note = "In[7], line 6, in ws_chat\n    x()\nIn[7], line 2, in helper\n    y()"
    assert handler_of(entry("exception", note=note)) == "helper"
    assert who(Log(), Group((entry("exception", note=note),))) == "in helper"
    assert who(Log(), Group((entry("exception"),))) == "server"


def test_marks_that_nobody_sees_are_written_out() -> None:
    assert escaped("\u202eevil\u200b\x00\t") == "\\u202eevil\\u200b\\x00\\t"


def test_what_is_published_holds_no_credentials() -> None:
    assert scrub("/ws?token=abc123&x=1") == "/ws?token=[redacted]&x=1"
    assert "s3cret" not in scrub("Authorization: Bearer s3cret-s3cret")
    assert scrub("/home/ada/lesson.py") == "~/lesson.py"
