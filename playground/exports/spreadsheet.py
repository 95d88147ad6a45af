"""A record as CSV, for a spreadsheet.

Law of the room: a cell that came over a wire is never a formula. What begins like one gets an
apostrophe before it, which spreadsheets take for "this is text". What nobody sees is written out.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any, Final

from playground.exports.flat import COLUMNS, flat
from playground.traffic.escapes import escaped
from playground.traffic.record import Record

# With these a spreadsheet begins a formula, or what comes before one.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

# Excel takes no more in a cell.
_MOST: Final = 32_000

_AT: Final = COLUMNS.index("at")


def dumps(record: Record) -> str:
    """Return a record as CSV (RFC 4180): times in UTC, bytes in hex."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for entry in record:
        rows.writerow(_row(flat(record, entry)))
    return text.getvalue()


def file(record: Record) -> str:
    """Return a file with a mark that a spreadsheet takes for UTF-8."""
    return "\ufeff" + dumps(record)


def _row(cells: tuple[Any, ...]) -> list[Any]:
    row = [_cell(each) for each in cells]
    row[_AT] = datetime.fromtimestamp(cells[_AT], UTC).isoformat(timespec="microseconds")
    return row


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        value = value[: _MOST // 3 + 1].hex(" ")
    if not isinstance(value, str):
        return value
    text = escaped(value, "\n\r\t")
    text = f"'{text}" if text.startswith(_FORMULA) else text
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
