"""Without the private names of asyncio a swap takes longer, loses nothing, and says so once."""

from __future__ import annotations

import platform
from types import SimpleNamespace
from typing import Any

import pytest

from playground.stage import Stage, asyncio_internals, idle_tasks
from playground.stage import stage as stage_module
from tests.playground.stage.apps import Line, echo, on_stage, opened


def test_what_shows_nothing_is_said_to_show_nothing() -> None:
    bare: Any = SimpleNamespace()
    assert asyncio_internals.waits_for(bare) is None
    assert not asyncio_internals.is_gathering(bare)
    assert asyncio_internals.context_of(bare) is None
    assert asyncio_internals.awaited_task(bare) is None
    assert asyncio_internals.code_of(bare) is None
    assert asyncio_internals.codes_of(None, len) == frozenset()
    assert platform.python_version() in asyncio_internals.unseen(bare)


async def test_a_handler_whose_tasks_show_nothing_is_handed_over_after_the_grace_period(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idle_tasks, "waits_for", lambda task: None)
    stage, line = await on_stage(echo("old"), grace=0.02), Line()
    async with opened(stage, line):
        assert await line.answer("a") == "old a"
        await stage.swap(echo("new"))
        assert await line.answer("b") == "new b"
    assert not line.closes


async def test_what_is_not_shown_is_said_at_the_first_swap_that_meets_a_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(stage_module, "unseen", lambda task: "nothing is shown")
    stage, line = Stage(on_trouble=said.append), Line()
    await stage.swap(echo("first"))
    await stage.swap(echo("second"))
    assert said == []
    async with opened(stage, line):
        await stage.swap(echo("third"))
        await stage.swap(echo("fourth"))
        assert await line.answer("a") == "fourth a"
    assert said == ["nothing is shown"]
