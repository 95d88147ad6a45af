"""Breaking a lab's app on purpose: what was seen is used, and neither stage nor log notices."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from micropie import App
from playground import serve
from playground.fuzzing import Finding, Findings
from playground.lab import Lab, parts_of
from playground.upstream import Upstream

pytestmark = pytest.mark.live


class Board(App):
    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    async def ws_board(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            note = json.loads(message)
            self.notes.append(note["text"])
            await ws.send_text(f"{len(self.notes)} notes")


class Careful(Board):
    async def ws_board(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            try:
                self.notes.append(str(json.loads(message)["text"]))
            except (ValueError, KeyError, TypeError, RecursionError):
                await ws.send_text("no note")
            else:
                await ws.send_text(f"{len(self.notes)} notes")


def on(transport: str, app: Any, work: Callable[[Lab], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        lab = serve(app, transport=transport)  # type: ignore[arg-type]
        try:
            return await work(lab)
        finally:
            lab.stop()

    return asyncio.run(main())


async def few(lab: Lab, route: str = "/board", seed: int = 1) -> Findings:
    """Fuzz for as long as it takes: each oddity by itself, and a few that chance brings."""
    return await parts_of(lab).fuzzing.fuzz(route, 120.0, seed, False, examples=18)


async def talked(lab: Lab) -> None:
    alice = await lab.connect("/board", client="alice")
    await alice.send('{"text": "tea"}')
    await alice.receive()
    await alice.close()
    await lab.until("kind:close")


@pytest.mark.parametrize("transport", ["server", "memory"])
def test_what_was_seen_is_broken_and_neither_stage_nor_log_notices(transport: str) -> None:
    async def work(lab: Lab) -> tuple[Findings, list[str], set[str]]:
        await talked(lab)
        found = await few(lab)
        return found, lab.app.notes, {exchange.client for exchange in lab.log.exchanges}

    found, notes, clients = on(transport, Board, work)
    (missing,) = [each for each in found if isinstance(each.error, KeyError)]
    assert missing.why == "test_fuzzing.py line 33 raised KeyError: 'text'."
    assert missing.conversation == ("ada connects to /board", "ada sends '{}'")
    assert missing.severity == "socket"
    assert notes == ["tea"]
    assert clients == {"alice"}
    assert "(seed=1): " in found.covered
    assert "things are wrong" in found.covered


def test_it_is_shown_as_a_ladder_with_who_has_to_suffer() -> None:
    async def work(lab: Lab) -> Findings:
        await talked(lab)
        return await few(lab)

    found = on("memory", Board, work)
    assert "It costs ada's socket only." in found[0].sentence
    assert "closed 1011" in repr(found[0].ladder)
    assert {exchange.client for exchange in found[0].log.exchanges} == {"ada"}
    html = found._repr_html_()
    assert html.count("<details open") == 1
    assert html.count("It costs ada&#x27;s socket only.</summary>") == len(found)
    assert found[0].ladder.svg().startswith("<svg")
    assert list(found[:1]) == [found[0]]


def test_the_cells_go_on_meanwhile() -> None:
    async def work(lab: Lab) -> int:
        fuzzing, turns = asyncio.ensure_future(few(lab)), 0
        while not fuzzing.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert on("server", Careful, work) > 3


def test_nothing_is_found_in_what_is_mended_and_it_is_said_what_was_tried() -> None:
    async def work(lab: Lab) -> Findings:
        await talked(lab)
        return await few(lab)

    found = on("memory", Careful, work)
    assert not found
    assert "at /board" in found.covered
    assert "nothing is wrong in these" in repr(found)


@pytest.mark.parametrize(
    ("app", "options", "error", "says"),
    [
        (Board, {"route": "/bored"}, ValueError, r"expected a route of the app \(/board\)"),
        (Board, {"seconds": 0}, ValueError, "expected seconds above 0"),
        (Board, {"seed": -1}, ValueError, "expected seed as a number from 0"),
        (Board, {"seconds": "3"}, TypeError, "expected seconds as a number"),
        (Board, {"seconds": float("nan")}, ValueError, "at most a week"),
        (Board, {"route": 5}, TypeError, r'write lab\.fuzz\("/chat"\)'),
        (Board, {"orders": 1, "more": 2}, TypeError, r"lab\.fuzz\(\) got an unexpected"),
        (Board(), {}, ValueError, r"serve\(Board\), not serve\(Board\(\)\)"),
        (Upstream("ws://127.0.0.1:9"), {}, ValueError, "leads to a server elsewhere"),
    ],
)
def test_what_makes_no_sense_is_refused(
    app: Any, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    async def work(lab: Lab) -> Any:
        return await lab.fuzz(**options)

    with pytest.raises(error, match=says):
        on("memory", app, work)


def test_without_hypothesis_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(lab: Lab) -> Any:
        return await lab.fuzz()

    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ImportError, match=r"pip install hypothesis"):
        on("memory", Board, work)


class Sleeps(App):
    async def ws_nap(self, ws: Any) -> None:
        await ws.accept()
        import time

        time.sleep(60)  # noqa: ASYNC251


def test_what_cannot_be_had_on_the_clock_is_said() -> None:
    async def work(lab: Lab) -> Any:
        return await lab.fuzz()

    found = on("memory", Sleeps, work)
    assert not found
    assert found.covered.startswith("No conversation was had: ")
    assert "time.sleep" in found.covered


PROGRAM = """
import asyncio
from typing import Any
from micropie import App
from playground import serve
from playground.lab import parts_of

