"""A coroutine that was begun outside of any task, and has to wait: a task goes on with it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any


class Begun:
    """What is left of it, to be awaited.

    Args:
        going: Its iterator.
        waits: What it has to wait for, as it has given it.
    """

    def __init__(self, going: Generator[Any, Any, Any], waits: Any) -> None:
        self._going = going
        self._waits = waits

    def __await__(self) -> Generator[Any, Any, Any]:
        """Wait for what it waits for, and go on with it to its end."""
        going, waits = self._going, self._waits
        while True:
            try:
                try:
                    got = yield waits
                except BaseException as error:
                    waits = going.throw(error)
                else:
                    waits = going.send(got)
            except StopIteration as end:
                return end.value
