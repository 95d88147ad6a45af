"""What a cell is told that was interrupted while it waited: a sentence, and its own line.

Below that line stand a dozen frames of ours, of which none says anything to who has interrupted it.
Who knows a notebook sets `render`.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable

Render = Callable[[BaseException], list[str]]


class _Told(BaseException):
    """What IPython shows as it says itself."""

    render: Render | None = None

    def __getattr__(self, name: str) -> object:
        # Asked for by IPython, and not there where nobody knows a notebook.
        if name == "_render_traceback_" and (render := _Told.render) is not None:
            return lambda: render(self)
        raise AttributeError(name)


class Interrupted(KeyboardInterrupt, _Told):
    """A cell was interrupted while its thread waited, or made an app."""


# Programs that run notebooks look at the name.
Interrupted.__name__ = Interrupted.__qualname__ = KeyboardInterrupt.__name__


def interrupted_wait(said: str) -> asyncio.CancelledError:
    """Return what to raise where a cell that awaits was interrupted: ipykernel cancels its task.

    So does `asyncio.timeout`, which on Python 3.11 and 3.12 knows its own cancellation by the very
    class: therefore it is no subclass.

    Args:
        said: The sentence.
    """
    error = asyncio.CancelledError(said)
    render, this = _Told.render, weakref.ref(error)
    if render is not None:
        vars(error)["_render_traceback_"] = lambda: render(this() or asyncio.CancelledError(said))
    return error


def render_by(render: Render) -> None:
    """Have both shown by a function, which returns the lines of what to write under the cell."""
    _Told.render = staticmethod(render)
