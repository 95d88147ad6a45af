"""Rehearsals: who is led where, and what an app sees of it."""

from __future__ import annotations

from typing import Any

from micropie import App
from micropie.testing import Client
from playground.stage import Stage
from playground.stage.rehearsals import REHEARSAL_HEADER, Rehearsals


class Named(App):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    async def index(self) -> dict[str, Any]:
        marked = [name for name, _ in self.request.scope["headers"] if name == REHEARSAL_HEADER]
        return {"name": self.name, "marks": len(marked)}


async def stage_of(name: str) -> Stage:
    stage = Stage()
    await stage.swap(Named(name))
    return stage


async def asked(rehearsals: Rehearsals, number: str | None = None) -> Any:
    marked = {REHEARSAL_HEADER.decode(): number} if number else {}
    return await Client(rehearsals).get("/", headers=marked)


async def test_each_request_is_led_to_the_stage_it_is_meant_for() -> None:
    rehearsals = Rehearsals(await stage_of("main"))
    first = rehearsals.begin(await stage_of("first"))
    second = rehearsals.begin(await stage_of("second"))
    assert (await asked(rehearsals)).json() == {"name": "main", "marks": 0}
    assert (await asked(rehearsals, first)).json() == {"name": "first", "marks": 0}
    assert (await asked(rehearsals, second)).json() == {"name": "second", "marks": 0}


async def test_after_its_end_a_rehearsal_leads_nowhere_and_never_to_the_stage() -> None:
    rehearsals = Rehearsals(await stage_of("main"))
    number = rehearsals.begin(await stage_of("first"))
    rehearsals.end(number)
    assert (await asked(rehearsals, number)).status == 503
    assert rehearsals.begin(await stage_of("again")) != number
