"""`display()` in a handler: recorded as its plain text, and shown under the cell of its code."""

from __future__ import annotations

import sys
import threading
from typing import Any, Final

from playground.notebook.output.streams import RoutedStream
from playground.notebook.output.writers import writer

_NAME: Final = "publish_display_data"


class Displays:
    """Patches `publish_display_data`, which `display()` calls, where IPython runs a shell.

    Args:
        routed: The wrapped streams, by name.
    """

    def __init__(self, routed: dict[str, RoutedStream]) -> None:
        self._routed = routed
        self._module: Any = None
        self._ours: Any = None
        self._before: Any = None
        self._publisher: Any = None
        # ipykernel 6 has one parent for all threads; it is changed for as long as this is held.
        self._lock = threading.Lock()

    def route(self) -> None:
        """Take the place of IPython's function, unless that is done."""
        if self._module is not None and getattr(self._module, _NAME) is self._ours:
            return
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        module = sys.modules.get("IPython.core.display_functions")
        if shell is None or not hasattr(module, _NAME):
            return
        self._module, self._publisher = module, shell.display_pub
        self._before = getattr(module, _NAME)
        self._ours = self._publish
        setattr(module, _NAME, self._ours)

    def unroute(self) -> None:
        """Put it back, unless somebody has replaced it since."""
        if self._module is not None and getattr(self._module, _NAME) is self._ours:
            setattr(self._module, _NAME, self._before)
        self._module = None

    def _publish(self, data: Any, metadata: Any = None, **options: Any) -> None:
        tap = writer()
        if tap is None:
            self._before(data, metadata, **options)
            return
        tap.printed("display", str(data.get("text/plain", "(no text)")) + "\n")
        for routed in self._routed.values():
            routed.flush()
        home = tap.recorder.home()
        if home is None:
            self._publisher.publish(data, metadata, **options)
        else:
            home.copy().run(self._publish_home, data, metadata, options)

    def _publish_home(self, data: Any, metadata: Any, options: dict[str, Any]) -> None:
        for routed in self._routed.values():
            # What was printed before it stands before it.
            routed.base.flush()
        publisher = self._publisher
        if not _has_one_parent(publisher):
            publisher.publish(data, metadata, **options)
            return
        with self._lock:
            before = publisher.parent_header
            publisher.parent_header = getattr(self._routed.get("stdout"), "parent_header", before)
            try:
                publisher.publish(data, metadata, **options)
            finally:
                publisher.parent_header = before


def _has_one_parent(publisher: Any) -> bool:
    """Return whether a cell is a publisher's for all threads, as before ipykernel 7."""
    found = getattr(type(publisher), "parent_header", None)
    return hasattr(publisher, "parent_header") and not isinstance(found, property)
