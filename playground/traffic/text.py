"""A log as a plain-text table: for a `repr`, a terminal, a saved notebook."""

from __future__ import annotations

from typing import Final

from playground.traffic.frames import without_frames
from playground.traffic.record import Record
from playground.traffic.summary import (
    Group,
    escaped,
    fold,
    is_error,
    joined,
    scrub,
    told,
    who,
)

# Columns: number, time, who; what is left of the line is for what happened.
_NUMBER: Final = 6
_TIME: Final = 9
_WHO: Final = 24
_SIZE: Final = 6


def table(record: Record, limit: int = 40, width: int = 100, *, frames: bool = True) -> str:
    """Return the newest rows of a log as text, oldest first.

    Args:
        limit: Entries to show; how many were left out is said.
        width: Characters in a line.
        frames: Whether frames are shown; how many are not is said.
    """
    record = record if frames else without_frames(record)
    groups = list(fold(record[-limit:] if limit else ()))
    lines = [_head(width)]
    earlier = max(0, len(record) - limit)
    if earlier:
        lines.append(f"{'':>{_NUMBER}}  … {counted(earlier, 'earlier entry', 'earlier entries')}")
    previous = None
    for group in groups:
        lines.append(_line(record, group, previous, width))
        previous = group.first.at
    if not len(record):
        lines.append("Nothing has passed yet.")
    return "\n".join([*lines, footer(record)])


def _head(width: int) -> str:
    room = width - _NUMBER - _TIME - _WHO - _SIZE - 7
    time = f"{'#':>{_NUMBER}}  {'Δt':>{_TIME - 1}}"
    return f"{time}  {'who → whom':<{_WHO}} {'what':<{room}} {'size':>{_SIZE}}"


def _line(record: Record, group: Group, previous: float | None, width: int) -> str:
    entry = group.first
    start = f"{entry.seq:>{_NUMBER}}  {delta(entry.at, previous):>{_TIME - 1}}  "
    said = scrub(told(record, entry))
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


SIZED: Final = frozenset({"text", "binary", "body", "response", "frame"})
"""Kinds whose size is worth a column: those that carry a payload."""


def delta(at: float, previous: float | None) -> str:
    """Return the seconds since the row before, as ``+0.412``; "" for the first row."""
    return "" if previous is None else f"+{max(0.0, at - previous):.3f}"


def sized(size: int) -> str:
    """Return a number of bytes, short: ``30``, ``4.1k``, ``2.0M``."""
    if size < 1000:
        return str(size)
    number, unit = (size / 1e3, "k") if size < 999_500 else (size / 1e6, "M")
    return f"{number:.1f}{unit}" if number < 99.95 else f"{number:.0f}{unit}"


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun: ``1 entry``, ``1,204 entries``."""
    return f"{number:,} {one if number == 1 else many}"


def footer(record: Record) -> str:
    """Return what the log holds, in words: ``1,204 entries, 88 kB · nothing dropped``."""
    size, hidden = sized(record.bytes), record.hidden_frames
    unit = {"k": " kB", "M": " MB"}.get(size[-1], " B")
    return joined(
        f"{counted(len(record), 'entry', 'entries')}, {size.rstrip('kM')}{unit}",
        f"{counted(hidden, 'frame', 'frames')} not shown" if hidden else None,
        f"{record.dropped:,} dropped" if record.dropped else "nothing dropped",
        f"{record.unrecorded:,} not recorded" if record.unrecorded else None,
        None if record.recording else "recording is off",
    )
