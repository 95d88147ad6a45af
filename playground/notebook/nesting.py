"""Advice for who runs an event loop, or a server, in a cell: an event loop runs there already."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

from playground.notebook import kernel

_AWAIT: Final = (
    "A cell runs in an event loop already: write `await main()` instead of `asyncio.run(main())`."
)
_ALLOW: Final = " To run a script unchanged, call playground.allow_nested_run() first."

# What Python says: asyncio.run, asyncio.Runner.run, loop.run_until_complete.
_REFUSALS: Final = (
    "cannot be called from a running event loop",
    "This event loop is already running",
    "Cannot run the event loop while another loop is running",
)

# What runs an app from a script, by the package that the code of it stands in.
_SERVERS: Final = {"uvicorn": "uvicorn.run(…)", "hypercorn": "hypercorn's serve(…)"}
_MAIN: Final = re.compile(r"""^if\s+__name__\s*==\s*["']__main__["']""", re.MULTILINE)


class Advice:
    """Looks after each cell whether it has tried to nest event loops, and says what to do instead.

    Args:
        allowed: Returns whether nested runs are allowed by now.
    """

    def __init__(self, allowed: Callable[[], bool]) -> None:
        self._allowed = allowed
        self._before: BaseException | None = None

    def register(self) -> None:
        """Look after each cell from now on, where there is a shell."""
        ip = kernel.shell()
        if ip is not None:
            ip.events.register("pre_run_cell", self._begin)
            ip.events.register("post_run_cell", self._look)

    def _begin(self, info: Any) -> None:
        self._before = getattr(sys, "last_value", None)

    def _look(self, result: Any) -> None:
        if result is None:  # IPython itself has failed, as where a cell made sys.stdout None
            return
        error = result.error_in_exec
        # A script that %run runs ends the cell well, whatever it raised; IPython keeps that here.
        shown = getattr(sys, "last_value", None)
        if error is None and shown is not self._before:
            error = shown
        self._before = None
        if isinstance(error, BaseException):
            text = str(getattr(result.info, "raw_cell", None) or "")
            if said := advice(error, text, self._allowed()):
                kernel.say(said)


def advice(error: BaseException, text: str, allowed: bool) -> str:
    """Return what to do about an exception that says that event loops are not nested; else "".

    Args:
        error: What was raised.
        text: The cell.
        allowed: Whether nested runs are allowed already.
    """
    refused = isinstance(error, RuntimeError) and any(each in str(error) for each in _REFUSALS)
    # A server that cannot import its app, or start, ends the process.
    if not refused and not isinstance(error, SystemExit):
        return ""
    caller: FrameType | None = None
    for frame in _frames(error):
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package in _SERVERS:
            return _serve_instead(_SERVERS[package], frame, caller, text)
        caller = frame
    if not refused:
        return ""
    return _AWAIT if allowed else _AWAIT + _ALLOW


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _serve_instead(call: str, frame: FrameType, caller: FrameType | None, text: str) -> str:
    app = frame.f_locals.get("app")
    names = {} if caller is None else caller.f_globals
    name = next((key for key, value in names.items() if value is app), "app")
    if isinstance(app, str):
        named = app.rpartition(":")[2]
        name = named if named in names else repr(app)
    line = f"the line with {call}"
    if _MAIN.search(text) or _is_main(caller):
        line = f'{line}, and the `if __name__ == "__main__":` above it, which is true here,'
    return (
        f"A cell runs in an event loop already, and the lab is the server: leave {line} out, "
        f"and write serve({name})."
    )


def _is_main(caller: FrameType | None) -> bool:
    """Return whether code stands in a script that asks whether it is run."""
    if caller is None or not caller.f_code.co_filename.endswith(".py"):
        return False
    try:
        with open(caller.f_code.co_filename, encoding="utf-8") as file:
            return _MAIN.search(file.read()) is not None
    except (OSError, ValueError):
        return False
