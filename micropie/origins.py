"""May a web page at this origin open a WebSocket here (RFC 6455 10.2)?

A browser sends the user's cookies with a handshake from any page, and no CORS stops it.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def is_allowed(
    headers: dict[str, str], allowed: Collection[str] | None, session_cookie: str | None
) -> bool:
    """Say whether the `Origin` of a handshake may connect.

    Args:
        headers: The handshake's, by lower-case name.
        allowed: Origins such as `https://example.org` that may connect beside the same host, `*`
            for all; `None` checks only handshakes that carry a session cookie.
        session_cookie: The value of that cookie, if there is one.
    """
    origin = headers.get("origin")
    if origin is None or (allowed is None and session_cookie is None):
        return True
    if allowed is not None and ("*" in allowed or _plain(origin) in map(_plain, allowed)):
        return True
    return _is_same_host(origin, headers.get("host", ""))


def _plain(origin: str) -> str:
    return origin.strip().rstrip("/").lower()


def _is_same_host(origin: str, host: str) -> bool:
    try:
        there = urlsplit(origin)
        here = urlsplit(f"//{host}")
        default = _PORTS.get(there.scheme)
        same_port = (there.port or default) == (here.port or default)
    except ValueError:
        return False
    return bool(there.hostname) and there.hostname == here.hostname and same_port
