"""`redirect_stdout` and `%%capture` in a cell take that cell's text, and nothing of a handler's.

Both change `sys.stdout` for every thread. So what they put there is wrapped: a handler's text goes
on to the routed stream. What a handler redirects itself stays as it is.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import Any, Final

from playground.notebook.output.streams import RoutedStream
from playground.notebook.output.writers import writer

_MARK: Final = "_playground_diverts"


class Diverted:
    """Stands in for what a cell redirects to.

    Args:
        target: What the cell redirects to.
        routed: Where a handler's text goes.
    """

    def __init__(self, target: Any, routed: RoutedStream) -> None:
        self.target = target
        self.routed = routed

    def write(self, text: str, /) -> int:
        """Write a handler's text where it belongs, all other to the target."""
        if writer() is None:
            return int(self.target.write(text) or 0)
        return self.routed.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


class Redirections:
    """Patches what redirects the standard streams: `redirect_stdout` and its like, `%%capture`.

    Args:
        routed: The wrapped streams, by name.
    """

    def __init__(self, routed: dict[str, RoutedStream]) -> None:
        self._routed = routed

    def route(self) -> None:
        """Patch them, unless that is done."""
        for kind in _kinds():
            if not hasattr(kind.__enter__, _MARK):
                kind.__enter__ = self._watched(kind.__enter__)

    def unroute(self) -> None:
        """Undo the patches."""
        for kind in _kinds():
            before = getattr(kind.__enter__, _MARK, None)
            if before is not None:
                kind.__enter__ = before

    def _watched(self, enter: Any) -> Any:
        @functools.wraps(enter)
        def watched(redirection: Any) -> Any:
            entered = enter(redirection)
            if writer() is None:
                self._divert()
            return entered

        setattr(watched, _MARK, enter)
        return watched

    def _divert(self) -> None:
        for name, routed in self._routed.items():
            stream = getattr(sys, name)
            if stream is not routed and not isinstance(stream, Diverted):
                setattr(sys, name, Diverted(stream, routed))


def _kinds() -> list[Any]:
    kinds: list[Any] = [contextlib.redirect_stdout, contextlib.redirect_stderr]
    capture = sys.modules.get("IPython.utils.capture")
    return kinds if capture is None else [*kinds, capture.capture_output]
