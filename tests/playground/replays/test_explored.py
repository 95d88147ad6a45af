"""A lab's app in every order, on instances of its own beside the cells, and what is shown of it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from micropie import App, ConnectionClosed
from playground import Lab, check, exercise, serve
from playground.checks import in_order
from playground.replays.explored import Explored

pytestmark = pytest.mark.live


class Chat(App):
    """The chat that everybody writes first."""

    made = 0

    def __init__(self) -> None:
        super().__init__()
        self.people: set[Any] = set()
        type(self).made += 1

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people.add(ws)
        print("hello", name)
        async for message in ws:
            for each in self.people:
                with contextlib.suppress(ConnectionClosed):
                    await each.send_text(f"{name}: {message}")
        self.people.discard(ws)


class Careful(Chat):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people.add(ws)
        async for message in ws:
            for each in list(self.people):
                with contextlib.suppress(ConnectionClosed):
                    await each.send_text(f"{name}: {message}")
        self.people.discard(ws)


async def both(play: Any) -> None:
    async def one(name: str) -> None:
        client = await play.connect(f"/chat?name={name}", name=name)
        await client.send("hi")
        await client.receive()
        await client.close()

    await asyncio.gather(one("ada"), one("bob"))


def on(transport: str, app: type[App], work: Callable[[Lab], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        lab = serve(app, transport=transport)  # type: ignore[arg-type]
        try:
            return await work(lab)
        finally:
            lab.stop()

    return asyncio.run(main())


@pytest.mark.parametrize("transport", ["server", "memory"])
def test_an_order_that_loses_is_found_and_the_stage_notices_nothing(transport: str) -> None:
    async def work(lab: Lab) -> tuple[Explored, Any, int]:
        return await lab.explore(both), lab.app.people, len(lab.log)

    found, people, rows = on(transport, Chat, work)
    assert found
    assert "Set changed size during iteration" in found.why
    assert "test_explored.py line 39 raised RuntimeError" in found.why
    assert found.deviations == 1
    assert people == set()
    assert rows <= 1  # that it serves


def test_the_cells_go_on_meanwhile() -> None:
    async def work(lab: Lab) -> int:
        exploring, turns = asyncio.ensure_future(lab.explore(both)), 0
        while not exploring.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert on("server", Chat, work) > 3


def explored(app: type[App], script: Any = both, **options: Any) -> Explored:
    async def work(lab: Lab) -> Any:
        return await lab.explore(script, **options)

    found = on("memory", app, work)
    assert isinstance(found, Explored)
    return found


def test_its_log_has_the_order_that_loses_with_names_causes_and_lines() -> None:
    log = explored(Chat).log
    assert {exchange.client for exchange in log.exchanges} == {"ada", "bob"}
    (raised,) = log.filter("kind:exception")[:1]
    assert raised.where is None or raised.where.endswith(":39")
    assert all(entry.at < 1 for entry in log)
    assert len(log.filter("kind:print")) == 2


def test_what_is_out_of_turn_is_marked_in_both_ladders() -> None:
    found = explored(Chat)
    assert repr(found.ladder).count("← out of turn") == 1
    assert found.ladder.svg().count("out of turn") == 1
    assert found.sentence in found._repr_html_().replace("&#x27;", "'")
    assert "<img alt=" in found._repr_html_()


def test_it_can_be_stepped_through_with_what_is_out_of_turn_in_words(tmp_path: Path) -> None:
    found = explored(Chat)
    story = found.story
    (out, raised) = sorted((story.words or {}).items())
    assert out[1] == "This happens out of turn."
    assert (raised[0], raised[1]) == (found.log.filter("kind:exception")[0].seq, found.sentence)
    story.save(tmp_path / "race.html")
    page = (tmp_path / "race.html").read_text()
    assert "This happens out of turn." in page  # where no script runs
    (sheet,) = story.sources() if story.sources is not None else ()
    assert "for each in self.people:" in "\n".join(sheet.lines)
    assert "<iframe" in story._repr_html_()
    with pytest.raises(ValueError, match="expected an order in which something is wrong"):
        _ = explored(Careful, seconds=0.2).story


def test_nothing_that_handlers_print_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    explored(Careful, seconds=0.5)
    explored(Chat)
    assert capsys.readouterr().out == ""


def test_a_repair_passes_and_it_is_said_what_was_tried() -> None:
    tried = explored(Careful, seconds=60)
    assert not tried
    assert "all with at most 2 departures" in repr(tried)
    assert "<img" not in tried._repr_html_()
    with pytest.raises(ValueError, match="nothing to save"):
        tried.save("test_race.py")


def test_replays_are_the_same() -> None:
    found = explored(Chat)
    assert {found.replay().why for _ in range(20)} == {found.why}


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


PROGRAM = """
import asyncio as aio
import contextlib
from micropie import App, ConnectionClosed
from playground import serve

