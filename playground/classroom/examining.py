"""What the doctor says of the class's board: whether this kernel is on it, and what is possible."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from playground.classroom.desk import desk, said_of
from playground.doctor import Finding

_PART: Final = "class board"

_CODE: Final = "print(classroom.code()) gives a line that the teacher pastes into the board."


def board() -> Finding | None:
    """Look whether this kernel is on a board, or whether it could be; None if nothing is to say."""
    if sys.platform == "emscripten":
        return Finding(_PART, "aside", "Python in the browser reaches no other kernel", _CODE)
    line = desk.line
    if line is not None and not (line.away or line.over):
        return Finding(_PART, "right", f"joined as {line.called or line.name}")
    if line is not None:
        alone = f" If each learner has a machine alone, it never is: {_CODE}" if line.away else ""
        return Finding(_PART, "wrong", said_of(line).rstrip("."), f"The checks go on.{alone}")
    if _has_a_machine_alone():
        told = "this user has a container alone, so that a board of another user is not reached"
        return Finding(_PART, "aside", told, _CODE)
    return None


def _has_a_machine_alone() -> bool:
    """Return whether a Hub has given this user a container, as those in a cloud do."""
    if "JUPYTERHUB_USER" not in os.environ:
        return False
    return "KUBERNETES_SERVICE_HOST" in os.environ or Path("/.dockerenv").exists()
