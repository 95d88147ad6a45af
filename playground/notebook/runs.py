"""The runs of a notebook's cells: which one it is now, and what is to happen before and after each.

Law of the file: what a cell runs in its turn, as some magics do, belongs to its own run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Final

from playground.notebook import kernel


class Runs:
    """Counts the runs of cells, from when somebody first listens.

    Attributes:
        number: Which run it is, or was last; 0 for all before the first that began meanwhile.
        cell: The cell of the notebook that runs, or ran last; "" where the frontend does not say.
    """

    def __init__(self) -> None:
        self.number = 0
        self.cell = ""
        self._message = ""
        self._shell: Any = None
        self._began: list[Callable[[], object]] = []
        self._ended: list[Callable[[], object]] = []

    @property
    def place(self) -> str:
        """What the cell is called that runs, or ran last: ``In[5]``; "" if that is not known."""
        number = kernel.number_now()
        return "" if number is None else f"In[{number}]"

    def listen(self, began: Callable[[], object], ended: Callable[[], object]) -> None:
        """Have something called before each cell, and something after it, from the next one on.

        Args:
            began, ended: Called on the kernel's main thread, where IPython runs.
        """
        self._begin()
        self._began.append(began)
        self._ended.append(ended)

    def _begin(self) -> None:
        ip = kernel.shell()
        if ip is None or ip is self._shell:
            return
        self._shell = ip
        self._message, self.cell = _asked_by(ip)
        ip.events.register("pre_run_cell", self._before)
        ip.events.register("post_run_cell", self._after)

    def _before(self, info: Any) -> None:
        message, cell = _asked_by(self._shell)
        if message and message == self._message:
            return
        self.number += 1
        self._message, self.cell = message, getattr(info, "cell_id", None) or cell
        for began in list(self._began):
            began()

    def _after(self, result: Any) -> None:
        for ended in list(self._ended):
            ended()


def _asked_by(ip: Any) -> tuple[str, str]:
    """Return the message that has the kernel run a cell, and which cell, where that is told."""
    with contextlib.suppress(Exception):
        parent = ip.get_parent()
        return str(parent["header"]["msg_id"]), str(parent["metadata"].get("cellId") or "")
    return "", ""


runs: Final = Runs()
"""Those of this kernel."""
