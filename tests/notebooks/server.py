"""A real JupyterLab of this Python, with nothing of the user's own in it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

START_SECONDS = 90
STOP_SECONDS = 15

COMMAND = (
    *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"),
    *(("--allow-root",) if hasattr(os, "getuid") and os.getuid() == 0 else ()),
    # The page gives its application object away, so that a test need not click through menus.
    "--LabApp.expose_app_in_browser=True",
    "--JupyterNotebookApp.expose_app_in_browser=True",
    # Or it would ask PyPI for extensions.
    "--LabApp.extension_manager=readonly",
)

# Or a "Jupyter news?" pop-up would cover a corner, and its answer come from a network.
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


class Server(NamedTuple):
    """A running JupyterLab.

    Attributes:
        url: Where it is, with a slash at its end.
        token: Its password.
        folder: What its file browser shows.
    """

    url: str
    token: str
    folder: Path

    def lab_url(self, notebook: str) -> str:
        """Return the address that opens a notebook in a workspace of its own."""
        return f"{self.url}lab/tree/{notebook}?token={self.token}&reset"


@contextlib.contextmanager
def jupyterlab(folder: Path, home: Path, *more: str) -> Iterator[Server]:
    """Run JupyterLab on a free port.

    Args:
        folder: What its file browser shows.
        home: An empty folder for its settings, its runtime files and its log.
        more: More options for its command line.

    Raises:
        RuntimeError: If it does not start; the message holds its log's end.
    """
    _quieten(home)
    log = home / "server.log"
    with log.open("wb") as out:
        command = [*COMMAND, f"--ServerApp.root_dir={folder}", *more]
        process = subprocess.Popen(command, env=_environment(home), stdout=out, stderr=out)
        try:
            url, token = _started(process, home / "runtime", log)
            yield Server(url, token, folder)
        finally:
            _stop(process)


def _quieten(home: Path) -> None:
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))


def _environment(home: Path) -> dict[str, str]:
    """Return this environment with a Jupyter of its own in it."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    return outer | {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def _started(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> tuple[str, str]:
    """Wait until the server answers; return its address and token, from its own record."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            record = json.loads((runtime / f"jpserver-{process.pid}.json").read_text())
            url, token = record["url"], record["token"]
            urllib.request.urlopen(f"{url}api/status?token={token}", timeout=5).close()
            return url, token
        time.sleep(0.05)
    raise RuntimeError(f"expected JupyterLab to start, got:\n{log.read_text()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
