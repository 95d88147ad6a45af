"""The course's exercises: right solutions are done, wrong ones are open and hear why."""

from __future__ import annotations

import collections
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from micropie import App, ConnectionClosed
from playground import check, serve
from playground.checks import exercises

pytestmark = pytest.mark.live

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"


@contextlib.contextmanager
def present(ws: Any, people: list[Any]) -> Iterator[None]:
    people.append(ws)
    try:
        yield
    finally:
        people.remove(ws)


async def tell(people: list[Any], message: str) -> None:
    for person in list(people):
        with contextlib.suppress(ConnectionClosed):
            await person.send_text(message)


class Right(App):
    """The notebooks' own answers."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []
        self.rooms: dict[str, list[Any]] = collections.defaultdict(list)
        self.inside: dict[str, Any] = {}
        self.taken = 0

    async def double(self, number: int) -> Any:
        return {"double": 2 * number}

    async def secret(self) -> Any:
        return 403, "Go away"

    async def ws_divide(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            try:
                answer = str(100 / float(message))
            except ZeroDivisionError:
                answer = "not possible"
            except ValueError:
                await ws.close(4000, "not a number")
                return
            await ws.send_text(answer)

    async def ws_repeat(self, ws: Any, word: str, times: int = 2) -> None:
        await ws.accept()
        for _ in range(times):
            await ws.send_text(word)
        await ws.close()

    async def login(self, name: str) -> str:
        self.request.session["name"] = name
        return f"Welcome, {name}"

    async def ws_whoami(self, ws: Any) -> None:
        name = self.request.session.get("name")
        if name is None:
            await ws.close(1008, "log in first")
            return
        await ws.accept()
        await ws.send_text(name)

    async def ws_chat(self, ws: Any, name: str = "somebody") -> None:
        await ws.accept()
        with present(ws, self.people):
            async for message in ws:
                await tell(self.people, f"{name}: {message}")
        await tell(self.people, f"{name} left")

    async def ws_room(self, ws: Any, name: str) -> None:
        await ws.accept()
        with present(ws, self.rooms[name]):
            async for message in ws:
                await tell(self.rooms[name], message)

    async def ws_sum(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            try:
                numbers = json.loads(message)["numbers"]
            except ValueError:
                await ws.close(4400, "that is no JSON")
                return
            await ws.send_json({"sum": sum(numbers)})

    async def ws_mirror(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            if isinstance(message, str):
                await ws.send_text(message[::-1])
            else:
                await ws.send_bytes(message[::-1])

    async def ws_speak(self, ws: Any) -> None:
        for version in ["v2", "v1"]:
            if version in ws.subprotocols:
                await ws.accept(subprotocol=version)
                async for _ in ws:
                    pass
                return
        await ws.refuse(400, "I speak v2 and v1")

    async def visits(self) -> str:
        count = self.request.session["count"] = self.request.session.get("count", 0) + 1
        return f"visit {count}"

    async def ws_seats(self, ws: Any) -> None:
        if self.taken == 2:
            await ws.refuse(403, "no seat is free")
            return
        self.taken += 1
        try:
            await ws.accept()
            async for _ in ws:
                pass
        finally:
            self.taken -= 1

    async def ws_lounge(self, ws: Any) -> None:
        name = self.request.session.get("name")
        if name is None:
            await ws.refuse(401, "log in first")
            return
        await ws.accept()
        self.inside[name] = ws
        await ws.send_text(f"Hello {name}")
        async for message in ws:
            await ws.send_text(f"{name}: {message}")

    async def logout(self) -> str:
        name = self.request.session.pop("name", None)
        if name in self.inside:
            await self.inside.pop(name).close(4001, "logged out")
        return "Goodbye"


class Reversing(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message[::-1])


class Twice(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)

    async def ws_twice(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            for _ in range(2):
                await ws.send_text(message)


class Upper(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())

    ws_twice = ws_echo


class Wrong(App):
    """What learners do."""

    count = 0

    async def double(self, number: str) -> Any:
        return {"double": 2 * number}

    async def secret(self) -> str:
        return "Go away"

    async def ws_divide(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(str(100 / float(message)))

    async def ws_repeat(self, ws: Any, word: str, times: str = "2") -> None:
        await ws.accept()
        for _ in range(int(times)):
            await ws.send_text(word)
        await ws.close()

    async def login(self, name: str) -> str:
        self.request.session["name"] = name
        return name

    async def ws_whoami(self, ws: Any, name: str | None = None) -> None:
        if name is None:
            await ws.close(1008)
            return
        await ws.accept()
        await ws.send_text(name)

    async def ws_chat(self, ws: Any, name: str = "somebody") -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{name}: {message}")

    async def ws_sum(self, ws: Any) -> None:
        await ws.accept()
        async for numbers in ws.iter_json():
            await ws.send_json({"sum": sum(numbers["numbers"])})

    async def ws_mirror(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws.iter_text():
            await ws.send_text(message[::-1])

    async def ws_speak(self, ws: Any) -> None:
        await ws.accept(subprotocol=(ws.subprotocols or [None])[0])

    async def visits(self) -> str:
        self.count += 1
        return f"visit {self.count}"

    async def ws_seats(self, ws: Any) -> None:
        self.count += 1
        if self.count > 2:
            await ws.refuse(403)
            return
        await ws.accept()
        async for _ in ws:
            pass

    async def ws_lounge(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text(f"Hello {self.request.session['name']}")
        async for _ in ws:
            pass

    async def logout(self) -> str:
        self.request.session.clear()
        return "Goodbye"


class Rooms(App):
    """One room for all rooms."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []

    async def ws_room(self, ws: Any, name: str) -> None:
        await ws.accept()
        with present(ws, self.people):
            async for message in ws:
                await tell(self.people, message)


