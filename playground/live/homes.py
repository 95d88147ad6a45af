"""Under which cell a handler's output appears: the one that defined the handler's code.

Code that stands in no cell, such as that of a module, has the cell that put it on stage.
"""

from __future__ import annotations

import contextvars
import re
import sys
import types
from collections.abc import Iterator
from typing import Any, Final

from playground.live.fingerprint import class_of, in_code, is_users
from playground.live.foreign import handlers_of, layers
from playground.notebook import kernel
from playground.notebook.cells import cells

# A line of a traceback in the user's own code, as the recorder writes it.
_IN_CELL: Final = re.compile(r"^In\[(\d+)\], line ", re.MULTILINE)

# How far out a handler may stand from what it calls.
_FARTHEST: Final = 200


class Homes:
    """The cells of the code on stage.

    Args:
        served: A class, an instance or an ASGI app.
        file: What Python calls the cell or file that defined it, if that is known.
        present: The context of the cell that puts it on stage.
    """

    def __init__(self, served: Any, file: str | None, present: contextvars.Context) -> None:
        codes = list(_codes_of(served))
        # By id, for to hash code is slow; and kept, so that an id stays its own.
        self._codes = {id(each): each for each in codes}
        files = [file] if file else [each.co_filename for each in codes]
        self._numbers = {number for each in codes if (number := kernel.number_of(each.co_filename))}
        homes = (cells.context_of(each) for each in files)
        self._own = next((each for each in homes if each is not None), present)

    def home(self) -> contextvars.Context:
        """Return the context of the cell whose handler is running here."""
        frame: types.FrameType | None = sys._getframe(1)
        found: types.CodeType | None = None
        distance = 0
        while frame is not None and distance < _FARTHEST:
            if id(frame.f_code) in self._codes:
                found = frame.f_code  # the outermost is the handler itself
            frame, distance = frame.f_back, distance + 1
        return (cells.context_of(found.co_filename) if found else None) or self._own

    def home_of(self, trace: str) -> contextvars.Context:
        """Return the context of the cell whose handler an exception came out of.

        Args:
            trace: Its traceback in the user's code, outermost first.
        """
        numbers = (int(each) for each in _IN_CELL.findall(trace))
        number = next((each for each in numbers if each in self._numbers), None)
        return cells.context_of_number(number) or self._own


def _codes_of(served: Any) -> Iterator[types.CodeType]:
    """Yield the code of an app's methods and handlers, as far as they are the user's."""
    for layer in layers(served):
        for kind in class_of(layer).__mro__:
            if is_users(kind):
                for value in list(vars(kind).values()):
                    yield from (each.__code__ for each in in_code(value))
    yield from (each.__code__ for each in handlers_of(served))
