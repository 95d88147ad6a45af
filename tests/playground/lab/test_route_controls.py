"""What the panel does with a route besides trying it: breaking it on purpose, and an example."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from functools import partial
from typing import Any

import pytest

from playground.lab import Lab, parts_of
from playground.lab.controls import LabControls
from tests.playground.lab.test_fuzzing import Board, on, talked

pytestmark = pytest.mark.live


async def asked(lab: Lab, route: str) -> tuple[str | None, Any]:
    """Break a route as the panel does; return how that ended."""
    ended: asyncio.Future[tuple[str | None, Any]] = asyncio.get_running_loop().create_future()
    loop = ended.get_loop()

    def done(error: str | None, result: Any) -> None:
        loop.call_soon_threadsafe(ended.set_result, (error, result))

    LabControls(parts_of(lab)).trying.fuzz(route, done)
    return await ended


def test_a_route_is_broken_and_told_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    # By conversations and not by seconds: a busy machine has few in those.
    monkeypatch.setattr("playground.lab.route_controls.SECONDS", 120.0)

    async def work(lab: Lab) -> None:
        fuzzing = parts_of(lab).fuzzing
        monkeypatch.setattr(fuzzing, "fuzz", partial(fuzzing.fuzz, examples=18))
        await talked(lab)
        before = lab.log.last
        error, result = await asked(lab, "/board")
        assert error is None
        told = json.loads(json.dumps(result))
        assert "conversations at /board in" in told["said"]
        worst = told["findings"][0]
        assert worst["sentence"].endswith(".")
        assert worst["acts"][0].startswith("ada connects to /board")
        kind, _, data = worst["ladder"].partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert b64decode(data).startswith(b"<svg")
        assert lab.log.last == before
        error, result = await asked(lab, "/nowhere")
        assert error == "Expected a route of the app (/board), got '/nowhere'."

    on("memory", Board, work)


def test_without_hypothesis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "hypothesis", None)

    async def work(lab: Lab) -> None:
        error, _ = await asked(lab, "/board")
        assert error is not None
        assert error.endswith("in a cell, write %pip install hypothesis.")

    on("memory", Board, work)


def test_an_example_is_of_the_shape_that_clients_send_most_without_credentials() -> None:
    async def work(lab: Lab) -> None:
        example = LabControls(parts_of(lab)).trying.example
        assert example("websocket", "/board", "GET") == ""
        alice = await lab.connect("/board", client="alice")
        for message in ('{"type": "x", "text": "?"}', *['{"text": "tea", "token": "abc123"}'] * 2):
            await alice.send(message)
            await alice.receive()
        assert json.loads(example("websocket", "/board", "GET")) == {
            "text": "tea",
            "token": "[redacted]",
        }
        assert example("websocket", "/elsewhere", "GET") == ""

    on("memory", Board, work)
