"""What can go wrong between us and a client, as exceptions.

A caller's mistake is `TypeError`, `ValueError` or `RuntimeError`; what is here came over the wire.
"""

from __future__ import annotations


class ConnectionClosed(Exception):
    """The WebSocket connection is closed: by the client, by the network, or by ourselves.

    Args:
        code: Close code (RFC 6455 7.4); 1006 when the connection was lost without one.
        reason: Close reason, `""` when none was given.
    """

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        ending = f": {self.reason}" if self.reason else ""
        return f"connection closed with code {self.code}{ending}"


class ClientDisconnected(Exception):
    """The HTTP client left before its request was complete; nobody waits for an answer."""


class InvalidJSON(ValueError):
    """What should have been JSON is none."""


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

    def __init__(self) -> None:
        super().__init__(404, "404 Not Found")


class RequestTimeout(Refusal):
    """408: the body stopped arriving."""

    def __init__(self) -> None:
        super().__init__(408, "408 Request Timeout: Failed to receive body")


class PayloadTooLarge(Refusal):
    """413: the body, or one field of it, is over the limit."""

    def __init__(self, what: str = "") -> None:
        super().__init__(413, f"413 Payload Too Large: {what}" if what else "413 Payload Too Large")


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
    """

    def __init__(self, code: int, reason: str, status: int) -> None:
        super().__init__(code, reason, status)
        self.code = code
        self.reason = reason
        self.status = status

    def __str__(self) -> str:
        return self.reason
