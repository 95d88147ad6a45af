"""Servers in processes of their own: uvicorn with its workers, and a Redis."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from playground.outside.programs import Program

T = TypeVar("T")

# Seconds in which a server has to answer; a loaded machine takes long to start several Pythons.
_START: Final = 60.0

_URL = re.compile(r"running on (http://127\.0\.0\.1:\d+)")
_WORKER = re.compile(r"Started server process \[(\d+)\]")
# Uvicorn writes it for each worker once its start-up is done.
_READY = "Application startup complete."
# It starts another one then, for ever.
_DIED = "] died"
# Seconds until the port is tried again: it is a matter of milliseconds.
_AGAIN: Final = 0.01
_REDIS_READY = re.compile(r"ready to accept connections", re.I)


class Service:
    """A program that serves until it is stopped; a subclass says which, and starts it."""

    _program: Program

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._program.running

    @property
    def text(self) -> str:
        """What it has printed so far; of much, the last lines."""
        return self._program.text

    def stop(self) -> None:
        """End it, with every process of its own. It may be called again."""
        self._program.stop()


class Workers(Service):
    """Uvicorn with one or more workers: processes that serve one app at one address.

    When it is stopped, open sockets are closed with 1012.

    Args:
        app: The app as `"module:name"`.
        python: The Python that runs it.
        folder: Where the module is.
        workers: How many processes.
        environment: More environment variables.
        options: More of uvicorn's options.

    Attributes:
        app: The app as `"module:name"`.
        url: Where it answers.
        pids: The process id of each worker.

    Raises:
        ProgramFailed: It did not start; the message has the output of uvicorn.
    """

    def __init__(
        self,
        app: str,
        python: str,
        folder: Path,
        workers: int,
        environment: Mapping[str, str],
        options: Sequence[str] = (),
    ) -> None:
        self.app = app
        quick = ["--no-access-log", "--timeout-graceful-shutdown", "1"]
        place = ["--app-dir", str(folder), "--port", "0", "--workers", str(workers)]
        command = [python, "-m", "uvicorn", app, *place, "--no-use-colors", *quick, *options]
        self._program = Program(command, folder, environment)
        text = self._program.wait_until(lambda text: _is_up(text, workers) or _DIED in text, _START)
        if not _is_up(text, workers):
            raise self._program.failed("a worker ended")
        self.url: str = _URL.findall(text)[0]
        self.pids = [int(pid) for pid in _WORKER.findall(text)]
        _wait_until_open(self._program, self.url)

    def ws_url(self, path: str = "/") -> str:
        """Return the address of a WebSocket handler.

        Args:
            path: Path and query, such as ``"/echo"``.
        """
        return self.url.replace("http", "ws", 1) + path

    async def on_each(
        self,
        visit: Callable[[int], Awaitable[tuple[int, T]]],
        dismiss: Callable[[T], Awaitable[object]] | None = None,
        *,
        timeout: float = 30.0,
    ) -> list[T]:
        """Connect again and again until each worker has a client: which one answers is chance.

        Args:
            visit: Makes a new connection. It is given how many workers have a client so far, and
                returns the process id of the one that answered, and the client.
            dismiss: Called with each client of a worker that had one already.
            timeout: Seconds for all of it.

        Returns:
            A client for each worker, in the order in which they answered.

        Raises:
            TimeoutError: Some worker has not answered.
        """
        met: dict[int, T] = {}
        try:
            async with asyncio.timeout(timeout):
                while len(met) < len(self.pids):
                    pid, visitor = await visit(len(met))
                    if pid not in met:
                        met[pid] = visitor
                    elif dismiss is not None:
                        await dismiss(visitor)
        except TimeoutError:
            raise TimeoutError(
                f"expected each of {len(self.pids)} workers to answer, got answers of {len(met)} "
                f"within {timeout:g} s; each visit needs a connection of its own"
            ) from None
        return list(met.values())

    def __repr__(self) -> str:
        count = f"{len(self.pids)} worker{'s' * (len(self.pids) != 1)}"
        return f"<{count} of {self.app} at {self.url}{'' if self.running else ', stopped'}>"


class Server(Service):
    """A server of any kind: a Python file that listens at the port which it is given.

    Args:
        name: The file.
        python: The Python that runs it.
        folder: Where it is.
        environment: More environment variables.

    Attributes:
        name: The file.
        port: Where it listens, on this machine.

    Raises:
        ProgramFailed: It did not start; the message has its output.
    """

    def __init__(
        self, name: str, python: str, folder: Path, environment: Mapping[str, str | None]
    ) -> None:
        self.name = name
        self.port = _free_port()
        self._program = Program([python, name, str(self.port)], folder, environment)
        _wait_until_open(self._program, f"http://127.0.0.1:{self.port}")

    def ws_url(self, path: str = "") -> str:
        """Return the address of its WebSockets.

        Args:
            path: Path and query, such as ``"/orders"``.
        """
        return f"ws://127.0.0.1:{self.port}{path}"

    def __repr__(self) -> str:
        return f"<{self.name} at {self.ws_url()}{'' if self.running else ', stopped'}>"


class Redis(Service):
    """A Redis of one's own: it listens in a folder, not on the network, and keeps nothing on disk.

    When it is stopped, all that it held is gone.

    Args:
        path: The program `redis-server`.
        folder: Where its socket goes.

    Attributes:
        url: Its address for a client, `unix://…`.

    Raises:
        ProgramFailed: It did not start; the message has its output.
    """

    def __init__(self, path: str, folder: Path) -> None:
        socket = folder / "redis.sock"
        self.url = f"unix://{socket}"
        place = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
        nothing_kept = ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        self._program = Program([path, *place, *nothing_kept], folder)
        self._program.wait_until(lambda text: bool(_REDIS_READY.search(text)), _START)

    def __repr__(self) -> str:
        return f"<Redis{'' if self.running else ', stopped'}>"


def _is_up(text: str, workers: int) -> bool:
    return text.count(_READY) >= workers and _URL.search(text) is not None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _wait_until_open(running: Program, url: str) -> None:
    """Wait until a port is open, which several workers do only after they report to be up."""
    deadline = time.monotonic() + _START
    while not _is_open(url):
        if not running.running or time.monotonic() > deadline:
            raise running.failed(f"nobody listens at {url}")
        time.sleep(_AGAIN)


def _is_open(url: str) -> bool:
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port), timeout=1.0):
            return True
    except OSError:
        return False
