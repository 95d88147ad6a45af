"""The opening handshake of a WebSocket: what the client asked for, and refusing it (RFC 6455 4)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from micropie.closing import close_event
from micropie.headers import decode_headers, encode_headers
from micropie.session_ids import Validator, given_session_id, valid_session_id
from micropie.types import NUMBER, Event, RawHeader, Scope

_numbers = itertools.count(1)


class Handshake:
    """What a client asked for when it connected.

    Args:
        scope: The handshake's ASGI scope.
    """

    __slots__ = ("_headers", "_number", "_scope")

    # On the object only where it is another: there may be thousands of connections.
    _validator: Validator | None = staticmethod(valid_session_id)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._headers: dict[str, str] | None = None
        self._number = 0

    def __hash__(self) -> int:
        """Return its number: a set goes through sockets by that, and not by address."""
        if not self._number:
            self._number = self._scope.get(NUMBER) or next(_numbers)
        return self._number

    if not TYPE_CHECKING:  # which finds it before it runs

        def __iter__(self):
            """Say to a plain `for` how messages are read: only `async for` can wait for them."""
            raise TypeError("expected async for, got for; write async for message in ws")

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the opening handshake by lower-case name."""
        if self._headers is None:
            self._headers = decode_headers(self._scope.get("headers") or ())
        return self._headers

    @property
    def path(self) -> str:
        """The path that the client connected to."""
        path: str = self._scope.get("path", "/")
        return path

    @property
    def client(self) -> tuple[str, int] | None:
        """The client's host and port, if the server knows them."""
        client = self._scope.get("client")
        return (client[0], client[1]) if client else None

    @property
    def subprotocols(self) -> list[str]:
        """The subprotocols that the client offers, in its order of preference."""
        return list(self._scope.get("subprotocols") or ())

    def _whose(self) -> str:
        """Say whose connection this is: one handler may hold those of many clients."""
        scope = self._scope
        who = scope.get("micropie.client") or ":".join(map(str, scope.get("client") or ()))
        path = scope.get("path", "")
        return f"{who} at {path}" if who and path else who or path

    def _id_to_give(self, session_id: object) -> str:
        return given_session_id(session_id, self._validator)

    def _check_subprotocol(self, subprotocol: str) -> None:
        offered = self._scope.get("subprotocols")
        if offered is not None and subprotocol not in offered:
            raise ValueError(
                f"expected one of the offered subprotocols {list(offered)!r}, got "
                f"{subprotocol!r}; choose from ws.subprotocols"
            )


def accept_headers(headers: Iterable[tuple[str, str]]) -> list[RawHeader]:
    """Make the ASGI headers of an accept.

    Raises:
        ValueError: One chooses the subprotocol: servers answer that with no answer at all.
    """
    encoded = encode_headers(headers)
    if any(name == b"sec-websocket-protocol" for name, _ in encoded):
        raise ValueError(
            "expected no 'sec-websocket-protocol' among the headers, got one; "
            "use accept(subprotocol=…)"
        )
    return encoded


def check_refusal(status: int, body: str) -> None:
    """Check that a handshake may be refused with this status and body.

    Raises:
        ValueError: The status cannot end a request (RFC 9110 15).
        TypeError: The body is no text.
    """
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError(f"expected a status from 200 to 599, got {status!r}; use 403")
    if not isinstance(body, str):
        raise TypeError(f"expected str as the body of a refusal, got {body!r}")


def refusal(scope: Scope, status: int, body: str, code: int) -> list[Event]:
    """Make the ASGI events that refuse a handshake, as far as the server can say why.

    Args:
        scope: The handshake's; it names what the server can do.
        status: The HTTP status, where a status can be sent.
        body: What the client is told; the close reason where there is no body.
        code: The close code for a server that cannot send a status.
    """
    kind = "websocket.http.response"
    if kind not in (scope.get("extensions") or ()):
        return [close_event(code, body)]
    text = body.encode("utf-8", "replace")
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
    ]
    return [
        {"type": f"{kind}.start", "status": status, "headers": headers},
        {"type": f"{kind}.body", "body": text},
    ]
