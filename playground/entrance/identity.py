"""The identity of a lab: an id at a path of its own, which shows that an address reaches this lab.

Law of the room: it answers who is let in at paths of its own, and the app sees none of them, so
that nothing of the user's runs, and nothing is recorded, when a browser or the doctor tries an
address. Everybody else's request goes on, to be refused as any other. What is opened by name goes
on to the app as if it had asked for the app's own path.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote

from playground.entrance.origins import Origins
from playground.recorder import CLIENT_HEADER

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]

# RFC 8615: paths under /.well-known/ are not an app's to name.
PATH: Final = "/.well-known/playground"

# The door to the panel's page, once somebody has asked for its address.
PANEL_PATH: Final = "/__lab__"

# Holds a page of the app in a frame and says to the notebook where that page is: only a document of
# the app's own origin can know that.
HOLDER_PATH: Final = f"{PATH}/page"

# `?to=/chat&as=ada` opens a WebSocket of the app under a name; a page can send no header with one.
OPEN_PATH: Final = f"{PATH}/open"

_OWN: Final = (PATH, PANEL_PATH)

_METHODS: Final = frozenset({"GET", "HEAD"})

_HEADERS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))

# Where the page holder's script says whom it talks to.
_TRUSTED: Final = b"const TRUSTED = [];"

Answer = tuple[bytes, bytes, list[tuple[bytes, bytes]]]


class Identity:
    """Answer requests for the lab's id, in front of its app.

    Args:
        app: What all other requests go to.
        origins: Says who is let in, and may frame the page holder.
        revision: Called for the number of the code on stage.

    Attributes:
        id: A random id, which no other lab has.
        panel: Answers at `PANEL_PATH`, if there is a page of the panel.
    """

    def __init__(self, app: ASGIApp, origins: Origins, revision: Callable[[], int]) -> None:
        self.app = app
        self.origins = origins
        self.revision = revision
        self.id = secrets.token_hex(8)
        self.panel: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or not scope["path"].startswith(_OWN):
            await self.app(scope, receive, send)
        elif self.panel is not None and _is_panels(scope["path"]):
            await self.panel(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif (answer := self._answer(scope)) is None:
            await self.app(scope, receive, send)
        else:
            kind, body, more = answer
            length = (b"content-length", str(len(body)).encode())
            headers = [(b"content-type", kind), length, *_HEADERS, *more]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": _shown(scope, body)})

    async def _socket(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer with the id over a WebSocket too: some proxies pass on nothing but requests."""
        if scope["path"] == OPEN_PATH:
            await self.app(_opened(scope), receive, send)
        elif scope["path"] != PATH or not self.origins.admits(scope, dict(scope["headers"])):
            await self.app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": json.dumps(self._identity())})
            await send({"type": "websocket.close", "code": 1000})

    def _identity(self) -> dict[str, Any]:
        return {"lab": self.id, "revision": self.revision()}

    def _answer(self, scope: Scope) -> Answer | None:
        if scope["path"] not in (PATH, HOLDER_PATH) or scope["method"] not in _METHODS:
            return None
        headers = dict(scope["headers"])
        if scope["path"] == HOLDER_PATH:
            # A notebook at another name of this machine is another site, and may frame it.
            host = headers.get(b"host", b"").decode("latin-1").lower()
            return self._holder() if self.origins.is_ours(scope, host) else None
        if not self.origins.admits(scope, headers):
            return None
        return b"application/json", json.dumps(self._identity()).encode(), []

    def _holder(self) -> Answer:
        """Return the page holder, which talks to those alone that are let in."""
        known = json.dumps(sorted(self.origins.origins)).replace("<", "\\u003c")
        page = _holder_file().replace(_TRUSTED, f"const TRUSTED = {known};".encode())
        policy = f"frame-ancestors {self.origins.framers()}".encode()
        return b"text/html; charset=utf-8", page, [(b"content-security-policy", policy)]


def _is_panels(path: str) -> bool:
    return path == PANEL_PATH or path.startswith(f"{PANEL_PATH}/")


def _opened(scope: Scope) -> Scope:
    """Return the scope of the app's own path, with the client's name in the header for it."""
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
def _holder_file() -> bytes:
    return (files("playground") / "widgets" / "static" / "page" / "holder.html").read_bytes()
