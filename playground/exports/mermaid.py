"""A record as a Mermaid sequence diagram: for Markdown, which JupyterLab and GitHub then draw.

Law of the room: whatever came over a wire is a label and nothing else. What Mermaid would read as
more than a letter is written as an entity (``#59;``), as its manual says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from playground.traffic.escapes import escaped
from playground.traffic.frames import without_frames
from playground.traffic.model import Entry
from playground.traffic.record import Record
from playground.traffic.summary import client_of, handler_of, joined, one_line, scrub, what

# Mermaid draws at most 50,000 characters, and a diagram of more rows is nothing to look at.
LIMIT: Final = 200

# Characters of a label and of a name: it stands in one line, over an arrow.
_WIDTH: Final = 44
_NAME: Final = 24

# Entities and the end of a statement, HTML, comments and directives (%%{), mathematics ($$), and
# Markdown's backticks.
_SPECIAL: Final = re.compile(r"[#;<>&%$`]")

# Mermaid looks for these wherever they stand: the first two as if they were in a flowchart, the
# others at the start of a label.
_WORDS: Final = re.compile(r"s(?=tyle)|c(?=lassDef)|^(?:\s*:)?\s*(?:no)?w(?=rap:)")

_SERVER: Final = "server"
_ARROWS: Final = {"accept": "-->>", "refuse": "--x", "close": "-x", "open": "-->>"}


def dumps(record: Record, limit: int = LIMIT) -> str:
    """Return the newest entries of a record as a Mermaid sequence diagram.

    Args:
        limit: Entries to draw; a note says how many were left out.
    """
    # The frames of a message would only repeat it, unless nothing else is asked for.
    drawn = list(without_frames(record)) or list(record)
    shown = drawn[-limit:] if limit else []
    lanes = _lanes(record, shown)
    across = ",".join([_SERVER, *list(lanes.values())[-1:]])
    lines = [f"participant {_SERVER}"]
    lines += [f"participant {lane} as {_label(name[:_NAME])}" for name, lane in lanes.items()]
    if len(drawn) > len(shown):
        lines.append(f"Note over {across}: … {len(drawn) - len(shown):,} earlier")
    lines += [_line(record, entry, lanes.get(client_of(record, entry)), across) for entry in shown]
    return "\n".join(["sequenceDiagram", *(f"    {each}" for each in lines)]) + "\n"


def _lanes(record: Record, shown: Iterable[Entry]) -> dict[str, str]:
    """Return a lane's id for each client that is to be seen, in the order they came."""
    names = dict.fromkeys(client_of(record, entry) for entry in shown)
    return {name: f"c{number}" for number, name in enumerate(filter(None, names), 1)}


def _line(record: Record, entry: Entry, lane: str | None, across: str) -> str:
    if entry.sender == "lab" or lane is None:
        return f"Note over {across}: {_label(what(entry, _WIDTH))}"
    if entry.kind == "exception":
        return f"Note right of {_SERVER}: {_label(joined(what(entry, _WIDTH), handler_of(entry)))}"
    if entry.kind == "pause":
        return f"Note right of {_SERVER}: {_label(what(entry, _WIDTH))}"
    if entry.kind == "print":
        return f"Note right of {_SERVER}: {_label(f'printed {what(entry, _WIDTH)}')}"
    if entry.kind == "state":
        return f"Note right of {_SERVER}: {_label(what(entry, _WIDTH))}"
    ends = (lane, _SERVER) if entry.sender == "client" else (_SERVER, lane)
    arrow = _ARROWS.get(entry.kind, "->>")
    return f"{ends[0]}{arrow}{ends[1]}: {_label(one_line(record, entry, _WIDTH))}"


def _label(text: str) -> str:
    """Return text as Mermaid will show it: one line, never empty, nothing in it special."""
    said = escaped(scrub(text)).strip() or "(empty)"
    said = said if len(said) <= _WIDTH else f"{said[: _WIDTH - 1]}…"
    said = _SPECIAL.sub(lambda found: _entity(found[0]), said)
    return _WORDS.sub(lambda found: found[0][:-1] + _entity(found[0][-1]), said)


def _entity(character: str) -> str:
    return f"#{ord(character)};"
