"""Why the app failed, for the lab's own clients: over the wire nobody is told."""

from __future__ import annotations

from typing import Final, Protocol

from playground.transports import HandshakeRefused

LONGER: Final = "pass timeout= to wait longer"


class Reasons(Protocol):
    """Knows what came of a request or a connection beside what its client was sent."""

    def now(self) -> int:
        """Return a mark for `failure`: what is told is what happened after it."""
        ...

    def failure(self, client: str, since: int) -> str:
        """Return what a handler raised last for a client, and its line; "" for nothing."""
        ...

    def meant(self, status: int, path: str, body: bytes) -> str:
        """Return which page was probably meant, where there is none; "" if nothing is like it."""
        ...

    def advice(self, refusal: HandshakeRefused) -> str:
        """Return what to add to a refused handshake, in words."""
        ...

    def late(self, client: str, since: int) -> str:
        """Return why a client has got nothing yet, as far as it is known; "" for nothing."""
        ...


class NoReasons:
    """Knows nothing: where nobody asks why."""

    def now(self) -> int:
        """Return 0."""
        return 0

    def failure(self, client: str, since: int) -> str:
        """Return nothing."""
        return ""

    def meant(self, status: int, path: str, body: bytes) -> str:
        """Return nothing."""
        return ""

    def advice(self, refusal: HandshakeRefused) -> str:
        """Return nothing."""
        return ""

    def late(self, client: str, since: int) -> str:
        """Return nothing."""
        return ""


class Why:
    """Why one client's connection failed, looked for once.

    Who connects later under the same name has reasons of its own.

    Args:
        client: The client's name.
        reasons: Who knows; None where nobody does.
    """

    def __init__(self, client: str, reasons: Reasons | None) -> None:
        self._client = client
        self._reasons = reasons
        self._since = 0 if reasons is None else reasons.now()
        self._said: str | None = None

    def refused(self, refusal: HandshakeRefused) -> None:
        """Look why the app refused: what was probably meant, or what its handler raised."""
        if self._reasons is not None:
            self._said = self._reasons.advice(refusal) or self._failure(self._reasons)

    def said(self, *, is_failure: bool) -> str:
        """Return why in words, "" for nothing known.

        Args:
            is_failure: Whether the app has closed with 1011, so that its handler has raised.
        """
        if self._said is None and is_failure and self._reasons is not None:
            self._said = self._failure(self._reasons)
        return self._said or ""

    def late(self) -> str:
        """Return why it has heard nothing yet; where that is not known, how to wait longer."""
        found = "" if self._reasons is None else self._reasons.late(self._client, self._since)
        return found or LONGER

    def _failure(self, reasons: Reasons) -> str:
        return reasons.failure(self._client, self._since)
