"""Columns: how wide a text is in a monospaced font, and how to make it fit.

Law of the room: `ladder/layout.js` counts alike.
"""

from __future__ import annotations

from typing import Final

# Characters that take two columns (Unicode's East Asian Wide, and emoji), in ranges.
_WIDE: Final = (
    (0x1100, 0x115F), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1FAFF), (0x20000, 0x3FFFD),
)  # fmt: skip


def columns(text: str) -> int:
    """Return how many columns a text takes in a monospaced font."""
    if text.isascii():
        return len(text)
    return sum(2 if _is_wide(ord(char)) else 1 for char in text)


def _is_wide(code: int) -> bool:
    return code >= _WIDE[0][0] and any(first <= code <= last for first, last in _WIDE)


def shortened(text: str, room: int) -> str:
    """Return a text, or as much of it as fits into so many columns with an ellipsis."""
    if columns(text) <= room:
        return text
    if room < 1:
        return ""
    kept, used = "", 0
    for char in text:
        used += 2 if _is_wide(ord(char)) else 1
        if used > room - 1:
            break
        kept += char
    return kept + "…"
