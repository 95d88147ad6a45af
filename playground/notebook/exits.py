"""Have `exit()` and `quit()` raise `SystemExit` in an app's code, as they do in any program.

In a cell they are IPython's own, and end the kernel with all that the notebook holds. That is right
in a cell, and never meant in a handler or a constructor.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from playground.notebook import kernel
from playground.notebook.shared_names import constructing


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """Have `exit()` raise `SystemExit` within the block, whoever calls it.

    What everybody uses is left as it is there: see `shared_names`.
    """
    ip = kernel.shell()
    undo = stand_in(ip, _leave) if hasattr(ip, "ask_exit") else (lambda: None)
    try:
        with constructing():
            yield
    finally:
        undo()


def _leave() -> NoReturn:
    raise SystemExit


def stand_in(ip: Any, ask: Callable[[], Any]) -> Callable[[], None]:
    """Put something in place of a shell's `ask_exit`; return what takes it away again."""
    before = vars(ip).get("ask_exit")
    ip.ask_exit = ask

    def undo() -> None:
        if vars(ip).get("ask_exit") is not ask:
            return  # somebody else's by now
        if before is None:
            del ip.ask_exit
        else:
            ip.ask_exit = before

    return undo
