"""Headers in and out, as ASGI carries them: lower-case latin-1 names, values on one line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from micropie.logs import logger
from micropie.types import RawHeader

SESSION_COOKIE = "session_id"
# What follows its value.
_OPEN = "; Path=/; SameSite=Lax; HttpOnly"
_SECURE = f"{_OPEN}; Secure"

# RFC 9110 5.6.2: what a field name may consist of.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
# RFC 9110 5.5: a value has no control characters but the tab; a server breaks off over one.
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def encode_headers(headers: Iterable[tuple[str, str]]) -> list[RawHeader]:
    """Make ASGI headers; one that is not safe to send is dropped with a warning."""
    encoded = []
    for name, value in headers:
        header = _encode_header(name, value)
        if header is None:
            logger.warning("Dropped the response header %r: %r is not safe to send.", name, value)
        else:
            encoded.append(header)
    return encoded


def _encode_header(name: str, value: str) -> RawHeader | None:
    name, value = _text(name), _text(value)
    if not _NAME.match(name) or _UNSAFE.search(value):
        return None
    try:
        return name.lower().encode("ascii"), value.strip(" \t").encode("latin-1")
    except UnicodeEncodeError:
        return None


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def decode_headers(raw: Iterable[RawHeader]) -> dict[str, str]:
    """Make a dict of lower-case names; the last of repeated ones wins, a split cookie is joined."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in raw:
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1")
        headers[name] = value
        if name == "cookie":
            cookies.append(value)
    if len(cookies) > 1:
        headers["cookie"] = "; ".join(cookies)
    return headers


def session_cookie(session_id: str, *, secure: bool, expired: bool = False) -> list[RawHeader]:
    """Make the `Set-Cookie` header that gives a client its session id, or takes it away.

    Args:
        session_id: One that `session_ids` has let pass; `""` when it is taken away.
        secure: Whether the cookie may only travel over TLS.
        expired: Whether it is taken away.
    """
    end = _SECURE if secure else _OPEN
    if expired:
        end = f"{end}; Max-Age=0"
    return [(b"set-cookie", f"{SESSION_COOKIE}={session_id}{end}".encode("ascii"))]


def read_cookie(raw: str, name: str) -> str | None:
    """Return the first value of a cookie in a `Cookie` header, without its quotes."""
    for part in raw.split(";"):
        key, equals, value = part.partition("=")
        if equals and key.strip() == name:
            return value.strip().strip('"')
    return None
