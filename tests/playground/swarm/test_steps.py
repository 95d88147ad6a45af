"""A script is what it is, taken step by step; a step that takes long is noticed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from playground.swarm import steps
from playground.swarm.mishaps import held_up, place_of
from playground.swarm.steps import Stepped


async def test_it_is_awaited_cancelled_and_raises_as_it_would() -> None:
    async def script(seen: list[str]) -> int:
        await asyncio.sleep(0)
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            seen.append("cancelled")
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(60)
        except TimeoutError:
            seen.append("late")
        return len(seen)

    async def stepped(seen: list[str]) -> object:
        return await Stepped(script(seen), lambda frames: None)

    seen: list[str] = []
    task = asyncio.create_task(stepped(seen))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    assert (await task, seen) == (2, ["cancelled", "late"])

    async def raising() -> None:
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        await Stepped(raising(), lambda frames: None)


async def test_a_step_that_takes_long_is_told_with_the_line_that_comes_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "_LONG", -1.0)

    async def script() -> None:
        await asyncio.sleep(0)

    told: list[Any] = []
    await Stepped(script(), lambda frames: told.append(place_of(frames)))
    line = script.__code__.co_firstlineno + 1
    assert told == [f"test_steps.py line {line}", ""]
    assert held_up(told[0]).endswith(f"await what takes long (before test_steps.py line {line})")
    assert held_up("").endswith("await what takes long")
