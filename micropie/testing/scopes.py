"""What a client asks for, written as the ASGI scope that uvicorn would make of it."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from micropie.types import Scope

Pair = tuple[str | bytes, str | bytes]
Headers = Iterable[Pair] | Mapping[str, str]
RawHeaders = list[tuple[bytes, bytes]]

HOST = "localhost"
PORT = 80

# RFC 3986 3.3 and 3.4: what may stand in a path and a query as it is; "%" begins what is quoted.
PLAIN = "/%:@!$&'()*+,;=~-._?[]"


def encode_headers(headers: Headers) -> RawHeaders:
    """Return header pairs as ASGI wants them: bytes, names in lower case."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(_latin(name).lower(), _latin(value)) for name, value in pairs]


def decode_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Return raw header pairs as text."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def merge_headers(*layers: RawHeaders) -> RawHeaders:
    """Join layers of headers; a name in a later layer replaces it in those before."""
    merged: RawHeaders = []
    for layer in layers:
        names = {name for name, _ in layer}
        merged = [pair for pair in merged if pair[0] not in names] + layer
    return merged


def http_scope(
    method: str, target: str, headers: RawHeaders, client: tuple[str, int], root_path: str
) -> Scope:
    """Return the scope of an HTTP request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": method,
        "scheme": "http",
        **_shared(target, merge_headers([(b"host", HOST.encode())], headers), client, root_path),
    }


def websocket_scope(
    target: str,
    headers: RawHeaders,
    subprotocols: Sequence[str],
    client: tuple[str, int],
    root_path: str,
) -> Scope:
    """Return the scope of an opening handshake."""
    if isinstance(subprotocols, str):
        raise TypeError(f"expected a sequence of subprotocols, got {subprotocols!r}; put it in []")
    handshake = [
        (b"host", HOST.encode()),
        (b"upgrade", b"websocket"),
        (b"connection", b"Upgrade"),
        (b"sec-websocket-key", base64.b64encode(os.urandom(16))),
        (b"sec-websocket-version", b"13"),
    ]
    if subprotocols:
        handshake.append((b"sec-websocket-protocol", ", ".join(subprotocols).encode()))
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "scheme": "ws",
        "subprotocols": list(subprotocols),
        "extensions": {"websocket.http.response": {}},
        **_shared(target, merge_headers(handshake, headers), client, root_path),
    }


def _shared(
    target: str, headers: RawHeaders, client: tuple[str, int], root_path: str
) -> dict[str, Any]:
    if not target.startswith("/"):
        raise ValueError(f"expected a path from '/' on, got {target!r}; leave out the host")
    path, _, query = quote(target.partition("#")[0], safe=PLAIN).partition("?")
    return {
        "http_version": "1.1",
        "server": (HOST, PORT),
        "client": client,
        "root_path": root_path,
        "path": root_path + unquote(path),
        "raw_path": (root_path + path).encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": headers,
    }


def _latin(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
