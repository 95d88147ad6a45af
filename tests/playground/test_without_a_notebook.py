"""A lab in a script and in IPython's terminal: it serves, and ends with the program, silently."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

SECONDS = 30

APP = """
import asyncio, sys
from micropie import App
from playground import serve

class Chat(App):
    async def index(self):
        return "hello"

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(message.upper())

async def talk():
    client = await lab.connect("/echo")
    await client.send("ab")
    print(await client.receive(), (await lab.get()).text, flush=True)
    return client

"""
SERVES = "lab = serve(Chat)\nprint(lab.port, flush=True)\n"


def run(tmp_path: Path, source: str) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "script.py"
    script.write_text(APP + source)
    return subprocess.run(
        [sys.executable, "-W", "always", str(script)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def is_free(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) != 0


@pytest.mark.parametrize(
    "end",
    ["", "lab.stop()", "asyncio.run(talk())", "sys.exit(0)", "lab.restart()", "lab.doctor()"],
    ids=["by itself", "stopped", "talks twice", "exits", "restarted", "examined"],
)
def test_a_script_serves_and_talks_and_ends(tmp_path: Path, end: str) -> None:
    ended = run(tmp_path, f"{SERVES}asyncio.run(talk())\n{end}\n")
    port, *said = ended.stdout.splitlines()
    assert said[0] == "AB hello"
    assert (ended.returncode, ended.stderr) == (0, "")
    assert is_free(port)


def test_a_script_that_fails_ends_with_its_own_error_alone(tmp_path: Path) -> None:
    ended = run(tmp_path, f"{SERVES}asyncio.run(talk())\n1 / 0\n")
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("ZeroDivisionError: division by zero")
    assert ended.stderr.count("Traceback") == 1
    assert is_free(ended.stdout.split()[0])


def test_a_script_in_one_loop_serves_from_memory_or_a_thread(tmp_path: Path) -> None:
    both = """
async def main():
    global lab
    for transport in ("memory", "server"):
        lab = serve(Chat, name=transport, transport=transport)
        await talk()

asyncio.run(main())
"""
    ended = run(tmp_path, both)
    assert ended.stdout == "AB hello\n" * 2
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_script_that_is_ended_frees_the_port(tmp_path: Path, sign: signal.Signals) -> None:
    script = tmp_path / "script.py"
    asleep = "print('asleep', flush=True)\nimport time\ntime.sleep(60)\n"
    script.write_text(f"{APP}{SERVES}asyncio.run(talk())\n{asleep}")
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = process.stdout.readline()
    assert [process.stdout.readline() for _ in range(2)] == ["AB hello\n", "asleep\n"]
    process.send_signal(sign)
    _, told = process.communicate(timeout=SECONDS)
    assert process.returncode in (-sign, 128 + sign)
    assert told.count("Traceback") == (sign == signal.SIGINT)
    assert is_free(port)


class Terminal:
    """IPython in a terminal of its own."""

    def __init__(self, home: Path) -> None:
        main, ours = pty.openpty()
        command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--quick"]
        known = {**os.environ, "IPYTHONDIR": str(home), "TERM": "dumb", "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            command, stdin=ours, stdout=ours, stderr=ours, env=known, start_new_session=True
        )
        os.close(ours)
        self.main = main
        self.text = ""

    def until(self, pattern: str) -> re.Match[str]:
        """Read until something was shown; forget what came before."""
        end = time.monotonic() + SECONDS
        while (found := re.search(pattern, self.text)) is None:
            assert time.monotonic() < end, f"expected {pattern!r}, got {self.text!r}"
            if select.select([self.main], [], [], 0.5)[0]:
                self.text += os.read(self.main, 65536).decode().replace("\r\n", "\n")
        self.text = self.text[found.end() :]
        return found

    def say(self, line: str) -> None:
        os.write(self.main, line.encode() + b"\n")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.main)


def test_in_ipythons_terminal_a_class_that_is_defined_again_is_served(tmp_path: Path) -> None:
    app = "class Chat(App):\n    async def index(self): return {!r}\n"
    (tmp_path / "one.py").write_text(app.format("one"))
    (tmp_path / "two.py").write_text(app.format("two"))
    with Terminal(tmp_path) as terminal:
        terminal.until(r"In \[1\]: ")
        terminal.say("from micropie import App; from playground import serve")
        terminal.until(r"In \[2\]: ")
        terminal.say(f"%run -i {tmp_path / 'one.py'}")
        terminal.until(r"In \[3\]: ")
        terminal.say("lab = serve(Chat); lab")
        port = terminal.until(r"Chat · revision 1 · 127\.0\.0\.1:(\d+) · 0 sockets")
        terminal.until(rf"The panel in a browser: http://127\.0\.0\.1:{port[1]}/__lab__/\?token=")
        terminal.until(r"In \[4\]: ")
        terminal.say(f"%run -i {tmp_path / 'two.py'}")
        terminal.until(r"In \[5\]: ")
        terminal.say("(await lab.get()).text, lab.revision, lab.doctor().ok")
        terminal.until(r"\('two', 2, True\)")
        terminal.say("exit")
        assert terminal.process.wait(SECONDS) == 0
        assert is_free(port[1])


def test_ipython_with_a_command_ends_without_a_word(tmp_path: Path) -> None:
    source = tmp_path / "cell.ipy"
    source.write_text(f"{APP}{SERVES}client = await talk()\n")
    ended = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--quick", str(source)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )
    port, said = ended.stdout.splitlines()
    assert said == "AB hello"
    assert (ended.returncode, ended.stderr) == (0, "")
    assert is_free(port)
