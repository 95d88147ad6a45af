"""The panel beside the notebook: a tab of JupyterLab's own that holds one more view of it.

Law of the room: a tab is a widget of the library `sidecar`, which is looked for when it is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_MISSING: Final = (
    "Dock needs the package sidecar, which is not installed: "
    "run %pip install sidecar, then load this page again."
)


class Dock:
    """Where a panel stands beside its notebook, or doesn't.

    Args:
        title: Called for what the tab is called.
        panel: The widget to show.
    """

    def __init__(self, title: Callable[[], str], panel: Any) -> None:
        self._title = title
        self._panel = panel
        self._tab: Any = None

    @property
    def tab(self) -> str:
        """The model's id of the tab; "" while there is none."""
        return self._tab.model_id if self._tab is not None else ""

    def open(self) -> None:
        """Show the panel beside the notebook. If it is there, do nothing.

        Raises:
            ModuleNotFoundError: If `sidecar` is not installed.
        """
        if self._tab is not None:
            return
        try:
            from sidecar import Sidecar
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(_MISSING, name="sidecar") from error
        view = {"version_major": 2, "version_minor": 0, "model_id": self._panel.model_id}
        shown = {"output_type": "display_data", "data": {_VIEW: view}, "metadata": {}}
        for face in self._panel.children:
            face.displayed()
        self._tab = Sidecar(title=self._title(), anchor="split-right", outputs=(shown,))

    def close(self) -> None:
        """Take the panel away from there. If it is not there, do nothing."""
        tab, self._tab = self._tab, None
        if tab is not None:
            tab.close()
