"""The opening handshake of a WebSocket: what the client asked for (RFC 6455 4.1)."""

from __future__ import annotations

from micropie.headers import decode_headers
from micropie.types import RawHeader, Scope


class Handshake:
    """What a client asked for when it connected.

    Args:
        scope: The handshake's ASGI scope.
    """

    __slots__ = ("_headers", "_scope")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._headers: dict[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the opening handshake by lower-case name."""
        if self._headers is None:
            self._headers = decode_headers(self._scope.get("headers", ()))
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

    def _check_subprotocol(self, subprotocol: str) -> None:
        offered = self._scope.get("subprotocols")
        if offered is not None and subprotocol not in offered:
            raise ValueError(
                f"expected one of the offered subprotocols {list(offered)!r}, got "
                f"{subprotocol!r}; choose from ws.subprotocols"
            )


def check_accept_headers(headers: list[RawHeader]) -> None:
    """Check that no header chooses the subprotocol: servers answer that with no answer at all.

    Raises:
        ValueError: One does.
    """
    if any(name == b"sec-websocket-protocol" for name, _ in headers):
        raise ValueError(
            "expected no 'sec-websocket-protocol' among the headers, got one; "
            "use accept(subprotocol=…)"
        )


def check_refusal(status: int, body: str) -> None:
    """Check that a handshake may be refused with this status and body.

    Raises:
        ValueError: The status is none that ends a request (RFC 9110 15).
        TypeError: The body is no text.
    """
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError(f"expected a status from 200 to 599, got {status!r}; use 403")
    if not isinstance(body, str):
        raise TypeError(f"expected str as the body of a refusal, got {body!r}")
