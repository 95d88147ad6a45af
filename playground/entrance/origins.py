"""Host and Origin: who may talk to an app that stands on the user's own machine.

A page of any site can send requests to 127.0.0.1 from its visitor's browser, and a name that an
attacker owns can be made to resolve there (DNS rebinding). So the `Host` header must be ours, and a
browser that says where it comes from (`Origin`, `Sec-Fetch-Site`) must come from there. Programs
say neither.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

from playground.entrance.sharing import preflight

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
Headers = Mapping[bytes, bytes]

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS: Final = {"http": "80", "https": "443"}

# What a browser sends as Origin (RFC 6454 6.2), and what it sends as Host: neither has a path, a
# user, or a space in it.
_ORIGIN: Final = re.compile(
    r"([a-z][a-z0-9+.-]*)://((?:\[[0-9a-f:.]+\]|[^][/?#@:\\\s,]+)(?::\d+)?)"
)


class Origins:
    """Let an app's own pages, the notebook's page and programs in; refuse others with 403.

    Args:
        app: The app behind.
        origins: More origins to let in, such as ``"https://example.org"``; ``"*"`` lets all in.

    Attributes:
        named: Those, as they were written.
        origins: All that are let in.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str] = ()) -> None:
        self.app = app
        self.named: tuple[str, ...] = ()
        self._trusted: set[str] = set()
        self._around: set[str] = set()
        self.origins: frozenset[str] = frozenset()
        self._hosts: frozenset[str] = frozenset()
        self.name(origins)
        # Behind a Hub the proxy passes the Hub's own Host on, which is not known here.
        self._on_hub = "JUPYTERHUB_SERVICE_PREFIX" in os.environ

    def name(self, origins: Iterable[str]) -> None:
        """Let these origins in, in the place of those that were named before.

        Raises:
            ValueError: If one of them is no origin.
        """
        named = tuple(origins)
        self._let_in({_checked(origin) for origin in named} | self._trusted)
        self.named = named

    def trust(self, origin: str, around: Iterable[str] = ()) -> None:
        """Let the origin of the page that shows the notebook in.

        Args:
            origin: The page's.
            around: The origins of the pages in whose frames that page is, ``"*"`` where it cannot
                know them. They may frame what it frames, and no more than that.
        """
        self._trusted.add(_checked(origin))
        self._around |= {_checked(each) for each in around}
        self._let_in(self.origins | self._trusted)

    def framers(self) -> str:
        """Return who may frame a page that is for the notebook, as CSP's `frame-ancestors` has it.

        Of what is not of the web, such as VS Code's own pages, a browser knows no more than its
        scheme.
        """
        known = sorted(self.origins | self._around)
        if not known or "*" in known:
            return "*" if known else "'none'"
        return " ".join(
            each if each.startswith(("http://", "https://")) else each.partition("//")[0]
            for each in known
        )

    def _let_in(self, origins: Iterable[str]) -> None:
        self.origins = frozenset(origins)
        self._hosts = frozenset(origin.partition("://")[2] for origin in self.origins - {"*"})

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        why = self.objection(scope, headers) or (
            _doubled(scope) if len(headers) < len(scope["headers"]) else None
        )
        if why is not None:
            await _refuse(scope, receive, send, why)
        elif b"access-control-request-method" in headers and is_preflight(scope, headers):
            await preflight(headers, self.stranger(headers), send)
        else:
            await self.app(self._vouched(scope, headers), receive, send)

    def objection(self, scope: Scope, headers: Headers) -> str | None:
        """Return why a request is not let in, as a sentence; None if it is."""
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self.is_ours(scope, host):
            return (
                f"The Host {host!r} is not this lab's. Use the address that lab.url gives, "
                "or name the site in serve(…, origins=[…])."
            )
        origin = headers.get(b"origin")
        if origin and not is_harmless(scope, headers):
            said = origin.decode("latin-1").lower()
            return None if self.welcomes(said, host) else _unwelcome(said)
        if headers.get(b"sec-fetch-site") != b"cross-site" or is_visit(scope, headers):
            return None
        said = (origin or _referer(headers)).decode("latin-1").lower()
        if said and self.welcomes(said, host):
            return None
        return _unwelcome(said) if origin else _CROSS_SITE

    def is_ours(self, scope: Scope, host: str) -> bool:
        """Return whether a Host (in small letters) is one that this lab is reached by."""
        if not host or host in self._hosts or "*" in self.origins:
            return True
        name, port = _split(host)
        if name in _LOOPBACK:
            return True
        # A browser's Host has the port that it connected to; another one is a proxy's.
        return self._on_hub and port != _own_port(scope)

    def welcomes(self, origin: str, host: str) -> bool:
        """Return whether pages of an origin (both in small letters) may talk to the app."""
        return bool(self.origins & {"*", origin}) or _is_own(origin, host)

    def admits(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a request is let in, and who sends it may also read what is answered."""
        if self.objection(scope, headers) is not None:
            return False
        return b"origin" not in headers or self.welcomes(*_said(headers))

    def stranger(self, headers: Headers) -> tuple[bytes, bool] | None:
        """Return the origin of a page that is let in but not the app's own; None for any other.

        With it comes whether it may also use the cookies that its user has for the app: not where
        all are let in.
        """
        origin, host = _said(headers)
        if not origin or _is_same(origin, host) or not self.welcomes(origin, host):
            return None
        return headers[b"origin"], origin in self.origins or _is_own(origin, host)

    def _vouched(self, scope: Scope, headers: Headers) -> Scope:
        """Return the scope as the app is to see it: the notebook's page connects as its own would.

        The page's browser may have a session of the app's, and then a framework looks at where a
        handshake comes from (RFC 6455 10.2). It knows nothing of notebooks, nor that 127.0.0.1 and
        localhost are one.
        """
        if scope["type"] != "websocket" or b"origin" not in headers:
            return scope
        origin, host = _said(headers)
        if _is_same(origin, host) or not (origin in self._trusted or _is_own(origin, host)):
            return scope
        own = b"http://" + headers.get(b"host", b"")
        pairs = [(name, own if name == b"origin" else value) for name, value in scope["headers"]]
        return {**scope, "headers": pairs}


_CROSS_SITE: Final = (
    "A page of another site may not have this lab do something, such as load a picture. "
    "If it is yours, say serve(…, origins=[…]) with its origin."
)


def _doubled(scope: Scope) -> str | None:
    """Return why a request that says twice where it comes from, or goes to, is not let in."""
    said = [name for name, _ in scope["headers"] if name in (b"host", b"origin")]
    if len(said) == len(set(said)):
        return None
    return "This request has two Hosts or two Origins, and a browser sends one of each."


def is_harmless(scope: Scope, headers: Headers) -> bool:
    """Return whether a request only reads, as far as its method tells."""
    if scope["type"] != "http" or scope["method"] not in _SAFE_METHODS:
        return False
    return headers.get(b"sec-fetch-site") != b"cross-site" and not is_preflight(scope, headers)


def is_visit(scope: Scope, headers: Headers) -> bool:
    """Return whether somebody opens a page by a link: in a tab, not in a frame."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
    )


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser asks if a page may send what it wants to (Fetch, 4.8)."""
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and b"origin" in headers
        and b"access-control-request-method" in headers
    )


def _unwelcome(origin: str) -> str:
    if origin == "null":
        return (
            "A page without an origin of its own, such as a file or one in a sandbox, may not talk "
            "to this lab. Serve it from the app, or from a site that serve(…, origins=[…]) names."
        )
    if _ORIGIN.fullmatch(origin) is None:
        return f"The Origin {origin!r} is not as a browser writes it: 'https://example.org'."
    return (
        f"A page of {origin} may not talk to this lab. "
        f"If it is yours, say serve(…, origins=[{origin!r}])."
    )


def _referer(headers: Headers) -> bytes:
    """Return the origin of the page that loads something: for a picture there is no `Origin`."""
    return b"/".join(headers.get(b"referer", b"").split(b"/", 3)[:3])


def _said(headers: Headers) -> tuple[str, str]:
    """Return what a request says of where it comes from and goes to: Origin and Host."""
    origin, host = headers.get(b"origin", b""), headers.get(b"host", b"")
    return origin.decode("latin-1").lower(), host.decode("latin-1").lower()


def _is_same(origin: str, host: str) -> bool:
    return origin in (f"http://{host}", f"https://{host}")


def _is_own(origin: str, host: str) -> bool:
    """Return whether an origin is the app's: the same host, or another name of this machine."""
    parts = _ORIGIN.fullmatch(origin)
    if parts is None or parts[1] not in _PORTS:
        return False
    if parts[2] == host:
        return True
    (name, port), (own, own_port), usual = _split(parts[2]), _split(host), _PORTS[parts[1]]
    same_name = name == own or (name in _LOOPBACK and own in _LOOPBACK)
    return same_name and (port or usual) == (own_port or usual)


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and port.isdecimal() else (host, "")


def _own_port(scope: Scope) -> str:
    return str((scope.get("server") or ("", ""))[1])


def _checked(origin: str) -> str:
    plain = origin.rstrip("/").lower()
    if plain != "*" and _ORIGIN.fullmatch(plain) is None:
        raise ValueError(
            f"expected an origin such as 'https://example.org', got {origin!r}; leave out the path"
        )
    return plain


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
