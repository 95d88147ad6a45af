"""`exit()` and `quit()` in a handler raise `SystemExit`; in a cell they end the kernel, as ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from playground.notebook import kernel
from playground.notebook.exits import stand_in
from playground.notebook.output.writers import writer


class Exits:
    """Looks at who asks the kernel to end, and lets cells alone do it."""

    def __init__(self) -> None:
        self._undo: Callable[[], None] = lambda: None

    def route(self) -> None:
        """Begin to look, where there is a shell."""
        ip = kernel.shell()
        ask = getattr(ip, "ask_exit", None)
        if ask is None or isinstance(ask, _AskExit):
            return
        self._undo = stand_in(ip, _AskExit(ask))

    def unroute(self) -> None:
        """Look no more."""
        self._undo()
        self._undo = lambda: None


class _AskExit:
    """Stands in for the shell's `ask_exit`."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask

    def __call__(self) -> Any:
        if threading.current_thread() is threading.main_thread() and writer() is None:
            return self._ask()
        raise SystemExit
