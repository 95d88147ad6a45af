"""What keeps a client from being led on, each with what it is told: a status and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

RawHeaders = Sequence[tuple[bytes, bytes]]

_PLAIN = ((b"content-type", b"text/plain; charset=utf-8"),)


class Refused(Exception):
    """Raise it in `Upstream.on_connect`: the client is refused, and the far side asked nothing.

    Args:
        status: The HTTP status, from 400 to 599; by default 403.
        text: What the client is told.

    Raises:
        ValueError: If the status is none of a refusal.
        TypeError: If the text is none.
    """

    def __init__(self, status: int = 403, text: str = "") -> None:
        if isinstance(status, bool) or not isinstance(status, int) or not 400 <= status < 600:
            raise ValueError(f"expected a status from 400 to 599, got {status!r}; write 403")
        if not isinstance(text, str):
            raise TypeError(f"expected text to tell the client, got {text!r}; write str(…)")
        super().__init__(f"{status} {text}".strip())
        self.status = status
        self.body = text.encode()
        self.headers: RawHeaders = _PLAIN


class FarRefused(Refused):
    """The far side has answered an opening handshake with another status than 101.

    Args:
        status: Which.
        headers: The answer's.
        body: The answer's.
    """

    def __init__(self, status: int, headers: RawHeaders, body: bytes) -> None:
        Exception.__init__(self, str(status))
        self.status, self.headers, self.body = status, headers, body


class Unreachable(Refused):
    """The far side is not there, does not answer, or answers what is no HTTP or WebSocket.

    Args:
        text: A sentence that says so.
        status: 502 (bad gateway), or 504 (gateway timeout) if it took too long.
    """

    def __init__(self, text: str, status: int = 502) -> None:
        super().__init__(status, text)
        self.text = text

    @property
    def sentence(self) -> str:
        """The text with a capital letter and a stop, to stand by itself."""
        end = "" if self.text.endswith("?") else "."
        return f"{self.text[:1].upper()}{self.text[1:]}{end}"
