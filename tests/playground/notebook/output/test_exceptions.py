"""An app's exceptions are shown where its code is, each once for each version of the code."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from micropie import App
from playground import serve
from playground.notebook.output import handler_exceptions, route, unroute
from playground.notebook.output.exceptions import AGAIN
from playground.recorder import current_tap


class Failing(App):
    async def index(self, key: str = "room") -> str:
        return {"a": "b"}[key]

    async def ws_chat(self, ws) -> None:  # type: ignore[no-untyped-def]
        await ws.accept()
        raise ValueError(await ws.receive_text())


async def test_the_same_trouble_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    lab = serve(Failing, transport="memory")
    for key in ("room", "lobby", "room"):
        assert (await lab.get(f"/?key={key}")).status == 500
    said = capsys.readouterr().err
    assert said.count("KeyError: 'room'") == 1
    assert "lobby" not in said
    assert 'return {"a": "b"}[key]' in said
    assert said.endswith(f"{AGAIN}\n")
    assert sum(entry.kind == "exception" for entry in lab.log) == 3


async def test_another_trouble_is_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    lab = serve(Failing, transport="memory")
    await lab.get("/")
    async with await lab.connect("/chat") as client:
        await client.send("no")
        assert [message async for message in client] == []
    said = capsys.readouterr().err
    assert "KeyError: 'room'" in said
    assert "ValueError: no" in said


def test_changed_code_shows_the_same_trouble_again(capsys: pytest.CaptureFixture[str]) -> None:
    shown = handler_exceptions(lambda trace: None)
    for revision in (1, 1, 2, 2):
        shown.show("KeyError: 1", "In[1], line 2", "", revision)
    assert capsys.readouterr().err.count("KeyError: 1") == 2


def test_a_flood_of_different_troubles_ends(capsys: pytest.CaptureFixture[str]) -> None:
    shown = handler_exceptions(lambda trace: None)
    for line in range(1000):
        shown.show("KeyError: 1", f"In[1], line {line}", "", 1)
    assert capsys.readouterr().err.count("KeyError: 1") == 20


async def test_no_handler_is_said_to_have_printed_it() -> None:
    lab = serve(Failing, transport="memory")
    await lab.get("/")
    assert [entry.kind for entry in lab.log if entry.kind in ("print", "exception")] == [
        "exception"
    ]


def test_a_program_without_a_console_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    user: Any = object.__new__(type("User", (), {}))
    route(user, current_tap)
    handler_exceptions(lambda trace: None).show("KeyError: 1", None, "", 1)
    unroute(user)
