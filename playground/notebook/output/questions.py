"""`input()` in a handler is refused at once: it would wait for an answer that nobody can give."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable
from typing import Any, Final

from playground.notebook import kernel
from playground.notebook.output.writers import writer

ASKED: Final = (
    "expected a handler not to ask, got input(); nobody is there who could answer, and everybody "
    "would wait: take it from the request or from a message"
)

# The kernel's methods that `input` and `getpass.getpass` are while a cell runs.
_NAMES: Final = ("raw_input", "getpass")


class Questions:
    """Looks at who asks the user something, and lets cells alone do it."""

    def __init__(self) -> None:
        self._owner: Any = None

    def route(self) -> None:
        """Begin to look, where there is a kernel."""
        owner = getattr(kernel.shell(), "kernel", None)
        for name in _NAMES:
            ask = getattr(owner, name, None)
            if callable(ask) and not isinstance(ask, _Question):
                self._owner = owner
                setattr(owner, name, _Question(ask))
                if builtins.input == ask:  # in the cell that runs
                    builtins.input = getattr(owner, name)

    def unroute(self) -> None:
        """Look no more."""
        owner, self._owner = self._owner, None
        for name in _NAMES:
            ours = vars(owner).get(name) if owner is not None else None
            if isinstance(ours, _Question):
                delattr(owner, name)
                if builtins.input is ours:
                    builtins.input = ours.ask


class _Question:
    """Stands in for what asks the user."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self.ask = ask

    def __call__(self, *given: Any, **options: Any) -> Any:
        is_ours = threading.current_thread().name.startswith("playground-")
        if is_ours or writer() is not None:
            raise RuntimeError(ASKED)
        return self.ask(*given, **options)
