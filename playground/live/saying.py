"""What an exception says, asked for in a cell: in time, though it never ends saying it.

On the thread of the cells only who interrupts the cell could end it. So it is said on another.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Final, NamedTuple

from micropie import failures
from playground.notebook import kernel
from playground.transports import Blocked
from playground.watchdog.breaking import break_out, can_raise

# Seconds that an exception may take to say what it is.
_PATIENCE: Final = 1.0

# Under which name an exception keeps what it has said: it is asked more than once.
_KEPT: Final = "__said__"

# What needs no time, where that is all that an exception was raised with.
_PLAIN: Final = (str, bytes, int, float, bool, type(None))
_QUICK: Final = (BaseException.__str__, KeyError.__str__, OSError.__str__)


class Said(NamedTuple):
    """What an exception says.

    Attributes:
        words: It, cut where it is long.
        in_time: Whether it came to an end by itself.
    """

    words: str
    in_time: bool = True


class _NeverCame(Blocked):
    """Raised in what an exception says, to end it."""


def said(error: BaseException) -> Said:
    """Return what an exception says, within a second or so."""
    if _is_quick(error) or not can_raise():
        return Said(failures.words_of(error))
    with suppress(Exception):
        kept = BaseException.__getattribute__(error, _KEPT)
        if isinstance(kept, Said):
            return kept
    found = _said_elsewhere(error)
    with suppress(Exception):
        BaseException.__setattr__(error, _KEPT, found)
    return found


def words_of(error: BaseException) -> str:
    """Return the words of what an exception says."""
    return said(error).words


def _is_quick(error: BaseException) -> bool:
    plain = type(error).__str__ in _QUICK and type(error).__repr__ is BaseException.__repr__
    return plain and all(type(each) in _PLAIN for each in error.args)


def _said_elsewhere(error: BaseException) -> Said:
    found: list[str] = []

    def say() -> None:
        with suppress(_NeverCame):
            found.append(failures.words_of(error))

    thread = threading.Thread(target=say, name="playground-saying", daemon=True)

    def ends(seconds: float) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    thread.start()
    if ends(_PATIENCE):
        return Said(found[0] if found else "")
    break_out(thread, _NeverCame, kernel.place_of, ends)
    return Said(f"what it says never came: it took more than {_PATIENCE:g} s", in_time=False)
