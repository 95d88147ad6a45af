"""What nobody sees in a text, written out: control, format and filling characters.

Law of the room: one set of characters, the same as in `widgets/static/shared/format.js`. A table of
cases that both are tried with holds them together. It is written out, and not asked of Unicode's
tables, because those of Python and of a browser are of different years.
"""

from __future__ import annotations

import re
from typing import Final

# What Unicode calls controls (Cc), format characters (Cf), the separators of lines and paragraphs,
# and fillers and selectors that are letters or marks and show nothing. The selectors of emoji
# (U+FE00 to U+FE0F) are left alone: they stand in ordinary messages.
_UNSEEN: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# What emoji are made of. Between two of them a joiner makes one picture, and hides nothing.
_PICTURES: Final = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\U0001f000-\U0001faff"
)
_HIDDEN: Final = re.compile(f"(?!(?<=[{_PICTURES}\ufe0f])\u200d[{_PICTURES}])[{_UNSEEN}]")

# Those among them that Python takes for printable.
_FILLERS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0100-\U000e01ef]"
)
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escaped(text: str, keep: str = "") -> str:
    """Return text with control characters, and others that nobody sees, as Python writes them.

    Args:
        text: The text.
        keep: Those that may stay, such as the ends of lines.
    """
    # Nearly all text is printable, but for the ends of its lines, and to look at each character in
    # Python's own way takes twenty times as long.
    if _is_plain(text):
        return text
    if keep:
        return _HIDDEN.sub(lambda each: each[0] if each[0] in keep else _written_out(each), text)
    lines = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return lines if _is_plain(lines) else _HIDDEN.sub(_written_out, lines)


def _is_plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or _FILLERS.search(text) is None)


def _written_out(character: re.Match[str]) -> str:
    code = ord(character[0])
    if code < 0x100:
        return _SHORT.get(character[0]) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
