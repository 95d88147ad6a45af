"""A face as two outputs: the widget, and below it a still, for when its kernel is gone.

Law of the room: whoever shows one never shows the other. A still beside its widget in one output
would be covered by it, also by one that is dead; as an output of its own it is hidden by a living
widget, and a dead one is hidden by it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from types import FrameType
from typing import Any, Final
from uuid import uuid4

from playground.widgets.composing import STATIC

WIDGET: Final = "application/vnd.jupyter.widget-view+json"

# Where no widget can live its output is this line, and below it stands the still.
CAPTION: Final = "This view is live where the notebook runs. As it stood:"

_FORMATTERS: Final = "IPython.core.formatters"
_SHOWERS: Final = frozenset({"IPython.core.displayhook", "IPython.core.display_functions"})
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)


def new_mark() -> str:
    """Return a mark for the stills of one face, as no other face has it."""
    return uuid4().hex[:12]


def publishing() -> Callable[..., None]:
    """Return what publishes the outputs of one widget, a bundle each, with metadata if it has any.

    Raises:
        NotImplementedError: If one bundle is wanted of it: in a terminal, or by somebody who keeps
            it. IPython then asks for the bundle.
    """
    options = _asked_to_show()
    if options is None:
        raise NotImplementedError("expected display() or a cell's last line to ask")
    import IPython.display

    show: Any = IPython.display.display
    number = count()

    def publish(bundle: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
        show(bundle, raw=True, metadata=metadata or {}, **_numbered(options, next(number)))

    return publish


def outputs(data: Mapping[str, Any], mark: str) -> list[dict[str, Any]]:
    """Return a face's bundle as those of its outputs: the widget, and its still if it has one."""
    kept = {kind: each for kind, each in data.items() if kind != WIDGET}
    if "text/html" not in kept:
        return [dict(data)]
    widget = {WIDGET: data[WIDGET], "text/plain": CAPTION}
    return [widget, {**kept, "text/html": marked(kept["text/html"], mark)}]


def marked(html: str, mark: str) -> str:
    """Return a still with its mark, and with the rules of who hides whom."""
    return f'<div class="mpp-still" data-still="{mark}"><style>{_css()}</style>{html}</div>'


@cache
def _css() -> str:
    """Return the rules of who hides whom, as every still brings them along."""
    text = STATIC.joinpath("shared", "still.css").read_text("utf-8")
    return " ".join(_COMMENT.sub("", text).split())


def _numbered(options: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return options of `display()` for one of several outputs: each has an id of its own."""
    transient = dict(options.get("transient") or {})
    if number and "display_id" in transient:
        transient["display_id"] = f"{transient['display_id']}-{number}"
    return {**options, "transient": transient} if transient else dict(options)


def _asked_to_show() -> Mapping[str, Any] | None:
    """Return how `display()` publishes a face; None if who wants it formatted shows nothing.

    A cell's last line is shown too. Somebody else may want the bundle to keep it, as
    `ipywidgets.Output.append_display_data` does.
    """
    terminal = sys.modules.get("IPython.terminal.interactiveshell")
    if terminal is not None and terminal.TerminalInteractiveShell.initialized():
        return None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (_module(frame), frame.f_code.co_name) != (_FORMATTERS, "format"):
        frame = frame.f_back
    asker = frame.f_back if frame is not None else None
    if asker is None or _module(asker) not in _SHOWERS:
        return None
    given = asker.f_locals
    if given.get("include") or given.get("exclude"):
        return None
    options: Mapping[str, Any] = given.get("kwargs") or {}
    return options


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
