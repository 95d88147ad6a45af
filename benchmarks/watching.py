"""From a file that is saved to its new code answering on an open socket, beside uvicorn --reload.

Run with ``python -m benchmarks.watching``: a client asks every few milliseconds which code answers,
while the file is saved. uvicorn's reloader ends the process, so its clients connect again; what is
measured there is until the first answer of the new code on a new socket.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from playground import serve

# Seconds that new code may take before it counts as never coming.
LONGEST = 20.0

# Seconds between two questions.
EVERY = 0.002

TEXT = """
from micropie import App

class Chat(App):
    async def ws_which(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text("{number}")

app = Chat()
"""


class Asking:
    """A client that asks which code answers, and connects again when its socket is lost.

    Attributes:
        lost: How often it was.
    """

    def __init__(self, port: int) -> None:
        self._address = f"ws://127.0.0.1:{port}/which"
        self._socket: ClientConnection | None = None
        self.lost = 0

    async def until(self, number: int) -> float:
        """Ask until some code answers; return the seconds that it took."""
        start = time.perf_counter()
        while time.perf_counter() - start < LONGEST:
            with contextlib.suppress(OSError, ConnectionClosed):
                if await self._which() == str(number):
                    return time.perf_counter() - start
            await asyncio.sleep(EVERY)
        raise TimeoutError(f"expected an answer of code {number}, got none in {LONGEST:g} s")

    async def _which(self) -> str:
        if self._socket is None:
            self._socket = await connect(self._address)
        try:
            await self._socket.send("?")
            return str(await self._socket.recv())
        except ConnectionClosed:
            self._socket = None
            self.lost += 1
            raise

    async def close(self) -> None:
        """Close its socket."""
        if self._socket is not None:
            await self._socket.close()


def save(file: Path, number: int) -> None:
    """Save the app with code of a number."""
    file.write_text(TEXT.format(number=number))


async def measured(asking: Asking, file: Path, saves: int) -> list[float]:
    """Save a file so often; return the seconds until its code answered, each time."""
    await asking.until(0)
    took = []
    for number in range(1, saves + 1):
        save(file, number)
        took.append(await asking.until(number))
        await asyncio.sleep(0.2)
    return took


@contextlib.contextmanager
def ours(folder: Path) -> Iterator[tuple[Asking, Path]]:
    """Serve from a lab."""
    file = folder / "watched_app.py"
    save(file, 0)
    sys.path.insert(0, str(folder))
    lab = serve("watched_app:Chat", watch=True)
    try:
        yield Asking(lab.port or 0), file
    finally:
        lab.stop()
        sys.path.remove(str(folder))


@contextlib.contextmanager
def uvicorns(folder: Path) -> Iterator[tuple[Asking, Path]]:
    """Serve from ``uvicorn --reload``."""
    file = folder / "reloaded_app.py"
    save(file, 0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "reloaded_app:app", "--reload"]
    command += ["--port", str(port), "--log-level", "critical", "--timeout-graceful-shutdown", "1"]
    place = {"PYTHONPATH": os.pathsep.join([str(folder), os.getcwd()])}
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **place})
    try:
        yield Asking(port), file
    finally:
        process.terminate()
        process.wait(LONGEST)


async def run(saves: int) -> None:
    """Measure both, in turn, and print a table."""
    print(f"{'':<18}{'median, ms':>12}{'worst, ms':>12}{'sockets lost':>15}")
    for name, server in (("serve(watch=True)", ours), ("uvicorn --reload", uvicorns)):
        if server is uvicorns and importlib.util.find_spec("uvicorn") is None:
            continue
        with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (asking, file):
            took = sorted(await measured(asking, file, saves))
            median, worst = statistics.median(took) * 1000, took[-1] * 1000
            print(f"{name:<18}{median:>12.0f}{worst:>12.0f}{asking.lost:>9} of {saves}")
            await asking.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=20)
    asyncio.run(run(parser.parse_args().saves))
