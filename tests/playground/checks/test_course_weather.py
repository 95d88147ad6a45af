"""The exercises on bad weather: what survives it is done, and what does not hears why."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from micropie import App
from playground import check
from tests.playground.lab_apps import on_both, serving

pytestmark = pytest.mark.live

NAMES = ["weather-once", "weather-slow", "weather-heartbeat"]


class Right(App):
    """The notebook's own answers."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, int] = {}
        self.members: list[Any] = []
        self.sending: set[Any] = set()

    async def ws_orders(self, ws: Any) -> None:
        await ws.accept()
        async for text in ws:
            order = json.loads(text)
            number = self.numbers.setdefault(order["id"], len(self.numbers) + 1)
            await ws.send({"id": order["id"], "number": number})

    async def ws_room(self, ws: Any) -> None:
        await ws.accept()
        self.members.append(ws)
        async for message in ws:
            for member in self.members:
                task = asyncio.create_task(member.send_text(message))
                self.sending.add(task)
                task.add_done_callback(self.sending.discard)

    async def ws_beat(self, ws: Any) -> None:
        await ws.accept()
        try:
            while await asyncio.wait_for(ws.receive_text(), 0.5):
                await ws.send_text("pong")
        except TimeoutError:
            await ws.close(4000, "no heartbeat")


class Wrong(Right):
    """What one writes first."""

    async def ws_orders(self, ws: Any) -> None:
        await ws.accept()
        async for text in ws:
            self.numbers[str(len(self.numbers))] = 0
            await ws.send({"id": json.loads(text)["id"], "number": len(self.numbers)})

    async def ws_room(self, ws: Any) -> None:
        await ws.accept()
        self.members.append(ws)
        async for message in ws:
            for member in self.members:
                await member.send_text(message)

    async def ws_beat(self, ws: Any) -> None:
        await ws.accept()
        while await ws.receive_text():
            await ws.send_text("pong")


class Anew(Right):
    """Counts from the start for each connection: right until the same order comes once more."""

    async def ws_orders(self, ws: Any) -> None:
        await ws.accept()
        number = 0
        async for text in ws:
            number += 1
            await ws.send({"id": json.loads(text)["id"], "number": number})


@on_both
async def test_what_survives_is_done(transport: str) -> None:
    lab = await serving(Right, transport)
    results = (await check(NAMES, lab)).results
    assert [(each.state, each.fault) for each in results.values()] == [("done", "")] * 3


async def test_what_does_not_hears_why() -> None:
    lab = await serving(Wrong)
    results = (await check(NAMES, lab)).results
    assert [each.state for each in results.values()] == ["open"] * 3
    faults = [each.fault for each in results.values()]
    assert "got {'id': 'a1', 'number': 2}" in faults[0]
    assert "cid expected '7 x" in faults[1]
    assert "expected to be closed with 4000" in faults[2]


async def test_a_count_for_each_connection_is_seen_through() -> None:
    lab = await serving(Anew)
    result = (await check(NAMES[:1], lab)).results[NAMES[0]]
    assert (
        "expected the JSON {'id': 'a1', 'number': 1}, got {'id': 'a1', 'number': 3}" in result.fault
    )
