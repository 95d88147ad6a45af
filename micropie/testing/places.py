"""Where the user's code stands: the innermost line that is nobody else's."""

from __future__ import annotations

import linecache
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, Final, NamedTuple

NOT_USERS: Final = [str(Path(__file__).parent.parent)]
"""Folders whose code is nobody's who looks for a fault: ours. Others may be added."""

# As `sysconfig` has it, and as its code says: in a browser it is read from an archive elsewhere.
_STDLIB: Final = Path(linecache.getline.__code__.co_filename).parent
_PATHS: Final = (
    *{sysconfig.get_path(each) for each in ("stdlib", "platstdlib")},
    *([str(_STDLIB)] if _STDLIB.is_absolute() else []),
)
_PACKAGES: Final = ("site-packages", "dist-packages")

# How deep one looks into what awaits what.
_DEEP: Final = 100


class Place(NamedTuple):
    """A line of somebody's code.

    Attributes:
        file: Its file's name as Python has it; "" for none.
        line: Its number.
        function: In which function.
    """

    file: str
    line: int
    function: str

    @property
    def source(self) -> str:
        """The line itself; "" if it cannot be read."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


def is_users(file: str) -> bool:
    """Return whether a file is neither Python's, nor an installed package's, nor ours."""
    if file.startswith(("<frozen", *NOT_USERS)):
        return False
    if any(package in file for package in _PACKAGES):
        return False
    return not file.startswith(_PATHS)


def innermost_of_user(frame: FrameType | None) -> Place | None:
    """Return the user's innermost line on a stack; None if there is none."""
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return _place(frame.f_code, frame.f_lineno)
        frame = frame.f_back
    return None


def innermost(error: BaseException) -> BaseException:
    """Return the first exception of a group; one that is none, as it is."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def raised_at(error: BaseException) -> Place | None:
    """Return where an exception left the user's code; where it was raised, if it never was there.

    Of a group of exceptions, where the first did.
    """
    places = list(_of_trace(innermost(error).__traceback__))
    users = [place for place in places if is_users(place.file)]
    return next(reversed(users or places), None)


def _of_trace(trace: TracebackType | None) -> Iterator[Place]:
    while trace is not None:
        yield _place(trace.tb_frame.f_code, trace.tb_lineno)
        trace = trace.tb_next


def stands_at(work: Any) -> Place | None:
    """Return the user's innermost line in a coroutine that waits; None if there is none."""
    found = None
    for _ in range(_DEEP):
        frame = getattr(work, "cr_frame", None) or getattr(work, "ag_frame", None)
        if frame is not None and is_users(frame.f_code.co_filename):
            found = _place(frame.f_code, frame.f_lineno)
        inner = getattr(work, "cr_await", None) or getattr(work, "ag_await", None)
        if inner is None:
            break
        work = inner
    return found


def _place(code: CodeType, line: int | None) -> Place:
    return Place(code.co_filename, line or code.co_firstlineno, code.co_name)
