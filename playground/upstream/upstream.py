"""`Upstream`: an ASGI app that leads WebSockets and requests to one server elsewhere."""

from __future__ import annotations

import asyncio
import functools
import secrets
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

from playground.upstream import headers as passing
from playground.upstream.address import Address, address_of
from playground.upstream.bridge import FAR, Bridge, FarLeg, FarTap, Passage
from playground.upstream.hooks import Message, check_hooks, connect
from playground.upstream.refused import Refused
from playground.upstream.settings import as_sent, check_headers, check_timeout, check_verify
from playground.upstream.untapped import Untapped

if TYPE_CHECKING:
    from playground.upstream.dialling import Verify
    from playground.upstream.requests import Requests

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[Any]]

# RFC 5842 7.2.
_LOOP_DETECTED: Final = 508

_CIRCLE: Final = (
    "{} leads back to here: it is this lab's own address, or a server's that leads to this lab; "
    "write the address of the server that is to answer"
)

_IN_BROWSER: Final = sys.platform == "emscripten"


def _passes_all(hook: Any) -> Any:
    hook.passes_all = True
    return hook


class Upstream:
    """A server elsewhere, in any language: what is served here is led on to it.

    ::

        class Loud(Upstream):
            async def from_server(self, message, client):
                return message.upper()

        lab = serve(Loud("ws://127.0.0.1:9000"))

    Override `from_client`, `from_server` or `on_connect` to look at a message, or to change it. New
    code takes over the open sockets: neither the client nor the far side is disconnected.

    Args:
        url: Where to: ``"ws://127.0.0.1:9000"``, ``"wss://example.org/chat"``. Requests go there
            too: ``http`` stands for ``ws``, as ``https`` for ``wss``.
        headers: More headers for the far side, as a dict or pairs, such as its ``authorization``:
            in the place of those of the client that have the same name.
        verify: Whose certificates are trusted: True for what this machine trusts, a file (PEM), an
            `ssl.SSLContext`; or False for anybody's.
        timeout: Seconds that the far side may take to be reached and to answer an opening
            handshake. A request's answer may take six times that to begin.

    Raises:
        TypeError, ValueError: If `url` is no address, another argument is not as said above, or
            a method cannot be called as it is here.
        OSError: If the file of certificates cannot be read.
    """

    _address: Address

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        verify: Verify = True,
        timeout: float = 10.0,
    ) -> None:
        self._address = address_of(url)
        pairs, timeout = check_headers(headers), check_timeout(timeout)
        verify = check_verify(verify)
        check_hooks(self)
        self._made_with = functools.partial(
            _made, url=url, headers=pairs, verify=verify, timeout=timeout
        )
        self._own = as_sent(pairs)
        self._timeout = timeout
        self._context = _context(self._address, verify)
        # What it is called where it leads on, so that it sees what it has led to itself.
        self._called = b"micropie-playground-" + secrets.token_hex(4).encode()
        self._requests: tuple[asyncio.AbstractEventLoop, Requests] | None = None

    @property
    def made_anew(self) -> Callable[[Callable[..., Any]], Any] | None:
        """What makes an instance of another class, given that, as this one was made.

        None for a class with a constructor of its own: what that was given is not known.
        """
        return self._made_with if type(self).__init__ is Upstream.__init__ else None

    @property
    def address(self) -> str:
        """Where all is led to, as ``"wss://example.org"``; without credentials."""
        return self._address.base

    async def on_connect(self, scope: Scope) -> None:
        """Look at a client's opening handshake before the far side is asked.

        What is changed in `scope` (``path``, ``query_string``, ``headers``, ``subprotocols``) is
        what the far side gets. Raise `Refused` and the client is refused. It is not called after a
        swap: the far side was asked then.

        Args:
            scope: ASGI's.
        """

    @_passes_all
    async def from_client(self, message: Message, client: str) -> Any:
        """Return what the far side gets of a client's message.

        Args:
            message: Text (str) or binary (bytes).
            client: The client's name.

        Returns:
            A message, None to drop it, or a list of messages.
        """
        return message

    @_passes_all
    async def from_server(self, message: Message, client: str) -> Any:
        """Return what a client gets of a message that the far side has sent it.

        Args:
            message: Text (str) or binary (bytes).
            client: The client's name.

        Returns:
            A message, None to drop it, or a list of messages.
        """
        return message

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be an ASGI app."""
        kind = scope["type"]
        if kind != "lifespan" and self._lost:
            raise RuntimeError(self._lost)
        if kind == "websocket":
            await self._websocket(scope, receive, send)
        elif kind == "http":
            await self._request(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)

    def __repr__(self) -> str:
        """Say where to, without credentials."""
        shown = repr(self.address) if hasattr(self, "_address") else "…"
        return f"{type(self).__name__}({shown})"

    @property
    def _lost(self) -> str:
        """Say as a sentence that its constructor forgot ours; "" if not."""
        kind = type(self).__name__
        known = hasattr(self, "_requests")
        return "" if known else f"call super().__init__(url) first in {kind}.__init__"

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        if self._lost:
            await send({"type": "lifespan.startup.failed", "message": self._lost})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        requests, self._requests = self._requests, None
        if requests is not None:
            await requests[1].close()
        if not _IN_BROWSER:
            from playground.upstream.leg import see_off

            await see_off()
        await send({"type": "lifespan.shutdown.complete"})

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        scheme = {"wss": "https"}.get(scope.get("scheme", "ws"), "http")

        async def begin() -> Passage:
            await connect(self.on_connect, scope)
            return self._passage(scope, scheme)

        def said(headers: Any) -> Any:
            return passing.handshake(passing.said(headers, self._address, scheme=scheme))

        await Bridge(self, scope, receive, send, begin, said).lead()

    def _signed(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return the headers of its own; what has been led on here before is refused."""
        if self._called in passing.led_by(scope["headers"]):
            raise Refused(_LOOP_DETECTED, _CIRCLE.format(self.address))
        return [*self._own, passing.signed(scope["headers"], self._called)]

    def _passage(self, scope: Scope, scheme: str) -> Passage:
        """Begin the far leg of a connection."""
        raw = scope.get("raw_path")
        path = raw if raw and _is_of(raw, scope["path"]) else str(scope["path"]).encode()
        target = self._address.target(path, scope.get("query_string", b""))
        given = passing.asked(scope["headers"], self._address, self._signed(scope), scheme=scheme)
        headers = [pair for pair in passing.handshake(given) if pair[0] != b"content-length"]
        offered = list(scope.get("subprotocols", ()))
        far = scope.get(FAR)
        shown = self._address.base[: len(self._address.base) - len(self._address.path)] + target
        tap: FarTap = Untapped() if far is None else far.opens(shown, headers, offered)
        return Passage(self._leg(target, headers, offered), tap)

    def _leg(self, target: str, headers: list[tuple[bytes, bytes]], offered: list[str]) -> FarLeg:
        if _IN_BROWSER:
            from playground.upstream.browser import BrowserLeg

            return BrowserLeg(self._address, target, offered, self._timeout, own=bool(self._own))
        from playground.upstream.leg import Leg
        from playground.upstream.opening import Opening

        return Leg(Opening(self._address, target, headers, offered, self._context, self._timeout))

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _IN_BROWSER:
            from playground.upstream.browser import refuse_request

            await refuse_request(send)
            return
        loop = asyncio.get_running_loop()
        if self._requests is None or self._requests[0] is not loop:
            from playground.upstream.requests import Requests

            context = True if self._context is None else self._context
            made = Requests(self._address, self._signed, context, self._timeout)
            self._requests = loop, made
        await self._requests[1].lead(scope, receive, send)


def _made(kind: Callable[..., Any], url: str, **options: Any) -> Any:
    return kind(url, **options)


def _context(address: Address, verify: Any) -> Any:
    """Return what checks certificates; None where there is no TLS, or the browser does it."""
    if not address.secure or _IN_BROWSER:
        return None
    from playground.upstream.dialling import context_of

    return context_of(verify)


def _is_of(raw: bytes, path: str) -> bool:
    """Return whether a raw path is that of a path: `on_connect` may have changed one of them."""
    from urllib.parse import unquote

    return (
        unquote(raw.decode("latin-1")) == path or unquote(raw.decode("latin-1"), "latin-1") == path
    )
