"""Nested event loops: `asyncio.run(main())` in a cell, for scripts that are to run unchanged.

A cell runs inside an event loop already, so `asyncio.run` refuses. nest-asyncio monkeypatches
asyncio so that it runs, and only when asked to: the loop, the tasks and the futures of the whole
process become plain Python, and slower. Its changes are remembered here, to be undone.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
from types import TracebackType
from typing import Any, Final

from playground.notebook.nesting import Advice

# The fork knows what is new in Python 3.12; with the original, `asyncio.run` loses an argument.
_PATCHES: Final = (
    ("nest_asyncio", "nest_asyncio2")
    if sys.version_info < (3, 12)
    else ("nest_asyncio2", "nest_asyncio")
)

COST: Final = (
    "asyncio.run() works in cells now. Until forbid_nested_run(), asyncio's tasks in this process "
    "are plain Python and take two to three times as long."
)
NOT_NEEDED: Final = "No event loop runs here, so asyncio.run() works as it is."
_SERVER_TOO: Final = " Without uvloop, so do the lab's own."

_MISSING: Final[Any] = object()


class NestedRun:
    """A permission for nested event loops, until `undo` or the end of a `with` block.

    Attributes:
        cost: What it costs, in words.
        by: Which module has changed asyncio, `nest_asyncio` or `nest_asyncio2`; "" if none has.
    """

    def __init__(self) -> None:
        self.cost = self.by = ""
        self._changed: list[tuple[Any, str, Any, Any]] = []

    def apply(self) -> None:
        """Change asyncio, and remember what that changes; where no loop runs, there is no need."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.cost = NOT_NEEDED
            return
        fast_server = _import_uvloop()
        patch = _patch()
        touched = _touched(loop)
        before = [dict(vars(each)) for each in touched]
        patch.apply(loop)
        for each, old in zip(touched, before, strict=True):
            for name, new in vars(each).items():
                if old.get(name, _MISSING) is not new:
                    self._changed.append((each, name, old.get(name, _MISSING), new))
        self.by = patch.__name__ if self._changed else ""
        self.cost = COST if fast_server else COST + _SERVER_TOO

    def undo(self) -> None:
        """Change asyncio back. What somebody else has changed since stays; again, it does nothing.

        Raises:
            RuntimeError: It is called from within a nested run.
        """
        if _runs_in_another():
            raise RuntimeError(
                "expected to be outside of a nested run, got called from within one; "
                "call forbid_nested_run() in a cell of its own"
            )
        for target, name, old, new in reversed(self._changed):
            if vars(target).get(name, _MISSING) is new:
                if old is _MISSING:
                    delattr(target, name)
                else:
                    setattr(target, name, old)
        self._changed.clear()
        self.cost = self.by = ""

    @property
    def active(self) -> bool:
        """Whether nested runs are allowed by this."""
        return bool(self._changed)

    def __enter__(self) -> NestedRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.undo()

    def __repr__(self) -> str:
        return self.cost or "asyncio.run() is refused in cells, as by default."


_nested = NestedRun()


def allow_nested_run() -> NestedRun:
    """Let `asyncio.run(main())` run in a cell, as scripts call it.

    It patches asyncio for the whole process, by nest-asyncio on Python 3.11 and nest-asyncio2, its
    fork, on later ones; by the other where that one is missing. Prefer `await main()` where you can
    change the code. A lab's server keeps its speed where uvloop is installed: its loop is its own.

    Returns:
        What undoes it, as a context manager too; shown, it says what this costs.

    Raises:
        ImportError: Neither nest-asyncio nor nest-asyncio2 is installed.
    """
    if not _nested.active:
        _nested.apply()
    return _nested


def forbid_nested_run() -> None:
    """Take back `allow_nested_run`. Tasks that were made in between stay plain Python.

    Raises:
        RuntimeError: It is called from within a nested run.
    """
    _nested.undo()


def nested_runs_allowed_by() -> str:
    """Return the module by which `allow_nested_run` is in force; "" if it is not."""
    return _nested.by


def patched_by_others() -> bool:
    """Return whether something else has applied nest-asyncio; False if that doesn't mark it."""
    return not _nested.active and hasattr(asyncio, "_nest_patched")


def _runs_in_another() -> bool:
    """Return whether one run of the loop is within another; False if nest-asyncio doesn't count."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return False
    return getattr(loop, "_num_runs_pending", 0) > 1


def _patch() -> Any:
    for name in _PATCHES:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    wanted = _PATCHES[0].replace("_", "-")
    raise ImportError(f"expected nest-asyncio or nest-asyncio2, got neither; pip install {wanted}")


def _import_uvloop() -> bool:
    """Import uvloop before asyncio changes: it keeps the classes that it finds."""
    try:
        importlib.import_module("uvloop")
    except ImportError:
        return False
    return True


def _touched(loop: asyncio.AbstractEventLoop) -> list[Any]:
    """List what the patches reach into."""
    policy = type(asyncio.get_event_loop_policy())
    loops = [kind for kind in type(loop).__mro__ if kind is not object]
    tornado = [module] if (module := sys.modules.get("tornado.concurrent")) else []
    modules = [asyncio, asyncio.tasks, asyncio.futures, asyncio.events]
    policies = [kind for kind in policy.__mro__ if kind is not object]
    return [*modules, *policies, *loops, loop, *tornado]


def advise() -> None:
    """From now on, write under a cell that tries to nest event loops what to do instead."""
    Advice(lambda: _nested.active).register()