class Till(App):
    def __init__(self):
        super().__init__()
        self.lock = asyncio.Lock()

    async def ws_till(self, ws):
        await ws.accept()
        async for message in ws:
            await self.lock.acquire()
            try:
                total = float(message) * 2
            except (ValueError, TypeError):
                continue
            self.lock.release()
            await ws.send_text(f"{total:g}")

async def main():
    lab = serve(Till, transport="memory")
    alice = await lab.connect("/till")
    await alice.send("2")
    await alice.receive()
    found = await parts_of(lab).fuzzing.fuzz("/till", 120.0, 1, False, examples=18)
    next(each for each in found if "no answer" in each.why).save("test_fuzz.py")
    lab.stop()

if __name__ == "__main__":
    asyncio.run(main())
"""


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_what_is_saved_fails_until_the_app_is_mended_without_hypothesis(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(PROGRAM)
    (tmp_path / "conftest.py").write_text("import sys\nsys.modules['hypothesis'] = None\n")
    made_it = ran(tmp_path, "broken.py")
    assert made_it.returncode == 0, made_it.stderr
    assert {each.name for each in tmp_path.iterdir()} - {"__pycache__"} == {
        "broken.py",
        "conftest.py",
        "test_fuzz.py",
    }
    # Its own plugin would import it before anybody could hide it.
    plain = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "test_fuzz.py")
    red = ran(tmp_path, "-m", "pytest", "-q", *plain)
    assert red.returncode == 1, red.stdout + red.stderr
    assert "got no answer to '2'" in red.stdout
    text = (tmp_path / "test_fuzz.py").read_text()
    (tmp_path / "test_fuzz.py").write_text(text.replace("continue", "total = 0"))
    green = ran(tmp_path, "-m", "pytest", "-q", *plain)
    assert green.returncode == 0, green.stdout


def test_a_finding_says_where_the_app_is_if_it_is_asked(tmp_path: Path) -> None:
    async def work(lab: Lab) -> Finding:
        await talked(lab)
        return (await few(lab))[0]

    found = on("memory", Board, work)
    found.save(tmp_path / "test_fuzz.py", app="boards:Board")
    assert "from boards import Board\n" in (tmp_path / "test_fuzz.py").read_text()


def test_an_app_of_another_framework_is_broken_in_a_class_that_makes_it() -> None:
    class Within(App):
        def __init__(self) -> None:
            super().__init__()
            self.app = starlette()

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)

    async def work(lab: Lab) -> Findings:
        return await few(lab, "/chat")

    with pytest.raises(ValueError, match="serve a subclass of App that makes yours in __init__"):
        on("memory", starlette(), work)
    found = on("memory", Within, work)
    assert "KeyError: 'text'." in {each.why.partition(" raised ")[2] for each in found}


def starlette() -> Any:
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute

    async def chat(socket: Any) -> None:
        await socket.accept()
        async for message in socket.iter_text():
            await socket.send_text(message or json.loads("{}")["text"])

    return Starlette(routes=[WebSocketRoute("/chat", chat)])
