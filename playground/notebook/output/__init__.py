"""Output of handlers: recorded with its cause, and shown under the cell that has the code.

A new thread's output lands in whichever cell happens to run (which one changes with the version of
ipykernel). So what a handler prints, logs, warns of or displays is recorded, and passed on in the
context of the cell that defined the handler's code. All else passes untouched.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextvars import Context
from typing import Final

from playground.notebook.output.displays import Displays
from playground.notebook.output.dropped import Dropped
from playground.notebook.output.exceptions import HandlerExceptions
from playground.notebook.output.exits import Exits
from playground.notebook.output.lent import Lent, Names
from playground.notebook.output.questions import Questions
from playground.notebook.output.redirections import Diverted, Redirections
from playground.notebook.output.streams import RoutedStream, Streams
from playground.notebook.output.threads import Threads
from playground.notebook.output.writers import Writer, found_by

dropped: Final = Dropped()
"""Tells of what nobody has awaited."""

_users: Final[weakref.WeakSet[object]] = weakref.WeakSet()
_streams: Final = Streams()
_parts: Final = (
    _streams, Redirections(_streams.routed), Displays(_streams.routed), Exits(), Questions(),
    Threads(), dropped, Names(lambda stream: isinstance(stream, RoutedStream | Diverted | Lent)),
)  # fmt: skip


def route(user: object, find: Callable[[], Writer | None]) -> None:
    """Route the output of handlers, until `unroute` was called for each user.

    Args:
        user: What needs it, such as a lab; it is passed to `unroute` again.
        find: Finds the handler whose output is being written; see `writers.found_by`.
    """
    found_by(find)
    _users.add(user)
    for part in _parts:
        part.route()


def unroute(user: object) -> None:
    """Forget a user; after the last one, put back the streams and functions there were before."""
    if user not in _users:
        return
    _users.discard(user)
    if not _users:
        for part in reversed(_parts):
            part.unroute()


def handler_exceptions(home: Callable[[str], Context | None]) -> HandlerExceptions:
    """Return what shows an app's exceptions under a cell: `home` finds it for a traceback."""
    return HandlerExceptions(_streams, home)


__all__ = ["HandlerExceptions", "RoutedStream", "handler_exceptions", "route", "unroute"]
