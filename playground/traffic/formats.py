"""Which format a file is in, by its suffix; to save a record and to load one."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple

from playground.traffic import (
    har,
    har_reading,
    html,
    jsonl,
    mermaid,
    pcapng,
    pytest_module,
    spreadsheet,
    svg,
    text,
)
from playground.traffic.fields import FormatError
from playground.traffic.record import Record, Selection


class Format(NamedTuple):
    """A format.

    Attributes:
        about: What it is for, in a few words.
        write: Makes a file of a record.
        read: Makes a record of a file; None where that cannot be.
    """

    about: str
    write: Callable[..., str | bytes]
    read: Callable[[str], Selection] | None = None


def _page(record: Record, limit: int | None = None) -> str:
    return html.page(record, len(record) if limit is None else limit)


def _table(record: Record, limit: int | None = None, width: int = 100) -> str:
    return text.table(record, len(record) if limit is None else limit, width) + "\n"


def _csv(record: Record) -> str:
    return "\ufeff" + spreadsheet.dumps(record)  # a spreadsheet takes it for UTF-8 then


FORMATS: Final[dict[str, Format]] = {
    ".jsonl": Format("the whole record, to load again", jsonl.dumps, jsonl.loads),
    ".har": Format("for the browser's developer tools", har.dumps, har_reading.loads),
    ".pcapng": Format("for Wireshark", pcapng.dumps),
    ".mmd": Format("a Mermaid sequence diagram, for Markdown", mermaid.dumps),
    ".py": Format("a pytest module that has the conversation again", pytest_module.dumps),
    ".svg": Format("a ladder to put on a slide", svg.picture),
    ".csv": Format("for a spreadsheet", _csv),
    ".html": Format("a page to look at", _page),
    ".txt": Format("a table to read", _table),
}
"""Formats by suffix."""


def save(record: Record, path: str | PathLike[str], **options: Any) -> None:
    """Write a record to a file, in the format that its suffix names.

    Args:
        path: A file that is there is replaced, once the new one is whole.
        options: What the format's `write` takes.

    Raises:
        ValueError: If no format has this suffix.
    """
    path = Path(path)
    made = _format(path, list(FORMATS)).write(record, **options)
    content = made if isinstance(made, bytes) else made.encode("utf-8", "replace")
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load(path: str | PathLike[str]) -> Selection:
    """Return the record that a file holds.

    Raises:
        FormatError: If the file is not what its suffix says; the message says where.
        ValueError: If no format that can be read has this suffix.
    """
    path = Path(path)
    read = _format(path, [suffix for suffix, each in FORMATS.items() if each.read]).read
    assert read is not None
    try:
        return read(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: expected text in UTF-8; {error}") from None
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None


def _format(path: Path, suffixes: list[str]) -> Format:
    if path.suffix.lower() not in suffixes:
        choices = "; ".join(f"{suffix} is {FORMATS[suffix].about}" for suffix in suffixes)
        expected = f"a file name that ends with {', '.join(suffixes)}"
        raise ValueError(f"expected {expected}, got {str(path)!r}; {choices}")
    return FORMATS[path.suffix.lower()]
