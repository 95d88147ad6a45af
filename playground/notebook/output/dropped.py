"""What Python says of what was let go of unfinished, told as a sentence with its line.

That is a coroutine that nobody has awaited, and a generator that goes on when it is closed. Python
tells both raw, and the second with the line of whoever happened to run at that moment.
"""

from __future__ import annotations

import ast
import linecache
import sys
import warnings
import weakref
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any, Final

from playground.notebook import kernel
from playground.notebook.output.writers import writer

# What Python calls, by this name, with each coroutine that was never awaited.
_WARN: Final = "_warn_unawaited_coroutine"

_IGNORED: Final = "generator ignored GeneratorExit"


class Dropped:
    """Takes the place of what Python tells both by, while handlers are served."""

    def __init__(self) -> None:
        self._warn: Any = None
        self._hook: Any = None
        self._told: weakref.WeakSet[CodeType] = weakref.WeakSet()

    def route(self) -> None:
        """Begin to tell."""
        if getattr(warnings, _WARN, self._unawaited) != self._unawaited:
            self._warn = getattr(warnings, _WARN)
            setattr(warnings, _WARN, self._unawaited)
        if sys.unraisablehook != self._unraisable:
            self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable

    def unroute(self) -> None:
        """Leave it to who told before, unless somebody else does by now."""
        if getattr(warnings, _WARN, None) == self._unawaited:
            setattr(warnings, _WARN, self._warn)
        if sys.unraisablehook == self._unraisable:
            sys.unraisablehook = self._hook

    def _unawaited(self, coroutine: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        place = None if frame is None else kernel.place_of(frame.f_code.co_filename)
        if place is None or frame is None or writer() is None or sys.stderr is None:
            self._warn(coroutine)
            return
        sys.stderr.write(f"{place}, line {frame.f_lineno}: {_forgotten(coroutine, frame)}\n")

    def _unraisable(self, what: Any) -> None:
        code = getattr(what.object, "ag_code", None) or getattr(what.object, "gi_code", None)
        place = None if code is None else kernel.place_of(code.co_filename)
        if (
            code is None
            or place is None
            or not str(what.exc_value).endswith(_IGNORED)
            or sys.stderr is None
        ):
            self._hook(what)
        elif code not in self._told:
            self._told.add(code)
            sys.stderr.write(
                f"{place}, line {code.co_firstlineno}: {code.co_name} went on when it was closed, "
                "and has been let go of; write `except Exception:` in the place of `except:`\n"
            )


def _forgotten(coroutine: Any, frame: FrameType) -> str:
    """Return that a call was not awaited, and what to write in its place."""
    name = getattr(coroutine, "__qualname__", "a coroutine")
    code = getattr(coroutine, "cr_code", None)
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    statement = _call_in(line, name.rpartition(".")[2])
    if not statement:
        return f"{name}() was not awaited, so it has not run; write await before it"
    said = f"{statement} was not awaited, so it has not run; write await {statement}"
    own = code is not None and kernel.place_of(code.co_filename) is not None
    return said + (f", or asyncio.create_task({statement}) to go on meanwhile" if own else "")


def _call_in(line: str, name: str) -> str:
    """Return the call of a function that is all a line does; "" if it does something else."""
    with suppress(SyntaxError, ValueError):
        for each in ast.parse(line).body:
            call = each.value if isinstance(each, ast.Expr) else None
            called = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
            if call is not None and called.rpartition(".")[2] == name:
                return ast.get_source_segment(line, call) or ""
    return ""
