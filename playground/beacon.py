"""The beacon: by which a browser and the doctor know that an address reaches this very lab.

Law of the room: it answers two paths of its own and the app sees neither, so that nothing of the
reader's runs, and nothing is recorded, when an address is tried.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from importlib.resources import files
from typing import Any, Final

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]

# RFC 8615: paths under /.well-known/ are not an app's to name.
PATH: Final = "/.well-known/playground"

# Holds a page of the app in a frame and says to the notebook where that page is: only a document of
# the app's own origin can know that.
HOLDER_PATH: Final = f"{PATH}/page"

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
        answer = self._answer(scope)
        if answer is None:
            await self.app(scope, receive, send)
            return
        kind, body = answer
        length = (b"content-length", str(len(body)).encode())
        headers = [(b"content-type", kind), length, *_HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": _shown(scope, body)})

    def _answer(self, scope: Scope) -> tuple[bytes, bytes] | None:
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            return None
        if scope["path"] == PATH:
            told = {"lab": self.id, "revision": self.revision()}
            return b"application/json", json.dumps(told).encode()
        if scope["path"] == HOLDER_PATH:
            return b"text/html; charset=utf-8", _holder()
        return None


def _shown(scope: Scope, body: bytes) -> bytes:
    return b"" if scope["method"] == "HEAD" else body


@functools.cache
def _holder() -> bytes:
    return (files("playground") / "widgets" / "static" / "holder.html").read_bytes()
