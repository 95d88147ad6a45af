"""Old and new beside each other, as text and as static HTML, and where a message differs.

Law of the room: everything that came over a wire is scrubbed and escaped; inline styles may all be
stripped, and it still says what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Final

from playground.exports.ladder.svg import picture, shown_as_image
from playground.replays.comparing import Row
from playground.replays.heard import Heard
from playground.traffic.escapes import escaped
from playground.traffic.record import Record
from playground.traffic.summary import scrub

# Rows that are shown: who has more to look at looks at the ladders.
_MOST: Final = 40
_WIDE: Final = 70

# The newest rows of a ladder, and its pixels: two of them are what a page is wide.
_LADDER_ROWS: Final = 40
_LADDER: Final = 440

_LONGEST: Final = 2_000
_TOKENS: Final = re.compile(r"\w+|\W", re.DOTALL)

_CELL: Final = "padding:2px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere;"
_MONO: Final = "font-family:monospace;white-space:pre-wrap;"
_DEL: Final = "background:rgba(217,54,62,.22);text-decoration:line-through;"
_INS: Final = "background:rgba(0,158,115,.25);text-decoration:none;"

Piece = tuple[str, bool]
"""A piece of a message, and whether it differs."""


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what differs as lines of text."""
    for row in rows[:_MOST]:
        yield f"  {row.client}:"
        if row.old is not None:
            yield f"    - {scrub(_said(row.old))}"
        if row.new is not None:
            yield f"    + {scrub(_said(row.new))}"
    if len(rows) > _MOST:
        yield f"  … {len(rows) - _MOST} more"


def html(
    counts: str,
    sentence: str,
    notes: Sequence[str],
    compared: Sequence[Row],
    old: tuple[str, Record],
    new: tuple[str, Record],
) -> str:
    """Return a difference as static HTML.

    Args:
        counts, sentence, notes: What is said of it.
        compared: What each client heard, then and now.
        old, new: The names of the two conversations, and their traffic.
    """
    differs = [each for each in compared if each.kind != "same"]
    said = f"<b>{escape(scrub(sentence or 'Everything is as it was.'))}</b>"
    dim = "".join(f'<div style="opacity:.7">{escape(scrub(each))}</div>' for each in notes)
    parts = [f'<div>{said} <span style="opacity:.7">{escape(counts)}</span></div>{dim}']
    if differs:
        parts += [_table(differs, old[0], new[0]), _ladders(compared, old, new)]
    return "".join(parts)


def _table(differs: Sequence[Row], old: str, new: str) -> str:
    head = "".join(f'<th style="{_CELL}">{escape(each)}</th>' for each in ("", old, new))
    body = "".join(map(_row, differs[:_MOST]))
    more = len(differs) - _MOST
    rest = f'<tr><td colspan="3" style="{_CELL}">… {more} more</td></tr>' if more > 0 else ""
    style = "border-collapse:collapse;font-size:12px;margin:6px 0"
    rows = f"<thead><tr>{head}</tr></thead><tbody>{body}{rest}</tbody>"
    return f'<table style="{style}">{rows}</table>'


def _row(row: Row) -> str:
    one, other = pieces(row.old, row.new)
    cells = [
        f'<td style="{_CELL}min-width:5em;">{escape(scrub(row.client))}</td>',
        f'<td style="{_CELL}{_MONO}">{_marked(one, "del", _DEL)}</td>',
        f'<td style="{_CELL}{_MONO}">{_marked(other, "ins", _INS)}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _marked(parts: Sequence[Piece], tag: str, style: str) -> str:
    said = [
        f'<{tag} style="{style}">{escape(text)}</{tag}>' if differs else escape(text)
        for text, differs in parts
    ]
    return "".join(said)


def pieces(old: Heard | None, new: Heard | None) -> tuple[list[Piece], list[Piece]]:
    """Return both in pieces, with what differs in them; all of it where there is only one."""
    before, after = (scrub(_said(each)) if each is not None else "" for each in (old, new))
    if not before or not after:
        return [(before, True)] if before else [], [(after, True)] if after else []
    one, other = _TOKENS.findall(before), _TOKENS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for what, i, j, k, m in SequenceMatcher(None, one, other, False).get_opcodes():
        if i < j:
            left.append(("".join(one[i:j]), what != "equal"))
        if k < m:
            right.append(("".join(other[k:m]), what != "equal"))
    return left, right


def _said(heard: Heard) -> str:
    if heard.kind in ("message", "event") and isinstance(heard.data, str):
        whole = escaped(heard.data.strip() if heard.kind == "event" else heard.data)
        return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…"
    return heard.said(_LONGEST)


def _ladders(compared: Sequence[Row], old: tuple[str, Record], new: tuple[str, Record]) -> str:
    marked = (
        {each.old.seq: each.kind for each in compared if each.kind != "same" and each.old},
        {each.new.seq: each.kind for each in compared if each.kind != "same" and each.new},
    )
    figures = []
    for (name, record), marks in zip((old, new), marked, strict=True):
        drawn = picture(record, width=_LADDER, limit=_LADDER_ROWS, marks=marks)
        image = shown_as_image(drawn, f"Ladder of {name}; what differs is in the table above")
        caption = f'<figcaption style="font-size:12px">{escape(name)}</figcaption>'
        figures.append(f'<figure style="margin:0;flex:0 1 {_LADDER}px">{caption}{image}</figure>')
    row = f'<div style="display:flex;flex-wrap:wrap;gap:12px">{"".join(figures)}</div>'
    return f"<details><summary>Both as ladders</summary>{row}</details>"
