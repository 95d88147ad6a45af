"""Which worker of pytest-xdist runs which tests, and how many workers there are."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

_ROOT = Path(__file__).resolve().parent.parent


def how_many() -> int:
    """Return how many workers `-n auto` is: more than processors, because tests wait a lot."""
    return (os.cpu_count() or 1) * 3 // 2


class BySharing(LoadFileScheduling):  # type: ignore[misc] # it has no types
    """Gives a file to one worker, so that what its tests share is made once.

    All files that open notebooks are one worker's: they share a JupyterLab.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "JupyterLab" if _opens_notebooks(file) else file


@cache
def _opens_notebooks(file: str) -> bool:
    path = _ROOT / file
    return path.is_file() and "open_notebook" in path.read_text(encoding="utf-8")
