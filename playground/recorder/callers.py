"""Who calls: the name of a client, and its request headers as they may stand in the log.

Law of the room: credentials are taken out here, before anything of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from playground.traffic.redact import REDACTED, redact_headers

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

RawHeaders = Iterable[tuple[bytes, bytes]]


class Caller(NamedTuple):
    """What is known of whoever sent some headers.

    Attributes:
        kind: What kind of client it seems to be: ``browser``, ``curl``, … ``client``.
        name: What it calls itself; "" if it does not say.
        headers: Its headers, credentials redacted.
        passed_on: Those that the app gets; None if that is all of them.
    """

    kind: str
    name: str
    headers: tuple[tuple[str, str], ...]
    passed_on: list[tuple[bytes, bytes]] | None


class Callers:
    """Know callers by their headers, and number those without a name."""

    def __init__(self) -> None:
        self._known: dict[Any, Caller] = {}
        self._unnamed: dict[str, int] = {}

    def of_request(self, headers: RawHeaders) -> Caller:
        """Return who sent a request's headers."""
        key = tuple(headers)
        caller = self._known.get(key)
        if caller is None:
            caller = _caller(key)
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            # The key is the headers as they came: with a credential in them they are not kept.
            if not any(REDACTED in value for _, value in caller.headers):
                self._known[key] = caller
        return caller

    def of_handshake(self, headers: RawHeaders) -> Caller:
        """Return who sent a handshake's headers, which never come twice; all of them get names."""
        caller = _caller(tuple(headers))
        return caller._replace(name=caller.name or self._number(caller.kind))

    def _number(self, kind: str) -> str:
        self._unnamed[kind] = self._unnamed.get(kind, 0) + 1
        return f"{kind}-{self._unnamed[kind]}"


def _caller(headers: tuple[tuple[bytes, bytes], ...]) -> Caller:
    given = dict(headers)
    agent, name = given.get(b"user-agent", b""), given.get(CLIENT_HEADER)
    kind = next((kind for start, kind in _AGENTS if agent.startswith(start)), "client")
    if name is None:
        return Caller(kind, "", redact_headers(headers), None)
    passed_on = [pair for pair in headers if pair[0] != CLIENT_HEADER]
    called = unquote(name.decode("latin-1"))[:MAX_NAME]
    return Caller(kind, called, redact_headers(passed_on), passed_on)
