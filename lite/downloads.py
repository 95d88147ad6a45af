"""Fetching what the site is made of, once: wheels from PyPI, Pyodide's core from npm; compiled."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
WHEELS, COMPILED, TOOLS = (HERE / name for name in ("wheels.txt", "compiled.txt", "tools.txt"))
# Makes bytecode of what came; Pyodide, in Node, runs it.
BYTECODE: Final = HERE / "bytecode.mjs"

# The Python inside the Pyodide that tools.txt asks for.
BROWSER_PYTHON: Final = "3.14"
# Where the kernel's own extension of JupyterLab lies among the tools.
KERNEL: Final = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
# JupyterLite's own stand-ins for what a kernel in a browser cannot have.
STAND_INS: Final = ("ipykernel-*", "piplite-*", "pyodide_kernel-*", "widgetsnbextension-4.*")


class Downloads(NamedTuple):
    """Where things lie after the downloads.

    Attributes:
        wheels: Wheels for the Python in the browser.
        tools: The packages that make the site, for ``PYTHONPATH``.
        pyodide: Pyodide's core, as npm has it.
    """

    wheels: Path
    tools: Path
    pyodide: Path


def fetch(cache: Path) -> Downloads:
    """Download everything into a folder, unless what is there is of the same pins.

    Raises:
        SystemExit: If npm is not here, or a download fails; the message says what to do.
    """
    got = Downloads(cache / "wheels", cache / "tools", cache / "pyodide" / "package")
    stamp, wanted = cache / "pins", _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return got
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    _fetch_tools(got.tools)
    _fetch_wheels(got)
    _fetch_pyodide(got)
    _compile(got)
    stamp.write_text(wanted)
    return got


def pins(file: Path) -> dict[str, str]:
    """Return the versions that a file of pins asks for, by name."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE))


def _fingerprint() -> str:
    texts = [file.read_bytes() for file in (WHEELS, COMPILED, TOOLS, BYTECODE)]
    return sha256(b"".join([*texts, sys.version.encode()])).hexdigest()


def _fetch_tools(folder: Path) -> None:
    _pip("install", "--no-deps", "--no-compile", "--target", str(folder), "-r", str(TOOLS))


def _fetch_wheels(got: Downloads) -> None:
    anywhere = ("--python-version", BROWSER_PYTHON, "--implementation", "py", "--abi", "none")
    _pip("download", "--no-deps", "--only-binary", ":all:", *anywhere, "--platform", "any",
         "--dest", str(got.wheels), "-r", str(WHEELS))  # fmt: skip
    # With a compiler that always fails, it builds without its compiled part.
    no_compiler = {"CC": shutil.which("false") or "false"}
    _pip("wheel", "--no-deps", "--no-binary", ":all:", "--wheel-dir", str(got.wheels),
         "-r", str(COMPILED), environment=no_compiler)  # fmt: skip
    for pattern in STAND_INS:
        for wheel in (got.tools / KERNEL / "static" / "pypi").glob(f"{pattern}.whl"):
            shutil.copy2(wheel, got.wheels)


def pyodide_version(tools: Path) -> str:
    """Return which Pyodide the JupyterLite that was downloaded is made for."""
    constants = (tools / "jupyterlite_pyodide_kernel" / "constants.py").read_text()
    found = re.search(r'^PYODIDE_VERSION = "([\d.]+)"', constants, re.MULTILINE)
    assert found, constants
    return found[1]


def _fetch_pyodide(got: Downloads) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        sys.exit("Pyodide comes from npm, and is run in Node.js: install them (Debian: apt-get "
                 "install npm; macOS: brew install node), then run this again.")  # fmt: skip
    folder = got.pyodide.parent
    folder.mkdir()
    name = f"pyodide@{pyodide_version(got.tools)}"
    _run(npm, "pack", "--silent", "--pack-destination", str(folder), name)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    packed.unlink()


def _compile(got: Downloads) -> None:
    """Let the browser import bytecode: compiling took it half of the time until the first cell."""
    library = got.pyodide / "python_stdlib.zip"
    _run("node", str(BYTECODE), str(got.pyodide), str(library), *map(str, got.wheels.glob("*.whl")))


def _pip(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    _run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments,
         environment=environment)  # fmt: skip


def _run(*command: str, environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
