"""Pieces of SVG for a ladder's picture: lines, arrow heads, words and colours.

Law of the room: every colour stands in an attribute, for light; a class beside it turns dark where
styles are kept. No markers, gradients or fonts of our own: any program that opens SVG draws these.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

SANS: Final = "system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,sans-serif"
_MONO: Final = "ui-monospace,SF Mono,Menlo,Consolas,DejaVu Sans Mono,monospace"

# Light, dark. The classes are long: in a page, a picture's styles reach all of it.
_COLOURS: Final = {
    "ground": ("#ffffff", "#181818"),
    "ink": ("#1f1f1f", "#e4e4e4"),
    "dim": ("#696969", "#a0a0a0"),
    "line": ("#c4c4c4", "#4d4d4d"),
    "band": ("#f3f3f3", "#2a2a2a"),
    "server": ("#757575", "#929292"),
    "brand": ("#1565c0", "#64b5f6"),
    "tint": ("#e8f1fb", "#17324a"),
    "error": ("#c62828", "#ef9a9a"),
    "thread": ("#b26a00", "#d09a4a"),
}


def dark() -> str:
    """Return the styles that turn a picture dark where everything else is."""
    rules = (
        f".mpp-svg-f-{name}{{fill:{tone}}}.mpp-svg-s-{name}{{stroke:{tone}}}"
        for name, (_, tone) in _COLOURS.items()
    )
    return f"@media(prefers-color-scheme:dark){{{''.join(rules)}}}"


def paint(*, fill: str = "", stroke: str = "") -> str:
    """Return the attributes that colour an element.

    Args:
        fill, stroke: A name of a colour that turns dark, or one such as ``#0072b2`` that does not.
    """
    classes = [f"mpp-svg-f-{fill}"] if fill in _COLOURS else []
    classes += [f"mpp-svg-s-{stroke}"] if stroke in _COLOURS else []
    named = f'class="{" ".join(classes)}" ' if classes else ""
    filled = f'fill="{_light(fill) or "none"}"'
    return named + filled + (f' stroke="{_light(stroke)}"' if stroke else "")


def _light(colour: str) -> str:
    return _COLOURS[colour][0] if colour in _COLOURS else colour


def path(d: str, stroke: str, width: float, more: str = "") -> str:
    """Return a line along a path."""
    return f'<path d="{d}" {paint(stroke=stroke)} stroke-width="{width:g}"{more}/>'


def box(x: float, y: float, width: float, height: float, colours: str, round_: int = 0) -> str:
    """Return a rectangle."""
    corner = f' rx="{round_}"' if round_ else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corner} {colours}/>'


def dot(x: int, y: int, radius: float, colours: str) -> str:
    """Return a small circle."""
    return f'<circle cx="{x}" cy="{y}" r="{radius:g}" {colours}/>'


def words(
    x: float,
    y: float,
    said: str,
    tone: str,
    anchor: str = "start",
    size: float = 12,
    *,
    bold: bool = False,
    mono: bool = False,
    apart: bool = False,
) -> str:
    """Return a line of text.

    Args:
        apart: Keep it apart from lines behind it, by a rim in the colour of the ground. Drawn
            beneath as a text of its own: not every program knows `paint-order`.
    """
    if not said:
        return ""
    font = f' font-family="{_MONO}"' if mono else ""
    weight = ' font-weight="600"' if bold else ""
    where = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size:g}"{font}{weight}'
    text = f"{paint(fill=tone)}>{escape(said, quote=False)}</text>"
    if not apart:
        return f"<text {where} {text}"
    rim = paint(fill="ground", stroke="ground")
    under = f'{rim} stroke-width="8" stroke-linejoin="round" aria-hidden="true"'
    return f"<text {where} {under}>{escape(said, quote=False)}</text>\n<text {where} {text}"


def thread(x: int, top: int, ends: Sequence[int], out: int) -> str:
    """Return the path of a thread that leaves a lane at `top` and comes back to it at `ends`."""
    far = x + out
    turns = (f"M{far} {end - 5}Q{far} {end} {far - 5} {end}H{x + 3}" for end in ends)
    return f"M{x} {top}H{far - 5}Q{far} {top} {far} {top + 5}V{ends[-1] - 5}{''.join(turns)}"


def cross(x: int, y: int) -> str:
    """Return the path of a cross: where a connection ends."""
    return f"M{x - 4} {y - 4}l8 8M{x - 4} {y + 4}l8 -8"


def chevron(x: int, y: int, way: int) -> str:
    """Return the path of an open head that points right (1) or left (-1)."""
    return f"M{x - way * 7} {y - 4}L{x - way} {y}L{x - way * 7} {y + 4}"


def head(x: int, y: int, way: int) -> str:
    """Return the path of a filled head that points right (1) or left (-1)."""
    return f"M{x} {y}l{-way * 9} -4.5v9z"
