"""Socket.IO's own client for a browser, for a page that must do without a network.

It is the file that npm gives out, unchanged; its licence (MIT) lies beside it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

VERSION: Final = "4.8.4"
"""Of ``socket.io-client`` on npm, whose ``dist/socket.io.min.js`` this is."""

SHA256: Final = "d5d79a35039e860b32bdef4795528b05c2f788d4b2d9dacc913120e2878f7b3f"
"""What the file's bytes must come to, in hex."""

FILE: Final = Path(__file__).with_name("socket.io.min.js")

# A page that is loaded again soon need not fetch it again; another version is one after an hour.
_CACHED: Final = b"public, max-age=3600"

Event = MutableMapping[str, Any]


async def browser_client(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[Event]],
    send: Callable[[Event], Awaitable[None]],
) -> None:
    """Give the client away: an ASGI app, to be mounted where pages are to find it.

    After ``mount(app, "/client.js", browser_client)`` a page loads it with ``<script
    src="client.js">`` and has the function ``io``.

    Raises:
        RuntimeError: If it is asked for something else than a response to an HTTP request.
    """
    if scope["type"] != "http":
        raise RuntimeError(f"expected an HTTP request, got {scope['type']!r}; mount it for pages")
    known = scope["method"] in ("GET", "HEAD")
    body = FILE.read_bytes() if known else b"This is a script: ask for it with GET."
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8" if known else b"text/plain"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _CACHED) if known else (b"allow", b"GET, HEAD"),
    ]
    await send({"type": "http.response.start", "status": 200 if known else 405, "headers": headers})
    await send({"type": "http.response.body", "body": body})
