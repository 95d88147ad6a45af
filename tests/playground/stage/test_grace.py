"""A loop that stands still takes little of what a handler is given to finish."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from playground.stage.grace import MOST, Grace
from tests.playground.stage.apps import Line, echo, on_stage, opened, say, websocket


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_seconds_go_as_they_are_looked_at() -> None:
    clock = Clock()
    grace = Grace(0.1, clock)
    left = []
    for _ in range(12):
        clock.now += 0.01
        left.append(round(grace.left(), 6))
    assert left[:3] == [0.09, 0.08, 0.07]
    assert [each > 0 for each in left].index(False) == 9


def test_what_passes_between_two_looks_is_little_however_long_it_was() -> None:
    clock = Clock()
    grace = Grace(1.0, clock)
    clock.now += 3_600
    assert grace.left() == pytest.approx(1.0 - MOST)
    assert grace.left() == pytest.approx(1.0 - MOST)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_handler_is_not_cut_short_by_a_loop_that_stood_still(
    is_cancelled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, may_go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(receive: Any, send: Any) -> None:
        event = await receive()
        at_work.set()
        try:
            await may_go_on.wait()
            await say(send, f"old {event['text']}")
            await receive()
        finally:
            if is_cancelled:
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            ended.set()

    stage, line = await on_stage(websocket(slow), grace=1.0), Line()
    loop = asyncio.get_running_loop()
    cut: list[object] = []
    stage.stubborn = cut.append
    async with opened(stage, line):
        line.put("first")
        await at_work.wait()
        await stage.swap(echo("new"))
        if is_cancelled:
            may_go_on.set()
            await line.until(lambda: line.texts == ["old first"])
        stood = loop.time() + 3_600
        monkeypatch.setattr(loop, "time", lambda: stood)
        for _ in range(3):
            await asyncio.sleep(0)
        may_go_on.set()
        await ended.wait()
        monkeypatch.undo()
        assert await line.answer("second") == "new second"
    assert line.texts == ["old first", "new second"]
    assert cut == []
