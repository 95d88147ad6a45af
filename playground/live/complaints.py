"""Why new code is not on stage, as a reader should hear it: a sentence, and lines of their own."""

from __future__ import annotations

import linecache
import re
import types
from collections.abc import Iterator
from typing import Any, Final

from playground import kernel
from playground.stage import StartupFailed

# What colours text in a terminal, and in an output.
_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")


class NotOnStage(StartupFailed):
    """New code could not take the stage; what stood there goes on. The cause is `__cause__`."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of the frames of the framework.
        return complaint(self).splitlines()


def complaint(error: BaseException) -> str:
    """Return what to tell under a cell about an exception: a sentence, and where it came from."""
    told = f"{type(error).__name__}: {error}"
    cause = error.__cause__
    if cause is None:
        return told
    trace = "\n".join(trimmed(cause))
    return f"{told}\n\n{trace}" if trace else told


def trimmed(error: BaseException) -> list[str]:
    """Return the traceback of an exception in the reader's own code, as lines.

    IPython's own, with the lines around, where there is one: ``Cell In[5], line 7, in …``. What was
    raised is not said again, if it has no history. None if it never was in the reader's code.
    """
    frames = [each for each in _frames(error) if _is_readers(each)]
    if not frames:
        return []
    shown: types.TracebackType | None = None
    for each in reversed(frames):
        shown = types.TracebackType(shown, each.tb_frame, each.tb_lasti, each.tb_lineno)
    ip = kernel.shell()
    if ip is not None:
        lines: list[str] = ip.InteractiveTB.structured_traceback(type(error), error, shown)
        ruled = len(lines) > 3 and set(_ANSI.sub("", lines[0])) == {"-"}
        alone = error.__cause__ is None and error.__context__ is None
        return lines[2:-1] if ruled and alone else lines
    return list(_plain(frames))


def place_in(error: BaseException, wanted: str) -> str | None:
    """Return the line on which an exception left the body of a class, None if it never was in it.

    Args:
        error: The exception.
        wanted: The class's name.
    """
    for each in _frames(error):
        if each.tb_frame.f_code.co_name == wanted and (place := _place(each)) is not None:
            return f"{place}, line {each.tb_lineno}"
    return None


def _frames(error: BaseException) -> Iterator[types.TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _place(trace: types.TracebackType) -> str | None:
    return kernel.place_of(trace.tb_frame.f_code.co_filename)


def _is_readers(trace: types.TracebackType) -> bool:
    return _place(trace) is not None


def _plain(frames: list[types.TracebackType]) -> Iterator[str]:
    for each in frames:
        code: Any = each.tb_frame.f_code
        yield f"{_place(each)}, line {each.tb_lineno}, in {code.co_name}"
        yield f"    {linecache.getline(code.co_filename, each.tb_lineno).strip()}"
