"""What a cell is told that was interrupted while it waited: a sentence, and its own line.

Below that line stand a dozen frames of ours, of which none says anything to who has interrupted it.
Who knows a notebook sets `render`.
"""

from __future__ import annotations

import asyncio
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


class InterruptedWait(asyncio.CancelledError, _Told):
    """A cell that awaited something was interrupted, of which ipykernel makes a cancellation."""


class Interrupted(KeyboardInterrupt, _Told):
    """A cell was interrupted while its thread waited, or made an app."""


# Programs that run notebooks look at the name.
for _kind in (InterruptedWait, Interrupted):
    _kind.__name__ = _kind.__qualname__ = _kind.__bases__[0].__name__


def render_by(render: Render) -> None:
    """Have both shown by a function, which returns the lines of what to write under the cell."""
    _Told.render = staticmethod(render)
