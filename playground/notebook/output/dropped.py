"""What Python says of what was let go of unfinished, told as a sentence with its line.

That is a coroutine that nobody has awaited, and a generator that goes on when it is closed. Python
tells both raw, and the second with the line of whoever happened to run at that moment. What a
`__del__` raises, it tells with a file that nobody has seen.
"""

from __future__ import annotations

import ast
import linecache
import sys
import warnings
import weakref
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from types import CodeType, FrameType
from typing import Any, Final, Protocol

from playground.notebook import kernel
from playground.notebook.output.threads import told
from playground.notebook.output.writers import Writer, writer

# What Python calls, by this name, with each coroutine that was never awaited.
_WARN: Final = "_warn_unawaited_coroutine"

_IGNORED: Final = "generator ignored GeneratorExit"

NOT_RUN: Final = "was not awaited, so it has not run"
"""What is said of a call that nobody awaited."""


class Origin(Protocol):
    """Who has had a coroutine made on another thread."""

    @property
    def code(self) -> CodeType: ...
    @property
    def line(self) -> int: ...
    @property
    def context(self) -> Context: ...


class Dropped:
    """Takes the place of what Python tells both by, while handlers are served.

    Attributes:
        origin_of: Returns who has had a coroutine made on another thread; None if nobody has.
    """

    def __init__(self) -> None:
        self.origin_of: Callable[[Any], Origin | None] = lambda coroutine: None
        self._warn: Any = None
        self._hook: Any = None
        self._told: weakref.WeakSet[CodeType] = weakref.WeakSet()
        # By line, whose forgotten awaits have been told.
        self._forgot: weakref.WeakKeyDictionary[CodeType, dict[int, weakref.WeakSet[Writer]]]
        self._forgot = weakref.WeakKeyDictionary()

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
        self._told.clear()
        self._forgot.clear()

    def _unawaited(self, coroutine: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        place = None if frame is None else kernel.place_of(frame.f_code.co_filename)
        if place is not None and frame is not None and writer() is not None:
            self._tell(coroutine, frame.f_code, frame.f_lineno, _forgotten)
            return
        origin = self.origin_of(coroutine)
        if origin is None or kernel.place_of(origin.code.co_filename) is None:
            self._warn(coroutine)
            return
        # A copy: one context cannot be entered by two threads at once.
        origin.context.copy().run(self._tell, coroutine, origin.code, origin.line, _threaded)

    def _tell(
        self,
        coroutine: Any,
        code: CodeType,
        line: int,
        words: Callable[[Any, str], str],
    ) -> None:
        whose = writer()
        if whose is None or sys.stderr is None:
            self._warn(coroutine)
            return
        text = linecache.getline(code.co_filename, line).strip()
        place = kernel.place_of(code.co_filename)
        said = f"{place}, line {line}: {words(coroutine, text)}\n"
        told = self._forgot.setdefault(code, {})
        if line not in told:
            sys.stderr.write(said)
        elif whose not in told[line]:
            whose.printed("stderr", said)  # in the log alone, with whose it was
        told.setdefault(line, weakref.WeakSet()).add(whose)

    def _unraisable(self, what: Any) -> None:
        code = getattr(what.object, "ag_code", None) or getattr(what.object, "gi_code", None)
        place = None if code is None else kernel.place_of(code.co_filename)
        if (
            code is None
            or place is None
            or not str(what.exc_value).endswith(_IGNORED)
            or sys.stderr is None
        ):
            self._ignored(what)
        elif code not in self._told:
            self._told.add(code)
            sys.stderr.write(
                f"{place}, line {code.co_firstlineno}: {code.co_name} went on when it was closed, "
                "and has been let go of; write `except Exception:` in the place of `except:`\n"
            )

    def _ignored(self, what: Any) -> None:
        """Tell what was raised where nobody can catch it, such as in `__del__`, by its cell."""
        text = told(what.exc_type, what.exc_value, what.exc_traceback) if kernel.shell() else ""
        if text and sys.stderr is not None:
            name = getattr(what.object, "__qualname__", type(what.object).__name__)
            sys.stderr.write(
                f"Exception in {name}, which Python calls by itself; it is ignored:\n{text}"
            )
        else:
            self._hook(what)


def _threaded(coroutine: Any, line: str) -> str:
    """Return that an async function was given to a thread, and what to write in its place."""
    name = getattr(coroutine, "__name__", "it")
    return f"{name}() {NOT_RUN}: it is async, and needs no thread; write await {name}(…)"


def _forgotten(coroutine: Any, line: str) -> str:
    """Return that a call was not awaited, and what to write in its place."""
    name = getattr(coroutine, "__qualname__", "a coroutine")
    code = getattr(coroutine, "cr_code", None)
    statement = _call_in(line, name.rpartition(".")[2])
    if not statement:
        return f"{name}() {NOT_RUN}; write await before it"
    said = f"{statement} {NOT_RUN}; write await {statement}"
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
