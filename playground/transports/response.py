"""What an app answered to a request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Response:
    """What the app answered to an HTTP request.

    Attributes:
        status: The HTTP status.
        headers: Names and values in order, as they were sent.
        body: Its bytes.
        seconds: How long it took, from the request to the end of the body.
        why: What the handler raised, and where, or which page was probably meant; "" if nothing is
            known. The lab tells its own clients alone: it is not in the response.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)
    seconds: float = 0.0
    why: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """The body as text (UTF-8; what is not shows as U+FFFD)."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as the JSON value it is; `ValueError` if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            start = self.text if len(self.body) <= 60 else self.text[:60] + "…"
            raise ValueError(
                f"expected JSON, got {self.status} with {start!r}; write answer.text for the text"
            ) from None

    def header(self, name: str) -> str | None:
        """Return the first header of that name, however it is written; None without one.

        Args:
            name: Its name, in upper or lower case.
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def __repr__(self) -> str:
        shown = self.text if len(self.body) <= 200 else self.text[:200] + "…"
        return f"<Response {self.status} {shown!r}{f'; {self.why}' if self.why else ''}>"
