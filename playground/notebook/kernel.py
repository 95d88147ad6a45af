"""What others need of IPython: numbers of cells, names of the notebook, a callback after a cell.

Law of the room: IPython is looked for, never required; outside of it everything here does nothing.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import importlib
import linecache
import os
import sys
import sysconfig
import threading
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any, Final, NamedTuple

_HERE: Final = str(Path(__file__).resolve().parent.parent)
_STDLIB: Final = tuple(
    {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}
)


def shell() -> Any:
    """Return the running IPython shell, or None."""
    ipython = sys.modules.get("IPython")
    # Another thread may be about to import it.
    get = getattr(ipython, "get_ipython", None)
    return None if get is None else get()


def is_terminal() -> bool:
    """Return whether the shell is IPython in a terminal, which shows text and no widgets."""
    terminal = sys.modules.get("IPython.terminal.interactiveshell")
    # Not whether that class has an instance: it takes any other shell for its own, as Pyodide's.
    return terminal is not None and isinstance(shell(), terminal.TerminalInteractiveShell)


def place_of(filename: str) -> str | None:
    """Return what to call a file of the user's code, or None if it is somebody else's.

    A cell is ``In[5]``; a script is its own name.
    """
    number = _cells().get(filename)
    if number is not None:
        return f"In[{number}]"
    if filename.startswith("<") or filename.endswith(".pyx") or _belongs_to_others(filename):
        return None
    return os.path.basename(filename)


def _belongs_to_others(filename: str) -> bool:
    if filename.startswith(_STDLIB) or "site-packages" in filename or "dist-packages" in filename:
        return True
    package = os.path.dirname(_HERE)
    ours = (_HERE, os.path.join(package, "micropie"))
    return filename.startswith(ours) or _is_installed(filename)


def _is_installed(filename: str) -> bool:
    """Return whether a file came with a package, wherever that was installed to."""
    path = Path(filename)
    while (path.parent / "__init__.py").is_file():
        path = path.parent
    return _is_recorded(path.parent, path.name)


@functools.lru_cache(maxsize=256)
def _is_recorded(folder: Path, name: str) -> bool:
    """Return whether an installer has written down that it put a package or module somewhere."""
    own = name if name.endswith(".py") else f"{name}/"
    with contextlib.suppress(OSError):
        for record in folder.glob("*.dist-info/RECORD"):
            lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
            if any(line.startswith(own) for line in lines):
                return True
    return False


class Ran(NamedTuple):
    """A cell that has run: its number (None if it has none), its text, and what it raised."""

    number: int | None
    text: str
    error: BaseException | None


class Watch:
    """Calls back after each cell that has run, from `start` to `stop`.

    Args:
        on_cell: Called after every cell, on the kernel's main thread.
    """

    def __init__(self, on_cell: Callable[[Ran], None]) -> None:
        self._on_cell = on_cell
        self._shell: Any = None

    def start(self) -> None:
        """Begin to call back, where there is a shell."""
        ip = shell()
        if ip is not None and self._shell is not ip:
            # Not post_execute: that fires for every widget message too.
            ip.events.register("post_run_cell", self._ran)
            self._shell = ip

    @property
    def watching(self) -> bool:
        """Whether it will be called after the next cell."""
        return self._shell is not None and _is_called(self._shell, self._ran)

    def stop(self) -> None:
        """Call back no more."""
        if self.watching:
            self._shell.events.unregister("post_run_cell", self._ran)
        self._shell = None

    def _ran(self, result: Any) -> None:
        if result is None:  # IPython itself has failed, as where a cell made sys.stdout None
            return
        error = result.error_before_exec or result.error_in_exec
        text = str(getattr(result.info, "raw_cell", None) or "")
        self._on_cell(Ran(result.execution_count, text, error))


def _is_called(ip: Any, callback: Callable[[Any], None]) -> bool:
    """Return whether IPython calls something after each cell; True where it doesn't show that."""
    callbacks = getattr(ip.events, "callbacks", None)
    return callbacks is None or callback in callbacks.get("post_run_cell", ())


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


