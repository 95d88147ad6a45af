"""Nested event loops: `asyncio.run(main())` in a cell, for scripts that are to run unchanged.

A cell runs inside an event loop already, so `asyncio.run` refuses. nest-asyncio lets it, at a price
which is why nobody pays it unasked: the loop, the tasks and the futures of the whole process become
plain Python. What it changes is remembered here, so that it can be changed back.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
from types import TracebackType
from typing import Any, Final

from playground import kernel

# The fork knows Python 3.12 and later; with the original, `asyncio.run` loses an argument there.
_PATCHES: Final = ("nest_asyncio2", "nest_asyncio")

COST: Final = (
    "asyncio.run() works in cells now. Until forbid_nested_run(), asyncio's tasks in this process "
    "are plain Python and take two to three times as long."
)
NOT_NEEDED: Final = "No event loop runs here, so asyncio.run() works as it is."
_SERVER_TOO: Final = " Without uvloop, so do the lab's own."

ADVICE: Final = (
    "A cell runs in an event loop already: write `await main()` instead of `asyncio.run(main())`. "
    "To run a script unchanged, call playground.allow_nested_run() first.\n"
)

# What Python says: asyncio.run, asyncio.Runner.run, loop.run_until_complete.
_REFUSALS: Final = (
    "cannot be called from a running event loop",
    "This event loop is already running",
    "Cannot run the event loop while another loop is running",
)

_MISSING: Final[Any] = object()


class NestedRun:
    """A permission for nested event loops, until `undo` or the end of a `with` block.

    Attributes:
        cost: What it costs, in words.
    """

    def __init__(self) -> None:
        self.cost = ""
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
        self.cost = COST if fast_server else COST + _SERVER_TOO

    def undo(self) -> None:
        """Change asyncio back. What somebody else has changed since stays; again, it does nothing.

        Raises:
            RuntimeError: It is called from within a nested run.
        """
        if getattr(asyncio._get_running_loop(), "_num_runs_pending", 0) > 1:
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
        self.cost = ""

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

    It patches asyncio for the whole process, by nest-asyncio. Prefer `await main()` where you can
    change the code. A lab's server keeps its speed where uvloop is installed: its loop is its own.

    Returns:
        What undoes it, as a context manager too; shown, it says what this costs.

    Raises:
        ImportError: Neither nest-asyncio2 nor nest-asyncio is installed.
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


def nested_runs_allowed() -> bool:
    """Return whether `allow_nested_run` is in force."""
    return _nested.active


def _patch() -> Any:
    for name in _PATCHES:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    raise ImportError(
        "expected nest-asyncio2 or nest-asyncio, got neither; pip install nest-asyncio2"
    )


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
    """From now on, tell who nests event loops in a cell what to do instead."""
    ip = kernel.shell()
    if ip is not None:
        ip.events.register("post_run_cell", _look)


def _look(result: Any) -> None:
    error = result.error_in_exec
    if isinstance(error, RuntimeError) and any(text in str(error) for text in _REFUSALS):
        kernel.say(ADVICE.rstrip("\n"))
