"""Whose output is being written: that of the handler at work in this context, or a cell's own."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextvars import Context
from typing import Final, Protocol


class Served(Protocol):
    """The app that a handler belongs to."""

    @property
    def loop(self) -> AbstractEventLoop | None: ...
    @property
    def home(self) -> Callable[[], Context | None]: ...
    @property
    def silent(self) -> bool: ...


class Writer(Protocol):
    """A handler that prints, logs, warns or displays.

    Attributes:
        recorder: The app it belongs to: its loop, and the context of the cell that defined it.
    """

    @property
    def recorder(self) -> Served: ...
    def printed(self, stream: str, text: str, /) -> object: ...


class _Finder:
    """Holds the function that finds the handler at work, once it has been set."""

    find: Callable[[], Writer | None] = staticmethod(lambda: None)


_finder: Final = _Finder()


def found_by(find: Callable[[], Writer | None]) -> None:
    """Set the function that finds the handler at work; without it, all output is a cell's own.

    Args:
        find: Called on the thread, and in the context, that writes.
    """
    _finder.find = find


def writer() -> Writer | None:
    """Return the handler whose output this is; None for a cell's own."""
    return _finder.find()
