"""Session ids: how one is made, which are believed, and which can be given to a client."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Final

# RFC 9562 5.4: a UUID of version 4, in lower case.
_UUID4: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# RFC 6265 4.1.1: what a cookie's value may consist of. By 6.1 a client need not keep more than 4096
# bytes of a cookie, with its name and attributes. Compiled when an app first makes ids of its own.
_IN_A_COOKIE: Final = r"[!#-+\--:<-\[\]-~]{1,4000}\Z"

Validator = Callable[[str], str | None]


def new_session_id() -> str:
    """Make a random UUID (version 4), faster than `uuid.uuid4` does."""
    raw = bytearray(os.urandom(16))
    # RFC 9562 5.4: the version, and the variant.
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def valid_session_id(value: str) -> str | None:
    """Return a canonical UUID (version 4) in lower case; `None` for anything else."""
    if _UUID4.fullmatch(value):
        return value
    text = value.lower()
    return text if _UUID4.fullmatch(text) else None


def given_session_id(value: object, validator: Validator | None) -> str:
    """Return the id, as the validator wants it, that a client is given by cookie.

    Raises:
        ValueError: The validator refuses it, or no cookie can hold it.
    """
    if not isinstance(value, str):
        raise ValueError(f"expected a session id as str, got {value!r:.80}")
    try:
        given = value if validator is None else validator(value)
    except Exception as fault:
        raise ValueError(_refused(value)) from fault
    if not isinstance(given, str) or not given:
        raise ValueError(_refused(value))
    if not re.match(_IN_A_COOKIE, given):
        raise ValueError(
            f"expected a session id that a cookie can hold, got {given!r:.80}; make it of at most "
            "4000 ASCII letters, digits and signs but space, comma, semicolon, quotes, backslash"
        )
    return given


def _refused(value: str) -> str:
    return (
        f"expected a session id that session_id_validator accepts, got {value!r:.80}; make it with "
        "session_id_factory, or give App a validator that knows it"
    )
