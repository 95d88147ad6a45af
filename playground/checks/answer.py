"""An answer: the HTTP response to a request of a play, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.checks.story import REASON, SHOWN, Fault, Story, fits, received, shown, wish
from playground.transports import Response


class Answer:
    """An HTTP response. Made by `Play.request` and its like.

    Attributes:
        status: The HTTP status.
        text: The body as text.
        body: The body as bytes.
        headers: By lower-case name; of several with one name, the first.

    Args:
        story: Where it happened.
        response: What came.
        name: Who asked.
        why: What is known of why it went wrong; "" if nothing.
    """

    def __init__(self, story: Story, response: Response, name: str, why: str) -> None:
        self.status = response.status
        self.text = response.text
        self.headers = {key.lower(): value for key, value in reversed(response.headers)}
        self.body = response.body
        self._story = story
        self._name = name
        self._why = why

    def expect(
        self, body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Expect a status, and if they are given a body and headers.

        Args:
            body: Text or bytes, exactly; a compiled pattern to be found in the text; anything else
                is the JSON value that the body is to be; None for any body.
            status: The HTTP status.
            headers: Headers and their values.
        """
        if self.status != status:
            wanted = f"the status {status}"
            wanted = wanted if body is None else f"{wanted} with {wish(body)}"
            raise self._fault(wanted, f"{self.status} {shown(self.text, self._as_far_as())}")
        if body is not None and not fits(body, self._body_for(body)):
            raise self._fault(wish(body), received(body, self._body_for(body)))
        for name, value in (headers or {}).items():
            got = self.headers.get(name.lower())
            if got != value:
                given = "none" if got is None else repr(got)
                raise self._fault(f"the header {name}: {value}", given)
        self._story.tell(self._name, "hearing", f"got {self.status} {shown(self.text)}")

    def _as_far_as(self) -> int:
        # A page with the traceback of another framework says no more by being long.
        told = self.status >= 400 and not self.text.lstrip().startswith("<")
        return REASON if told else SHOWN

    def _body_for(self, wanted: Any) -> str | bytes:
        return self.body if isinstance(wanted, bytes) else self.text

    def _fault(self, expected: str, got: str) -> Fault:
        return self._story.fault(self._name, expected, got, self._why)
