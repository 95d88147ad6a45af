"""A saved page, taken apart again as its script does it."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b85decode
from typing import Any


def unpacked(page: str) -> dict[str, Any]:
    """Return what is packed into a page: its ``css``, its ``script`` and what is ``held``."""
    found = re.search(r'id="packed">([^<>&"\']*)</script>', page)
    assert found is not None
    letters = found[1].translate(str.maketrans(",.:", "<>&"))
    everything: dict[str, Any] = json.loads(zlib.decompress(b85decode(letters)))
    return everything


def held(page: str) -> dict[str, Any]:
    """Return what a page holds of its record."""
    value: dict[str, Any] = unpacked(page)["held"]
    return value
