"""Opening an address in a browser, where there is a desktop to show one on."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

_ALWAYS = ("win32", "darwin")


def has_desktop(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether a browser would be seen: on a bare terminal Python finds a text browser.

    Editors that run elsewhere, such as VS Code's, name a browser of their own in ``BROWSER``.
    """
    known = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in _ALWAYS or any(environ.get(name) for name in known)


def opened(url: str) -> bool:
    """Open an address in a browser; return whether one was found."""
    if not has_desktop():
        return False
    import webbrowser

    return webbrowser.open(url)
