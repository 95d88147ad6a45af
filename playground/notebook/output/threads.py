"""What a thread of the user's raises is told with its cell, ``In[5]``, as all else is.

Python tells it with the file that the kernel has made for the cell, which nobody has ever seen.
"""

from __future__ import annotations

import re
import sys
import threading
import traceback
from typing import Any

from playground.notebook import kernel


class Threads:
    """Takes the place of `threading.excepthook` where IPython runs a shell."""

    def __init__(self) -> None:
        self._before: Any = None

    def route(self) -> None:
        """Begin to tell."""
        if kernel.shell() is None or threading.excepthook == self._tell:
            return
        self._before = threading.excepthook
        threading.excepthook = self._tell

    def unroute(self) -> None:
        """Leave it to who told before, unless somebody else does by now."""
        if threading.excepthook == self._tell:
            threading.excepthook = self._before

    def _tell(self, given: threading.ExceptHookArgs) -> None:
        text = "" if given.exc_type is SystemExit else _text_of(given)
        if text and sys.stderr is not None:
            sys.stderr.write(text)
        else:
            self._before(given)


def _text_of(given: threading.ExceptHookArgs) -> str:
    """Return what Python would write, with the cells by their names; "" where there is none."""
    name = "a thread" if given.thread is None else given.thread.name
    text = told(given.exc_type, given.exc_value, given.exc_traceback)
    return f"Exception in thread {name}:\n{text}" if text else ""


def told(kind: type[BaseException], error: BaseException | None, trace: Any) -> str:
    """Return a traceback as Python writes it, with the cells by their names; "" without any."""
    lines = traceback.format_exception(kind, error, trace)
    found = False

    def cell(file: re.Match[str]) -> str:
        nonlocal found
        place = kernel.place_of(file[1])
        found = found or place is not None
        return file[0] if place is None else place

    text = re.sub(r'File "([^"\n]+)"', cell, "".join(lines))
    return text if found else ""
