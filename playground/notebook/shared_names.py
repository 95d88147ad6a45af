"""Names of Python's own that a handler does not take from everybody: `sys.stdout`, `builtins.len`.

Kernel, server and every cell look these up while they work. A handler that makes one None would end
all of them, so it is refused at that very line. A cell may do it: it is the kernel's own, as ever.
So may a library that a handler calls, such as `unittest.mock`: it puts back what it has replaced.
"""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final

from playground.notebook import kernel
from playground.notebook.shared_calls import SharedCalls

# The modules that kernel and server are made of: nobody's code but a cell's empties a name there.
_MODULES: Final = ("asyncio", "builtins", "json", "logging", "os", "sys", "threading", "time")

# The packages they are made of: there, and in the modules, a learner's own line replaces nothing.
_PACKAGES: Final = frozenset((
    *("asyncio", "concurrent", "queue", "selectors", "socket"),
    *("uvicorn", "websockets", "micropie", "playground"),
    *("IPython", "ipykernel", "jupyter_client", "tornado", "zmq"),
))  # fmt: skip

STREAMS: Final = ("stdout", "stderr")

# Without one of these no thread can begin any more, a cell's neither.
_HOOKS: Final = (("threading", "excepthook"), ("sys", "excepthook"))

# What Python itself sets and takes away, with what was raised last.
_PASSING: Final = "last_"

STREAM: Final = (
    "expected {name} to stay what every cell writes to, got {value}; to print nothing, write "
    "with contextlib.redirect_{stream}(io.StringIO()):"
)
_KEPT: Final = (
    "expected {name} to stay as it is, got {value}; everybody in this process uses it: leave "
    "it, or call yours by another name"
)

# Gives a stream as a handler has set it; the second is the name, `stdout` or `stderr`.
Lend = Callable[[Any, str], Any]

_constructing: Final = contextvars.ContextVar("playground_constructing", default=False)


@contextlib.contextmanager
def constructing() -> Iterator[None]:
    """Have the code within the block, which is an app's, leave these names as they are."""
    token = _constructing.set(True)
    guard.begin()
    try:
        yield
    finally:
        guard.end()
        _constructing.reset(token)


class SharedNames:
    """Keeps names of modules as they are, from the first `begin` to the last `end`.

    Attributes:
        is_handlers: Returns whether it is a handler's code that runs.
        lend: Called with a stream that a handler has set, and its name; returns what to set.
    """

    def __init__(self) -> None:
        self.is_handlers: Callable[[], bool] = lambda: False
        self.lend: Lend = lambda stream, name: stream
        self._users = 0
        self._lock = threading.Lock()
        self._names: dict[str, frozenset[str]] = {}
        self._calls = SharedCalls(lambda depth: self._is_apps() and _is_learners_line(depth))

    def begin(self) -> None:
        """Keep them from now on."""
        with self._lock:
            self._users += 1
            _mend_hooks()
            if self._users > 1:
                return
            for name, module in list(sys.modules.items()):
                is_kept = name in _MODULES or name.partition(".")[0] in _PACKAGES
                if is_kept and type(module) is ModuleType:  # and nobody else's kind
                    self._names[name] = frozenset(vars(module))
                    setattr(module, "__class__", _Kept)  # noqa: B010 - mypy knows it read-only
            self._calls.begin()

    def end(self) -> None:
        """Leave them to everybody, as they were, once each `begin` has had its `end`."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
            self._calls.end()
            for name in self._names:
                module = sys.modules.get(name)
                if type(module) is _Kept:
                    module.__class__ = ModuleType  # type: ignore[assignment]
            self._names.clear()

    def checked(self, module: str, name: str, value: Any) -> Any:
        """Return what to set a name of a module to.

        Raises:
            RuntimeError: An app's code sets what would break it for everybody.
        """
        if name not in self._names.get(module, ()):
            return value
        if not self._is_apps() and (module, name) not in _HOOKS:
            return value
        full = f"{module}.{name}"
        if module == "sys" and name in STREAMS:
            if not (_can(value, "write") and _can(value, "flush")):
                raise RuntimeError(STREAM.format(name=full, value=_short(value), stream=name))
            return self.lend(value, name) if self.is_handlers() else value
        before = getattr(sys.modules.get(module), name, None)
        if value is before or name.startswith(_PASSING):
            return value
        is_lost = value is None or (callable(before) and not callable(value))
        is_replaced = callable(before) or isinstance(before, ModuleType)
        if (is_lost and module in _MODULES) or ((is_lost or is_replaced) and _is_learners_line()):
            raise RuntimeError(_KEPT.format(name=full, value=_short(value)))
        return value

    def check_deleted(self, module: str, name: str) -> None:
        """See whether a name may be taken away.

        Raises:
            RuntimeError: An app's code takes it from everybody.
        """
        is_kept = name in self._names.get(module, ()) and not name.startswith(_PASSING)
        if is_kept and self._is_apps() and (module in _MODULES or _is_learners_line()):
            full = f"{module}.{name}"
            raise RuntimeError(_KEPT.format(name=full, value=f"del {full}"))

    def _is_apps(self) -> bool:
        """Return whether it is an app's code that runs: cells run on the main thread."""
        is_main = threading.current_thread() is threading.main_thread()
        return not is_main or _constructing.get() or self.is_handlers()


guard: Final = SharedNames()
"""That of this process."""


class _Kept(ModuleType):
    """A module that asks first, before one of its names is set or deleted."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, guard.checked(self.__name__, name, value))

    def __delattr__(self, name: str) -> None:
        guard.check_deleted(self.__name__, name)
        super().__delattr__(name)

    def __reduce__(self) -> tuple[Any, ...]:
        # What pickles modules looks for their type, and nothing else.
        return importlib.import_module, (self.__name__,)


def _is_learners_line(depth: int = 2) -> bool:
    """Return whether it is code of the user's that does it, and not a library that it uses.

    Args:
        depth: How far out of the caller that code is: what checks and the module are between.
    """
    frame = sys._getframe(depth + 1)
    code = frame.f_code
    is_text = code.co_filename == "<string>" and frame.f_globals.get("__name__") == "__main__"
    return is_text or kernel.place_of(code.co_filename) is not None


def _mend_hooks() -> None:
    """Put back what tells of exceptions, where a cell has made it None before."""
    for module, name in _HOOKS:
        if getattr(sys.modules[module], name) is None:
            setattr(sys.modules[module], name, getattr(sys.modules[module], f"__{name}__"))


def _can(value: object, name: str) -> bool:
    return callable(getattr(value, name, None))


def _short(value: object) -> str:
    return "None" if value is None else f"an object of {type(value).__name__}"
