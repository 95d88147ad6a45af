"""The board's page: one document with its style and its script, which asks nobody but its board.

Law of the file: its policy names the one script and the one style that it has. What learners have
written reaches it over its WebSocket, and is set as text by that script.
"""

from __future__ import annotations

from functools import cache
from typing import Final

# What makes it of its files is imported when it is asked for: a learner's kernel has no page.
_FILES: Final = ("classroom/classroom.css", "classroom/page.css")


@cache
def page() -> str:
    """Return the page."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark"><title>The class</title>'
        f"<style>{_style()}</style></head>\n<body>\n"
        "<noscript>This page needs a browser that runs its script.</noscript>\n"
        f'<script type="module">{_script()}</script>\n</body></html>\n'
    )


@cache
def headers() -> tuple[tuple[str, str], ...]:
    """Return the headers of the page."""
    from playground.saved.packing import fingerprint

    policy = (
        f"default-src 'none'; script-src '{fingerprint(_script())}'; "
        f"style-src '{fingerprint(_style())}'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    )


@cache
def _script() -> str:
    from playground.saved.packing import shrunk
    from playground.widgets.composing import compose

    return shrunk(compose("page/classpage.js"))


@cache
def _style() -> str:
    from playground.widgets.composing import style

    return style(*_FILES)
