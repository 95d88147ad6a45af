"""Making the site from nothing: our wheel, a Pyodide distribution, JupyterLab, the course."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from lite.course import lay_out
from lite.downloads import HERE, KERNEL, Downloads, fetch
from lite.locking import distribution

ROOT: Final = HERE.parent
CACHE: Final = ROOT / "build" / "lite"
SITE: Final = ROOT / "build" / "site"
PROJECT: Final = "micropie-playground"

# The front page, and the extension of JupyterLab that runs the notebook for which it asks.
FRONT: Final = HERE / "index.html"
RUN: Final = HERE / "run"

# The wheels that bring JavaScript for JupyterLab.
EXTENSIONS: Final = ("anywidget", "jupyterlab_widgets")


def make(cache: Path = CACHE, site: Path = SITE) -> Path:
    """Make the site, from nothing; return its folder.

    Args:
        cache: Where downloads are kept.
        site: Where the site goes; what is there is removed.
    """
    got = fetch(cache)
    work = cache / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(site, ignore_errors=True)
    ours = _own_wheel(got.tools, work / "own")
    wheels = [*sorted(got.wheels.glob("*.whl")), ours]
    distribution(got.pyodide, wheels, work / "src" / "static" / "pyodide", {PROJECT: {"lab"}})
    for settings in ("jupyter-lite.json", "overrides.json"):
        shutil.copy2(HERE / settings, work / "src")
    lay_out(ROOT, work / "course")
    _jupyterlite(got, work / "src", work / "course", site)
    shutil.copy2(FRONT, site / "index.html")
    # Or GitHub Pages would take it for a blog, and leave out some of its files.
    (site / ".nojekyll").touch()
    _check(site)
    return site


def _own_wheel(tools: Path, out: Path) -> Path:
    _python(tools, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out), folder=ROOT)
    (wheel,) = out.glob("*.whl")
    return wheel


def _jupyterlite(got: Downloads, source: Path, course: Path, site: Path) -> None:
    """Have JupyterLite build: its two faces, the course, and no extension of this machine's."""
    program = "import sys; from jupyterlite_core.app import main; sys.exit(main())"
    found = [wheel for name in EXTENSIONS for wheel in got.wheels.glob(f"{name}-*.whl")]
    extensions = [got.tools / KERNEL, RUN, *found]
    _python(
        got.tools, "-c", program, "build",
        "--contents", str(course), "--apps", "lab", "--apps", "notebooks",
        "--no-sourcemaps", "--output-dir", str(site), "--ignore-sys-prefix",
        *(f"--LiteBuildConfig.federated_extensions={each}" for each in extensions),
        folder=source,
    )  # fmt: skip


def _python(tools: Path, *arguments: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(tools)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _check(site: Path) -> None:
    """See that the kernel comes from the site: JupyterLite may keep a CDN's address silently."""
    text = (site / "jupyter-lite.json").read_text(encoding="utf-8")
    settings = json.loads(text)["jupyter-config-data"]["litePluginSettings"]
    address = settings["@jupyterlite/pyodide-kernel-extension:kernel"].get("pyodideUrl")
    if address != "./static/pyodide/pyodide.mjs":
        sys.exit(f"expected Pyodide to come from the site, got {address!r}")
