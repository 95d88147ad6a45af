"""Programs outside: they run, they answer, they say what is wrong, and none outlives its owner."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect

from playground.outside import Absent, Finished, Outside, ProgramFailed, Redis, Server, Workers
from playground.outside.programs import Program

pytestmark = pytest.mark.live

PATIENCE = 30.0

ECHO = """
import os
from micropie import App

class Echo(App):
    async def index(self):
        return {"pid": os.getpid(), "mood": os.environ.get("MOOD", "")}
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

app = Echo()
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups")


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as outside:
        outside.write("echo.py", ECHO)
        yield outside


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and nobody asked about does not."""
    state = Path(f"/proc/{pid}/stat")
    if state.parent.parent.joinpath("self").exists():
        try:
            return state.read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def serve(outside: Outside, workers: int = 1, **environment: str) -> Workers:
    server = outside.serve("echo:app", workers=workers, environment=environment)
    assert isinstance(server, Workers)
    return server


async def test_a_module_is_served_by_a_process_of_its_own(outside: Outside) -> None:
    server = serve(outside, MOOD="fine")
    async with httpx2.AsyncClient() as visitor:
        answer = (await visitor.get(server.url)).json()
    assert (answer["mood"], answer["pid"]) == ("fine", server.pids[0])
    assert answer["pid"] != os.getpid()
    async with connect(server.ws_url("/echo")) as ada:
        await ada.send("hi")
        assert await ada.recv() == "Echo: hi"
    assert repr(server) == f"<1 worker of echo:app at {server.url}>"
    assert repr(outside) == f"<Outside: {server!r}>"


async def test_several_workers_all_answer_and_all_end(outside: Outside) -> None:
    server = serve(outside, workers=2)
    assert len(server.pids) == 2
    visits: list[int] = []
    sent_away: list[str] = []

    async def visit(number: int) -> tuple[int, str]:
        visits.append(number)
        async with httpx2.AsyncClient() as visitor:
            pid = (await visitor.get(server.url)).json()["pid"]
        return pid, f"{pid}, visit {len(visits)}"

    async def dismiss(visitor: str) -> None:
        sent_away.append(visitor)

    kept = await server.on_each(visit, dismiss)
    assert {int(each.partition(",")[0]) for each in kept} == set(server.pids)
    # The first visit found a worker, the last one the other, and those between them neither.
    assert visits == [0] + [1] * (len(visits) - 1)
    assert sorted(kept)[0].endswith(("visit 1", f"visit {len(visits)}"))
    assert len(sent_away) == len(visits) - 2
    server.stop()
    server.stop()
    assert [pid for pid in server.pids if is_alive(pid)] == []
    assert not server.running
    assert repr(server).endswith(", stopped>")


async def test_a_worker_that_never_answers_is_missed_in_a_sentence(outside: Outside) -> None:
    server = serve(outside, workers=2)

    async def visit(number: int) -> tuple[int, None]:
        await asyncio.sleep(0)
        return server.pids[0], None

    with pytest.raises(TimeoutError, match=r"each of 2 workers to answer, got answers of 1 within"):
        await server.on_each(visit, timeout=0.05)


SLOW = """
import asyncio
from uvicorn.lifespan.on import LifespanOn

startup = LifespanOn.startup
async def slow(self):
    await startup(self)
    await asyncio.sleep(0.3)
LifespanOn.startup = slow
"""


def test_workers_that_are_up_but_do_not_listen_yet_are_waited_for(outside: Outside) -> None:
    outside.write("echo.py", SLOW, ECHO)
    place = httpx2.URL(serve(outside, workers=2).url)
    # Nothing that takes its time in between, or the workers are there before it comes.
    socket.create_connection((place.host, place.port), timeout=PATIENCE).close()


async def test_uvicorns_own_options_are_passed_on(outside: Outside) -> None:
    server = outside.serve("echo:app", options=["--ws-max-size", "10"])
    assert isinstance(server, Workers)
    async with connect(server.ws_url("/echo")) as ada:
        await ada.send("x" * 11)
        await ada.wait_closed()
    assert ada.close_code == 1009


def test_serving_again_ends_the_server_before(outside: Outside) -> None:
    first = serve(outside)
    outside.write("echo.py", ECHO.replace("MOOD", "WEATHER"))
    second = serve(outside, MOOD="fine", WEATHER="fair")
    assert [pid for pid in first.pids if is_alive(pid)] == []
    assert httpx2.get(second.url).json()["mood"] == "fair"


def test_a_module_that_does_not_load_says_why_at_once(outside: Outside) -> None:
    outside.write("wrong.py", "import no_such_package")
    for workers in (1, 2):
        with pytest.raises(ProgramFailed, match=r"ended\n(?s:.*)No module named 'no_such_package'"):
            outside.serve("wrong:app", workers=workers)


def test_close_ends_all_and_removes_the_folder() -> None:
    outside = Outside()
    outside.write("echo.py", ECHO)
    server = serve(outside)
    assert outside.folder.is_dir()
    outside.close()
    outside.close()
    assert not outside.folder.exists()
    assert not is_alive(server.pids[0])


OWNER = """
import sys
from playground.outside import Outside

