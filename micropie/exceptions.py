"""What can go wrong between us and a client, as exceptions.

A caller's mistake is `TypeError`, `ValueError` or `RuntimeError`; what is here came over the wire.
"""

from __future__ import annotations

import typing


class ConnectionClosed(Exception):
    """The WebSocket connection is closed: by the client, by the network, or by ourselves.

    Args:
        code: Close code (RFC 6455 7.4); 1006 when the connection was lost without one.
        reason: Close reason, `""` when none was given.
        socket: The connection, for `whose`.
    """

    def __init__(self, code: int = 1006, reason: str = "", socket: typing.Any = None) -> None:
        self.args = code, reason
        self.code = code
        self.reason = reason
        self._socket = socket

    @property
    def whose(self) -> str:
        """Which connection it is, such as `"alice at /room"`; `""` if it is not known."""
        socket = self._socket
        return socket if isinstance(socket, str) else "" if socket is None else socket._whose()

    def __str__(self) -> str:
        ending = f": {self.reason}" if self.reason else ""
        whose = f" of {self.whose}" if self.whose else ""
        return f"connection{whose} closed with code {self.code}{ending}"

    def __reduce__(self) -> tuple[type[ConnectionClosed], tuple[int, str, str]]:
        return type(self), (self.code, self.reason, self.whose)


class ClientDisconnected(Exception):
    """The HTTP client left before its request was complete; nobody waits for an answer."""


class InvalidJSON(ValueError):
    """Text or bytes that should have held JSON do not."""


class MultipartFileError(Exception):
    """An upload ended before it was complete.

    Args:
        message: What is wrong with the upload, as a sentence.
        cause: The exception that led to it, if one did.

    Attributes:
        cause: What ended it, e.g. `ClientDisconnected` or a refusal such as 413.
    """

    def __init__(
        self, message: str = "upload is incomplete", cause: BaseException | None = None
    ) -> None:
        super().__init__(message)
        self.cause = cause


class Refusal(Exception):
    """A request is answered with an error status instead of by its handler."""

    headers: tuple[tuple[str, str], ...] = ()

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text

    def __str__(self) -> str:
        return self.text


class BadRequest(Refusal):
    """400: the request cannot be understood."""

    def __init__(self, what: str) -> None:
        super().__init__(400, f"400 Bad Request: {what}")


class NotFound(Refusal):
    """404: no handler serves this path."""

    # As often as anybody asks for what is not there, without a detour by the base class.
    def __init__(self) -> None:
        self.status = 404
        self.text = "404 Not Found"


class RequestTimeout(Refusal):
    """408: the body stopped arriving."""

    def __init__(self) -> None:
        super().__init__(408, "408 Request Timeout: Failed to receive body")


class UpgradeRequired(Refusal):
    """426: only WebSockets are served at this path (RFC 9110 15.5.22).

    Args:
        handler: The name of the handler that serves them.
    """

    headers = (("Upgrade", "websocket"),)

    def __init__(self, handler: str) -> None:
        path = handler.removeprefix("ws_")
        super().__init__(
            426,
            f"426 Upgrade Required: {handler} answers WebSockets; connect one to "
            f"/{'' if path == 'index' else path}, or define {path} to answer HTTP",
        )
        self.handler = handler

    def __reduce__(self) -> tuple[type[UpgradeRequired], tuple[str]]:
        return type(self), (self.handler,)


class PayloadTooLarge(Refusal):
    """413: the body, or one field of it, is over the limit."""

    def __init__(self, what: str = "") -> None:
        super().__init__(413, f"413 Payload Too Large: {what}" if what else "413 Payload Too Large")


class UnsupportedMediaType(Refusal):
    """415: the body is written in a way that is not read here."""

    # RFC 9110 12.5.3: so a client learns that it is to send the body as it is.
    headers = (("Accept-Encoding", "identity"),)

    def __init__(self, what: str) -> None:
        super().__init__(415, f"415 Unsupported Media Type: {what}")


class InternalError(Refusal):
    """500: the application is at fault; the text may say how to mend it."""

    def __init__(self, what: str = "") -> None:
        ending = f": {what}" if what else ""
        super().__init__(500, f"500 Internal Server Error{ending}")


class HandshakeRefused(Exception):
    """An opening handshake is refused.

    Args:
        code: Close code, for servers that know nothing better.
        reason: What the client is told.
        status: HTTP status, where the server can send one.
        remedy: What to do about it, for the body of that response.
    """

    def __init__(self, code: int, reason: str, status: int, remedy: str = "") -> None:
        super().__init__(code, reason, status)
        self.code = code
        self.reason = reason
        self.status = status
        self.remedy = remedy

    def __str__(self) -> str:
        return self.reason
