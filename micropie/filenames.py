"""The name of an uploaded file, as it came, and as it may stand on a disk.

Law: what `safe_name` returns is one component of a path on every system, and shows as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote_to_bytes

# What a file is called whose name had nothing in it but a path.
UNNAMED: Final = "unnamed"

# As long as a name may be on the file systems that people have, in bytes of UTF-8.
_LONGEST: Final = 255
# Of a suffix so much is kept when a name is cut.
_LONGEST_SUFFIX: Final = 32

# These are devices on Windows, whatever comes after a dot.
_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|\Z)", re.IGNORECASE
)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# They join letters and emoji, and change no direction.
_JOINERS: Final = "\u200c\u200d"
# Unicode's categories of what is no character to see: controls, among them those of direction,
# separators of lines, halves of characters, and what each vendor fills in as he likes.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

# RFC 6266 4.1: the parameters of a Content-Disposition.
_PARAMETER: Final = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
# RFC 8187 3.2.1: charset, language, and bytes of which some are escaped.
_EXTENDED: Final = re.compile(r"(utf-8|iso-8859-1)'[^']*'([^']*)\Z", re.IGNORECASE)


def extended_name(disposition: str) -> str | None:
    """Return the `filename*` of a Content-Disposition, which may hold any character (RFC 8187).

    None where there is none, or it cannot be read; then `filename` counts.
    """
    for name, value in _PARAMETER.findall(disposition):
        found = _EXTENDED.match(value.strip()) if name.lower() == "filename*" else None
        if found is not None:
            return unquote_to_bytes(found[2]).decode(found[1], "replace")
    return None


def safe_name(name: str) -> str:
    """Return the last component of a path that a client has given, fit to be the name of a file.

    Args:
        name: With any separators, of any system.

    Returns:
        `"unnamed"` where nothing is left: for `".."`, say.
    """
    # First of all, since what is not seen may stand between two dots.
    seen = "".join(char for char in name if _is_seen(char))
    last = re.split(r"[/\\]", seen)[-1]
    last = _DRIVE.sub("", last, count=1) if _DRIVE.match(last) else last
    # Windows drops dots and spaces at the end, and takes a colon for a stream of the file.
    last = _cut(last.replace(":", "_").strip().rstrip(". "))
    if _DEVICE.match(last):
        last = f"_{last}"
    return last or UNNAMED


def _is_seen(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) not in _UNSEEN


def _cut(name: str) -> str:
    """Shorten a name to what fits, and keep its suffix."""
    if len(name.encode()) < _LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    ending = f".{suffix}".encode() if dot and len(suffix) < _LONGEST_SUFFIX else b""
    start = (stem if ending else name).encode()[: _LONGEST - 1 - len(ending)]
    return start.decode("utf-8", "ignore").rstrip(". ") + ending.decode()