# Each exercise with an app that does it, one that does not, and words of what is said of that.
SOLUTIONS: dict[str, tuple[type[App], type[App], str]] = {
    "echo-upper": (Upper, Twice, "expected 'HI', got 'hi'"),
    "echo-reverse": (Reversing, Twice, "expected 'desserts', got 'stressed'"),
    "echo-twice": (Twice, Upper, "sent 'one', expected 'one', got 'ONE'"),
    "http-double": (Right, Wrong, "got {'double': '2121'}"),
    "http-secret": (Right, Wrong, "expected the status 403 with 'Go away', got 200"),
    "divide-zero": (Right, Wrong, "the handler raised ZeroDivisionError"),
    "divide-word": (Right, Wrong, "the handler raised ValueError"),
    "args-repeat": (Right, Wrong, "many, expected to be refused, got accepted"),
    "args-whoami": (Right, Wrong, "to /whoami?name=Root, expected to be refused, got accepted"),
    "chat-names": (Right, Wrong, "bob expected 'ada: hi', got nothing"),
    "chat-left": (Right, Wrong, "ada expected 'bob left', got nothing"),
    "chat-rooms": (Right, Rooms, "cleo in blue expected to hear nothing more, got 'hi, red'"),
    "json-sum": (Right, Wrong, "expected to be closed with 4400, got closed with 1011"),
    "bytes-reverse": (Right, Wrong, "sent b'\\x00\\x01\\xff', expected b'\\xff\\x01\\x00', got"),
    "sub-version": (Right, Wrong, "expected the subprotocol 'v2', got 'v1'"),
    "session-count": (Right, Wrong, "bob asked for /visits, expected 'visit 1', got 'visit 3'"),
    "ws-seats": (Right, Wrong, "dora asked to connect to /seats, expected to be accepted"),
    "ws-logout": (
        Right,
        Wrong,
        "Ada sent POST /logout, got 200 'Goodbye', expected to be closed with 4001, got",
    ),
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_right_solution_is_done_on_a_server(name: str) -> None:
    right, _, _ = SOLUTIONS[name]
    result = check(name, serve(right))[name]
    assert (result.state, result.fault) == ("done", "")


@pytest.mark.parametrize("name", SOLUTIONS)
async def test_a_right_solution_is_done_in_memory(name: str) -> None:
    right, _, _ = SOLUTIONS[name]
    result = (await check(name, serve(right, transport="memory")))[name]
    assert (result.state, result.fault) == ("done", "")


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_wrong_solution_is_open_and_hears_why(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, wrong, words = SOLUTIONS[name]
    if "got nothing" in words or name == "ws-logout":
        monkeypatch.setattr("playground.checks.actor.WAIT", 1.0)
    result = check(name, serve(wrong))[name]
    assert result.state == "open"
    assert words in result.fault


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_a_notebook_asks_for_is_an_exercise(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for asked in re.findall(r"check\((.+?), lab\)", code):
        for name in re.findall(r'"([\w-]+)"', asked):
            assert exercises.find(name).name == name
