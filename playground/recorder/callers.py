"""Who calls: the name of a client, and its request headers as they may stand in the log.

Law of the room: credentials are taken out here, before anything of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import unquote

from playground.traffic.redact import REDACTED, SECRET_HEADERS, redact_headers

CLIENT_HEADER: Final = b"x-playground-client"
"""A request header that names the client in the log; taken off before the app sees the request."""

# What the first word of a User-Agent says about who is calling.
_AGENTS: Final = (
    (b"Mozilla/", "browser"),
    (b"curl/", "curl"),
    (b"node", "node"),
    (b"Python/", "python"),
)

# A client sends the same headers again and again, so they are kept once for all its requests.
MAX_KNOWN: Final = 256
MAX_NAME: Final = 80

RawHeaders = tuple[tuple[bytes, bytes], ...]

_SECRET: Final = frozenset(name.encode() for name in SECRET_HEADERS)
_MARK: Final = REDACTED.encode()


class Caller(NamedTuple):
    """What is known of whoever sent some headers.

    Attributes:
        kind: What kind of client it seems to be: ``browser``, ``curl``, … ``client``.
        name: What it calls itself; "" if it does not say.
        headers: Its headers, credentials redacted.
        shared: Whether other exchanges of its have the same headers, and none holds a copy.
    """

    kind: str
    name: str
    headers: tuple[tuple[str, str], ...]
    shared: bool


class Callers:
    """Know callers by their headers, and number those without a name."""

    def __init__(self) -> None:
        self._known: dict[RawHeaders, Caller] = {}
        self._unnamed: dict[str, int] = {}

    def of_request(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Return who sent a request's headers."""
        given = tuple(headers)
        return self._known.get(given) or self._of_request(given)

    def _of_request(self, given: RawHeaders) -> Caller:
        """Know a caller by its headers without the credentials, which are not kept."""
        key = tuple((name, _MARK if name in _SECRET else value) for name, value in given)
        caller = self._known.get(key)
        if caller is None:
            caller = _caller(key, shared=True)
            pairs = zip(for_app(key), caller.headers, strict=True)
            if any(REDACTED in text and raw != _MARK for (_, raw), (_, text) in pairs):
                return caller._replace(shared=False)
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key] = caller
        return caller

    def of_handshake(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Return who sent a handshake's headers, which never come twice; all of them get names."""
        caller = _caller(tuple(headers), shared=False)
        return caller._replace(name=caller.name or self._number(caller.kind))

    def _number(self, kind: str) -> str:
        self._unnamed[kind] = self._unnamed.get(kind, 0) + 1
        return f"{kind}-{self._unnamed[kind]}"


def _caller(headers: RawHeaders, *, shared: bool) -> Caller:
    given = dict(headers)
    agent, name = given.get(b"user-agent", b""), given.get(CLIENT_HEADER, b"")
    kind = next((kind for start, kind in _AGENTS if agent.startswith(start)), "client")
    called = unquote(name.decode("latin-1"))[:MAX_NAME]
    return Caller(kind, called, redact_headers(for_app(headers)), shared)


def for_app(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers that an app gets to see."""
    return [pair for pair in headers if pair[0] != CLIENT_HEADER]
