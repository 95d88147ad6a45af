"""Standard output and error: what a handler writes is recorded, and shown under its code's cell."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from functools import partial
from threading import get_ident
from typing import Any, Final

from playground.notebook.output.lent import Lent
from playground.notebook.output.lines import Lines
from playground.notebook.output.writers import writer
from playground.notebook.shared_names import STREAM, guard

NAMES: Final = ("stdout", "stderr")


class RoutedStream(io.TextIOBase):
    """A wrapper in place of `sys.stdout` or `sys.stderr`.

    Args:
        base: The stream behind.
        name: `"stdout"` or `"stderr"`.
    """

    def __init__(self, base: Any, name: str) -> None:
        self.base = base
        self.stream = name
        self._lines = Lines()

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name) and guard.is_handlers():
            full = f"sys.{self.stream}.{name}"
            raise RuntimeError(STREAM.format(name=full, value="another", stream=self.stream))
        super().__setattr__(name, value)

    def write(self, text: str, /) -> int:
        """Write text: a handler's is recorded too."""
        tap = writer()
        if tap is None:
            return int(self.base.write(text) or 0)
        tap.printed(self.stream, text)
        if tap.recorder.silent:
            return len(text)
        home = tap.recorder.home()
        # A copy: one context cannot be entered by two threads at once.
        pass_on = self.base.write if home is None else partial(home.copy().run, self.base.write)
        self._lines.write((tap, get_ident()), text, pass_on, tap.recorder.loop)
        return len(text)

    def flush(self) -> None:
        """Flush; a handler never waits for the kernel's output thread (up to 10 s)."""
        tap = writer()
        if tap is None:
            self.base.flush()
        else:
            self._lines.release((tap, get_ident()))

    def release(self) -> None:
        """Pass on the beginnings of lines that are held back."""
        self._lines.release_all()

    def close(self) -> None:
        """Do nothing: the stream behind was not opened here, and stays open."""

    def writable(self) -> bool:
        """Return True."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream behind."""
        return str(getattr(self.base, "encoding", None) or "utf-8")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)


class Streams:
    """Wraps the standard streams, and the log handlers that were given them before.

    Attributes:
        routed: What stands in for them, by name, while they are wrapped.
    """

    def __init__(self) -> None:
        self.routed: dict[str, RoutedStream] = {}

    def route(self) -> None:
        """Wrap the streams that are not wrapped yet."""
        for name in NAMES:
            stream = getattr(sys, name)
            if stream is not None and not isinstance(stream, RoutedStream | Lent):
                routed = self.routed[name] = RoutedStream(stream, name)
                setattr(sys, name, routed)
                _hand_to_loggers(stream, routed)

    def unroute(self) -> None:
        """Put the streams back, where nobody has wrapped them since."""
        for name, routed in self.routed.items():
            routed.release()
            if getattr(sys, name) is routed:
                setattr(sys, name, routed.base)
            _hand_to_loggers(routed, routed.base)
        self.routed.clear()

    def behind(self, name: str) -> Any:
        """Return a standard stream itself, without the wrapper."""
        return self.routed[name].base if name in self.routed else getattr(sys, name)


def _hand_to_loggers(old: Any, new: Any) -> None:
    for handler in _log_handlers():
        if handler.stream is old:
            handler.stream = new


def _log_handlers() -> Iterator[logging.StreamHandler[Any]]:
    known = (logging.getLogger(name) for name in list(logging.root.manager.loggerDict))
    for logger in (logging.root, *known):
        for handler in logger.handlers:
            if isinstance(handler, logging.StreamHandler):
                yield handler
