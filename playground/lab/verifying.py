"""Whether a breakpoint can ever stop anybody: said when it is set, and followed into newer code."""

from __future__ import annotations

import os
import re
import sys
from typing import Final

from playground.gates.breakpoints import only_client
from playground.lab.asking import clients_in, some
from playground.lab.lines import Spot, advice, spots_of
from playground.live.staging import Staging
from playground.notebook import kernel
from playground.traffic.log import Log
from playground.traffic.model import MESSAGES

# A cell or a file, and the number of a line; and as a person says it, or a traceback.
_LINE: Final = re.compile(r"(.+):([1-9]\d*)")
_SAID: Final = re.compile(
    r"(?:File )?[\"']?(In ?\[\d+\]|[^\s\"',]+\.py)[\"']?(?::|,? line )([1-9]\d*)"
)

_CELL: Final = re.compile(r"In\[(\d+)\]")
_KINDS: Final = re.compile(r'(?<![\w"-])kind:([\w,]+)')
_SERVER: Final = re.compile(r'(?<![\w"-])dir:server\b')

_NAMED: Final = 5

# What is meant as a line, and names none.
_NO_LINE: Final = re.compile(r"In ?\[\d+\](?::\S*)?")


def line_said(which: str) -> str | None:
    """Return the line that a text is, if it is one and no filter: ``In[5]:12``, or in words."""
    found = _SAID.fullmatch(which.strip())
    return f"{found[1].replace(' ', '')}:{found[2]}" if found else None


def checked_line(line: object) -> str:
    """Return a line as rows have it, however a person says it.

    Raises:
        ValueError: If it is none.
    """
    if isinstance(line, str) and (_LINE.fullmatch(line) or line_said(line)):
        return line_said(line) or line
    raise ValueError(
        f"expected a line as rows and lab.handlers() have it, got {line!r}; write line='In[5]:12'"
    )


def check_which(which: str, client: str | None = None) -> None:
    """Check that a filter can find a message of a client.

    Args:
        which: The filter.
        client: Whose messages alone are meant.

    Raises:
        ValueError: If it cannot.
    """
    if _NO_LINE.fullmatch(which.strip()):
        place = which.strip().partition("]")[0].replace(" ", "")
        raise ValueError(
            f"expected a filter, or a line with its number, got {which!r}; write "
            f"line='{place}]:12', or in quotes to look for it as text"
        )
    if client == "":
        raise ValueError("expected client= as a name, got ''; leave it out for everybody")
    alone = only_client(which)
    if client is not None and alone and alone.lower() != client.lower():
        raise ValueError(
            f"expected a filter for messages of {client!r}, got {which!r}; no message is of both: "
            "leave client= out"
        )
    kinds = [each for found in _KINDS.findall(which) for each in found.split(",") if each]
    if (kinds and not any(each in MESSAGES for each in kinds)) or _SERVER.search(which):
        raise ValueError(
            f"expected a filter that finds what a client has sent, got {which!r}; a handler pauses "
            "at a message that it has got: write kind:text or kind:binary, or no kind: and no dir:"
        )


class Verifying:
    """Knows at which lines a handler of a lab's can stand, and which clients there are.

    Args:
        staging: Knows the code.
        log: Knows the clients.
    """

    def __init__(self, staging: Staging, log: Log) -> None:
        self._staging = staging
        self._log = log

    @property
    def revision(self) -> int:
        """The number of the code on stage."""
        return self._staging.number

    def spots(self) -> list[Spot]:
        """Return the lines of the code on stage."""
        app = self._staging.app
        return [] if app is None else spots_of(app)

    def _all_spots(self) -> list[Spot]:
        """Return those of older code too, which sockets may still have."""
        kept = (each.served() for each in self._staging.revisions.kept if each.served is not None)
        older = [spot for app in kept if app is not None for spot in spots_of(app)]
        return [*self.spots(), *older]

    def check_line(self, line: str) -> str:
        """Return why a line cannot stop anybody yet, as a sentence; "" if it can.

        Raises:
            ValueError: If it never can.
        """
        spots = self._all_spots()
        if any(each.line == line for each in spots):
            return ""
        why = advice(line, spots) or self._never(line)
        if why:
            raise ValueError(
                f"expected a line at which a handler can stand still, got {line!r}; {why}"
            )
        return self._not_yet(line)

    def _never(self, line: str) -> str:
        """Return why a place has no such line, and never will; "" if that is not known."""
        place = line.rpartition(":")[0]
        cell = _CELL.fullmatch(place)
        files = (spot.line.rpartition(":")[0] for spot in self.spots())
        others = ", ".join(list(dict.fromkeys(files))[:_NAMED]) or "none yet"
        if cell is None or place in self._places_of_old():
            return ""
        latest = kernel.number_now()
        if kernel.has_run(int(cell[1])):
            return f"{place} has no function that awaits; lines of handlers are in {others}"
        if latest is not None and int(cell[1]) <= latest:
            return f"no code is called {place} any more; lines of handlers are in {others}"
        return ""

    def _places_of_old(self) -> set[str | None]:
        kept = self._staging.revisions.kept
        return {kernel.place_of(each.filename) for one in kept for each in one.statements}

    def _not_yet(self, line: str) -> str:
        place = line.rpartition(":")[0]
        if place in self._places_of_old():
            return ""
        if _CELL.fullmatch(place):
            return f"no cell has run as {place} yet"
        loaded = (getattr(each, "__file__", None) for each in list(sys.modules.values()))
        if any(os.path.basename(each) == place for each in loaded if isinstance(each, str)):
            return f"{place} has no function that awaits"
        return f"no file {place} has been loaded yet"

    def check_client(self, which: str, client: str | None) -> str:
        """Return that nobody is called as a breakpoint asks, as a sentence; "" if somebody is."""
        asked = client or only_client(which)
        known = clients_in(self._log)
        # A filter does not look at upper and lower case; `client` is the name as it is.
        if not asked or (client or asked.lower()) in (known if client else map(str.lower, known)):
            return ""
        there = f"; there are {some(known)}" if known else ""
        return f"no client is called {asked!r} yet{there}"