outside = Outside()
outside.write("echo.py", sys.argv[1])
print(*outside.serve("echo:app", workers=2).pids, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("last", ["end", "kill"])
def test_nothing_outlives_a_process_that_ends_or_is_killed(last: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, ECHO],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    assert [is_alive(pid) for pid in pids] == [True, True]
    if last == "kill":
        owner.kill()
    owner.communicate(timeout=PATIENCE)
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


@posix
def test_what_does_not_want_to_end_is_killed(outside: Outside) -> None:
    path = outside.write(
        "stubborn.py",
        "import os, signal, threading",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "print(os.getpid(), flush=True)",
        "threading.Event().wait()",
    )
    stubborn = Program([sys.executable, str(path)], outside.folder)
    pid = int(stubborn.wait_until(lambda said: said.endswith("\n"), PATIENCE))
    stubborn.stop()
    assert not is_alive(pid)


def test_what_takes_too_long_is_stopped_and_says_so(outside: Outside) -> None:
    outside.write("slow.py", "import threading", "threading.Event().wait()")
    done = outside.run("slow", timeout=0.2)
    assert isinstance(done, Finished)
    assert (done.code, bool(done)) == (None, False)
    assert repr(done).endswith("It was stopped: its time was up.")


@posix
def test_an_interrupt_of_this_process_is_not_its_business(outside: Outside) -> None:
    assert os.getpgid(serve(outside).pids[0]) != os.getpgid(0)


def test_a_program_runs_to_its_end_and_shows_what_it_said(outside: Outside) -> None:
    outside.write("greet.py", "import sys", "print('hello', *sys.argv[1:])")
    assert repr(outside.run("greet", "you", "two")) == "hello you two"


def test_tests_run_as_the_files_are_now(outside: Outside) -> None:
    outside.write("test_sum.py", "def test_sum():", "    assert 1 + 1 == 2")
    done = outside.test()
    assert done
    assert "1 passed" in repr(done)
    outside.write("test_sum.py", "def test_sum():", "    assert 1 + 1 == 3")
    broken = outside.test("test_sum.py")
    assert not broken
    assert "assert (1 + 1) == 3" in repr(broken)


def test_an_async_test_is_run_and_says_no_more_than_what_failed(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There pytest would not cut its summary.
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("COLUMNS", "200")
    outside.write(
        "test_log.py",
        "import logging",
        "async def test_log():",
        "    logging.getLogger().error('by the way')",
        "    print('so far')",
        f"    assert 1 == 2, {'x' * 100!r}",
        "def test_by_hand():",
        "    import asyncio",
        "    asyncio.run(test_log())",
    )
    said = repr(outside.test())
    assert "assert 1 == 2" in said
    assert max(len(line) for line in said.splitlines() if "FAILED" in line) <= 80
    assert "so far" in said
    assert "by the way" not in said
    assert "Warning" not in said
    assert "runners.py" not in said
    assert "base_events.py" not in said
    assert "2 failed" in said


def test_what_is_not_installed_is_false_and_says_so(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = outside.serve("echo:app", needs=["no_such_package"])
    assert not without
    assert repr(without).startswith(
        "Not installed here: no_such_package. Run `%pip install no_such"
    )
    nowhere = outside.run("no_such_program")
    assert isinstance(nowhere, Absent)
    assert nowhere._repr_markdown_() == nowhere.reason
    monkeypatch.setenv("PATH", "")
    assert "redis-server is not installed here" in repr(outside.redis())
    monkeypatch.setattr(sys, "platform", "emscripten")
    for nothing in (outside.serve("echo:app"), outside.test(), outside.redis()):
        assert isinstance(nothing, Absent)
        assert "no processes in a browser" in nothing.reason


LISTENS = """
import socketserver, sys

class Loud(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())

socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Loud).serve_forever()
"""


def test_a_server_of_any_kind_listens_when_it_is_there_and_ends(outside: Outside) -> None:
    outside.write("loud.py", LISTENS)
    server = outside.start("loud.py")
    assert isinstance(server, Server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as talk:
        talk.sendall(b"hi\n")
        assert talk.recv(100) == b"HI\n"
    assert server.ws_url("/a") == f"ws://127.0.0.1:{server.port}/a"
    assert repr(server) in repr(outside)
    again = outside.start("loud.py")
    assert (server.running, bool(again)) == (False, True)
    outside.write("wrong.py", "raise SystemExit('no port for me')")
    with pytest.raises(ProgramFailed, match="no port for me"):
        outside.start("wrong.py")
    assert "nothing_like_it" in repr(outside.start("loud.py", needs=["nothing_like_it"]))


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
async def test_a_redis_of_ones_own_starts_answers_and_ends(outside: Outside) -> None:
    from redis.asyncio import Redis as Client

    server = outside.redis()
    assert isinstance(server, Redis)
    assert outside.redis() is server
    async with Client.from_url(server.url) as client:
        await client.set("greeting", "hello")
        assert await client.get("greeting") == b"hello"
    server.stop()
    assert (server.running, repr(server)) == (False, "<Redis, stopped>")
    again = outside.redis()
    assert isinstance(again, Redis)
    assert again.running


class Greeter:
    def greet(self) -> str:
        return "hello"


class Politely(Greeter):
    def greet(self) -> str:
        return f"{super().greet()}, please"


def shout() -> str:
    return Politely().greet().upper()


def test_a_class_or_function_is_written_as_its_source(outside: Outside) -> None:
    outside.write("loud.py", Greeter, Politely, shout, "print(shout())")
    assert repr(outside.run("loud")) == "HELLO, PLEASE"


@pytest.mark.parametrize("part", [dict, type("Made", (), {})])
def test_what_has_no_source_is_not_written(outside: Outside, part: type) -> None:
    with pytest.raises(ValueError, match="whose source cannot be found; write its text instead"):
        outside.write("none.py", part)
    assert not (outside.folder / "none.py").exists()


def test_what_is_written_is_a_file_with_whole_lines(outside: Outside) -> None:
    path = outside.write("pages/index.html", "<p>", "hello\n\n", "</p>\n")
    assert path == outside.folder / "pages" / "index.html"
    assert path.read_text(encoding="utf-8") == "<p>\nhello\n</p>\n"
