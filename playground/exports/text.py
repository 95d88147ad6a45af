"""A log as a plain-text table: for a `repr`, a terminal, a saved notebook."""

from __future__ import annotations

from math import floor
from typing import Final

from playground.traffic.escapes import escaped
from playground.traffic.frames import without_frames
from playground.traffic.model import Exchanges
from playground.traffic.record import Record, let_go
from playground.traffic.summary import Group, fold, is_error, joined, one_line, scrub, sized, who

# Columns: number, time, who; what is left of the line is for what happened.
_NUMBER: Final = 6
_TIME: Final = 9
_WHO: Final = 24
_SIZE: Final = 6

# Of a payload, at least: what a line has no room for is cut off below.
_CHARACTERS: Final = 200


def table(record: Record, limit: int = 40, width: int = 100, *, frames: bool = True) -> str:
    """Return the newest rows of a log as text, oldest first.

    Args:
        limit: Entries to show; the table says how many were left out.
        width: Characters in a line.
        frames: Whether frames are shown; the footer says how many are not.
    """
    record = record if frames else without_frames(record)
    groups = list(fold(record[-limit:] if limit else ()))
    lines = [head(width)]
    earlier = max(0, len(record) - limit)
    if earlier:
        lines.append(f"{'':>{_NUMBER}}  … {counted(earlier, 'earlier entry', 'earlier entries')}")
    previous = None
    for group in groups:
        lines.append(line_of(record, group, previous, width))
        previous = group.first.at
    if not len(record):
        lines.append("Nothing has passed yet.")
    return "\n".join([*lines, footer(record)])


def file(record: Record, limit: int | None = None, width: int = 100) -> str:
    """Return a text file of a log: the whole table, or its newest rows."""
    return table(record, len(record) if limit is None else limit, width) + "\n"


def head(width: int) -> str:
    """Return the line above the rows, which says what stands in each column."""
    room = width - _NUMBER - _TIME - _WHO - _SIZE - 7
    time = f"{'#':>{_NUMBER}}  {'Δt':>{_TIME - 1}}"
    return f"{time}  {'who → whom':<{_WHO}} {'what':<{room}} {'size':>{_SIZE}}"


def line_of(record: Exchanges, group: Group, previous: float | None, width: int) -> str:
    """Return one row.

    Args:
        record: Knows the exchanges.
        group: What has happened.
        previous: When the row before it did; None for the first.
        width: Characters in a line.
    """
    entry = group.first
    start = f"{entry.seq:>{_NUMBER}}  {delta(entry.at, previous):>{_TIME - 1}}  "
    said = scrub(one_line(record, entry, max(_CHARACTERS, width)))
    if entry.sender == "lab":
        return _cut(f"{start}── {said} ──", width)
    room = width - len(start) - _WHO - _SIZE - 2
    mark = "! " if is_error(entry) else ""
    size = sized(entry.size) if entry.kind in SIZED else ""
    line = (
        f"{start}{_cut(escaped(who(record, group)), _WHO):<{_WHO}} "
        f"{_cut(mark + said, room):<{room}} {size:>{_SIZE}}"
    )
    return line.rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


SIZED: Final = frozenset({"text", "binary", "body", "event", "response", "frame"})
"""Kinds whose size is worth a column: those that carry a payload."""


def delta(at: float, previous: float | None) -> str:
    """Return the time since the row before, as ``+0.412`` or ``+9m42s``; "" for the first row."""
    return "" if previous is None else f"+{since(at - previous)}"


def since(seconds: float) -> str:
    """Return a stretch of time in at most six characters: ``0.412``, ``9m42s``, ``2h05m``, ``3d``.

    ``format.js`` has the same; both are held to `tests/javascript/delta-cases.json`.
    """
    thousandths = floor(max(0.0, seconds) * 1000 + 0.5)
    if thousandths < 60_000:
        return f"{thousandths // 1000}.{thousandths % 1000:03d}"
    minutes, rest = divmod(floor(seconds + 0.5), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours < 100 else f"{hours // 24}d"


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun: ``1 entry``, ``1,204 entries``."""
    return f"{number:,} {one if number == 1 else many}"


def footer(record: Record) -> str:
    """Return what the log holds, in words: ``1,204 entries, 88 kB · nothing let go``."""
    size, hidden, checks = sized(record.bytes), record.hidden_frames, record.hidden_checks
    unit = {"k": " kB", "M": " MB"}.get(size[-1], " B")
    return joined(
        f"{counted(len(record), 'entry', 'entries')}, {size.rstrip('kM')}{unit}",
        f"{counted(hidden, 'frame', 'frames')} not shown" if hidden else None,
        f"{checks:,} of checks not shown" if checks else None,
        let_go(record.dropped),
        f"{record.unrecorded:,} not recorded" if record.unrecorded else None,
        None if record.recording else "recording is off",
        record.left_out.counted if record.left_out else None,
    )