GREETING = "hello"

def greeted(name): return f"{GREETING} {name}"

{chat}

{script}

async def main():
    lab = serve(Chat, transport="memory")
    (await lab.explore(both)).save("test_race.py")
    lab.stop()

if __name__ == "__main__":
    aio.run(main())
"""


def test_what_is_saved_fails_until_the_app_is_mended(tmp_path: Path) -> None:
    here = Path(__file__).read_text()
    chat = here[here.index("class Chat(") : here.index("class Careful(")]
    script = here[here.index("async def both(") : here.index("def on(")]
    program = PROGRAM.replace("{chat}", chat).replace("{script}", script)
    program = program.replace("asyncio.gather", "aio.gather").replace(": Any", "")
    program = program.replace('print("hello", name)', "print(greeted(name))")
    (tmp_path / "race.py").write_text(program)
    (tmp_path / "conftest.py").write_text("")
    made = ran(tmp_path, "race.py")
    assert made.returncode == 0, made.stderr
    test = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_race.py")
    red = ran(tmp_path, *test)
    assert red.returncode == 1, red.stdout
    assert "Set changed size" in red.stdout
    text = (tmp_path / "test_race.py").read_text()
    assert "import asyncio as aio" in text
    (tmp_path / "test_race.py").write_text(text.replace("in self.people", "in list(self.people)"))
    green = ran(tmp_path, *test)
    assert green.returncode == 0, green.stdout


def test_an_exercise_is_explored_by_its_name() -> None:
    @exercise("two-at-once", "Let two talk at once.")
    async def two_at_once(play: Any) -> None:
        await both(play)

    assert explored(Chat, "two-at-once")
    assert not explored(Careful, "two-at-once", seconds=1.0)


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        ("two-at-onze", ValueError, "did you mean"),
        (7, TypeError, "async def script"),
        (lambda play: None, TypeError, "async def script"),
    ],
)
def test_what_is_no_script_is_refused(script: Any, error: type[Exception], says: str) -> None:
    @exercise("two-at-once", "Let two talk at once.")
    async def two_at_once(play: Any) -> None:
        await both(play)

    with pytest.raises(error, match=says):
        explored(Chat, script)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"seconds": -1}, ValueError, "expected seconds above 0"),
        ({"seconds": "x"}, TypeError, "expected seconds as a number"),
        ({"deviations": "x"}, TypeError, "expected deviations as a whole number"),
        ({"deviations": -1}, ValueError, "expected deviations as a number from 0"),
        ({"runs": 5}, TypeError, r"lab\.explore\(\) got an unexpected"),
    ],
)
def test_what_is_no_bound_is_refused_without_lines_of_ours(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        explored(Chat, both, **options)
    shown: Any = raised.value
    lines = "\n".join(shown._render_traceback_())  # which IPython asks for
    assert lines.endswith(f"{error.__name__}: {raised.value}")
    assert "/playground/lab/" not in lines


def test_an_instance_cannot_be_made_anew() -> None:
    async def work(lab: Lab) -> Any:
        return await lab.explore(both)

    with pytest.raises(ValueError, match=r"serve\(Chat\), not serve\(Chat\(\)\)"):
        on("memory", Chat(), work)  # type: ignore[arg-type]


def test_what_a_script_expects_in_vain_is_said_as_it_is_in_a_check() -> None:
    async def asks(play: Any) -> None:
        client = await play.connect("/chat?name=ada", name="ada")
        await client.send("hi")
        await client.expect("hello")

    found = explored(Chat, asks)
    assert found.why == "ada sent 'hi', expected 'hello', got 'ada: hi'."


class Sleeps(App):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        time.sleep(60)  # noqa: ASYNC251


def test_what_blocks_is_said_at_once() -> None:
    assert "time.sleep" in explored(Sleeps).covered


def test_a_check_in_every_order_says_what_loses() -> None:
    @exercise("two-at-once", "Let two talk at once.")
    async def two_at_once(play: Any) -> None:
        await both(play)

    async def work(lab: Lab) -> Any:
        usual = (await check("two-at-once", lab))["two-at-once"]
        return usual, (await check("two-at-once", lab, orders=True))["two-at-once"]

    usual, ordered = on("memory", Chat, work)
    assert usual.done
    assert ordered.state == "open"
    assert ordered.fault.startswith("In 1 of ")
    assert "Set changed size during iteration" in ordered.fault
    _, mended = on("memory", Careful, work)
    assert mended.done
    assert "departure" in mended.orders


def test_an_order_is_played_without_a_lab() -> None:
    found = explored(Chat)
    assert "Set changed size" in in_order(Chat, both, found.order).why
    assert not in_order(Careful, both, found.order)
