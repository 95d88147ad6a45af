"""The Code face: the source once, and who stands where as often as a view asks."""

from __future__ import annotations

import re
from typing import Any

import pytest

from playground.traffic.log import Log
from playground.widgets.code import Code
from playground.widgets.controls import CodeView, Controls, DotView, SheetView
from playground.widgets.standing import chain_seen, code_seen

SHEET = SheetView(2, "Chat", "In[1]", 5, ("async for message in ws:", "    pass"), "", True)
OLD = SheetView(
    1, "Chat", "", 1, (), "The source of Chat is not known: it was made by exec.", False
)
DOT = DotView("alice", 1, "", "/chat", 2, "In[1]", 5, "waits for a message, for 3 s", "receive")
TASK = DOT._replace(task="ticks", line=6, doing="sleeps, for 3 s", waits="sleep")
ELSEWHERE = DOT._replace(client="bob", place="", line=0, doing="runs", waits="running")


class Looked:
    """A lab as far as this face asks it."""

    def __init__(self, view: CodeView) -> None:
        self.view = view

    def code(self) -> CodeView:
        return self.view

    def standing(self, exchange: int, task: str) -> list[dict[str, Any]]:
        return [{"function": f"{exchange} {task}"}]


def controls(*dots: DotView, sheets: tuple[SheetView, ...] = (SHEET,)) -> Controls:
    looked: Any = Looked(CodeView(sheets, dots))
    return looked  # type: ignore[no-any-return]


def test_the_source_comes_once_and_again_when_it_has_changed() -> None:
    first = code_seen(controls(DOT), {"key": ""})
    assert first["sheets"][0]["lines"] == list(SHEET.lines)
    assert [dot["client"] for dot in first["dots"]] == ["alice"]
    again = code_seen(controls(TASK), {"key": first["key"]})
    assert "sheets" not in again
    assert [dot["task"] for dot in again["dots"]] == ["ticks"]
    changed = code_seen(controls(sheets=(SHEET._replace(revision=3),)), {"key": first["key"]})
    assert changed["sheets"][0]["revision"] == 3


def test_the_longer_a_look_takes_the_less_often_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([0.0, 0.001, 0.0, 0.010, 0.0, 0.030, 0.0, 0.3])
    monkeypatch.setattr("playground.widgets.standing.perf_counter", lambda: next(clock))
    assert code_seen(controls(), {"key": ""})["pause"] == 0.1
    assert code_seen(controls(), {"key": ""})["pause"] == 0.5
    assert code_seen(controls(), {"key": ""})["pause"] == 1.5
    assert code_seen(controls(), {"key": ""})["pause"] == 1.0, "a blocked loop is waited for"


def test_where_there_is_no_lab_there_is_no_code() -> None:
    assert code_seen(None, {"key": ""})["dots"] == []
    assert chain_seen(None, {"exchange": 1, "task": ""}) == []


def test_the_functions_of_a_handler_are_asked_for_by_its_exchange() -> None:
    assert chain_seen(controls(), {"exchange": 7, "task": "t"}) == [{"function": "7 t"}]
    with pytest.raises(ValueError, match="expected a number"):
        chain_seen(controls(), {"exchange": "seven"})


def test_what_no_browser_can_decode_is_written_otherwise() -> None:
    odd = SHEET._replace(lines=("x = '\ud800'",))
    assert code_seen(controls(sheets=(odd,)), {"key": ""})["sheets"][0]["lines"] == ["x = '?'"]


def test_a_still_says_at_each_line_who_stands_there() -> None:
    face = Code(Log(), controls=controls(DOT, TASK, ELSEWHERE, sheets=(SHEET, OLD)))
    assert face.still_text().splitlines() == [
        "Chat · In[1] · revision 2",
        "●    5  async for message in ws:  ← alice waits for a message, for 3 s",
        "●    6      pass  ← alice's task ticks sleeps, for 3 s",
        "",
        "Chat · revision 1, not on stage any more",
        "  The source of Chat is not known: it was made by exec.",
        "",
        "bob at /chat: runs, in code that is not yours",
    ]
    assert re.match(r"<pre style=[^>]+>Chat ·", face.still_html())
    face.close()


def test_those_who_stand_at_one_line_have_a_line_each() -> None:
    face = Code(Log(), controls=controls(DOT, DOT._replace(client="bob")))
    code = "●    5  async for message in ws:"
    assert face.still_text().splitlines()[1:3] == [
        f"{code}  ← alice waits for a message, for 3 s",
        f"{'':{len(code)}}  ← bob waits for a message, for 3 s",
    ]
    face.close()


def test_where_nobody_is_at_work_the_still_says_so() -> None:
    face = Code(Log(), controls=controls())
    assert face.still_text().endswith("No handler is at work.")
    face.close()
