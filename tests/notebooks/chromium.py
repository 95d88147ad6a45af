"""Which Chromium the tests drive: one that is there, or one that can be had.

Run as a program it finds or installs one, and says which.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Where to look: what the user says, the usual names on the PATH, the usual places elsewhere.
VARIABLE = "CHROMIUM"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

# Without a sandbox as root, where Chromium can't have one; without anything that asks a network;
# and never slower because no window is in front.
ARGUMENTS = (
    *(("--no-sandbox",) if hasattr(os, "getuid") and os.getuid() == 0 else ()),
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    "--no-first-run",
)

ADVICE = f"""\
The tests need Chromium, and none was found. Do one of these, then run this again:
  apt-get install chromium            (Debian)
  {sys.executable} -m playwright install --with-deps chromium
  {VARIABLE}=/path/to/chrome make test"""


@functools.cache
def find() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> Iterator[str]:
    said = os.environ.get(VARIABLE)
    if said:
        yield said
    yield from filter(None, map(shutil.which, NAMES))
    yield from _of_playwright()


def _of_playwright() -> Iterator[str]:
    """Yield the one Playwright has downloaded; asked in a process, where no loop is in the way."""
    program = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    path = answer.stdout.strip()
    if path and Path(path).exists():
        yield path


def _starts(path: str) -> bool:
    """Return whether it is a browser: on Ubuntu, `chromium-browser` may be a note about a snap."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and any(digit in answer.stdout for digit in "0123456789")


def install() -> None:
    """Try what may be tried here: Debian's package as root, then Playwright's own build."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.getuid() == 0:
        quiet = ["-qq", "-y", "--no-install-recommends"]
        attempts.insert(0, ["apt-get", "install", *quiet, "chromium", "fonts-dejavu-core"])
        subprocess.run(["apt-get", "update", "-qq"], check=False)
    for attempt in attempts:
        print("Trying:", " ".join(attempt), flush=True)
        done = subprocess.run(attempt, check=False, stdout=subprocess.DEVNULL)
        find.cache_clear()
        if done.returncode == 0 and find():
            return


def main() -> int:
    """Find Chromium, or install it."""
    if find() is None:
        install()
    print(f"Chromium: {find()}" if find() else ADVICE, file=sys.stdout if find() else sys.stderr)
    return 0 if find() else 1


if __name__ == "__main__":
    sys.exit(main())
