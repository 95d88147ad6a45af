"""What ends a program does not end the loop of whoever tests, wherever the app raises it."""

from __future__ import annotations

import asyncio
import sys

import pytest

from micropie import App
from micropie.testing import Client


class Exits(App):
    async def index(self) -> str:
        return "hello"

    async def task(self) -> str:
        self.begun = asyncio.create_task(self._exit())
        return "begun"

    async def _exit(self) -> None:
        sys.exit(3)

    async def interrupted(self) -> str:
        self.begun = asyncio.create_task(self._interrupt())
        return "begun"

    async def _interrupt(self) -> None:
        raise KeyboardInterrupt

    async def callback(self) -> str:
        asyncio.get_running_loop().call_soon(sys.exit, 4)
        asyncio.get_running_loop().call_later(0, sys.exit, 5)
        return "begun"

    async def awaited(self) -> None:
        await asyncio.create_task(self._exit())


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/task", {SystemExit}),
        ("/interrupted", {KeyboardInterrupt}),
        ("/callback", {SystemExit}),
        ("/awaited", {SystemExit, RuntimeError}),
    ],
)
async def test_it_is_an_error_of_the_app(path: str, kinds: set[type]) -> None:
    app = Exits()
    async with Client(app) as client:
        answer = await client.get(path)
        await turns()
        assert answer.status == (500 if path == "/awaited" else 200)
        assert (await client.get("/")).text == "hello"
        assert {type(error) for error in client.errors} == kinds
        if hasattr(app, "begun"):
            assert "was raised in a task of the app" in str(app.begun.exception())


async def test_the_loop_is_as_it_was_afterwards() -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory(), dict(vars(loop))
    async with Client(Exits()) as client:
        await client.get("/")
        assert loop.get_task_factory() is not None
    assert loop.get_task_factory() is before[0]
    assert "call_soon" not in vars(loop)


async def test_what_is_the_testers_own_is_left_alone() -> None:
    async with Client(Exits()) as client:
        await client.get("/")
        assert await asyncio.create_task(asyncio.sleep(0, "mine")) == "mine"
