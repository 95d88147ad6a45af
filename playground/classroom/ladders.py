"""The ladder of one check: the messages that its clients sent and received, as a picture."""

from __future__ import annotations

from typing import Final

from playground.classroom import limits
from playground.classroom.standings import Kept

# Pixels, and rows: as wide as a teacher's pane, and no longer than is read.
_WIDTH: Final = 640
_ROWS: Final = 40


def ladder_of(kept: Kept) -> str:
    """Return what a check played as an SVG document; if nothing is left of it, an empty one."""
    from playground.exports.ladder.svg import picture

    lab = kept.lab()
    first, last = kept.rows
    wanted = "client:check*" if lab is not None and last > first else ""
    if lab is None or not wanted:
        return _nothing()
    played = lab.log.filter(wanted).filter(lambda entry: first < entry.seq <= last)
    drawn = picture(played, width=_WIDTH, limit=_ROWS)
    return drawn if len(drawn) <= limits.LADDER else _nothing()


def _nothing() -> str:
    words = "Nothing of the check is in the log any more."
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="40">'
        '<rect width="320" height="40" rx="4" fill="#fff"/>'
        f'<text x="8" y="24" font-family="sans-serif" font-size="13">{words}</text></svg>'
    )
