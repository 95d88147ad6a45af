"""A Redis of our own: Debian's `redis-server` on a Unix socket, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.micropie.peers import DEADLINE

ADVICE = (
    "redis-server is not installed here, so sessions in Redis are not tested; install it "
    "(Debian: apt-get install redis-server; macOS: brew install redis) and run the tests again"
)


def program() -> str:
    """Return the path of `redis-server`; without one the test is skipped, or fails in CI."""
    path = shutil.which("redis-server")
    if path is None and os.environ.get("CI"):
        pytest.fail(ADVICE)
    if path is None:
        pytest.skip(ADVICE)
    return path


class RedisServer:
    """A server that keeps nothing on disk; it can be killed and started again at the same place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = self._folder / "redis.log"
        place = ["--port", "0", "--unixsocket", str(self._socket), "--dir", str(self._folder)]
        nothing_kept = ["--save", "", "--appendonly", "no", "--logfile", str(log)]
        self._process = subprocess.Popen(
            [program(), *place, *nothing_kept], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.002)

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.settimeout(DEADLINE)
            client.connect(str(self._socket))
            client.sendall(b"PING\r\n")
            return client.recv(64) == b"+PONG\r\n"
        return False


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Run a server for a while."""
    # Not pytest's folder: the path of a socket may have 107 bytes (unix(7)).
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()
