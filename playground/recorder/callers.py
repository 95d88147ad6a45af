"""Name a client by its request headers, and keep those headers without credentials.

Law of the room: credentials are taken out here, before anything of them is kept. The lab's own
clients are known by a secret, never by what they call themselves: anybody may call himself alice.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from playground.recorder.guests import Guests
from playground.traffic.redact import REDACTED, redact_headers
from playground.traffic.secret_names import secrecy
from playground.traffic.store import weight_of

CLIENT_HEADER: Final = b"x-playground-client"
"""A request header that names the client in the log; taken off before the app sees the request."""

# What leads to a rehearsal, which goes on to the layer that asks for it.
_REHEARSAL_HEADER: Final = b"x-playground-rehearsal"
_OURS: Final = frozenset({CLIENT_HEADER, _REHEARSAL_HEADER})

# What the first word of a User-Agent says about who is calling.
_AGENTS: Final = (
    (b"Mozilla/", "browser"),
    (b"curl/", "curl"),
    (b"node", "node"),
    (b"Python/", "python"),
)

# A client sends the same headers again and again, so they are kept once for all its requests: the
# headers of so many clients, in so many bytes, none of them far from what a browser sends.
MAX_KNOWN: Final = 256
MAX_KNOWN_BYTES: Final = 1024 * 1024
MAX_SHARED: Final = 16 * 1024
# Of a guest's name; the lab's own clients have theirs checked before (`clients/asking.py`).
MAX_NAME: Final = 80

RawHeaders = tuple[tuple[bytes, bytes], ...]

_MARK: Final = REDACTED.encode()


class Caller(NamedTuple):
    """A client, as far as its request headers tell.

    Attributes:
        kind: What kind of client it seems to be: ``browser``, ``curl``, … ``client``.
        name: What the log calls it; "" if it does not say.
        headers: Its headers, credentials redacted.
        shared: Whether an earlier exchange of its has the same headers, and none holds a copy.
        own: Whether it is one of the lab's own.
    """

    kind: str
    name: str
    headers: tuple[tuple[str, str], ...]
    shared: bool
    own: bool


class Callers:
    """Recognise clients by their request headers, and number those that give no name.

    Args:
        met: Called with the name of an own client, when one comes for the first time.
    """

    def __init__(self, met: Callable[[str], object] = lambda name: None) -> None:
        self._met = met
        self._proof = secrets.token_hex(16)
        self._guests = Guests()
        self._known: dict[RawHeaders, Caller] = {}
        self._known_bytes = 0
        self._unnamed: dict[str, int] = {}

    def naming(self, name: str) -> tuple[str, str]:
        """Return the header with which one of the lab's own clients says its name.

        Args:
            name: Its name.
        """
        return CLIENT_HEADER.decode(), f"{quote(name, safe='')};{self._proof}"

    def guest_of(self, name: str) -> str:
        """Return what the log calls a guest that calls itself so."""
        return self._guests.named(name)

    def of_request(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Return the client that sent an HTTP request."""
        given = tuple(headers)
        return self._known.get(given) or self._of_request(given)

    def _of_request(self, given: RawHeaders) -> Caller:
        """Return the client known by the same headers, but for credentials, or a new one."""
        key = tuple((name, _MARK if _is_secret(name) else value) for name, value in given)
        caller = self._known.get(key)
        if caller is None:
            caller = self._caller(key)
            pairs = zip(_without_ours(key), caller.headers, strict=True)
            if any(REDACTED in text and raw != _MARK for (_, raw), (_, text) in pairs):
                return caller
            self._remember(key, caller)
        return caller

    def _remember(self, key: RawHeaders, caller: Caller) -> None:
        """Keep a client's headers for its next requests, unless they are unusually large.

        The log counts them with the first of its exchanges. When that is let go and later ones are
        not, they are few: what is kept here, and what was kept before.
        """
        size = 2 * weight_of(caller.headers)
        if size > MAX_SHARED:
            return
        if len(self._known) >= MAX_KNOWN or self._known_bytes + size > MAX_KNOWN_BYTES:
            self._forget()
        self._known_bytes += size
        self._known[key] = caller._replace(shared=True)

    def _forget(self) -> None:
        self._known.clear()
        self._known_bytes = 0

    def of_handshake(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Return the client that sent an opening handshake; one without a name gets a number.

        Each handshake has a key of its own, so its headers are never shared.
        """
        caller = self._caller(tuple(headers))
        return caller if caller.name else caller._replace(name=self._number(caller.kind))

    def _number(self, kind: str) -> str:
        while True:
            self._unnamed[kind] = self._unnamed.get(kind, 0) + 1
            name = f"{kind}-{self._unnamed[kind]}"
            if self._guests.named(name) == name:
                return name

    def _caller(self, headers: RawHeaders) -> Caller:
        given = dict(headers)
        agent, said = given.get(b"user-agent", b""), given.get(CLIENT_HEADER, b"")
        kind = next((kind for start, kind in _AGENTS if agent.startswith(start)), "client")
        quoted, _, proof = said.partition(b";")
        name = unquote(quoted.decode("latin-1"))
        own = secrets.compare_digest(proof, self._proof.encode())
        if own:
            self._meet(name)
        elif name:
            name = self._guests.named(name[:MAX_NAME])
        return Caller(kind, name, redact_headers(_without_ours(headers)), shared=False, own=own)

    def _meet(self, name: str) -> None:
        if self._guests.keep_from(name):
            # What is known of a guest with that name holds no longer.
            self._forget()
            self._met(name)


def _is_secret(name: bytes) -> bool:
    return secrecy(name.decode("latin-1")) in ("always", "many")


def _without_ours(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without those by which the lab's own clients find their way."""
    return [pair for pair in headers if pair[0] not in _OURS]


def for_app(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without the one that names the client, which is not meant for the app."""
    return [pair for pair in headers if pair[0] != CLIENT_HEADER]
