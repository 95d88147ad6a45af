"""What an app's code sets of everybody's is known by its line, and can be put back."""

from __future__ import annotations

import asyncio
import json
import sys
from logging import Logger
from unittest import mock

import pytest

from micropie import App
from playground.live.takings import Held, takings


def helps() -> None:
    asyncio.Event.set = None  # type: ignore[method-assign,assignment]


class Takes(App):
    class Inner:
        def look(self) -> None:
            App.__call__ = None  # type: ignore[method-assign,assignment]

    async def page(self) -> None:
        asyncio.Queue.get = None  # type: ignore[method-assign,assignment]
        del asyncio.Queue.put
        setattr(json.JSONEncoder, "encode", None)  # noqa: B010
        delattr(json.JSONEncoder, "default")
        sys.modules.clear()
        del sys.modules["json"]
        __import__("queue").Queue.get = None
        import threading as t
        from logging import Handler

        t.Thread.start = Handler.handle = Logger.handle = None  # type: ignore[assignment,method-assign]
        helps()

    async def own(self) -> None:
        self.count = 1
        type(self).count = 2
        Takes.kept = 3  # type: ignore[attr-defined]
        setattr(self, "count", "get")  # noqa: B010
        asyncio.mine = 4  # type: ignore[attr-defined]
        sys.modules.get("json")
        with mock.patch.object(asyncio.Queue, "get"):
            pass
        list[int]().clear()


NAMES = (
    "App.__call__ Queue.get Queue.put JSONEncoder.encode JSONEncoder.default sys.modules "
    "sys.modules Queue.get Thread.start Handler.handle Logger.handle Event.set"
)


def test_every_line_that_takes_from_everybody_is_found_and_no_other() -> None:
    found = sorted((each for each in takings(Takes)), key=lambda each: each.line)
    names = [each.said.split(": ")[1].partition(" was put back; ")[0] for each in found]
    assert sorted(names) == sorted(NAMES.split())
    lines = {each.line for each in found if each.name == "put"}
    (line,) = lines
    with open(__file__, encoding="utf-8") as text:
        assert "del asyncio.Queue.put" in text.readlines()[line - 1]
    assert found[0].said.startswith(f"test_takings.py line {found[0].line}: ")


def test_most_apps_take_nothing() -> None:
    assert takings(App) == takings(App()) == takings(print) == []


def test_what_was_set_deleted_or_added_is_put_back() -> None:
    found = [each for each in takings(Takes) if each.owner in (asyncio.Queue, App)]
    before = asyncio.Queue.get, asyncio.Queue.put
    held = Held(found)
    assert held.put_back() == []
    asyncio.Queue.get = None  # type: ignore[method-assign,assignment]
    del asyncio.Queue.put
    assert {each.name for each in held.put_back()} == {"get", "put"}
    assert (asyncio.Queue.get, asyncio.Queue.put) == before
    assert held.put_back() == []


def test_modules_that_were_taken_away_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dict(sys.modules)
    held = Held([each for each in takings(Takes) if each.owner is sys.modules][:1])
    gone = sys.modules.pop("json")
    assert len(held.put_back()) == 1
    assert sys.modules["json"] is gone
    assert sys.modules == whole
