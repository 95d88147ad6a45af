"""A development server in a terminal: rows as they come, and new code whenever it is saved."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

from playground.lab import Lab, parts_of
from playground.live.tracebacks import NotOnStage, complaint
from playground.plain.opening import opened
from playground.serving import serve
from playground.terminal.rows import Rows, has_colours
from playground.upstream import Upstream
from playground.upstream.reaching import missing
from playground.watching.reasons import is_from_a_file, why

NOT_STARTED: Final = 1
_TWICE: Final = 130  # as a shell has it of a program that Ctrl-C has ended

# Seconds between two looks at what has come.
_EVERY: Final = 0.05


def run(app: str, *, port: int, frames: bool, panel: bool = True, opens: bool = False) -> int:
    """Serve an app until Ctrl-C; return the exit code.

    Args:
        app: Where it is, such as ``"chat:Chat"``, or the address of a server to watch.
        port: A TCP port; 0 for a free one.
        frames: Whether frames are shown.
        panel: Whether a page has the panel.
        opens: Whether to open that in a browser; without a panel, the app.
    """
    out = sys.stdout  # a lab puts another one in its place, to know who prints
    with _ended_by_signals() as end:
        try:
            lab = _served(app, port=port, frames=frames)
        except KeyboardInterrupt:
            return _TWICE
        except BaseException as error:
            sys.stderr.write(f"{app} does not start. {_reason(error)}\n")
            return NOT_STARTED
        # Each is a row already.
        parts_of(lab).files.say = lambda sentence: None
        try:
            address = _welcome(lab, app, out, panel=panel)
            if opens:
                _open(address or lab.local_url)
            _show(lab, end, out)
            return 0
        except BrokenPipeError:  # whoever read has gone
            return _without_a_reader(out)
        except KeyboardInterrupt:
            return _TWICE
        finally:
            lab.stop()
            parts_of(lab).panel_site.close()


def _served(app: str, *, port: int, frames: bool) -> Lab:
    if "://" in app:
        return serve(Upstream(app), port=port, frames=frames, transport="server")
    return serve(app, port=port, frames=frames, watch=True, transport="server")


def _welcome(lab: Lab, app: str, out: TextIO, *, panel: bool) -> str:
    """Say where it serves, and what it does; return the address of the panel, "" without one."""
    files = ", ".join(name for watch in parts_of(lab).files.watches for name in watch.names)
    elsewhere = isinstance(lab.app, Upstream)
    does = f"{lab.app.address} is watched" if elsewhere else f"{app} serves"
    out.write(f"{does} at {lab.local_url}\n")
    if lab.url != lab.local_url:
        out.write(f"In a browser: {lab.url}\n")
    address, said = _panel_of(lab) if panel else ("", "")
    if said:
        out.write(f"{said}\n")
    saves = f"Save {files}, and the new code takes over. " if files else ""
    out.write(f"{saves}Ctrl-C ends it.\n")
    if isinstance(lab.app, Upstream) and (why_not := missing(lab.app)):
        out.write(f"{why_not} Who connects is led there once it is.\n")
    out.write("\n")
    return address


def _panel_of(lab: Lab) -> tuple[str, str]:
    """Return an address of the panel, and the line that tells it, or says what is missing."""
    try:
        address = parts_of(lab).panel_site.address()
    except ModuleNotFoundError as missing:
        return "", f"No panel: {missing}"
    return address, f"The panel, for one browser, once: {address}"


def _show(lab: Lab, end: threading.Event, out: TextIO) -> None:
    rows = Rows(lab.log, out, colours=has_colours(out))
    rows.begin()
    site = parts_of(lab).panel_site
    used = 0  # the address stands there already, and somebody may be quick
    while not end.wait(_EVERY):
        rows.write()
        if site.used > used:
            used = site.used
            out.write(f"The panel is open. For another browser: {site.address()}\n")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # once more ends it at once
    lab.stop()
    rows.write()


def _reason(error: BaseException) -> str:
    if isinstance(error, NotOnStage):
        return complaint(error)
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    if isinstance(error, ImportError | TypeError | ValueError) and not is_from_a_file(error):
        return str(error)  # a sentence of ours
    return why(error)


def _without_a_reader(out: TextIO) -> int:
    """Leave nothing that Python would write at its end, to nobody; return the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    return 0


def _open(url: str) -> None:
    if not opened(url):
        sys.stderr.write(f"No browser was found here; open {url} in one.\n")


@contextmanager
def _ended_by_signals() -> Iterator[threading.Event]:
    """Set an event when Ctrl-C, or who looks after programs, asks this one to end."""
    end = threading.Event()

    def ask(number: int, frame: Any) -> None:
        end.set()

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield end
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
