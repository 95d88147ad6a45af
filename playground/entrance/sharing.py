"""Sharing an app's answers with pages of other origins that are let in (CORS; Fetch, 3.2).

A browser sends what such a page asks for, but keeps the answer from it unless that says otherwise.
The lab says so for the app, of those that it lets in, and of nobody else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
Headers = Mapping[bytes, bytes]
Stranger = tuple[bytes, bool]
"""An origin, and whether its pages may use the cookies that their user has for the app."""

_ALLOW_ORIGIN: Final = b"access-control-allow-origin"


class Sharing:
    """Have a browser give an app's answers to pages of other origins that are let in.

    An answer that says itself who may have it is passed on as it is.

    Args:
        app: What answers.
        stranger: Given a request's headers, the origin of a page that is let in, but not the app's
            own; None for any other.
    """

    def __init__(self, app: ASGIApp, stranger: Callable[[Headers], Stranger | None]) -> None:
        self.app = app
        self.stranger = stranger

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        who = self._asked_by(scope) if scope["type"] == "http" else None
        if who is None:
            await self.app(scope, receive, send)
            return
        more = granted(who)

        async def sharing(event: Any) -> None:
            if event["type"] == "http.response.start":
                headers = list(event.get("headers", ()))
                if not any(name.lower() == _ALLOW_ORIGIN for name, _ in headers):
                    event = {**event, "headers": headers + more}
            await send(event)

        await self.app(scope, receive, sharing)

    def _asked_by(self, scope: Scope) -> Stranger | None:
        # Most requests name no origin: no dict is made of their headers.
        for name, _ in scope["headers"]:
            if name == b"origin":
                return self.stranger(dict(scope["headers"]))
        return None


def granted(who: Stranger) -> list[tuple[bytes, bytes]]:
    """Return the headers by which a browser gives an answer to a page of another origin."""
    origin, with_cookies = who
    headers = [(_ALLOW_ORIGIN, origin), (b"vary", b"Origin")]
    return headers + ([(b"access-control-allow-credentials", b"true")] if with_cookies else [])


async def preflight(asked: Headers, who: Stranger | None, send: Any) -> None:
    """Answer a browser that asks beforehand whether a page may send what it wants to.

    Args:
        asked: The headers of its question.
        who: Whose page it is; None for the app's own.
    """
    headers = granted(who or (asked[b"origin"], True))
    headers.append((b"access-control-allow-methods", asked[b"access-control-request-method"]))
    if wanted := asked.get(b"access-control-request-headers"):
        headers.append((b"access-control-allow-headers", wanted))
    # Chrome asks before a page of elsewhere reaches into the user's own machine.
    for kind in (b"private", b"local"):
        if asked.get(b"access-control-request-%s-network" % kind) == b"true":
            headers.append((b"access-control-allow-%s-network" % kind, b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
