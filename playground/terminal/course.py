"""The course, beginning from nothing but a package: its notebooks in a folder, and JupyterLab."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

FAILED: Final = 1
_FIRST: Final = "00-start.ipynb"

# In a wheel the notebooks lie within the package; where it is installed in place, beside it.
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_PLACES: Final = (_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks")


def course(folder: str, *, opens: bool) -> int:
    """Copy the notebooks into a folder, and open JupyterLab there; return the exit code.

    Args:
        folder: Where to. A notebook that is there already stays as it is.
        opens: Whether to open JupyterLab.
    """
    target = Path(folder).expanduser()
    try:
        copied, kept = _copied(target)
    except (OSError, LookupError) as error:
        sys.stderr.write(f"The course could not be copied to {target}: {_words(error)}\n")
        return FAILED
    sys.stdout.write(f"{_said(copied, kept, target)}\n")
    sys.stdout.flush()
    return _opened(target) if opens else 0


def _source() -> Path:
    """Return the folder of the course's own notebooks.

    Raises:
        LookupError: If this installation has none.
    """
    for each in _PLACES:
        if any(each.glob("*.ipynb")):
            return each
    raise LookupError("this installation has no notebooks; install micropie-playground again")


def _files(source: Path) -> list[Path]:
    """Return the notebooks and the pictures in them, by their paths in the folder."""
    found = [*source.glob("*.ipynb"), *source.glob("pictures/*")]
    return sorted(each.relative_to(source) for each in found)


def _copied(target: Path) -> tuple[list[str], list[str]]:
    """Copy what is not there yet; return what was, and what was there and is not the same."""
    copied, kept, source = [], [], _source()
    for name in _files(source):
        text = (source / name).read_bytes()
        new = target / name
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(new, "xb") as opened:  # whatever is there by now stays
                opened.write(text)
        except FileExistsError:
            if new.read_bytes() != text:
                kept.append(str(name))
        else:
            copied.append(str(name))
    return copied, kept


def _said(copied: list[str], kept: list[str], target: Path) -> str:
    number = sum(name.endswith(".ipynb") for name in copied)
    said = [f"{number} notebook{'' if number == 1 else 's'} copied to {target}."]
    if not number:
        said = [f"The notebooks are in {target} already."]
    if kept:
        said.append(
            f"Left as they are, for they were changed there: {', '.join(kept)}. "
            "To begin one anew, rename it, and give this command again."
        )
    return " ".join(said)


def _opened(target: Path) -> int:
    """Open JupyterLab at the first notebook, until it ends; return its exit code."""
    if importlib.util.find_spec("jupyterlab") is None:
        sys.stderr.write(
            'JupyterLab is not installed; pip install "micropie-playground[lab]" installs it\n'
        )
        return FAILED
    command = [sys.executable, "-m", "jupyterlab", _FIRST]
    if os.name != "nt":
        os.chdir(target)
        os.execv(sys.executable, command)  # Ctrl-C, and whoever looks after it, reach it itself
    try:
        return subprocess.run(command, cwd=target, check=False).returncode
    except KeyboardInterrupt:  # which JupyterLab has heard too
        return 0


def _words(error: Exception) -> str:
    return str((isinstance(error, OSError) and error.strerror) or error)
