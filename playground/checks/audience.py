"""Who hears of each result of a check: the class's board and the file of progress, if they are.

Law of the file: a check tells what came of it, and waits for nobody who hears it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from playground.checks.results import Result
    from playground.lab import Lab

_log = logging.getLogger(__name__)


class Heard(NamedTuple):
    """A result, and where it is from.

    Attributes:
        result: The result; it is not ``"checking"``.
        lab: The lab that was checked.
        rows: The numbers of the rows between which the check played: after the first, up to the
            second.
    """

    result: Result
    lab: Lab
    rows: tuple[int, int]


class Audience(Protocol):
    """What checks know of a class."""

    def hear(self, heard: Heard) -> None:
        """Take notice of a result; it returns at once, on whichever thread it is called."""

    def join(self, to: Any) -> object:
        """Take part in the board that `check` was given as ``to``; it returns at once."""
        ...

    def standing(self) -> dict[str, Any]:
        """Return how the kernel stands with its board, as something JSON can say; {} if none."""
        ...

    def ask_for_help(self, exercise: str) -> str:
        """Ask for help with an exercise; return what came of it, as a sentence."""
        ...


class _Nobody:
    def hear(self, heard: Heard) -> None:
        pass

    def join(self, to: Any) -> None:
        raise RuntimeError("expected playground.classroom, which was not imported; import it")

    def standing(self) -> dict[str, Any]:
        return {}

    def ask_for_help(self, exercise: str) -> str:
        raise ValueError("there is no board to ask at")


_audience: Final[list[Audience]] = [_Nobody()]


def audience() -> Audience:
    """Return who hears of results in this kernel."""
    return _audience[-1]


def begin(heard_by: Audience) -> None:
    """Have somebody hear of every result from now on."""
    _audience[:] = [heard_by]


def tell(heard: Heard) -> None:
    """Tell a result; what goes wrong with who hears it is not the check's."""
    try:
        audience().hear(heard)
    except Exception:
        _log.exception("a result could not be told")
