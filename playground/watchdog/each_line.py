"""Raise an exception at each line of the code that blocks a thread: from Python 3.12 on.

What is raised from another thread (`breaking`) comes where Python lets threads take turns. In a
loop that catches everything that may be inside its `try` each time. Python tells of each line that
is run (`sys.monitoring`, PEP 669), those that catch too; what is raised there leaves them all.

Law of the file: it is raised in the one handler's own code, and as long as the block lasts.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from types import CodeType
from typing import Any, Final

from playground.watchdog.stacks import Locate, outermost, own_codes

_monitoring: Final[Any] = getattr(sys, "monitoring", None)

# Python has names for the other tools: debuggers, coverage, profilers, optimizers.
_TOOLS: Final = (3, 4)
_NAME: Final = "playground-watchdog"


def is_told_of_lines() -> bool:
    """Return whether this Python tells of each line, in any thread: from 3.12 on."""
    return _monitoring is not None


@contextlib.contextmanager
def raised_at_each_line(
    thread: threading.Thread, error: type[BaseException], locate: Locate
) -> Iterator[None]:
    """Raise an exception at each line of the user's code that a thread runs now, in the block.

    Where this Python does not tell of lines, or tells others already, nothing is raised.

    Args:
        thread: The thread that is blocked.
        error: What to raise; made without arguments.
        locate: Tells the user's code from other's.
    """
    tool = _taken()
    if tool is None:
        yield
        return
    lines = _monitoring.events.LINE
    codes = {*own_codes(thread, locate)}
    handler = outermost(thread, locate)

    def run(code: CodeType, line: int) -> None:
        if threading.get_ident() == thread.ident and _is_within(handler):
            raise error

    _monitoring.register_callback(tool, lines, run)
    try:
        for code in codes:
            _monitoring.set_local_events(tool, code, lines)
        yield
    finally:
        for code in codes:
            _monitoring.set_local_events(tool, code, 0)
        _monitoring.register_callback(tool, lines, None)
        _monitoring.free_tool_id(tool)


def _taken() -> int | None:
    """Become one of the tools that Python tells; return its number, None if there is no room."""
    for tool in _TOOLS if is_told_of_lines() else ():
        with contextlib.suppress(ValueError):  # somebody else is that one
            _monitoring.use_tool_id(tool, _NAME)
            return tool
    return None


def _is_within(handler: int) -> bool:
    """Return whether the frame with this address is on the stack of this thread."""
    frame = sys._getframe(1)
    while frame is not None and id(frame) != handler:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None
