"""The source that handlers stand in, as sheets of numbered lines: what a person looks at."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterable

from playground.sight.looking import Span
from playground.traffic.sheets import Sheet

# Of a longer one, so many lines are shown.
MOST_LINES = 400


def sheet_of(
    revision: int, name: str, span: Span, locate: Callable[[str], str | None]
) -> Sheet | None:
    """Return the lines of a span as a sheet; None if its file is not there any more."""
    place = locate(span.filename)
    last = min(span.last, span.first + MOST_LINES - 1)
    lines = linecache.getlines(span.filename)[span.first - 1 : last]
    if place is None or not lines:
        return None
    return Sheet(revision, name, place, span.first, tuple(line.rstrip("\r\n") for line in lines))


def besides(
    sheets: Iterable[Sheet], spans: dict[int, set[Span]], locate: Callable[[str], str | None]
) -> list[Sheet]:
    """Return sheets for the functions that handlers stand in and that no other sheet shows."""
    known, found = list(sheets), []
    for revision, each in sorted(spans.items()):
        for span in sorted(each):
            sheet = sheet_of(revision, "", span, locate)
            if sheet is not None and not _shown(sheet, known):
                found.append(sheet)
                known.append(sheet)
    return found


def _shown(sheet: Sheet, known: list[Sheet]) -> bool:
    last = sheet.first + len(sheet.lines) - 1
    return any(
        each.revision == sheet.revision
        and each.has(sheet.place, sheet.first)
        and each.has(sheet.place, last)
        for each in known
    )
