"""The exercises on testing: a right chat is done, wrong ones hear why."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, WebSocket
from playground import check, serve

pytestmark = pytest.mark.live

NAMES = ["test-goodbye", "test-empty"]


class Chat(App):
    """The notebook's own answer."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, WebSocket] = {}

    async def tell(self, sender: str, text: str) -> None:
        for name, ws in list(self.people.items()):
            if name != sender:
                await ws.send_text(f"{sender}: {text}")

    async def say_goodbye(self, name: str) -> None:
        for other in list(self.people.values()):
            await other.send_text(f"{name} has left")

    def is_passed_on(self, text: Any) -> bool:
        return bool(text)

    async def ws_chat(self, ws: WebSocket, name: str) -> None:
        await ws.accept()
        self.people[name] = ws
        try:
            async for text in ws:
                if self.is_passed_on(text):
                    await self.tell(name, str(text))
        finally:
            del self.people[name]
            await self.say_goodbye(name)


class Unchanged(Chat):
    """The notebook's chat, before it is mended."""

    async def say_goodbye(self, name: str) -> None:
        pass

    def is_passed_on(self, text: Any) -> bool:
        return True


class AsMessage(Chat):
    async def say_goodbye(self, name: str) -> None:
        await self.tell(name, "has left")


class Deaf(Chat):
    def is_passed_on(self, text: Any) -> bool:
        return False


class Once(Chat):
    """Says goodbye to one of the others only."""

    async def say_goodbye(self, name: str) -> None:
        for other in list(self.people.values())[:1]:
            await other.send_text(f"{name} has left")


WRONG = [
    ("test-goodbye", Unchanged, "bob closed with 1000, ada expected 'bob has left', got nothing"),
    ("test-goodbye", AsMessage, "ada expected 'bob has left', got 'bob: has left'"),
    ("test-goodbye", Once, "carol expected 'bob has left', got nothing"),
    ("test-empty", Unchanged, "sent '', sent '?', bob expected 'ada: ?', got 'ada: '"),
    ("test-empty", Deaf, "sent '', sent '?', bob expected 'ada: ?', got nothing"),
]


async def test_the_notebooks_answer_is_done() -> None:
    board = await check(NAMES, serve(Chat))
    assert [board[name].fault for name in NAMES] == ["", ""]


@pytest.mark.parametrize(("name", "app", "said"), WRONG)
async def test_a_wrong_answer_hears_why(name: str, app: type[App], said: str) -> None:
    board = await check(name, serve(app))
    assert said in board[name].fault
