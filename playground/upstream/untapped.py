"""A far leg that nobody records: an `Upstream` that is served without a lab."""

from __future__ import annotations


class Untapped:
    """Record nothing."""

    at_once = True

    def accepted(self, subprotocol: str | None) -> None:
        """Note nothing."""

    def refused(self, status: int, text: str) -> None:
        """Note nothing."""

    def sent(self, message: str | bytes) -> None:
        """Note nothing."""

    def heard(self, message: str | bytes) -> None:
        """Note nothing."""

    def closed(self, code: int, reason: str, *, by_us: bool) -> None:
        """Note nothing."""
