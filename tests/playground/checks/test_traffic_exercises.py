"""The exercises on reading traffic: done by the notebook's answer, open while the fault stands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from micropie import App
from playground import check, serve

pytestmark = pytest.mark.live

BOTH = ["traffic-once", "traffic-small"]


class Hall(App):
    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []

    @contextlib.contextmanager
    def _inside(self, ws: Any) -> Iterator[None]:
        self.people.append(ws)
        try:
            yield
        finally:
            self.people.remove(ws)


class Mended(Hall):
    async def ws_market(self, ws: Any) -> None:
        await ws.accept()
        with self._inside(ws):
            async for message in ws:
                if len(message) > 20:
                    await ws.close(1009, "too long")
                    return
                for person in list(self.people):
                    await person.send_text(message)


class Faulty(Hall):
    async def ws_market(self, ws: Any) -> None:
        await ws.accept()
        with self._inside(ws):
            async for message in ws:
                await ws.send_text(message)
                for person in list(self.people):
                    await person.send_text(message)


async def test_the_answer_is_done() -> None:
    board = await check(BOTH, serve(Mended))
    assert [board[name].fault for name in BOTH] == ["", ""]


async def test_the_faults_are_told() -> None:
    board = await check(BOTH, serve(Faulty))
    assert "expected to hear nothing more, got '10'" in board["traffic-once"].fault
    assert "expected to be closed with 1009" in board["traffic-small"].fault


async def test_a_bid_that_is_just_short_enough_is_to_be_heard() -> None:
    class Strict(Hall):
        async def ws_market(self, ws: Any) -> None:
            await ws.accept()
            async for _ in ws:
                await ws.close(1009, "too long")
                return

    board = await check("traffic-small", serve(Strict))
    assert "sent '99999999999999999999', expected '99999999999999999999'" in (
        board["traffic-small"].fault
    )
