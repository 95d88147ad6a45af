"""Faces in other widgets, in a box, a tab or an `Output`: their stills stand below the whole.

Law of the file: such a widget is shown as it always is, with one output more: the stills of the
faces in it. One without a face of ours is left to IPython.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary, WeakSet

import ipywidgets

from playground.widgets.still import CAPTION, WIDGET, marked, outputs, publishing


class Held(Protocol):
    """A face, or a panel."""

    @property
    def still(self) -> str:
        """The mark of its stills."""
        ...

    def still_text(self) -> str:
        """Return what it shows, as plain text."""
        ...

    def still_html(self) -> str:
        """Return what it shows, as static HTML."""
        ...

    def displayed(self, *, within: bool = False) -> None:
        """Note that it is being displayed."""

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the data by mime type; with metadata, as a pair."""


# An `Output` that a program fills again and again.
_MOST: Final = 8

# What was shown in an `Output`, whose own state a saved notebook does not have; and which of them
# were shown themselves.
_shown_in: Final[WeakKeyDictionary[Any, list[Held]]] = WeakKeyDictionary()
_on_page: Final[WeakSet[Any]] = WeakSet()


def show(face: Held) -> None:
    """Publish a face's widget and its still, each as an output of its own.

    Where an `Output` takes what is shown, a saved notebook keeps nothing of it; so the still comes
    beside that too.

    Raises:
        NotImplementedError: If one bundle is wanted of it; see `publishing`.
    """
    publish = publishing()
    found = face._repr_mimebundle_()
    data, metadata = found if isinstance(found, tuple) else (found, {})
    for bundle in outputs(data, face.still):
        publish(bundle, metadata)
    for still in _note_shown_in_output(face):
        with _beside_outputs():
            publish(still)


@cache
def look_after_others() -> None:
    """Have the stills of faces in other widgets shown too, where IPython runs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    formatter = getattr(shell, "display_formatter", None)
    if formatter is None:
        return
    for kind in (ipywidgets.Box, ipywidgets.Output):
        formatter.ipython_display_formatter.for_type(kind, _show)


def _show(widget: Any) -> None:
    """Show a widget, and below it the stills of the faces in it.

    Raises:
        NotImplementedError: If IPython shall show it as it always does.
    """
    own = getattr(widget, "_ipython_display_", None)
    if own is not None:
        own()
        return
    if isinstance(widget, ipywidgets.Output):
        _on_page.add(widget)
    faces = list(_faces_in(widget))
    if not faces:
        raise NotImplementedError("expected a widget with a face of the playground in it")
    publish = publishing()
    for face in faces:
        face.displayed(within=True)
    bundle = widget._repr_mimebundle_()
    publish({WIDGET: bundle[WIDGET], "text/plain": CAPTION})
    publish(_stills(faces))


def _stills(faces: list[Held]) -> dict[str, str]:
    html = "".join(marked(face.still_html(), face.still) for face in faces)
    return {"text/plain": "\n\n".join(face.still_text() for face in faces), "text/html": html}


def _faces_in(widget: Any) -> Iterator[Held]:
    """Yield the faces in a widget, in order, and those that were shown in an `Output` in it."""
    if hasattr(widget, "still_html"):
        yield widget
        return
    yield from _shown_in.get(widget, ())
    for child in getattr(widget, "children", ()):
        yield from _faces_in(child)


def in_output() -> bool:
    """Return whether an `Output` takes what is shown now."""
    return bool(_taking())


def _note_shown_in_output(face: Held) -> list[dict[str, str]]:
    """Note that a face is shown where an `Output` takes it.

    Returns:
        What is to be shown beside that: a still, if it is on the page already.
    """
    taking = _taking()
    for output in taking:
        _shown_in[output] = [*_shown_in.get(output, ()), face][-_MOST:]
    return [_stills([face])] if any(output in _on_page for output in taking) else []


@contextmanager
def _beside_outputs() -> Iterator[None]:
    """Have nothing taken by an `Output` within this block."""
    taking = [(output, output.msg_id) for output in _taking()]
    for output, _ in taking:
        output.msg_id = ""
    try:
        yield
    finally:
        for output, number in taking:
            output.msg_id = number


def _taking() -> list[Any]:
    """Return each `Output` that takes what is shown now."""
    known = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
    outputs = (each for each in list(known.values()) if isinstance(each, ipywidgets.Output))
    return [each for each in outputs if each.msg_id]
