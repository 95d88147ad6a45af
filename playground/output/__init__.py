"""Output of handlers: on the entry that caused it, and under the cell the code belongs to.

A new thread's output lands in whichever cell happens to run (which one changes with the version of
ipykernel). So what a handler prints, logs, warns of or displays is recorded, and passed on in the
context of the cell that defined the handler's code. All else passes untouched.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextvars import Context
from typing import Final

from playground.output.displays import Displays
from playground.output.redirections import Redirections
from playground.output.streams import RoutedStream, Streams
from playground.output.troubles import Troubles

_users: Final[weakref.WeakSet[object]] = weakref.WeakSet()
_streams: Final = Streams()
_parts: Final = (_streams, Redirections(_streams.routed), Displays(_streams.routed))


def route(user: object) -> None:
    """Route output for as long as somebody uses that."""
    _users.add(user)
    for part in _parts:
        part.route()


def unroute(user: object) -> None:
    """After the last user, put back what was there before."""
    if user not in _users:
        return
    _users.discard(user)
    if not _users:
        for part in reversed(_parts):
            part.unroute()


def troubles(home: Callable[[], Context | None]) -> Troubles:
    """Return what shows an app's exceptions under the cell that `home` is the context of."""
    return Troubles(_streams, home)


__all__ = ["RoutedStream", "Troubles", "route", "troubles", "unroute"]
