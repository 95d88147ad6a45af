"""A ladder as plain text: for a `repr`, a terminal, and wherever pictures are taken away.

Law of the room: a line for each step, its words to the right of the lanes, and nothing but
characters that a monospaced font has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from playground.exports.ladder.columns import columns, shortened
from playground.exports.ladder.lanes import MOST_LANES, Head, heads_of
from playground.exports.ladder.steps import Step, chip_said, joined_in, newest, who_is_there
from playground.exports.text import counted, footer
from playground.traffic.escapes import escaped
from playground.traffic.record import Record

# Columns: the number, the words (at least), and from one lane to the next.
_NUMBER: Final = 6
_WORDS: Final = 40
_NARROWEST: Final = 8
_WIDEST: Final = 14


def characters(
    record: Record,
    limit: int = 40,
    width: int = 100,
    order: Mapping[str, int] | None = None,
    marks: Mapping[int, str] | None = None,
) -> str:
    """Return the newest steps of a record as lines of text, oldest first.

    Args:
        limit: Steps to show; the text says how many entries were left out.
        width: Columns in a line.
        order: Client name → number in the order of joining; by default as the record has them.
        marks: Number of a row → a few words that mark it.
    """
    shown, earlier = newest(record, limit)
    drawing = _Drawing(who_is_there(shown, order or joined_in(record)), width, marks or {})
    lines = [drawing.names()]
    if earlier:
        lines.append(drawing.line("", f"… {counted(earlier, 'earlier entry', 'earlier entries')}"))
    lines += [drawing.step(each) for each in shown]
    if not shown and not earlier:
        lines.append(drawing.line("", "Nothing has passed yet."))
    return "\n".join([*lines, footer(record)])


class _Drawing:
    def __init__(self, clients: Sequence[str], width: int, marks: Mapping[int, str]) -> None:
        self.marks = marks
        room = max(3 * _NARROWEST, width - _NUMBER - _WORDS)
        self.heads = heads_of(clients, min(MOST_LANES, room // _NARROWEST))
        self.pitch = min(_WIDEST, room // len(self.heads))
        self.width = width
        first = _NUMBER + 1 + self.pitch // 2
        self.at = [first + self.pitch * number for number in range(len(self.heads))]
        self.server = next(
            x for x, head in zip(self.at, self.heads, strict=True) if head[1] == "server"
        )
        self.end = _NUMBER + 2 + self.pitch * len(self.heads)

    def names(self) -> str:
        """Return the line of names."""
        cells = (_centred(_headed(head, self.pitch - 1), self.pitch) for head in self.heads)
        return (" " * (_NUMBER + 1) + "".join(cells)).rstrip()

    def line(self, number: str, words: str, lanes: str = "│") -> str:
        """Return a line in which nothing crosses the lanes."""
        return self._with(number, self._bare(lanes), words)

    def step(self, step: Step) -> str:
        """Return a step's line."""
        if step.shape == "pause":
            return self.line("", step.label, "┊")
        if step.shape == "band":
            bar = "═" if step.kind == "swap" else "─"
            said = shortened(f"{bar * 2} {step.label} ", self.width - _NUMBER - 4)
            full = f"{step.seq:>{_NUMBER}} {said}"
            return full + bar * max(2, self.width - columns(full))
        marks = self._bare("│")
        if step.shape == "mark":
            marks[self.server] = "●" if step.tone == "error" else "•"
        else:
            self._arrow(step, marks)
        return self._with(str(step.seq), marks, self._words(step))

    def _bare(self, lane: str) -> list[str]:
        marks = [" "] * self.end
        for x in self.at:
            marks[x] = lane
        return marks

    def _arrow(self, step: Step, marks: list[str]) -> None:
        met = sorted({self._lane_of(name) for name in step.clients})
        ends = [self.server] if step.sender == "client" else met
        low, high = min(*met, self.server), max(*met, self.server)
        for x in range(low + 1, high):
            line = "┄" if step.tone == "life" else "─"
            marks[x] = line if marks[x] == " " else "┼"
        start = met[0] if step.sender == "client" else self.server
        for x in ends:
            marks[x] = "│"
            marks[x - 1 if x > start else x + 1] = "►" if x > start else "◄"
        if step.kind in ("close", "refuse"):
            marks[met[0]] = "×"

    def _lane_of(self, client: str) -> int:
        found = (x for x, head in zip(self.at, self.heads, strict=True) if client in head[2])
        return next(found, self.server)

    def _words(self, step: Step) -> str:
        shared = next((head[2] for head in self.heads if head[1] == "others"), ())
        there = [name for name in step.clients if name in shared]
        whose = f"{escaped(there[0])}:" if there and len(step.clients) == 1 else ""
        more = f"(×{len(there)} others)" if len(there) > 1 else ""
        wrong = "!" if step.tone == "error" else ""
        mark = next((f"← {self.marks[seq]}" for seq in step.members if seq in self.marks), "")
        parts = (wrong, whose, chip_said(step), step.label, more, mark)
        return " ".join(part for part in parts if part)

    def _with(self, number: str, marks: list[str], words: str) -> str:
        start = f"{number:>{_NUMBER}}{''.join(marks[_NUMBER:])}"
        return f"{start} {shortened(words, max(8, self.width - self.end - 1))}".rstrip()


def _headed(head: Head, room: int) -> str:
    name, role, clients = head
    return f"+{len(clients)}" if role == "others" and len(name) > room else shortened(name, room)


def _centred(text: str, width: int) -> str:
    left = (width - columns(text) + 1) // 2
    return " " * left + text + " " * max(0, width - columns(text) - left)
