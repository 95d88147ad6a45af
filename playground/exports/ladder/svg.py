"""A ladder as an SVG picture: a file of its own, for a page, a slide, a saved notebook.

Law of the room: light and dark come from the picture itself, on a ground of its own, so that it
can be read wherever it is put.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import floor
from typing import Final

from playground.exports.html import CLIENT_COLOURS
from playground.exports.ladder.columns import columns, shortened
from playground.exports.ladder.lanes import GUTTER, Lane
from playground.exports.ladder.layout import (
    CHAR,
    CHIP_CHAR,
    CHIP_EDGES,
    LINE,
    ROW,
    Ladder,
    Placed,
    lay_out,
    width_of,
)
from playground.exports.ladder.steps import Step, aloud, effects, joined_in, newest
from playground.exports.ladder.svg_paint import (
    SANS,
    box,
    chevron,
    cross,
    dark,
    dot,
    head,
    paint,
    path,
    thread,
    words,
)
from playground.exports.text import counted, footer
from playground.traffic.record import Record

# What a page of a notebook is wide.
WIDTH: Final = 900
NARROWEST: Final = 240
WIDEST: Final = 10_000

# A picture with more rows is a scroll that nobody reads, and programs open it slowly.
LIMIT: Final = 1_000

# Room for the names above, and for what the log holds below.
_NAMES: Final = 44
_FOOT: Final = 30
# Names are repeated after so many steps: nobody scrolls back to see whose lane it is.
_AGAIN: Final = 40
# A shorter ladder is seen at once, and needs no names at its end.
_SHORT: Final = 12

# Halves of surrogate pairs, and what no XML may have (XML 1.0, 2.2).
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")

_MONO: Final = frozenset({"text", "binary", "body", "event", "response", "print", "state"})


def picture(
    record: Record,
    *,
    width: int = WIDTH,
    limit: int = LIMIT,
    order: Mapping[str, int] | None = None,
    marks: Mapping[int, str] | None = None,
) -> str:
    """Return a record's ladder as an SVG document, oldest row first.

    Args:
        width: Pixels; fewer than 240 are taken as 240.
        limit: Rows to show, the newest; the picture says how many entries were left out.
        order: Client name → number in the order of joining, which is its colour's too; by default
            as the record has them.
        marks: Number of a row → a few words that mark it.
    """
    shown, earlier = newest(record, limit)
    known = joined_in(record) if order is None else dict(order)
    laid_out = lay_out(shown, known, max(width, NARROWEST))
    return draw(laid_out, earlier, known, footer(record), marks)


def draw(
    ladder: Ladder,
    earlier: int,
    order: dict[str, int],
    foot: str,
    marks: Mapping[int, str] | None = None,
) -> str:
    """Return a laid-out ladder as an SVG document.

    Args:
        earlier: Entries that were left out before the first step.
        order: Client name → number of its colour.
        foot: A line at the bottom.
        marks: Number of a row → a few words that mark it.
    """
    parts = _Drawing(ladder, earlier, order, marks or {}).parts(foot)
    return _NOT_XML.sub("\ufffd", "\n".join(part for part in parts if part))


class _Drawing:
    def __init__(
        self, ladder: Ladder, earlier: int, order: dict[str, int], marks: Mapping[int, str]
    ) -> None:
        self.ladder = ladder
        self.marks = marks
        self.steps = ladder.steps
        self.lanes = ladder.lanes.lanes
        self.server = ladder.lanes.server.x
        self.width = ladder.lanes.width
        self.earlier = earlier
        self.colours = _colours(self.lanes, order)
        self.caused = effects(self.steps)
        above = _NAMES + (ROW if earlier or not self.steps else 0)
        names_between = [_NAMES * (index // _AGAIN) for index in range(len(self.steps))]
        self.tops = [above + ROW * index + room for index, room in enumerate(names_between)]
        self.bottom = self.tops[-1] + ROW if self.tops else above

    def parts(self, foot: str) -> Iterator[str]:
        """Return all of it, from the back to the front."""
        height = self.bottom + (_NAMES if len(self.steps) > _SHORT else 12) + _FOOT
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{height}"'
            f' viewBox="0 0 {self.width} {height}" role="img" font-family="{SANS}" font-size="12"'
            ' xml:space="preserve">'
        )
        yield f"<title>{escape(title(self.ladder), quote=False)}</title>"
        yield f"<style>{dark()}</style>"
        yield box(0, 0, self.width, height, paint(fill="ground"), 6)
        for index, step in enumerate(self.steps):
            if mark := next((self.marks[seq] for seq in step.members if seq in self.marks), ""):
                yield from self._marked(index, mark)
        yield from self._lines()
        yield from self._all_names()
        yield from self._first_words()
        for fans, more in (
            (self.ladder.fans, ""),
            (self.ladder.guesses, ' stroke-dasharray="1 4"'),
        ):
            for fan in fans:
                ends = [self.tops[index] + LINE for index in fan.effects]
                d = thread(self.server, self.tops[fan.cause] + LINE, ends, fan.out)
                yield path(d, "thread", 1.2, f' opacity="0.85"{more}')
        for index in range(len(self.steps)):
            yield from self._step(index)
        yield words(16, height - 12, foot, "dim", size=11)
        yield "</svg>"

    # What is behind the steps.

    def _marked(self, index: int, mark: str) -> Iterator[str]:
        """Draw a band behind a row, with a few words at its right end."""
        top = self.tops[index]
        yield box(0, top + 1, self.width, ROW - 2, paint(fill="tint"))
        yield box(0, top + 1, 4, ROW - 2, paint(fill="brand"))
        yield words(self.width - 8, top + LINE, mark, "brand", "end", 11, bold=True)

    def _lines(self) -> Iterator[str]:
        top, end = _NAMES - 12, self.bottom + 8
        for lane in self.lanes:
            yield path(f"M{lane.x} {top}V{end}", "line", 1)
        for life in self.ladder.lives:
            lane = self.lanes[life.lane]
            first = top if life.first is None else self.tops[life.first] + LINE
            last = end if life.last is None else self.tops[life.last] + LINE
            colour = self.colours[lane.clients[0]]
            yield path(f"M{lane.x} {first}V{last}", colour, 1.6, ' opacity="0.7"')

    def _all_names(self) -> Iterator[str]:
        count = len(self.steps)
        heights = [8, *(self.tops[index] - _NAMES + 6 for index in range(_AGAIN, count, _AGAIN))]
        heights += [self.bottom + 12] if count > _SHORT else []
        for y in heights:
            for lane in self.lanes:
                yield from self._name(lane, y)

    def _name(self, lane: Lane, y: int) -> Iterator[str]:
        room = int(self.ladder.lanes.pitch) - 6
        name = headed(lane, (room - 14) // CHAR)
        wide = min(room, max(52, columns(name) * CHAR + 24))
        left = lane.x - wide / 2
        if lane.role == "client":
            colours = paint(fill="ground", stroke=self.colours[lane.clients[0]])
            yield box(left, y, wide, 22, f'{colours} stroke-width="1.6"', 11)
        else:
            yield box(left, y, wide, 22, paint(fill="band", stroke="line"), 4)
        yield words(lane.x, y + 15, name, "ink", "middle", bold=True)

    def _first_words(self) -> Iterator[str]:
        said = f"… {counted(self.earlier, 'earlier entry', 'earlier entries')}"
        if self.earlier or not self.steps:
            said = said if self.earlier else "Nothing has passed yet."
            middle = (GUTTER + self.width) // 2
            yield words(middle, _NAMES + 17, said, "dim", "middle", apart=True)

    # The steps.

    def _step(self, index: int) -> Iterator[str]:
        step = self.steps[index]
        caused = sum(self.caused.get(seq, 0) for seq in step.members)
        said = escape(f"#{step.seq} {aloud(step, caused)}", quote=False)
        if step.shape == "pause":
            yield from self._pause(index)
            return
        yield f"<g><title>{said}</title>"
        if step.shape == "band":
            yield from self._band(index)
        else:
            y = self.tops[index] + LINE
            yield words(GUTTER - 12, y + 4, str(step.seq), "dim", "end", 11)
            yield from self._arrow(index, y) if step.shape == "arrow" else self._mark(index, y)
        yield "</g>"

    def _pause(self, index: int) -> Iterator[str]:
        """Draw a pause: the lanes are broken, and words say for how long."""
        top = self.tops[index] + 5
        yield box(GUTTER, top, self.width - GUTTER, 18, paint(fill="ground"))
        for lane in self.lanes:
            if lane.role != "server":
                dots = ' stroke-dasharray="1.5 3.5"'
                yield path(f"M{lane.x} {top + 1}v16", "server", 1.5, dots)
        yield words(self.server, top + 13, self.steps[index].label, "dim", "middle", 11)

    def _band(self, index: int) -> Iterator[str]:
        placed, top = self.ladder.placed[index], self.tops[index] + 2
        swap = self.steps[index].kind == "swap"
        if swap:
            yield box(0, top, self.width, ROW - 4, paint(fill="tint"))
            edges = f"M0 {top}H{self.width}M0 {top + ROW - 4}H{self.width}"
            yield path(edges, "brand", 1, ' stroke-dasharray="5 4"')
        tone = "brand" if swap else "dim"
        yield words(placed.x, top + 15, placed.label, tone, "middle", bold=True, apart=not swap)

    def _mark(self, index: int, y: int) -> Iterator[str]:
        bad = self.steps[index].tone == "error"
        tone = "error" if bad else "dim"
        colours = paint(fill=tone)
        yield dot(self.ladder.placed[index].start, y - 4, 4 if bad else 2.5, colours)
        yield from self._words(index, y, tone)

    def _arrow(self, index: int, y: int) -> Iterator[str]:
        step, placed = self.steps[index], self.ladder.placed[index]
        if step.kind == "link":
            yield from self._on_the_way(step, placed, y)
            yield from self._words(index, y - 8, "dim")
            return
        life = step.tone == "life"
        colour, weight = self._colour(step), 1.2 if life else 1.6
        first, last = min(placed.start, *placed.ends), max(placed.start, *placed.ends)
        yield path(f"M{first} {y}H{last}", colour, weight, ' stroke-dasharray="4 3"' * life)
        yield _heads(step, placed, y, colour)
        if step.kind in ("close", "refuse"):
            x = placed.start if step.sender == "client" else placed.ends[0]
            yield path(cross(x, y), colour, 1.6)
        elif step.sender == "server":
            hollow = paint(fill="ground", stroke=colour) + ' stroke-width="1.4"'
            yield dot(placed.start, y, 2.5, hollow if step.spontaneous else paint(fill=colour))
        yield from self._words(
            index, y - 8, {"error": "error", "life": "dim"}.get(step.tone, "ink")
        )
        if placed.shared > 1:
            yield words(max(placed.ends) + 7, y + 4, f"×{placed.shared}", "dim", size=11)

    def _on_the_way(self, step: Step, placed: Placed, y: int) -> Iterator[str]:
        """Draw what became of a message: it is held in mid-air, lost there, or goes on."""
        start, end = placed.start, placed.ends[0]
        # Half a lane before the one that it was for, so that it ends at no other's.
        far = end - start
        half = min(abs(far), self.ladder.lanes.pitch) / 2
        middle = floor(end - half * (1 if far > 0 else -1) + 0.5)
        arrives, is_lost = step.label.startswith("delivered"), step.label.startswith("lost")
        colour = "error" if is_lost else self._colour(step)
        first, last = sorted((middle, end) if arrives else (start, middle))
        yield path(f"M{first} {y}H{last}", colour, 1.6, ' stroke-dasharray="2 3"')
        if arrives:
            yield _heads(step, placed, y, colour)
        yield path(cross(middle, y) if is_lost else f"M{middle} {y - 5}v10", colour, 1.6)

    def _colour(self, step: Step) -> str:
        """Return an arrow's colour: its sender's, red for bad news."""
        if step.tone == "error":
            return "error"
        return self.colours.get(step.clients[0], "server") if step.sender == "client" else "server"

    def _words(self, index: int, y: int, tone: str) -> Iterator[str]:
        step, placed = self.steps[index], self.ladder.placed[index]
        anchor, x = placed.anchor, placed.x
        if placed.chip:
            wide = width_of(placed.chip, placed.label)
            x -= {"start": 0, "middle": wide // 2, "end": wide}[anchor]
            chip = columns(placed.chip) * CHIP_CHAR + CHIP_EDGES - 6
            yield box(x, y - 11, chip, 14, paint(fill="ground", stroke="line"), 7)
            yield words(x + chip // 2, y - 0.5, placed.chip, "dim", "middle", 10)
            anchor, x = "start", x + chip + 6
        mono = step.kind in _MONO
        yield words(x, y, placed.label, tone, anchor, 11.5, mono=mono, apart=True)


def _heads(step: Step, placed: Placed, y: int, colour: str) -> str:
    """Return the heads of an arrow, as one path; where a connection ends there is a cross."""
    ways = [(end, 1 if end > placed.start else -1) for end in placed.ends]
    if step.kind in ("close", "refuse") and step.sender == "server":
        return ""
    if step.tone == "life" or step.kind == "close":
        return path("".join(chevron(end, y, way) for end, way in ways), colour, 1.2)
    d = "".join(head(end, y, way) for end, way in ways)
    return f'<path d="{d}" {paint(fill=colour)}/>'


def shown_as_image(document: str, words: str) -> str:
    """Return markup that shows an SVG document where only plain images may stand."""
    data = b64encode(document.encode()).decode()
    return f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{data}">'


def title(ladder: Ladder) -> str:
    """Return what a ladder shows, in a line."""
    names = [lane.name for lane in ladder.lanes.lanes]
    rows = sum(len(step.members) for step in ladder.steps)
    return f"Ladder of {counted(rows, 'entry', 'entries')} between {', '.join(names)}"


def headed(lane: Lane, room: int) -> str:
    """Return a lane's name in so many columns."""
    if lane.role == "others" and columns(lane.name) > room:
        return f"+{len(lane.clients)}"
    return shortened(lane.name, max(3, room))


def _colours(lanes: Sequence[Lane], order: dict[str, int]) -> dict[str, str]:
    known = dict(order)
    for lane in lanes:
        for name in lane.clients:
            known.setdefault(name, len(known))
    return {name: CLIENT_COLOURS[number % len(CLIENT_COLOURS)] for name, number in known.items()}
