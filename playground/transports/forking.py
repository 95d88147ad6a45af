"""A forked child lets go of what a server of its parent holds: its port, and every connection.

A child of `os.fork` (`multiprocessing` uses it on Linux) has all of its parent's open files. As
long as it lives the port would still take connections that nobody answers, and a connection that
the parent closes would stay open for its client. The thread that serves is not in the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import socket
import stat
import threading
import weakref
from typing import Any, Final, Protocol


class Holder(Protocol):
    """Something that has a port in the process that made it."""

    @property
    def port(self) -> int | None: ...
    def forget(self) -> object:
        """Take what serves for the parent's, in a child."""


_holders: Final[weakref.WeakSet[Any]] = weakref.WeakSet()

# By the number of their thread.
_loops: Final = weakref.WeakValueDictionary[int, asyncio.AbstractEventLoop]()


def let_go_when_forked(holder: Holder) -> None:
    """Have a child of this process let go of a port and of the connections to it.

    Args:
        holder: What has the port; it is forgotten when nobody else holds it.
    """
    _holders.add(holder)


def _in_child() -> None:
    holders = list(_holders)
    _let_go({holder.port for holder in holders if holder.port})
    for holder in holders:
        holder.forget()
    _leave(_loops.get(threading.get_ident()))


def runs_on_this_thread(loop: asyncio.AbstractEventLoop) -> None:
    """Have a child that a handler forks end once its code gives way to the loop of its parent.

    It would wait for what the parent is waiting for, and take every second sign away from it.

    Args:
        loop: The loop that this thread runs.
    """
    _loops[threading.get_ident()] = loop


def _leave(loop: asyncio.AbstractEventLoop | None) -> None:
    if loop is None:
        return
    # What uvloop finds closed has it abort, which is an end as good as any; nobody need read of it.
    faulthandler.disable()
    # Before it looks what has come: the parent is to hear of that.
    null = os.open(os.devnull, os.O_RDWR)
    for number in _open_files():
        if number != null and _wakes(number):
            os.dup2(null, number, inheritable=False)
    os.close(null)
    with contextlib.suppress(RuntimeError):  # it is closed
        loop.call_soon(os._exit, 0)


def _wakes(number: int) -> bool:
    """Return whether a file is what wakes an event loop on Linux: who reads it takes the sign."""
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/self/fd/{number}") == "anon_inode:[eventfd]"
    return False


def _let_go(ports: set[int]) -> None:
    """Close every TCP socket at either end of which is one of these ports.

    Each number stays taken, by the null device: whoever has it closes it once more, and that must
    not be a file which the child has opened meanwhile.
    """
    if not ports:
        return
    null = os.open(os.devnull, os.O_RDWR)
    for number in _open_files():
        if number != null and _ports_of(number) & ports:
            os.dup2(null, number, inheritable=False)
    os.close(null)


def _open_files() -> list[int]:
    for folder in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            return [int(name) for name in os.listdir(folder)]
    return list(range(3, 4096))


def _ports_of(number: int) -> set[int]:
    """Return the ports of both ends of a file that is an IP socket; none of any other file."""
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            return set()
        each = socket.socket(fileno=number)
    except OSError:
        return set()
    ports = set()
    try:
        if each.family in (socket.AF_INET, socket.AF_INET6):
            for name in (each.getsockname, each.getpeername):
                with contextlib.suppress(OSError):  # nobody is at the other end of a listener
                    ports.add(name()[1])
    finally:
        each.detach()
    return ports


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
