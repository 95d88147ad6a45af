"""Calls by which a handler ends, or cripples, the process of everybody: refused at that very line.

`os._exit()` ends the kernel with all that the notebook holds, and `sys.setrecursionlimit(5)` has
the next function of anybody fail. In a cell they are the learner's to make, in a process that a
handler has forked too.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

# Python's own, IPython's and a server's functions call each other some hundred deep.
LEAST: Final = 500

_ENDS: Final = (
    "expected the process to go on, got {call}; it ends the kernel, with all that your notebook "
    "holds: raise an exception to end this request, or call lab.stop() in a cell"
)
_TOO_LOW: Final = (
    "expected a recursion limit of at least {least}, got {call}; everybody in this process uses "
    "it: leave it"
)
_ALARMS: Final = (
    "expected the process to go on, got {call}; nobody hears the signal that it sends, so it ends "
    "the kernel: for a deadline, write async with asyncio.timeout({seconds})"
)
_RUNS: Final = (
    "expected the running event loop to stay as it is, got {call}; everybody who is served "
    "shares it: leave it"
)

# Each has another program run in the place of this one.
_REPLACING: Final = tuple(f"exec{how}" for how in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe"))

Refuses = Callable[..., str]


def _ends(name: str) -> Refuses:
    return lambda *args: _ENDS.format(call=f"{name}({', '.join(map(repr, args))})")


def _kills(name: str) -> Refuses:
    def refuses(*args: Any) -> str:
        # 0 is no signal: it asks whether a process is there.
        if not args[:1] or args[0] not in _own() or args[1:] == (0,):
            return ""
        if args[0] == os.getpid() and _is_heard(*args[1:]):
            return ""
        return _ends(name)(*args)

    return refuses


def _is_heard(number: Any = None, *others: Any) -> bool:
    """Return whether it is an interrupt, which ends nothing but the cell that runs now."""
    return number == signal.SIGINT and signal.getsignal(signal.SIGINT) is not signal.SIG_DFL


def _own() -> set[int]:
    """Return what stands for this process, or for the one that has begun it, or for all."""
    group = os.getpgrp() if hasattr(os, "getpgrp") else 0
    return {os.getpid(), os.getppid(), group, -group, 0, -1}


def _threads(*args: Any) -> str:
    # What has no handler in Python ends the process, whichever thread it is sent to.
    is_end = len(args) > 1 and args[1] != 0 and not callable(signal.getsignal(args[1]))
    return _ends("signal.pthread_kill")(*args) if is_end else ""


def _rings(name: str, *sent: str) -> Refuses:
    def refuses(*args: Any) -> str:
        which, *seconds = (*args, 0) if len(sent) > 1 else (0, *args, 0)
        if not seconds[:1] or not seconds[0] or which not in range(len(sent)):
            return ""
        if callable(signal.getsignal(getattr(signal, sent[which]))):
            return ""
        call = f"{name}({', '.join(map(repr, args))})"
        return _ALARMS.format(call=call, seconds=seconds[0])

    return refuses


def _limits(*args: Any) -> str:
    is_low = bool(args) and isinstance(args[0], int) and args[0] < LEAST
    call = f"sys.setrecursionlimit({args[0] if args else ''})"
    return _TOO_LOW.format(least=LEAST, call=call) if is_low else ""


def _loops(*args: Any) -> str:
    return _RUNS.format(call="asyncio._set_running_loop(…)")


_CALLS: Final[dict[tuple[str, str], Refuses]] = {
    ("os", "_exit"): _ends("os._exit"),
    ("os", "abort"): _ends("os.abort"),
    ("os", "kill"): _kills("os.kill"),
    ("os", "killpg"): _kills("os.killpg"),
    **{("os", name): _ends(f"os.{name}") for name in _REPLACING},
    ("signal", "raise_signal"): _ends("signal.raise_signal"),
    ("signal", "pthread_kill"): _threads,
    ("signal", "alarm"): _rings("signal.alarm", "SIGALRM"),
    ("signal", "setitimer"): _rings("signal.setitimer", "SIGALRM", "SIGVTALRM", "SIGPROF"),
    ("sys", "setrecursionlimit"): _limits,
    ("asyncio", "_set_running_loop"): _loops,
    ("asyncio.events", "_set_running_loop"): _loops,
}


class SharedCalls:
    """Has something else called in the place of these functions, from `begin` to `end`.

    Args:
        is_apps: Returns whether it is an app's own line, so many frames out, that calls.
    """

    def __init__(self, is_apps: Callable[[int], bool]) -> None:
        self._is_apps = is_apps
        self._before: dict[tuple[str, str], Any] = {}
        self._pid = 0

    def begin(self) -> None:
        """Refuse them to an app's code from now on."""
        self._pid = os.getpid()
        for (module, name), original in self._found():
            asked = _CALLS[module, name]
            self._before[module, name] = original
            setattr(sys.modules[module], name, self._asking(original, asked))

    def end(self) -> None:
        """Leave them as they were."""
        for (module, name), original in self._before.items():
            # Unless somebody else has taken its place.
            now = getattr(sys.modules.get(module), name, None)
            if getattr(now, "__wrapped__", None) is original:
                setattr(sys.modules[module], name, original)
        self._before.clear()

    def _found(self) -> Iterator[tuple[tuple[str, str], Any]]:
        for module, name in _CALLS:
            original = getattr(sys.modules.get(module), name, None)
            if callable(original):
                yield (module, name), original

    def _asking(self, original: Any, refuses: Refuses) -> Any:
        @functools.wraps(original)
        def call(*args: Any, **options: Any) -> Any:
            if self._is_apps(2) and os.getpid() == self._pid and (why := refuses(*args)):
                raise RuntimeError(why)
            return original(*args, **options)

        return call
