"""The registry of the file formats that a record can be written in and read from.

Law of the room: `playground.exports` fills it; nothing here knows what a format looks like.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple

# Reasons that a sentence names; all of them are in `LeftOut.reasons`.
_NAMED: Final = 5

# Files that are named where there is none of a name.
_NEAR: Final = 3


class FormatError(ValueError):
    """A file is not what its format says."""


class LeftOut(NamedTuple):
    """What a file held that could not be read; as text, a sentence.

    Attributes:
        entries: How many of its entries were left out.
        of: How many it has.
        parts: How many more were read in part.
        reasons: Why, such as ``"entry 7 has no url"``; entries are counted from 0, as in
            ``log.entries[7]``.
    """

    entries: int
    of: int
    parts: int
    reasons: tuple[str, ...]

    @property
    def counted(self) -> str:
        """How much it was: ``3 of 40 entries left out, 1 read only in part``."""
        whole = f"{self.entries:,} of {self.of:,} entries left out" if self.entries else ""
        if not self.parts:
            return whole
        of = "" if whole else f" of {self.of:,} entries"
        return f"{whole}{', ' if whole else ''}{self.parts:,}{of} read only in part"

    def __str__(self) -> str:
        more = len(self.reasons) - _NAMED
        others = [f"and {more:,} more"] if more > 0 else []
        return f"{self.counted}: {'; '.join([*self.reasons[:_NAMED], *others])}"


class Format(NamedTuple):
    """A file format that a record can be written in.

    Attributes:
        about: What it is for, in a few words.
        write: Makes a file of a record.
        read: Makes a record of a file; None where that cannot be.
    """

    about: str
    write: Callable[..., Any]
    read: Callable[[str], Any] | None = None


FORMATS: Final[dict[str, Format]] = {}
"""Formats of files by suffix, such as ``".har"``."""

VIEWS: Final[dict[str, Callable[..., Any]]] = {}
"""How a record is shown without a file: ``"text"``, ``"html"``, ``"dataframe"``."""


def save(record: object, path: str | PathLike[str], **options: Any) -> None:
    """Write a record to a file, in the format that its suffix names.

    Args:
        record: What to write.
        path: A file that is there is replaced, once the new one is whole.
        options: What the format's `write` takes.

    Raises:
        ValueError: If no format has this suffix.
    """
    path = Path(path)
    made = _format(path, list(FORMATS)).write(record, **options)
    write(path, made if isinstance(made, bytes) else made.encode("utf-8", "replace"))


def write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read: traffic says what somebody did.

    Args:
        path: A file that is there is replaced, once the new one is whole.
        content: Its bytes.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        # A new file, or none: what others have laid there is not written to.
        with open(part, "xb", opener=_private) as file:
            file.write(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def load(path: str | PathLike[str]) -> Any:
    """Return the record that a file holds; its `left_out` says what of it could not be read.

    Warns:
        UserWarning: If something could not be, with the place and the reason.

    Raises:
        FormatError: If the file is not what its suffix says; the message says where.
        FileNotFoundError: If there is no such file; the message says which there are.
        ValueError: If no format that can be read has this suffix.
    """
    path = Path(path)
    if path.suffix.lower() == ".zip":
        raise ValueError(
            f"expected a file, got an archive, {str(path)!r}; take the .har or .jsonl out of it"
        )
    read = _format(path, [suffix for suffix, each in FORMATS.items() if each.read]).read
    assert read is not None
    try:
        record = read(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise FileNotFoundError(_not_there(path)) from None
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: expected text in UTF-8; {error}") from None
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    if record.left_out is not None:
        # Two above is whoever called `Log.load`.
        warnings.warn(f"{path}: {record.left_out}", stacklevel=3)
    return record


def _not_there(path: Path) -> str:
    """Return that there is no such file, and the like of it that there are."""
    folder = path.parent.resolve()
    try:
        found = sorted(each.name for each in folder.iterdir() if each.suffix == path.suffix)
    except OSError:
        return f"expected a file, got {str(path)!r}; there is no folder {str(folder)!r}"
    near = get_close_matches(path.name, found, _NEAR, 0.0)
    there = f"there are {', '.join(near)}" if near else f"there is no {path.suffix} file there"
    return f"expected a file, got {path.name!r}, which is not in {str(folder)!r}; {there}"


def _format(path: Path, suffixes: list[str]) -> Format:
    if path.suffix.lower() not in suffixes:
        choices = "; ".join(f"{suffix} is {FORMATS[suffix].about}" for suffix in suffixes)
        expected = f"a file name that ends with {', '.join(suffixes)}"
        raise ValueError(f"expected {expected}, got {str(path)!r}; {choices}")
    return FORMATS[path.suffix.lower()]
