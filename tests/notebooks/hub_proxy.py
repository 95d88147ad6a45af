"""The proxy in front of a JupyterHub: one that is there, or npm's, kept in the tree's build folder.

Run as a program it finds or installs one, and says which.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

NAME = "configurable-http-proxy"
# The newest that runs on Node.js 18, which is Debian 12's.
VERSION = "5.1.0"
FOLDER = Path(__file__).resolve().parents[2] / "build" / "hub-proxy"

ADVICE = f"""\
The JupyterHub of the tests needs {NAME}. Do this, then run this again:
  apt-get install npm        (Debian; macOS: brew install node)
  {sys.executable} {__file__}"""


def find() -> str | None:
    """Return the path of the proxy, or None."""
    ours = FOLDER / "node_modules" / ".bin"
    return shutil.which(NAME, path=str(ours)) or shutil.which(NAME)


def install() -> None:
    """Let npm put it into the build folder; nothing of it runs while it is installed."""
    npm = shutil.which("npm")
    if npm is None:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    wanted = [npm, "install", "--prefix", str(FOLDER), *quiet, f"{NAME}@{VERSION}"]
    subprocess.run(wanted, check=False, stdout=subprocess.DEVNULL)


def main() -> int:
    """Find the proxy, or install it."""
    if find() is None:
        install()
    print(f"Proxy: {find()}" if find() else ADVICE, file=sys.stdout if find() else sys.stderr)
    return 0 if find() else 1


if __name__ == "__main__":
    sys.exit(main())
