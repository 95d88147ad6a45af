"""The address of the far side: one server, whose host and port no client can change."""

from __future__ import annotations

import base64
import re
from typing import Final, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from playground.traffic.redact import redact_address

_PORTS: Final = {"http": 80, "https": 443}
_SCHEMES: Final = {"ws": "http", "wss": "https", "http": "http", "https": "https"}

# What may stand in a request line as it is (RFC 3986), "%" too: it is taken as written.
_SAFE: Final = "/%?&=:;@!$'()*+,~-._"


class Address(NamedTuple):
    """Where all is led to.

    Attributes:
        secure: Whether over TLS.
        host: Name or number, without brackets.
        port: TCP port.
        path: What goes before each path, without a slash at its end.
        query: What goes before each query.
        login: The value of an ``authorization`` header; "" for none.
    """

    secure: bool
    host: str
    port: int
    path: str
    query: str
    login: str

    @property
    def netloc(self) -> str:
        """Host and port, as a ``host`` header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self._scheme] else f"{host}:{self.port}"

    @property
    def _scheme(self) -> str:
        return "https" if self.secure else "http"

    @property
    def origin(self) -> str:
        """What a page of the far side's says for its origin."""
        return f"{self._scheme}://{self.netloc}"

    @property
    def base(self) -> str:
        """The address as a WebSocket's, without login and query: fit to be shown."""
        return f"{'wss' if self.secure else 'ws'}://{self.netloc}{redact_address(self.path)}"

    def target(self, raw_path: bytes, query: bytes) -> str:
        """Return path and query as they stand in a request line to the far side."""
        path = self.path + quote(raw_path.decode("latin-1") or "/", safe=_SAFE)
        asked = "&".join(filter(None, (self.query, quote(query.decode("latin-1"), safe=_SAFE))))
        return f"{path}?{asked}" if asked else path


def address_of(url: object) -> Address:
    """Return what an address says.

    Args:
        url: Such as ``"wss://example.org/chat"``; ``http`` stands for ``ws``, as ``https`` for
            ``wss``.

    Raises:
        TypeError: If it is no text.
        ValueError: If it is no address of a server.
    """
    if not isinstance(url, str):
        raise TypeError(f"expected an address such as 'ws://127.0.0.1:9000', got {url!r}")
    shown = redact_address(url)
    text = url.strip()
    if "://" not in text and re.fullmatch(r"[\w.-]+(:\d+)?(/\S*)?", text):
        raise ValueError(
            f"expected an address with ws:// or wss://, got {shown!r}; write 'ws://{shown}'"
        )
    try:
        parts = urlsplit(text)
        port, host = parts.port, _ascii(parts.hostname or "")
        if port == 0:
            raise ValueError("no server listens on port 0")
    except ValueError as error:
        raise ValueError(
            f"expected an address such as 'ws://127.0.0.1:9000', got {shown!r}: {error}"
        ) from None
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None or not host:
        raise ValueError(
            "expected an address such as 'ws://127.0.0.1:9000' or 'wss://example.org', "
            f"got {shown!r}"
        )
    if any(not ord(each) > 32 for each in text):
        raise ValueError(f"expected an address without spaces, got {shown!r}; leave them out")
    login = ""
    if parts.username is not None:
        pair = unquote_to_bytes(f"{parts.username}:{parts.password or ''}")
        login = f"Basic {base64.b64encode(pair).decode()}"
    return Address(
        scheme == "https",
        host,
        port or _PORTS[scheme],
        quote(parts.path.rstrip("/"), safe=_SAFE),
        quote(parts.query, safe=_SAFE),
        login,
    )


def _ascii(host: str) -> str:
    """Return a host as it is asked for: a name in other letters in its ASCII form (RFC 5891)."""
    try:
        name = host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"no host is called {host!r}") from error
    return host if host.isascii() else name
