"""Why what was saved is not served, as the beginning of a sentence."""

from __future__ import annotations

import os
from typing import Any, Final

from micropie import App
from playground.live.saying import words_of
from playground.notebook import kernel
from playground.transports import Blocked

# Seconds that files may take to be imported: as long as an app's start-up may.
PATIENCE: Final = 10.0

_MOST: Final = 300

_NOWHERE: Final = "what was saved"


class NeverDone(Blocked):
    """Raised in a file that is imported for too long, to end it."""


class NoNews(Exception):
    """What was saved is no code to serve; it says why."""


def check(file: str, text: bytes | None) -> None:
    """Check that what stands in a file may be new code.

    Args:
        file: The file.
        text: What stands in it; None if it is not there.

    Raises:
        NoNews: If it is not there, or empty.
        SyntaxError: If it is no Python.
    """
    name = os.path.basename(file)
    if text is None:
        raise NoNews(f"{name} is gone, or cannot be read")
    if not text.strip() and name != "__init__.py":  # a package often has nothing to say
        raise NoNews(f"{name} is empty")
    try:
        compile(text, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        if getattr(error, "filename", None):
            raise
        raise NoNews(f"{name}: SyntaxError: {error}") from error


def has_none(module: Any, name: str) -> str:
    """Return the sentence that a module has nothing to serve of a name."""
    apps = [
        each
        for each, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, App)
        and value.__module__ == module.__name__
    ]
    there = f"; it has {', '.join(apps)}" if apps else ""
    return f"{os.path.basename(module.__file__)} has no {name} to serve{there}"


def why(error: BaseException) -> str:
    """Return what a file raised when it was imported, and where."""
    if isinstance(error, NoNews):
        return str(error)
    place = _place(error)
    if isinstance(error, NeverDone):
        return f"{place} was not done after {PATIENCE:g} s"
    text = str(error.msg) if isinstance(error, SyntaxError) else words_of(error)
    said = " ".join(text.split())
    said = said if len(said) <= _MOST else f"{said[:_MOST]}…"
    kind = type(error).__name__
    return f"{place}: {kind}: {said}" if said else f"{place}: {kind}"


def is_from_a_file(error: BaseException) -> bool:
    """Return whether an exception comes from a line of the user's."""
    return _place(error) != _NOWHERE


def _place(error: BaseException) -> str:
    """Return the innermost line of the user's that an exception came from: ``chat.py, line 7``."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{os.path.basename(error.filename)}, line {error.lineno}"
    found, trace = "", error.__traceback__
    while trace is not None:
        place = kernel.place_of(trace.tb_frame.f_code.co_filename)
        if place is not None:
            found = f"{place}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return found or _NOWHERE
