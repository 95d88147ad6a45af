"""Whether what stands in a file is all of it, or somebody is still writing.

Most editors write a file whole, or give another one its name. Some empty it first and write it in
pieces; a piece may be good Python, and would take the stage without what comes after it.
"""

from __future__ import annotations

from typing import Final

# Seconds that a file has to stay as it is to count as written, and one that looks like a piece.
QUIET: Final = 0.04
LONG: Final = 0.3

# Programs write in blocks of so many bytes.
_BLOCK: Final = 4096


def quiet_for(old: bytes | None, new: bytes | None) -> float:
    """Return how many seconds a file has to stay as it is to count as written.

    Args:
        old: What stood in it when it was last known to be whole; None if that is not known.
        new: What stands in it; None if it is not there.
    """
    if new == old:
        return 0.0
    return LONG if old is not None and new is not None and _looks_like_a_piece(old, new) else QUIET


def _looks_like_a_piece(old: bytes, new: bytes) -> bool:
    """Return whether a text ends where nobody is likely to have ended it on purpose."""
    if new and len(new) % _BLOCK == 0:
        return True
    if _last(new) == _last(old):
        return False
    return not new.endswith(b"\n") or new.count(b"\n") < old.count(b"\n")


def _last(text: bytes) -> bytes:
    return text.rstrip().rpartition(b"\n")[2]