def number_of(filename: str) -> int | None:
    """Return the number of the cell whose text Python knows under a name; None if it is none."""
    return _cells().get(filename)


def renumber(filename: str, number: int) -> None:
    """Have the text of a cell count as part of another cell: a magic runs the rest of its own."""
    if filename in _cells():
        _cells()[filename] = number


def file_of_body(filename: str, text: str) -> str | None:
    """Return a name under which Python knows the body of a magic, as lines of its cell.

    Args:
        filename: The cell that is all of the magic.
        text: The body, with an empty line for each line of the cell above it.
    """
    number = number_of(filename)
    if number is None:
        return None
    name = f"{filename.removesuffix('.py')}-body.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    _cells()[name] = number
    return name


def number_now() -> int | None:
    """Return the number of the cell that runs, or ran last; None where that is not known."""
    # IPython's own count is that of the next cell already, or not, which changes with its version.
    return max(_cells().values(), default=None)


def has_run(number: int) -> bool:
    """Return whether a cell of that number has run, and not again since."""
    return number in _cells().values()


def magic_body(text: str) -> str | None:
    """Return the body of a cell that is all of a magic, such as ``%%time``; None of any other.

    Args:
        text: As IPython runs it: a call of the magic.
    """
    match ast.parse(text).body if "run_cell_magic" in text else []:
        case [ast.Expr(ast.Call(ast.Attribute(attr="run_cell_magic"), [_, _, body]))]:
            return str(body.value) if isinstance(body, ast.Constant) else None
    return None


def transformed(tree: ast.Module) -> ast.Module:
    """Return the syntax tree of a cell as IPython compiles it: others may have put in a word."""
    ip = shell()
    if not getattr(ip, "ast_transformers", None):
        return tree
    changed: ast.Module = ip.transform_ast(copy.deepcopy(tree))
    return changed


def parsed(text: str) -> ast.Module:
    """Return the syntax tree of a cell as it was typed; an empty one if it is no Python."""
    ip = shell()
    with contextlib.suppress(Exception):
        return ast.parse(text if ip is None else ip.transform_cell(text))
    return ast.Module([], [])


def cell_files() -> list[str]:
    """Return the names under which Python knows the text of the cells, newest first."""
    numbers = _cells()
    return sorted(numbers, key=lambda filename: -numbers[filename])


def _cells() -> dict[str, int]:
    """Return the numbers of the cells by their file names; none where IPython doesn't show them.

    Then a cell's code is called by its file, and what a cell has changed below a class isn't found.
    """
    numbers: dict[str, int] = getattr(getattr(shell(), "compile", None), "_filename_map", {})
    return numbers


# What serving and showing needs, slow to import: a third of a second on a small machine.
# What the first request of a cell needs comes last.
_NEEDED: Final = (
    *("uvloop", "uvicorn", "httptools", "websockets.asyncio.client", "anywidget"),
    "httpx2",
)


def warm_up() -> None:
    """Import in the background what the first `serve` and its panel need, inside a kernel only."""
    if "ipykernel" in sys.modules and sys.platform != "emscripten":
        threading.Thread(target=_import_needed, name="playground-warm-up", daemon=True).start()


def _import_needed() -> None:
    for name in _NEEDED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def say(text: str, *, trouble: bool = True) -> None:
    """Write a line under the cell that runs, on standard error or on standard output.

    Args:
        text: The line.
        trouble: Whether it is to be red, as standard error is.
    """
    stream = sys.stderr if trouble else sys.stdout
    if stream is not None:  # as a cell may have made it
        stream.write(text + "\n")


def say_in(home: Context, text: str) -> None:
    """Write a line under another cell, from any thread.

    Args:
        home: The context (`contextvars`) of that cell.
        text: The line.
    """
    # A copy: one context cannot be entered by two threads at once.
    home.copy().run(say, text)
