"""What a handler sets in classes that are everybody's is put back when it gives way, and said."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from micropie import App
from playground import Lab
from tests.playground.lab_apps import Echo, on_both, serving, swapped, until

pytestmark = pytest.mark.live


class Takes(App):
    async def index(self) -> str:
        return "others"

    async def page(self) -> str:
        App.__call__ = None  # type: ignore[method-assign,assignment]
        return "done"

    async def later(self) -> str:
        asyncio.get_running_loop().call_later(0.001, self._take)
        return "begun"

    def _take(self) -> None:
        json.JSONEncoder.default = None  # type: ignore[method-assign,assignment]

    async def ws_say(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            asyncio.Event.set = None  # type: ignore[method-assign,assignment]
            await ws.send_text(message)


def told(lab: Lab) -> list[str]:
    said = (str(entry.data) for entry in lab.log if entry.kind == "lab")
    return [each.split(": ")[1].split(" was ")[0] for each in said if "put back" in each]


@on_both
async def test_others_go_on_with_what_they_had(transport: str) -> None:
    lab = await serving(Takes, transport)
    entry = App.__call__
    assert (await lab.get("/page")).text == "done"
    assert App.__call__ is entry
    assert (await lab.get("/")).text == "others"
    alice = await lab.connect("/say")
    await alice.send("hi")
    assert await alice.receive() == "hi"
    assert told(lab) == ["App.__call__", "Event.set"]
    await lab.get("/later")
    await until(lambda: told(lab)[2:] == ["JSONEncoder.default"])
    assert callable(json.JSONEncoder.default)
    await swapped(lab, Echo)
    assert lab._parts.entrance.recorder.look is None
    lab.stop()


async def test_a_constructor_that_takes_does_not_go_on_stage() -> None:
    class Made(App):
        def __init__(self) -> None:
            super().__init__()
            asyncio.Event.clear = None  # type: ignore[method-assign,assignment]

    before = asyncio.Event.clear
    lab = await serving(Echo, "memory")
    with pytest.raises(Exception, match=r"test_taken\.py line \d+: Event\.clear was put back"):
        await swapped(lab, Made)
    assert asyncio.Event.clear is before
    assert (await lab.get("/")).text == "hello"
    lab.stop()
