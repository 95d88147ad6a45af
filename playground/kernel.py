"""The IPython side: which cell is which, and noticing that a served class was defined again.

Law of the room: IPython is looked for, never required; outside of it everything here does nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

_HERE: Final = str(Path(__file__).resolve().parent)
_STDLIB: Final = tuple(
    {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}
)


def shell() -> Any:
    """Return the running IPython shell, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def place_of(filename: str) -> str | None:
    """Return what to call a file of the user's code, or None if it is somebody else's.

    A cell is ``In[5]``; a script is its own name.
    """
    ip = shell()
    if ip is not None and filename in getattr(ip.compile, "_filename_map", ()):
        return f"In[{ip.compile._filename_map[filename]}]"
    if filename.startswith("<") or _belongs_to_others(filename):
        return None
    return os.path.basename(filename)


def _belongs_to_others(filename: str) -> bool:
    if filename.startswith(_STDLIB) or "site-packages" in filename or "dist-packages" in filename:
        return True
    package = os.path.dirname(_HERE)
    ours = (_HERE, os.path.join(package, "micropie"))
    return filename.startswith(ours)


class Ran(NamedTuple):
    """A cell that has run: its number (None if it has none), its text, and what it raised."""

    number: int | None
    text: str
    error: BaseException | None


class Watch:
    """Looks, after each cell, whether the names it follows stand for new classes.

    Args:
        on_cell: Called after every cell, on the kernel's main thread.
    """

    def __init__(self, on_cell: Callable[[Ran], None]) -> None:
        self._on_cell = on_cell
        self._shell: Any = None

    def start(self) -> None:
        """Begin to look, where there is a shell."""
        ip = shell()
        if ip is not None and self._shell is not ip:
            # Not post_execute: that fires for every widget message too.
            ip.events.register("post_run_cell", self._ran)
            self._shell = ip

    @property
    def watching(self) -> bool:
        """Whether it will be called after the next cell."""
        ip = self._shell
        return ip is not None and self._ran in ip.events.callbacks["post_run_cell"]

    def stop(self) -> None:
        """Look no more."""
        if self.watching:
            self._shell.events.unregister("post_run_cell", self._ran)
        self._shell = None

    def _ran(self, result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        text = str(getattr(result.info, "raw_cell", None) or "")
        self._on_cell(Ran(result.execution_count, text, error))


def namespace() -> dict[str, Any]:
    """Return the notebook's names; none outside of IPython."""
    ip = shell()
    return {} if ip is None else ip.user_ns


def named(name: str) -> Any:
    """Return what a name stands for in the notebook; None if nothing, or outside of IPython."""
    return namespace().get(name)


def bind(name: str, value: Any) -> None:
    """Make a name stand for something in the notebook."""
    namespace()[name] = value


def cell_files() -> list[str]:
    """Return the names under which Python knows the text of the cells, newest first."""
    numbers = getattr(getattr(shell(), "compile", None), "_filename_map", {})
    return sorted(numbers, key=lambda filename: -numbers[filename])


# What serving and showing needs, slow to import: a third of a second on a small machine.
_NEEDED: Final = ("uvloop", "uvicorn", "httptools", "websockets.asyncio.client", "anywidget")


def warm_up() -> None:
    """Import in the background what the first `serve` and its panel need, inside a kernel only."""
    if "ipykernel" in sys.modules and sys.platform != "emscripten":
        threading.Thread(target=_import_needed, name="playground-warm-up", daemon=True).start()


def _import_needed() -> None:
    for name in _NEEDED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def say(text: str, *, trouble: bool = True) -> None:
    """Tell the reader something under the cell that runs; what is no trouble is not in red."""
    stream = sys.stderr if trouble else sys.stdout
    stream.write(text + "\n")
