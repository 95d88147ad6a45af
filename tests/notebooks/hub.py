"""A real JupyterHub, set up as docs/teaching/set-up.md tells a teacher to."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.notebooks import hub_proxy
from tests.notebooks.server import QUIET

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "teaching" / "set-up.md"
START_SECONDS = 90
STOP_SECONDS = 30

# What a test needs besides: free ports, a proxy that may lie elsewhere, folders of its own, and a
# JupyterLab that can be driven and that asks no network.
MORE = """
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.DummyAuthenticator.password = {password!r}
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.Spawner.http_timeout = c.Spawner.start_timeout = {seconds}
c.Spawner.environment = {{"JUPYTERLAB_SETTINGS_DIR": {settings!r}}}
c.Spawner.args = [
    *({as_root!r}),
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",
]
"""


class Desk(NamedTuple):
    """A user's own JupyterLab on a Hub, as the notebook driver sees it."""

    url: str

    def lab_url(self, notebook: str) -> str:
        """Return the address that opens a notebook, for who is logged in."""
        return f"{self.url}lab/tree/{notebook}?reset"


class Hub(NamedTuple):
    """A running JupyterHub.

    Attributes:
        url: Where it is, with a slash at its end.
        password: What lets anybody in.
        homes: Where its users' folders are.
    """

    url: str
    password: str
    homes: Path

    def link(self, path: str) -> str:
        """Return the link that is right for everybody: it leads to each user's own server."""
        return f"{self.url}hub/user-redirect/{path}"

    def desk(self, user: str) -> Desk:
        """Return a user's JupyterLab."""
        return Desk(f"{self.url}user/{user}/")


def told_config() -> str:
    """Return the configuration that a teacher is told to write."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (config,) = (each for each in blocks if "get_config()" in each)
    return str(config)


@contextlib.contextmanager
def jupyterhub(home: Path, more: str = "") -> Iterator[Hub]:
    """Run a JupyterHub on free ports.

    Args:
        home: An empty folder for its configuration, its database, its log and its users.
        more: Lines for the end of its configuration.

    Raises:
        RuntimeError: If it does not start; the message holds its log's end.
    """
    ports = _free_ports(3)
    hub = Hub(f"http://127.0.0.1:{ports[0]}/", "a password of the tests", home / "homes")
    _write_config(home, ports, hub.password, more)
    log = home / "hub.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=home,
            env=_environment(),
            stdout=out,
            stderr=out,
            # Its proxy too can then be ended with it, whatever happens.
            start_new_session=True,
        )
        try:
            _wait(process, hub.url, log)
            yield hub
        finally:
            _stop(process)


def _write_config(home: Path, ports: list[int], password: str, more: str) -> None:
    proxy = hub_proxy.find()
    assert proxy, hub_proxy.ADVICE
    settings = home / "settings"
    quiet = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text(json.dumps(QUIET))
    (home / "notebooks").symlink_to(ROOT / "notebooks")
    as_root = ("--allow-root",) if hasattr(os, "getuid") and os.getuid() == 0 else ()
    ours = MORE.format(
        ports=ports,
        proxy=proxy,
        password=password,
        seconds=START_SECONDS,
        settings=str(settings),
        as_root=as_root,
    )
    (home / "jupyterhub_config.py").write_text(told_config() + ours + more)


def _environment() -> dict[str, str]:
    outer = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
    # The packages of this tree, in the users' kernels too.
    return outer | {"PYTHONPATH": os.pathsep.join([str(ROOT), outer.get("PYTHONPATH", "")])}


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}hub/health", timeout=5).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"expected JupyterHub to start, got:\n{log.read_text()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let it end its users' servers and its proxy; if it does not, end what is its own."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
