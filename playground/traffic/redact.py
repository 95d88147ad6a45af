"""What must not enter a log: a learner's credentials, which a Hub's proxy forwards to the app."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

REDACTED: Final = "[redacted]"

_SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-xsrftoken"}
)
_SECRET_QUERY: Final = re.compile(r"(?i)([?&](?:access_|_xsrf_?)?(?:token|_xsrf)=)[^&#]*")


def redact_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return ASGI headers as text, the values of those that carry credentials replaced."""
    pairs = ((name.decode("latin-1").lower(), value) for name, value in headers)
    return tuple(
        (name, REDACTED if name in _SECRET_HEADERS else value.decode("latin-1"))
        for name, value in pairs
    )


def redact_path(path: str) -> str:
    """Return a path with its query, the value of a ``token=`` replaced."""
    return _SECRET_QUERY.sub(rf"\g<1>{REDACTED}", path) if "=" in path else path
