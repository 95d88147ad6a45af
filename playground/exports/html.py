"""A log as a static HTML table: for a saved notebook, on GitHub, nbviewer and in an export.

Law of the room: a plain table with inline styles that may all be stripped, in colours that are
legible on light and dark; everything that came over a wire is scrubbed and escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from playground.exports.text import SIZED, counted, delta, footer
from playground.traffic.escapes import escaped
from playground.traffic.frames import without_frames
from playground.traffic.model import Entry
from playground.traffic.record import Record
from playground.traffic.summary import (
    Group,
    client_of,
    fold,
    handler_of,
    is_error,
    kind_of,
    preview,
    readable,
    scrub,
    sized,
    what,
    who,
)

# What a saved notebook should grow by, at most some 60 kB.
LIMIT: Final = 200

# Characters of a payload: with the other columns about what a page is wide.
WIDTH: Final = 80

ONE_WIDTH: Final = (
    "font-family:var(--jp-code-font-family,monospace);font-size:12px;line-height:1.4;"
    "white-space:pre;overflow-x:auto"
)
"""For characters that stand in columns. A page made by nbconvert has no such letters of its own."""

# Okabe-Ito: told apart by people who see colours differently, on both grounds.
CLIENT_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
# Mixed with the ink around it a red is legible on both grounds, where a page leaves that in.
_RED: Final = "color:#d9363e;color:color-mix(in srgb,#d9363e 78%,currentColor);"
# What somebody tells of the entry below.
_TOLD: Final = "font-style:italic;padding-top:8px;white-space:normal;"
_DIM: Final = "opacity:.65;"
_CELL: Final = "padding:1px 8px;text-align:left;white-space:nowrap;"
_WRAP: Final = "white-space:normal;overflow-wrap:anywhere;"
_RIGHT: Final = "padding:1px 8px;text-align:right;white-space:nowrap;opacity:.65;"
_LIFE: Final = frozenset({"open", "accept", "close", "print", "state", "frame", "link"})
_QUOTED: Final = frozenset({"text", "binary", "body", "event", "print", "state"})


def table(
    record: Record,
    limit: int = LIMIT,
    names: Mapping[str, int] | None = None,
    *,
    frames: bool = True,
) -> str:
    """Return the newest rows of a log as an HTML table, oldest first.

    Args:
        limit: Entries to show; the table says how many were left out.
        names: Client name → index of its colour; without it the order of appearance counts.
        frames: Whether frames are shown; the footer says how many are not.
    """
    record = record if frames else without_frames(record)
    colours = dict(names or {})
    rows = []
    earlier = max(0, len(record) - limit)
    if earlier:
        rows.append(_wide(f"… {counted(earlier, 'earlier entry', 'earlier entries')}", _DIM))
    previous = None
    told = record.words or {}
    for group in fold(record[-limit:] if limit else ()):
        words = [told[entry.seq] for entry in group.entries if entry.seq in told]
        rows += [_wide(escaped(scrub(each)), _TOLD) for each in words]
        rows.append(_row(record, group, previous, colours))
        previous = group.first.at
    if not len(record):
        rows.append(_wide("Nothing has passed yet.", _DIM))
    return (
        '<table style="border-collapse:collapse;font-size:12px">'
        f"{_HEAD}<tbody>{''.join(rows)}{_wide(footer(record), _DIM)}</tbody></table>"
    )


def preformatted(text: str) -> str:
    """Return text as HTML that keeps its columns, on every page that shows a notebook."""
    return f'<pre style="{ONE_WIDTH}">{escape(text)}</pre>'


_HEAD: Final = (
    f'<thead><tr><th style="{_RIGHT}">#</th><th style="{_RIGHT}">Δt</th>'
    f'<th style="{_CELL}">who → whom</th><th style="{_CELL}">what</th>'
    f'<th style="{_RIGHT}">size</th></tr></thead>'
)


def _wide(text: str, style: str) -> str:
    return f'<tr><td colspan="5" style="{_CELL}{style}">{escape(text)}</td></tr>'


def _row(record: Record, group: Group, previous: float | None, colours: dict[str, int]) -> str:
    entry = group.first
    stripe = _stripe(record, group, colours)
    cells = [
        f'<td style="{_RIGHT}{stripe}">{entry.seq}</td>',
        f'<td style="{_RIGHT}">{delta(entry.at, previous)}</td>',
    ]
    if entry.sender == "lab":
        said = escape(scrub(what(entry)))
        cells.append(f'<td colspan="3" style="{_CELL}{_WRAP}"><b>{said}</b></td>')
    else:
        tone = _tone(entry)
        size = sized(entry.size) if entry.kind in SIZED else ""
        cells += [
            f'<td style="{_CELL}{tone}">{_who(record, group)}</td>',
            f'<td style="{_CELL}{_WRAP}{tone}">{_what(record, entry)}</td>',
            f'<td style="{_RIGHT}">{size}</td>',
        ]
    return f"<tr>{''.join(cells)}</tr>"


def _stripe(record: Record, group: Group, colours: dict[str, int]) -> str:
    client = client_of(record, group.first)
    if not client or len(group.entries) > 1:
        return "border-left:3px solid transparent;"
    index = colours.setdefault(client, len(colours))
    return f"border-left:3px solid {CLIENT_COLOURS[index % len(CLIENT_COLOURS)]};"


def _tone(entry: Entry) -> str:
    if is_error(entry):
        return _RED
    return _DIM if entry.kind in _LIFE else ""


def _who(record: Record, group: Group) -> str:
    """Return who → whom, the client in bold: where styles are stripped, that stays."""
    entry = group.first
    if entry.kind in ("exception", "pause", "print", "state"):
        return escape(f"in {handler_of(entry)}" if handler_of(entry) else who(record, group))
    left, arrow, right = escape(escaped(scrub(who(record, group)))).partition(" → ")
    if entry.sender == "client":
        return f"<b>{left}</b>{arrow}{right}"
    return f"{left}{arrow}<b>{right}</b>"


def _what(record: Record, entry: Entry) -> str:
    said = escape(scrub(what(readable(record, entry), WIDTH)))
    kind = escape(scrub(kind_of(record, entry)))
    if entry.kind == "response" and kind not in ("", "binary"):
        payload = escape(scrub(preview(readable(record, entry).data, WIDTH) or entry.note or ""))
        return f"{entry.code} <i>{kind}</i> <code>{payload}</code>"
    kind = f"<i>{kind}</i> " if kind else ""
    return f"{kind}<code>{said}</code>" if entry.kind in _QUOTED and said else said


def file(record: Record, limit: int | None = None) -> str:
    """Return a page of all rows of a record, or the newest; light or dark as the reader likes."""
    rows = table(record, len(record) if limit is None else limit)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>Traffic</title></head>\n'
        f'<body style="font-family:system-ui,sans-serif;margin:1.5em">\n{rows}\n'
        "</body></html>\n"
    )
