"""A placeholder for a program that cannot run here: it is false, and shows the reason."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterable


class Absent:
    """A placeholder for a program that cannot run here. It is false, and shows as the reason.

    Attributes:
        reason: A sentence: what is missing, and how to get it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.reason

    def _repr_markdown_(self) -> str:
        """Show it as the sentence it is: plain text is broken in the middle of a word."""
        return self.reason


def lacking(packages: Iterable[str]) -> Absent | None:
    """Return why Python programs that need these packages cannot run here, None if they can."""
    if sys.platform == "emscripten":
        return Absent(
            "There are no processes in a browser, so nothing runs here; "
            "in a JupyterLab on your machine, or on Binder, it does."
        )
    missing = [name for name in packages if not _is_installed(name)]
    if not missing:
        return None
    words = " and ".join(missing)
    names = " ".join(_DISTRIBUTIONS.get(name, name) for name in missing)
    return Absent(
        f"Not installed here: {words}. Run `%pip install {names}` in a cell, and this one again."
    )


def program(*names: str) -> str | None:
    """Return the path of the first of these programs that is installed, None without one."""
    return next((path for name in names if (path := shutil.which(name))), None)


# What a package is called where it is installed from, if not as it is imported.
_DISTRIBUTIONS = {
    "pytest_asyncio": "pytest-asyncio",
    "socketio": "'python-socketio[asyncio_client]'",
}


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
