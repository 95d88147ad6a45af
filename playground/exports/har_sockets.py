"""How a WebSocket began and ended in a HAR of another program: each leaves out something else.

Law of the file: what is not there is said in a row of the lab's, and is nobody's doing.
"""

from __future__ import annotations

import re
from typing import Any, Final

from playground.exports import har_messages, lenient

ENDED: Final = "It ended here; who closed it, and how, is not in the file."
"""A row of the lab's: Chrome has the time at which a connection ended, and nothing else of it."""

UNWRITTEN: Final = "Its messages are not in the file."
"""A row of the lab's: Firefox writes no messages down."""

# What Chrome has of a refusal: a sentence among the messages. Of the answer it has nothing.
_REFUSED: Final = re.compile(r"Unexpected response code: ([1-9]\d\d)\b")

# Seconds by which a date in whole milliseconds may be too early.
_ROUNDED: Final = 0.002


def refusal(entry: dict[str, Any]) -> int:
    """Return the status that refused a handshake, by what Chrome says of it; 0 if it says none."""
    for each in lenient.items(entry, har_messages.FIELD):
        if isinstance(each, dict) and each.get("type") == "error":
            found = _REFUSED.search(lenient.first_text(each, "data") or "")
            if found:
                return int(found[1])
    return 0


def answered(entry: dict[str, Any], began: float, wait: float) -> float:
    """Return when a handshake was answered: Chrome counts its wait until the newest message."""
    first = har_messages.first_moment(entry)
    return began + wait if first is None else max(began, min(began + wait, first))


def ended(entry: dict[str, Any], began: float) -> float | None:
    """Return when a connection ended, which Chrome counts its time until; None if nobody knows.

    Of one that is open still its time ends with what it received last. Others count the handshake
    alone, so that the time is over before the last message.
    """
    last = har_messages.last_moment(entry)
    received = lenient.number(lenient.mapping(entry, "timings").get("receive")) or 0.0
    end = began + (lenient.number(entry.get("time")) or 0.0) / 1000
    if last is None or received <= 0 or end < last - _ROUNDED:
        return None
    return max(end, last)


def writes_messages(log: dict[str, Any], entries: list[Any]) -> bool:
    """Return whether whoever wrote a HAR has written messages of WebSockets into it, if any.

    Playwright leaves the field out where there were none.
    """
    creator = lenient.first_text(lenient.mapping(log, "creator"), "name")
    return creator == "Playwright" or any(
        isinstance(each, dict) and har_messages.FIELD in each for each in entries
    )
