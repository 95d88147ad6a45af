"""What shows itself as a face in a notebook, and as its text everywhere else.

IPython in a terminal shows no face; beside the text it says there where a browser has the panel.
"""

from __future__ import annotations

from typing import Any

from playground.notebook import kernel


class Shown:
    """As the last line of a cell it is its face; a subclass says which."""

    def _face(self) -> Any:
        raise NotImplementedError

    def _elsewhere(self) -> str:
        """Return where a browser shows it, as a line; "" for nowhere."""
        return ""

    def _ipython_display_(self) -> None:
        # IPython then asks for the bundle.
        if kernel.shell() is None or kernel.is_terminal():
            raise NotImplementedError("expected a shell to show a face in")
        self._face()._ipython_display_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if kernel.shell() is None:
            return {"text/plain": repr(self)}
        if kernel.is_terminal():
            said = self._face().still_text(), self._elsewhere()
            return {"text/plain": "\n\n".join(filter(None, said))}
        return self._face()._repr_mimebundle_(include=include, exclude=exclude)
