"""The faces of a page, made small: their script and style, and how everything is packed.

Law of the room: all that is not the page's own markup is packed into characters that mean nothing
in markup, so that nothing that came over a wire can be read as markup or script.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode, b85encode
from functools import cache
from hashlib import sha256
from typing import Any, Final

from playground.widgets.composing import STATIC, compose, style

# Base85 as Python has it, but for the three that mean something in markup. `unpack.js` has both.
_PLAIN: Final = str.maketrans("<>&", ",.:")

# What is said to who reads the code is not read by a browser. All of it stands as the formatter
# puts it: on lines of its own, or as a type before a value.
_BLOCK: Final = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE: Final = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
_TYPE: Final = re.compile(r"/\*\* @(?:(?!\*/).)*\*/ ?", re.DOTALL)
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_EMPTY: Final = re.compile(r"\n{2,}")


@cache
def script() -> str:
    """Return the script of the faces, as it runs in a page."""
    return shrunk(compose("saved/page.js"))


@cache
def css() -> str:
    """Return the style of the faces, and of the page round them."""
    text = style(
        "shared/fields.css",
        "traffic/traffic.css",
        "traffic/detail.css",
        "traffic/anatomy.css",
        "ladder/ladder.css",
        "code/code.css",
        "player/playing.css",
        "saved/page.css",
    )
    return _EMPTY.sub("\n", _INDENT.sub("", _CSS_COMMENT.sub("", text)))


@cache
def unpacking() -> str:
    """Return the script that unpacks a page and starts its own."""
    return shrunk(STATIC.joinpath("saved", "unpack.js").read_text("utf-8"))


def shrunk(text: str) -> str:
    """Return JavaScript without its comments and indentation."""
    for pattern in (_BLOCK, _LINE, _TYPE, _INDENT):
        text = pattern.sub("", text)
    return _EMPTY.sub("\n", text)


def packed(value: Any) -> str:
    """Return a value of JSON as base85 of what zlib makes of it: a sixteenth less than base64."""
    text = json.dumps(value, separators=(",", ":"))
    return b85encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii").translate(_PLAIN)


def fingerprint(text: str) -> str:
    """Return what a content security policy calls a script that may run."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"
