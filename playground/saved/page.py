"""The page of a record, and the frame that shows it in a notebook.

Law of the room: a page asks no host for anything and runs two scripts that its policy names; where
they are dropped, the table remains.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final
from uuid import uuid4

from playground.exports import html
from playground.saved.contents import contents
from playground.saved.packing import css, fingerprint, packed, script, unpacking
from playground.traffic.record import Record
from playground.widgets.row import sendable

LIMIT: Final = 5_000
"""Entries of a page: as many as a view holds."""

FRAMED: Final = 200
"""Entries of a frame, which a notebook grows by; as many as its table shows."""

# Pixels: bar, fourteen rows or twelve steps, words and foot.
_HEIGHT: Final = 520

# In markup that we wrote: what came over a wire has no quotation mark in it any more.
_STYLE: Final = re.compile(r'style="([^"]*)"')

_SCRIPTS: Final = "This page needs a browser that runs its script. Its rows as a table:"


def file(
    record: Record, limit: int | None = None, *, source: bool = True, plain: bool = False
) -> str:
    """Return a record as a page of its own, with the faces of the panel; it needs nothing else.

    Args:
        record: What to show.
        limit: How many entries at most, the newest; by default 5,000. What is left out is said.
        source: Whether the source of each revision goes along, for the ladder to show its lines.
        plain: Whether it is the table alone, of all entries, without a script.
    """
    if plain:
        return html.file(record, limit)
    most = LIMIT if limit is None else limit
    table = html.table(record, min(most, FRAMED))
    return _document(record, most, source, f"<p>{_SCRIPTS}</p>{_classed(table)}")


def framed(record: Record, limit: int = FRAMED) -> str:
    """Return markup that shows a record as a page in a frame, for a notebook.

    The frame runs scripts and may do nothing else; its table stands beside it, and is seen where
    the frame is dropped.

    Args:
        record: What to show.
        limit: How many entries at most, the newest.
    """
    mark = f"mpp-saved-{uuid4().hex[:12]}"
    document = escape(_document(record, limit, True, ""), quote=True)
    return (
        f'<div class="{mark}"><style>.{mark}:has(>iframe)>div{{display:none}}</style>'
        f'<iframe title="Ladder of the traffic" sandbox="allow-scripts" srcdoc="{document}" '
        f'style="border:0;color-scheme:light dark;display:block;height:{_HEIGHT}px;width:100%">'
        f"</iframe><div>{sendable(html.table(record, limit))}</div></div>"
    )


def _classed(table: str) -> str:
    """Return a table with its styles told once, as a page may: most of it is styles."""
    known: dict[str, str] = {}

    def name(style: re.Match[str]) -> str:
        return f'class="{known.setdefault(style[1], f"s{len(known)}")}"'

    rows = _STYLE.sub(name, table)
    rules = "".join(f".{name}{{{style}}}" for style, name in known.items())
    return f"<style>{rules}</style>{rows}"


def _document(record: Record, limit: int, source: bool, instead: str) -> str:
    """Return a page.

    Args:
        instead: Markup for where its scripts do not run.
    """
    held = contents(record, limit, source=source)
    everything = packed({"css": css(), "script": script(), "held": held})
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark"><title>Traffic</title></head>\n'
        '<body style="font-family:system-ui,sans-serif;margin:1em">\n'
        f'<div id="instead">{instead}</div>\n'
        f'<script type="text/plain" id="packed">{everything}</script>\n'
        f'<script type="module">{unpacking()}</script>\n</body></html>\n'
    )
    return sendable(page)


def _policy() -> str:
    scripts = " ".join(f"'{fingerprint(each)}'" for each in (unpacking(), script()))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
