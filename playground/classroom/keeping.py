"""Progress: which exercises were done, in a small file beside the notebooks.

Law of the file: what is in it is the names of exercises. A file that cannot be read is never
written over, and a check never fails because of it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from playground.notebook import kernel

NAME: Final = "progress.json"
"""The file, in the folder in which the notebook's kernel was started: the notebook's own."""

SCHEMA: Final = "micropie-playground/progress"
VERSION: Final = 1

# A file that is longer is something else's.
_LONGEST: Final = 100_000

_lock: Final = threading.Lock()


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path()


# Where the kernel was started: a cell may go elsewhere later.
_FOLDER: Final = _here()


class Kept:
    """What was done, as far as it is known.

    Attributes:
        done: The names of exercises, in the order they were done.
        problem: Why the file is not kept up, as a sentence; "" if it is.
    """

    def __init__(self, done: Iterable[str], problem: str = "") -> None:
        self.done = tuple(done)
        self.problem = problem


_done_here: Final[dict[str, None]] = {}


def note(exercise: str) -> None:
    """Write down that an exercise is done, if this is a notebook; what fails is said by `kept`."""
    with _lock:
        new = exercise not in _done_here
        _done_here[exercise] = None
    if new and in_notebook():
        kept()


def kept(folder: Path | None = None) -> Kept:
    """Return what was done, in this kernel and before; what this kernel adds is written down.

    Args:
        folder: Where the file lies; by default where the kernel was started.
    """
    file = (folder or _FOLDER) / NAME
    with _lock:
        try:
            before = _read(file)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            problem = (
                f"{NAME} cannot be read ({why}), so it is left as it is; rename it, and a new one "
                "is begun."
            )
            return Kept(_done_here, problem)
        done = list(dict.fromkeys([*before, *_done_here]))
        if done == before:
            return Kept(done)
        try:
            _write(file, done)
        except OSError as error:
            problem = (
                f"What is done is not kept: {NAME} cannot be written here "
                f"({error.strerror or error}). It is known until this kernel ends."
            )
            return Kept(done, problem)
        return Kept(done)


def in_notebook() -> bool:
    """Return whether this is a notebook's kernel, which has a folder of its own to keep things."""
    return hasattr(kernel.shell(), "kernel") or sys.platform == "emscripten"


def _read(file: Path) -> list[str]:
    """Return what is in the file; nothing if there is none.

    Raises:
        ValueError: If it is not what was written.
        OSError: If it cannot be read.
    """
    try:
        if file.stat().st_size > _LONGEST:
            raise ValueError("it is too long")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    value: Any = json.loads(text)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise ValueError("it is something else")
    if value.get("version") != VERSION:
        raise ValueError(f"it is of another version, {value.get('version')!r}")
    done = value.get("done")
    if not isinstance(done, list) or not all(isinstance(each, str) for each in done):
        raise ValueError("it has no list of what is done")
    return done


def _write(file: Path, done: list[str]) -> None:
    """Write the file anew, all of it or nothing."""
    value = {"schema": SCHEMA, "version": VERSION, "done": done}
    new = file.with_name(f".{NAME}.{os.getpid()}")
    try:
        new.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
        os.replace(new, file)
    except OSError:
        new.unlink(missing_ok=True)
        raise
