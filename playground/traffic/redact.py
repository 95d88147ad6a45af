"""What must not enter a log: a learner's credentials, which a Hub's proxy forwards to the app."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

REDACTED: Final = "[redacted]"

SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-xsrftoken"}
)
"""Headers that carry credentials, their names in lower case."""

_SECRET_QUERY: Final = re.compile(r"(?i)([?&](?:access_|_xsrf_?)?(?:token|_xsrf)=)[^&#]*")


def redact_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return ASGI headers as text, the values of those that carry credentials replaced.

    So are tokens in an address, as in the Referer of a page that was opened with one.
    """
    pairs = ((name.decode("latin-1").lower(), value) for name, value in headers)
    return tuple(
        (name, REDACTED if name in SECRET_HEADERS else redact_path(value.decode("latin-1")))
        for name, value in pairs
    )


def redact_path(path: str) -> str:
    """Return a path with its query, the value of a ``token=`` replaced."""
    return _SECRET_QUERY.sub(rf"\g<1>{REDACTED}", path) if "=" in path else path
