"""The opening handshake with the far side: what it is made of, as bytes, and what is answered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from playground.upstream.address import Address

_QUIET: Final = logging.getLogger("playground.upstream.websockets")
_QUIET.setLevel(logging.CRITICAL + 1)


class Opening(NamedTuple):
    """What the opening handshake with the far side is made of.

    Attributes:
        address: Where.
        target: Path and query.
        headers: But for those of the handshake itself.
        subprotocols: What is offered.
        context: For TLS (`ssl.SSLContext`); None without.
        timeout: Seconds until the answer.
    """

    address: Address
    target: str
    headers: Sequence[tuple[bytes, bytes]]
    subprotocols: Sequence[str]
    context: Any
    timeout: float


def protocol_of(opening: Opening) -> ClientProtocol:
    """Return what speaks with the far side: without bytes, times or tasks of its own."""
    address = opening.address
    path, _, query = opening.target.partition("?")
    return ClientProtocol(
        WebSocketURI(address.secure, address.host, address.port, path, query, None, None),
        extensions=[ClientPerMessageDeflateFactory(compress_settings={"memLevel": 5})],
        subprotocols=[Subprotocol(each) for each in opening.subprotocols] or None,
        max_size=None,
        logger=_QUIET,
    )


def request_of(request: Request, opening: Opening) -> bytes:
    """Return the opening handshake as bytes: headers of the client's are passed as they came."""
    own = [(name.encode(), value.encode()) for name, value in request.headers.raw_items()]
    own[0] = (b"Host", opening.address.netloc.encode())
    lines = [b"GET %s HTTP/1.1" % opening.target.encode()]
    lines += [b"%s: %s" % pair for pair in (*own, *opening.headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def pairs_of(response: Response) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer as ASGI has them."""
    return [(name.encode(), _bytes(value)) for name, value in response.headers.raw_items()]


def _bytes(value: str) -> bytes:
    """Return a header's value as it came: older versions of websockets escape what is no ASCII."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
