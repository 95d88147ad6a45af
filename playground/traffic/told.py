"""What an exception says, however long it is, and whether or not it comes to an end."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

# Characters kept of what an exception says: more than anybody reads, and no more than a log, a cell
# and a page of a browser take in their stride.
MOST: Final = 10_000

# Characters kept of its end, where it is cut: there may be what it is about.
_END: Final = 1_000

# Exceptions named of a group that has many.
_MANY: Final = 20


def told(error: BaseException) -> str:
    """Return the words of an exception, as the last line of a traceback has them.

    Those of an exception group end with its exceptions' own. Of one that fails to say anything, the
    name; of one that had to be stopped while it was saying it, also why.
    """
    name = type(error).__name__
    words = words_of(error)
    said = f"{name}: {words}" if words else name
    if not isinstance(error, BaseExceptionGroup):
        return said
    inner = [told(each) for each in error.exceptions[:_MANY]]
    inner += ["…"] if len(error.exceptions) > _MANY else []
    return cut(f"{said}: {', '.join(inner)}")


def words_of(error: BaseException) -> str:
    """Return what an exception says, cut where it is too long."""
    try:
        return cut(str(error))
    except Exception:
        return ""
    except BaseException as fault:  # what it says never came to an end, and somebody ended that
        with suppress(BaseException):
            return f"what it says never came: {cut(str(fault)) or type(fault).__name__}"
        return ""


def cut(text: str) -> str:
    """Return a text, without its middle if it is long."""
    if len(text) <= MOST:
        return text
    return f"{text[: MOST - _END]} … ({len(text):,} characters in all) … {text[-_END:]}"
