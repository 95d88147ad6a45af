"""What shows itself as a face in a notebook, and as its text everywhere else."""

from __future__ import annotations

from typing import Any

from playground.notebook import kernel


class Shown:
    """As the last line of a cell it is its face; a subclass says which."""

    def _face(self) -> Any:
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        # IPython then asks for the bundle.
        if kernel.shell() is None:
            raise NotImplementedError("expected a shell to show a face in")
        self._face()._ipython_display_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if kernel.shell() is None:
            return {"text/plain": repr(self)}
        return self._face()._repr_mimebundle_(include=include, exclude=exclude)
