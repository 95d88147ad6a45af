"""The guard: who may talk to an app that stands on a learner's own machine.

A page of any site can send requests to 127.0.0.1 from its visitor's browser, and a name that an
attacker owns can be made to resolve there (DNS rebinding). So the `Host` header must be ours, and a
browser that says where it comes from (`Origin`) must come from there. Programs send no Origin.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Let an app's own pages, the notebook's page and programs in; refuse others with 403.

    Args:
        app: The app behind.
        origins: More origins to let in, such as ``"https://example.org"``; ``"*"`` lets all in.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str] = ()) -> None:
        self.app = app
        self.origins = {_checked(origin) for origin in origins}
        # Behind a Hub the kernel's loopback is not the one of the learner's browser, and the proxy
        # passes the Hub's own Host on, which is not known here.
        self.any_host = "JUPYTERHUB_SERVICE_PREFIX" in os.environ

    def trust(self, origin: str) -> None:
        """Let another origin in: the page that shows the notebook says its own."""
        self.origins.add(_checked(origin))

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        why = self._objection(scope)
        if why is None:
            await self.app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, why)

    def _objection(self, scope: Scope) -> str | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._ours(host):
            return (
                f"The Host {host!r} is not this lab's. Use the address that lab.url gives, "
                "or name the site in serve(…, origins=[…])."
            )
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        harmless = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
        if not origin or harmless or self._welcome(origin, host):
            return None
        return (
            f"A page of {origin} may not talk to this lab. "
            f"If it is yours, say serve(…, origins=[{origin!r}])."
        )

    def _ours(self, host: str) -> bool:
        if self.any_host or "*" in self.origins or not host:
            return True
        known = {urlsplit(origin).netloc for origin in self.origins}
        return host in known or _without_port(host) in _LOOPBACK

    def _welcome(self, origin: str, host: str) -> bool:
        return bool(self.origins & {"*", origin}) or urlsplit(origin).netloc == host


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _checked(origin: str) -> str:
    parts = urlsplit(origin)
    if origin != "*" and (not parts.scheme or not parts.netloc or parts.path.strip("/")):
        raise ValueError(
            f"expected an origin such as 'https://example.org', got {origin!r}; leave out the path"
        )
    return origin.rstrip("/").lower()


async def _refuse(scope: Scope, receive: Any, send: Any, why: str) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": why[:120]})
            return
        kind = "websocket.http.response"
    body = why.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": f"{kind}.start", "status": 403, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
    # uvicorn logs an error for a handshake that is answered while its connection is there.
    await asyncio.sleep(0)
