"""Which headers a reverse proxy passes on, and how: RFC 9110 7.6.1, and what names a server.

To the far side a client is one of its own: `host` is the far side's, and a page of the lab's
address counts as a page of the far side's. What it says of its own address is said of the lab's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from playground.upstream.address import Address

Header = tuple[bytes, bytes]

# RFC 9110 7.6.1: they are for the next hop alone. `keep-alive` and `proxy-connection` are old.
_HOP: Final = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization",
        b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip

# RFC 8586: who has led a request on is written down, so that a circle is seen.
_LOOP: Final = b"cdn-loop"

# `expect` was answered by the server here.
_NOT_ASKED: Final = _HOP | {b"host", b"expect", _LOOP}

# Another protocol on another port would lead past the lab; the server here says its own date.
_NOT_SAID: Final = _HOP | {b"alt-svc", b"date"}


def asked(
    headers: Iterable[Header], address: Address, own: Iterable[Header], *, scheme: str
) -> list[Header]:
    """Return the headers of a request, as the far side gets them; without `host`.

    Args:
        headers: Those the client sent.
        address: The far side's.
        own: More, in the place of those of the same name.
        scheme: The lab's, ``"http"`` or ``"https"``.
    """
    given, own = list(headers), list(own)
    if address.login and not any(name == b"authorization" for name, _ in own):
        own.append((b"authorization", address.login.encode()))
    mine = {name for name, _ in own}
    host = next((value for name, value in given if name == b"host"), b"")
    here, there = b"%s://%s" % (scheme.encode(), host), address.origin.encode()
    return [
        (name, _of_there(value, here, there) if name in (b"origin", b"referer") else value)
        for name, value in _passed(given, _NOT_ASKED)
        if name not in mine
    ] + own


def _of_there(value: bytes, here: bytes, there: bytes) -> bytes:
    """Return an address of the lab's as one of the far side's; another as it is."""
    if value == here or value.startswith(here + b"/"):
        return there + value[len(here) :]
    return value


def led_by(headers: Iterable[Header]) -> list[bytes]:
    """Return who has led a request on so far."""
    named = b",".join(value for name, value in headers if name.lower() == _LOOP)
    return [each.strip() for each in named.split(b",") if each.strip()]


def signed(headers: Iterable[Header], name: bytes) -> Header:
    """Return the header that says who leads a request on: those before, and a name."""
    return _LOOP, b", ".join([*led_by(headers), name])


def handshake(headers: Iterable[Header]) -> list[Header]:
    """Return the headers of an opening handshake without those that each leg has for itself."""
    return [pair for pair in headers if not pair[0].startswith(b"sec-websocket-")]


def said(headers: Iterable[Header], address: Address, *, scheme: str) -> list[Header]:
    """Return the headers of an answer, as the client gets them.

    Args:
        headers: Those of the far side.
        address: The far side's.
        scheme: The lab's.
    """
    return [
        (name, _VALUES[name](value, address, scheme) if name in _VALUES else value)
        for name, value in _passed(headers, _NOT_SAID)
    ]


def _passed(headers: Iterable[Header], without: frozenset[bytes]) -> Iterator[Header]:
    """Yield headers, their names lower-case, but for those of this hop."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {
        each.strip().lower()
        for name, value in pairs
        if name == b"connection"
        for each in value.split(b",")
    }
    return (pair for pair in pairs if pair[0] not in without and pair[0] not in named)


def _location(value: bytes, address: Address, scheme: str) -> bytes:
    """Return an address of the far side's own as a path of the lab's: a redirect stays here."""
    origin = address.origin.encode()
    for each in (origin, origin.replace(b"http", b"ws", 1)):
        if value.lower() == each or value.lower().startswith((each + b"/", each + b"?")):
            return _without(value[len(each) :], address)
    return _without(value, address) if value.startswith(b"/") and value[1:2] != b"/" else value


def _without(path: bytes, address: Address) -> bytes:
    """Return a path of the far side's without what the lab puts before each."""
    before = address.path.encode()
    if before and (path == before or path.startswith((before + b"/", before + b"?"))):
        path = path[len(before) :]
    return path if path.startswith(b"/") else b"/" + path


def _cookie(value: bytes, address: Address, scheme: str) -> bytes:
    """Return a cookie that a browser keeps for the lab: not for a domain, nor for TLS alone."""
    first, *rest = value.split(b";")
    kept = [each for each in rest if not each.strip().lower().startswith(b"domain=")]
    # By their names these are for TLS alone (RFC 6265bis 4.1.3).
    if scheme == "http" and not first.strip().lower().startswith((b"__host-", b"__secure-")):
        without = (b"secure", b"samesite=none", b"partitioned")
        kept = [each for each in kept if each.strip().lower() not in without]
    return b";".join([first, *kept])


_VALUES: Final = {b"location": _location, b"content-location": _location, b"set-cookie": _cookie}
