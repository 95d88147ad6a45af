"""Why new code is not served, for the user: a sentence, and a traceback of their own lines."""

from __future__ import annotations

import contextlib
import linecache
import re
import types
from collections.abc import Iterator
from typing import Any, Final, TypeVar

from micropie.failures import MOST
from playground.live.saying import said, words_of
from playground.notebook import kernel
from playground.stage import StartupFailed

E = TypeVar("E", bound=BaseException)

# How many frames of a long traceback are shown at either end.
_ENDS: Final = 5

# What says something always, and may say nothing.
_WHOLE: Final = (BaseException.__str__, KeyError.__str__, OSError.__str__)

# What IPython asks an exception for, in place of the frames that it has come through.
_RENDER: Final = "_render_traceback_"

# What colours text in a terminal, and in an output.
_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")


class NotOnStage(StartupFailed):
    """New code could not be put in service; the old code goes on. The cause is `__cause__`."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of the frames of the framework.
        return complaint(self).splitlines()


def complaint(error: BaseException) -> str:
    """Return what to write under a cell about an exception: a sentence, and where it came from."""
    sentence = f"{type(error).__name__}: {words_of(error)}"
    cause = error.__cause__
    if cause is None:
        return sentence
    trace = "\n".join(trimmed(cause))
    return f"{sentence}\n\n{trace}" if trace else sentence


def interrupted(error: BaseException) -> list[str]:
    """Return what to write under a cell that was interrupted, as lines: where, and a sentence."""
    return [*trimmed(error), f"KeyboardInterrupt: {words_of(error)}"]


def shorten(*kinds: type[BaseException]) -> None:
    """Have shown under a cell, of exceptions that say it all: the user's own lines, the sentence.

    Below those stand frames of ours, of which none says anything more.

    Args:
        kinds: What they are.
    """
    for kind in kinds:
        setattr(kind, _RENDER, _short)  # which IPython asks for


def shortened(error: E) -> E:
    """Return an exception of which the same is shown, if its class takes the attribute for it."""
    with contextlib.suppress(Exception):
        setattr(error, _RENDER, types.MethodType(_short, error))
    return error


def _short(error: BaseException) -> list[str]:
    lines = trimmed(error)
    sentence = f"{type(error).__name__}: {words_of(error)}"
    # With what else was raised, that of IPython's own has it already.
    return lines if lines and _is_chained(error) else [*lines, sentence]


def trimmed(error: BaseException) -> list[str]:
    """Return the traceback of an exception in the user's own code, as lines.

    IPython's own, with the lines around, where there is one: ``Cell In[5], line 7, in …``. The line
    that names the exception is left out, unless it has a cause or a context of its own. Without any
    line of the user's code the list is empty.
    """
    frames = [each for each in _frames(error) if _is_users(each)]
    if not frames:
        # Python makes a `RuntimeError` of a `StopIteration` that leaves a coroutine.
        return trimmed(error.__cause__) if error.__cause__ is not None else []
    if len(frames) > 2 * _ENDS:  # a recursion: IPython takes seconds for a thousand of them
        frames = frames[:_ENDS] + frames[-_ENDS:]
    shown: types.TracebackType | None = None
    for each in reversed(frames):
        shown = types.TracebackType(shown, each.tb_frame, each.tb_lasti, each.tb_lineno)
    ip = kernel.shell()
    if ip is not None:
        shows = _stand_in(error)
        lines: list[str] = ip.InteractiveTB.structured_traceback(type(shows), shows, shown)
        ruled = len(lines) > 3 and set(_ANSI.sub("", lines[0])) == {"-"}
        return lines[2:-1] if ruled and not _is_chained(error) else lines
    return list(_plain(frames))


def _is_chained(error: BaseException) -> bool:
    context = None if error.__suppress_context__ else error.__context__
    return error.__cause__ is not None or context is not None


def _stand_in(error: BaseException) -> BaseException:
    """Return an exception to show in the place of one that says too much, or never ends saying it.

    Without a cause or a context, which may do the same.
    """
    words, in_time = said(error)
    if in_time and len(words) <= MOST and (words or type(error).__str__ in _WHOLE):
        return error
    shows: BaseException = type(type(error).__name__, (Exception,), {})(words)
    return shows


def place_in(error: BaseException, wanted: str) -> str | None:
    """Return the line on which an exception left the body of a class; None if it never was in it.

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


def _is_users(trace: types.TracebackType) -> bool:
    return _place(trace) is not None


def _plain(frames: list[types.TracebackType]) -> Iterator[str]:
    for each in frames:
        code: Any = each.tb_frame.f_code
        yield f"{_place(each)}, line {each.tb_lineno}, in {code.co_name}"
        yield f"    {linecache.getline(code.co_filename, each.tb_lineno).strip()}"
