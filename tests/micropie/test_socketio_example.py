"""The example of `examples/socketio`, run as a user runs it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.micropie.servers import listener

pytestmark = pytest.mark.live

FOLDER = Path(__file__).parents[2] / "examples" / "socketio"
# Seconds for a Python that imports what it needs on a busy machine.
PATIENCE = 30

SCRIPT = """\
Bob is connected by polling
Ada is connected by websocket
Bob → join(tea) → 1
Ada → join(tea) → 2
Bob ← Ada has joined
Ada → say(tea, Milk or lemon?) → delivered
Bob ← Ada: Milk or lemon?
Bob → say(tea, Lemon!) → delivered
Ada ← Bob: Lemon!
online: Ada, Bob
echo: Ada said hello
Bob ← Ada has left
"""


@asynccontextmanager
async def script(name: str, *arguments: str) -> AsyncIterator[Process]:
    """Run a script of the example; it does not outlive the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-X", "utf8", "-u", str(FOLDER / name), *arguments),
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def output(process: Process) -> tuple[str, str]:
    out, err = await process.communicate()
    return out.decode(), err.decode()


async def address(server: Process) -> str:
    """Read what uvicorn says until it says where it listens."""
    assert server.stderr is not None
    async for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line.decode()):
            return found[0]
    raise AssertionError("the server ended before it listened")


async def test_the_script_plays_as_written_again_and_again() -> None:
    async with script("app.py", "--port", "0") as server:
        url = await address(server)
        for _ in range(2):
            async with script("client.py", url) as client:
                assert await output(client) == (SCRIPT, "")
                assert client.returncode == 0
        server.send_signal(signal.SIGINT)
        _, log = await output(server)
        assert server.returncode == 0
    assert not re.search("error|warning|traceback|cancel", log, re.IGNORECASE), log
    assert "Application shutdown complete." in log


async def test_who_is_not_logged_in_is_told_so() -> None:
    async with script("app.py", "--port", "0") as server:
        url = await address(server)
        code = (
            "import asyncio, sys, socketio\n"
            "async def main():\n"
            "    client = socketio.AsyncClient(reconnection=False)\n"
            "    client.on('connect_error', lambda why: print(why['message']))\n"
            "    await client.connect(sys.argv[1], transports=['websocket'])\n"
            "asyncio.run(main())\n"
        )
        stranger = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, url, stdout=PIPE, stderr=PIPE
        )
        assert (await output(stranger))[0] == "log in first\n"


async def test_a_client_without_a_server_says_what_to_do() -> None:
    with listener() as sock:
        port = sock.getsockname()[1]
    async with script("client.py", f"http://127.0.0.1:{port}") as client:
        out, err = await output(client)
    assert (client.returncode, out) == (1, "")
    assert err.startswith(f"Could not talk to http://127.0.0.1:{port}: ")
    assert err.endswith(". Is app.py running?\n")
    assert "Traceback" not in err


def test_the_readme_tells_how_app_py_is_put_together() -> None:
    readme, app = ((FOLDER / name).read_text("utf-8") for name in ("README.md", "app.py"))
    for line in (
        'mount(app, "/socket.io", socketio.ASGIApp(sio, socketio_path=None))',
        "app.shutdown_handlers.append(sio.shutdown)",
    ):
        assert line in readme
        assert line in app
