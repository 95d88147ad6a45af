"""The server in a terminal, as a process: it shows what passes, follows the file, and ends."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from websockets.sync.client import connect

from playground import Lab, serve
from playground.terminal import running as running_room
from tests.playground.lab_apps import Echo
from tests.playground.watching.folders import chat

pytestmark = pytest.mark.live

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 60


class Running:
    """The command, in a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        import pty  # which Windows has not

        self.screen, other = pty.openpty()
        self.shown = ""
        path = {"PYTHONPATH": str(ROOT), "TERM": "xterm", **environ}
        own = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "playground", *arguments],
            cwd=folder,
            env={**own, **path},
            stdout=other,
            stderr=other,
            stdin=other,
            start_new_session=True,
        )
        os.close(other)

    def until(self, words: str) -> str:
        """Read until something is shown; return all that was."""
        end = time.monotonic() + SECONDS
        while words not in self.shown:
            assert time.monotonic() < end, f"{words!r} never came:\n{self.shown}"
            if not self._read():
                break
        assert words in self.shown
        return self.shown

    def _read(self) -> bool:
        if select.select([self.screen], [], [], 0.1)[0]:
            try:
                part = os.read(self.screen, 65536)
            except OSError:  # it has ended
                return False
            self.shown += part.decode(errors="replace").replace("\r\n", "\n")
        return True

    def ended(self) -> int:
        """Read to the end; return the exit code."""
        end = time.monotonic() + SECONDS
        while self._read():
            assert time.monotonic() < end, self.shown
        return self.process.wait(SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.screen)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[list[Running]]:
    (tmp_path / "chatt.py").write_text(chat("one"))
    made: list[Running] = []
    yield made
    for each in made:
        each.close()


def test_it_shows_what_passes_follows_the_file_and_ends(
    running: list[Running], tmp_path: Path
) -> None:
    server = Running(tmp_path, "run", "chatt:Chat")
    running.append(server)
    server.until("what")  # the head of the table
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", server.shown)
    assert port is not None
    assert "Save chatt.py, and the new code takes over" in server.shown
    address = re.search(
        r"The panel, for one browser, once: (http://\S+/__lab__/\?token=\S+)", server.shown
    )
    assert address is not None
    with urlopen(address[1], timeout=SECONDS) as answer:
        assert "HttpOnly" in answer.headers["set-cookie"]
    server.until("The panel is open. For another browser: http://")
    with connect(f"ws://127.0.0.1:{port[1]}/echo") as alice:
        alice.send("hi")
        assert alice.recv(SECONDS) == "one: hi"
        (tmp_path / "chatt.py").write_text(chat("two"))
        server.until("\x1b[36m")  # a colour of the lab's own
        server.until("1 socket handed over")
        alice.send("hi")
        assert alice.recv(SECONDS) == "two: hi"
        (tmp_path / "chatt.py").write_text("class Chat(\n")
        server.until("SyntaxError")
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.ended() == 0
    assert server.shown.count("SyntaxError") == 1
    assert "two: hi" in server.shown
    assert "1 socket closed with 1012" in server.shown or "stopped" in server.shown
    assert "Traceback" not in server.shown


@pytest.mark.parametrize(
    ("opens", "panel", "opened"),
    [(True, True, "__lab__/?token="), (True, False, ""), (False, True, None)],
)
def test_open_opens_the_panel_or_without_one_the_app(
    opens: bool,
    panel: bool,
    opened: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = set(threading.enumerate())
    (tmp_path / "chatty.py").write_text(chat("one"))
    monkeypatch.syspath_prepend(tmp_path)
    asked: list[str] = []

    def opening(url: str) -> bool:
        asked.append(url)
        return True

    monkeypatch.setattr(running_room, "opened", opening)
    monkeypatch.setattr(running_room, "_show", lambda lab, end, out: asked.append(lab.local_url))
    assert running_room.run("chatty:Chat", port=0, frames=False, panel=panel, opens=opens) == 0
    *found, served = asked
    assert found == [] if opened is None else found[0].startswith(served + opened)
    assert ("The panel" in capsys.readouterr().out) is panel
    left = set(threading.enumerate()) - before
    assert [each for each in left if each.name.startswith("playground-")] == []


def test_a_server_elsewhere_is_watched_by_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[int] = []

    def ask(lab: Lab, end: object, out: object) -> None:
        with urlopen(lab.local_url, timeout=SECONDS) as answer:
            answers.append(answer.status)

    far = serve(Echo)
    monkeypatch.setattr(running_room, "_show", ask)
    address = far.local_url.replace("http://", "http://me:secret@")
    assert running_room.run(address, port=0, frames=False, panel=False) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{far.local_url.replace('http', 'ws').rstrip('/')} is watched at http:")
    assert "Save" not in said
    assert "Nobody" not in said
    assert "secret" not in said
    assert answers == [200]


def test_that_nobody_is_there_to_be_watched_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"ws://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setattr(running_room, "_show", lambda *_: None)
    assert running_room.run(address, port=0, frames=False, panel=False) == 0
    said = capsys.readouterr().out
    assert said.endswith(
        f"Nobody answers at {address}; is the server running? "
        "Who connects is led there once it is.\n\n"
    )


@pytest.mark.parametrize(
    ("text", "app", "words"),
    [
        ("class Chat(\n", "chatt:Chat", "chatt.py, line 1: SyntaxError"),
        ("import nothing_like_it", "chatt:Chat", "No module named 'nothing_like_it'"),
        ("", "chatt:Chat", "chatt has no Chat"),
        ("", "chattt:Chat", "expected a module chattt"),
        (chat("x") + "    def __init__(self):\n        1 / 0\n", "chatt:Chat", "ZeroDivisionError"),
    ],
)
def test_an_app_that_does_not_start_is_one_sentence_and_a_code(
    tmp_path: Path, text: str, app: str, words: str
) -> None:
    (tmp_path / "chatt.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "playground", "run", app],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{app} does not start. ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
