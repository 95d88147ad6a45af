"""The exercises on testing: a right chat is done, wrong ones hear why."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, WebSocket
from playground import check, serve
from playground.lab import parts_of
from tests.notebooks.answers import exercises_of
from tests.notebooks.making import FOLDER, read

pytestmark = pytest.mark.live

NAMES = ["test-goodbye", "test-empty", "test-double"]


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

    def double(self, text: Any) -> str | None:
        try:
            return str(2 * int(text))
        except ValueError:
            return None

    async def ws_chat(self, ws: WebSocket, name: str) -> None:
        await ws.accept()
        self.people[name] = ws
        try:
            async for text in ws:
                if (answer := self.double(text)) is not None:
                    await ws.send_text(answer)
                elif self.is_passed_on(text):
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


class Digits(Chat):
    """Looks whether all are digits."""

    def double(self, text: Any) -> str | None:
        return str(2 * int(text)) if text.isdigit() else None


WRONG = [
    ("test-goodbye", Unchanged, "bob closed with 1000, ada expected 'bob has left', got nothing"),
    ("test-goodbye", AsMessage, "ada expected 'bob has left', got 'bob: has left'"),
    ("test-goodbye", Once, "carol expected 'bob has left', got nothing"),
    ("test-empty", Unchanged, "sent '', sent '?', bob expected 'ada: ?', got 'ada: '"),
    ("test-double", Digits, "ada sent '-4', expected '-8', got nothing"),
    ("test-empty", Deaf, "sent '', sent '?', bob expected 'ada: ?', got nothing"),
]


async def test_the_notebooks_answer_is_done() -> None:
    board = await check(NAMES, serve(Chat))
    assert [board[name].fault for name in NAMES] == ["", "", ""]


def printed(number: int) -> type[App]:
    """Return the notebook's class as one of the answers that it prints has it."""
    notebook = read(FOLDER / "11-testing.ipynb")
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    answers = exercises_of(notebook).answers
    space: dict[str, Any] = {}
    exec("\n".join([first, *(each.source for each in answers[: number + 1])]), space)
    found: type[App] = space["Chat"]
    return found


@pytest.mark.parametrize("number", range(3))
async def test_a_printed_answer_is_done_and_nobody_breaks_it(number: int) -> None:
    lab = serve(printed(number), transport="memory")
    board = await check(NAMES[number], lab)
    assert board[NAMES[number]].fault == ""
    found = await parts_of(lab).fuzzing.fuzz("/chat", 60.0, 1, False, examples=18)
    assert [each.why for each in found] == []


@pytest.mark.parametrize(("name", "app", "said"), WRONG)
async def test_a_wrong_answer_hears_why(name: str, app: type[App], said: str) -> None:
    board = await check(name, serve(app))
    assert said in board[name].fault
