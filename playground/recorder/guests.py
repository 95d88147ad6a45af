"""What the log calls a guest: what it calls itself, unless somebody of the lab's is called so.

Law of the room: a guest's name can be read as no other than it is. What nobody sees in it is
written out, and what looks like an own client's name gets a number.
"""

from __future__ import annotations

import unicodedata
from itertools import count
from typing import Final

from playground.traffic.escapes import escaped

# What the lab itself says in a place where others have their names.
RESERVED: Final = ("check", "notebook", "server", "lab")

# A load test may open a million clients of its own.
MAX_OWN: Final = 10_000


class Guests:
    """Names guests, apart from the lab's own clients."""

    def __init__(self) -> None:
        self._own = {_looks(name): None for name in RESERVED}

    def keep_from(self, name: str) -> bool:
        """Note the name of an own client, which no guest has from now on; return whether it is new.

        Args:
            name: Its name.
        """
        looks = _looks(name)
        if looks in self._own:
            return False
        if len(self._own) >= MAX_OWN:
            del self._own[list(self._own)[len(RESERVED)]]
        self._own[looks] = None
        return True

    def named(self, name: str) -> str:
        """Return what a guest is called that calls itself so: ``alice-2`` for a second alice.

        Args:
            name: What it calls itself.
        """
        seen = escaped(name).strip() or "guest"
        if _looks(seen) not in self._own:
            return seen
        numbered = (f"{seen}-{number}" for number in count(2))
        return next(each for each in numbered if _looks(each) not in self._own)


def _looks(name: str) -> str:
    """Return a name as it looks: without spaces, width, ligatures, or capitals."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
