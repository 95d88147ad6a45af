"""The beacon: by which a browser and the doctor know that an address reaches this very lab.

Law of the room: it answers paths of its own and the app sees none of them, so that nothing of the
reader's runs, and nothing is recorded, when an address is tried. What is opened by name goes on to
the app as if it had asked for the app's own path.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote

from playground.recorder import CLIENT_HEADER

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]

# RFC 8615: paths under /.well-known/ are not an app's to name.
PATH: Final = "/.well-known/playground"

# Holds a page of the app in a frame and says to the notebook where that page is: only a document of
# the app's own origin can know that.
HOLDER_PATH: Final = f"{PATH}/page"

# `?to=/chat&as=ada` opens a WebSocket of the app under a name; a page can send no header with one.
OPEN_PATH: Final = f"{PATH}/open"

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# Any page may ask: what it learns is a random number. A browser asks beforehand whether a page from
# elsewhere may reach into its own machine.
_HEADERS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-private-network", b"true"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class Beacon:
    """Answer for a lab in front of its app.

    Args:
        app: What all other requests go to.
        revision: Called for the number of the code on stage.

    Attributes:
        id: What this lab, and no other one, answers with.
    """

    def __init__(self, app: ASGIApp, revision: Callable[[], int]) -> None:
        self.app = app
        self.revision = revision
        self.id = secrets.token_hex(8)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and scope["path"] in (PATH, OPEN_PATH):
            await self._socket(scope, receive, send)
            return
        answer = self._answer(scope)
        if answer is None:
            await self.app(scope, receive, send)
            return
        kind, body = answer
        length = (b"content-length", str(len(body)).encode())
        headers = [(b"content-type", kind), length, *_HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": _shown(scope, body)})

    async def _socket(self, scope: Scope, receive: Any, send: Any) -> None:
        """Tell who is here, over a WebSocket: some proxies pass on requests and nothing else."""
        if scope["path"] == OPEN_PATH:
            await self.app(_opened(scope), receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps(self._told())})
        await send({"type": "websocket.close", "code": 1000})

    def _told(self) -> dict[str, Any]:
        return {"lab": self.id, "revision": self.revision()}

    def _answer(self, scope: Scope) -> tuple[bytes, bytes] | None:
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            return None
        if scope["path"] == PATH:
            return b"application/json", json.dumps(self._told()).encode()
        if scope["path"] == HOLDER_PATH:
            return b"text/html; charset=utf-8", _holder()
        return None


def _opened(scope: Scope) -> Scope:
    """Return the scope of the app's own path, with the client's name where programs say it."""
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    raw, _, query = asked.get("to", ["/"])[0].partition("?")
    raw = quote(raw, safe="/%:@!$&'()*+,;=~-._")
    name = quote(asked.get("as", [""])[0]).encode()
    return {
        **scope,
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": [*scope["headers"], *([(CLIENT_HEADER, name)] if name else [])],
    }


def _shown(scope: Scope, body: bytes) -> bytes:
    return b"" if scope["method"] == "HEAD" else body


@functools.cache
def _holder() -> bytes:
    return (files("playground") / "widgets" / "static" / "holder.html").read_bytes()
