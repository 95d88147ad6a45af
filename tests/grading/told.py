"""What the page tells a teacher to write, and notebooks of it: a right one and a wrong one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "grade.md"


def blocks() -> list[str]:
    """Return the page's blocks of Python: the answer, two tests of nbgrader's, one of Otter's."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[:4]


def answers() -> dict[str, str]:
    """Return by learner's name what stands in the cell that is to be filled in."""
    right = "".join(line for line in blocks()[0].splitlines(True) if "###" not in line)
    return {"ada": right, "bob": right.replace("message.upper()", "message")}


def write(path: Path, *cells: Any) -> None:
    """Write a notebook, for the kernel of this environment."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def cell(source: str, **metadata: Any) -> Any:
    """Return a cell of code."""
    return new_code_cell(source, metadata=metadata)


def run(folder: Path, program: str, *arguments: str) -> None:
    """Run a program of this environment in a folder.

    Raises:
        RuntimeError: If it fails; the message has the end of what it said.
    """
    here = Path(sys.executable).parent
    # nbgrader calls others of its own by their bare names.
    known = {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}
    ran = subprocess.run(
        [str(here / program), *arguments],
        cwd=folder, env=known, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(f"{program} {' '.join(arguments)} failed:\n{ran.stderr[-4000:]}")
