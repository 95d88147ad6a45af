"""Servers outside: uvicorn with its workers, and a Redis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from playground.outside.programs import Program

# Seconds in which a server has to answer; a loaded machine takes long to start several Pythons.
_START: Final = 60.0

_URL = re.compile(r"running on (http://127\.0\.0\.1:\d+)")
_WORKER = re.compile(r"Started server process \[(\d+)\]")
# Uvicorn says it for each worker once its start-up is done.
_READY = "Application startup complete."
# It starts another one then, for ever.
_DIED = "] died"
_REDIS_READY = re.compile(r"ready to accept connections", re.I)


class Workers:
    """Uvicorn with one or more workers: processes that serve one app at one address.

    Args:
        app: The app as `"module:name"`.
        python: The Python that runs it.
        folder: Where the module is.
        workers: How many processes.
        environment: More environment variables.

    Attributes:
        app: The app as `"module:name"`.
        url: Where it answers.
        pids: The process id of each worker.

    Raises:
        ProgramFailed: It did not start; the message has what uvicorn says about it.
    """

    def __init__(
        self, app: str, python: str, folder: Path, workers: int, environment: Mapping[str, str]
    ) -> None:
        self.app = app
        quick = ["--no-access-log", "--timeout-graceful-shutdown", "1"]
        place = ["--app-dir", str(folder), "--port", "0", "--workers", str(workers)]
        command = [python, "-m", "uvicorn", app, *place, "--no-use-colors", *quick]
        self._program = Program(command, folder, environment)
        text = self._program.wait_until(lambda said: _is_up(said, workers) or _DIED in said, _START)
        if not _is_up(text, workers):
            raise self._program.failed("a worker ended")
        self.url: str = _URL.findall(text)[0]
        self.pids = [int(pid) for pid in _WORKER.findall(text)]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._program.running

    @property
    def text(self) -> str:
        """What uvicorn has said."""
        return self._program.text

    def ws_url(self, path: str = "/") -> str:
        """Return the address of a WebSocket handler.

        Args:
            path: Path and query, such as ``"/echo"``.
        """
        return self.url.replace("http", "ws", 1) + path

    def stop(self) -> None:
        """End all its processes; open sockets are closed with 1012. It may be called again."""
        self._program.stop()

    def __repr__(self) -> str:
        count = f"{len(self.pids)} worker{'s' * (len(self.pids) != 1)}"
        return f"<{count} of {self.app} at {self.url}{'' if self.running else ', stopped'}>"


class Redis:
    """A Redis of one's own: it listens in a folder, not on the network, and keeps nothing on disk.

    Args:
        path: The program `redis-server`.
        folder: Where its socket goes.

    Attributes:
        url: What a client is told, `unix://…`.

    Raises:
        ProgramFailed: It did not start; the message has its own words.
    """

    def __init__(self, path: str, folder: Path) -> None:
        socket = folder / "redis.sock"
        self.url = f"unix://{socket}"
        place = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
        nothing_kept = ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        self._program = Program([path, *place, *nothing_kept], folder)
        self._program.wait_until(lambda said: bool(_REDIS_READY.search(said)), _START)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._program.running

    def stop(self) -> None:
        """End it; all that it held is gone. It may be called again."""
        self._program.stop()

    def __repr__(self) -> str:
        return f"<Redis{'' if self.running else ', stopped'}>"


def _is_up(said: str, workers: int) -> bool:
    return said.count(_READY) >= workers and _URL.search(said) is not None
