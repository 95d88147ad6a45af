"""A code to paste: how a learner stands, as one line of text, for where no kernel reaches another.

Law of the file: a code is a stranger's. It is bounded before it is unpacked, and read as what comes
over a wire.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Sequence
from typing import Any, Final

from playground.classroom import limits, messages
from playground.classroom.messages import Standing, Unfit

_MARK: Final = "class1."

# Of a code, and of what it unpacks to: eighty exercises with a long sentence each.
_LONGEST: Final = 200_000
_UNPACKED: Final = 400_000

_REMEDY: Final = "paste all of what print(classroom.code()) has printed"


def written(name: str, standings: Sequence[Standing]) -> str:
    """Return how somebody stands as a code."""
    said = [messages.name_in(name), messages.told(standings[: limits.EXERCISES])]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(text.encode(), 9)
    return _MARK + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def read(code: str) -> tuple[str, list[Standing]]:
    """Return what a code says: a name, and how its exercises stand.

    Raises:
        ValueError: If it is none, or not all of one.
    """
    # A mail or a chat may have broken it into lines, and put quotation marks around it.
    bare = re.sub(r"[\s>'\"`]", "", code) if isinstance(code, str) else ""
    if not bare.startswith(_MARK) or len(bare) > _LONGEST:
        shown = repr(code)[:40]
        raise ValueError(f"expected a code that begins with {_MARK!r}, got {shown}; {_REMEDY}")
    try:
        name, standings = _unpacked(bare.removeprefix(_MARK))
        return messages.name_in(name), messages.standings_in(standings)
    except (ValueError, TypeError, zlib.error, RecursionError, Unfit):
        raise ValueError(f"expected a whole code, got a part of one; {_REMEDY}") from None


def _unpacked(text: str) -> Any:
    packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(packed, _UNPACKED)
    if not unpacking.eof:
        raise ValueError("it is cut, or too long")
    return json.loads(unpacked)
