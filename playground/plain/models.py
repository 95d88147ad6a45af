"""The faces of a panel as models that pages have: what a widget's comm says goes to pages too.

Law of the file: a page is heard as a frontend of the kernel's is, by the callback that a widget
gives its comm. What a page says is looked at before: it names models and traits that there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from uuid import uuid4

from playground.plain.framed import packed
from playground.plain.line import Line
from playground.plain.words import without_a_notebook

# Of a widget's own, which a page without ipywidgets has no use for.
_OF_WIDGETS: Final = frozenset({"layout", "tabbable", "tooltip"})

Sent = Callable[[dict[str, Any], Sequence[bytes]], None]


class Tee:
    """A widget's comm whose messages go to somebody else too.

    Args:
        comm: The widget's.
        sent: Called with each message.
    """

    def __init__(self, comm: Any, sent: Sent) -> None:
        self._comm = comm
        self._sent = sent
        self._hear: Callable[[Any], None] = lambda message: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._comm, name)

    def on_msg(self, callback: Any) -> None:
        """Have a callback hear what comes from either side."""
        self._hear = callback
        self._comm.on_msg(callback)

    def send(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        """Send a message both ways."""
        self._sent(data, buffers or ())
        self._comm.send(data=data, metadata=metadata, buffers=buffers)

    def hear(self, data: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Hand on what came from elsewhere."""
        self._hear({"content": {"data": data}, "buffers": list(buffers)})


class Models:
    """The models of a panel, by number, and the pages that have them.

    Args:
        faces: The widgets, in the order in which they stand.

    Attributes:
        id: Tells these models from those of another lab, or of this one elsewhere.
        files: What the faces' modules hold, by name.
        css: Their style, all of it.
    """

    def __init__(self, faces: Iterable[Any]) -> None:
        self._faces = list(faces)
        self._tees: list[Tee] = []
        self._lines: tuple[Line, ...] = ()
        self.id = uuid4().hex
        self.files: dict[str, str] = {}
        self._names = [self._filed(str(face._esm)) for face in self._faces]
        self.css = "\n".join(dict.fromkeys(str(face._css) for face in self._faces))
        for number, face in enumerate(self._faces):
            self._tees.append(Tee(face.comm, self._teller(number)))
            face.comm = self._tees[number]

    @property
    def lines(self) -> int:
        """How many pages there are."""
        return len(self._lines)

    def _filed(self, esm: str) -> str:
        text = without_a_notebook(esm)
        name = f"face-{hashlib.sha256(text.encode()).hexdigest()[:12]}.js"
        self.files[name] = text
        return name

    def _teller(self, number: int) -> Sent:
        def sent(data: dict[str, Any], buffers: Sequence[bytes]) -> None:
            if self._lines:
                self.tell({**data, "model": number}, buffers)

        return sent

    def tell(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Tell every page something, from any thread."""
        payload = packed(message, buffers)
        for line in self._lines:
            line.put(payload)

    def enter(self, line: Line) -> None:
        """Tell a page all that it needs to show the faces, and everything from then on."""
        models = [
            {"module": name, "traits": _traits(face)}
            for name, face in zip(self._names, self._faces, strict=True)
        ]
        line.put(packed({"method": "models", "id": self.id, "models": models}))
        self._lines = (*self._lines, line)

    def leave(self, line: Line) -> None:
        """Forget a page; its views are gone, though it may have had no time to say so."""
        self._lines = tuple(each for each in self._lines if each is not line)
        for number, view in sorted(line.views):
            self._tees[number].hear(_custom({"kind": "bye", "view": view}), [])
        line.views.clear()

    def hear(self, line: Line, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Hand a page's message on to the widget that it is for.

        Raises:
            ValueError: If there is no such widget, or it is no message for one.
        """
        number, method = message.get("model"), message.get("method")
        if not isinstance(number, int) or not 0 <= number < len(self._tees):
            raise ValueError(f"expected the number of a model, got {number!r:.80}")
        content, state = message.get("content"), message.get("state")
        if method == "custom" and isinstance(content, dict):
            _note(line.views, number, content)
            # A page of the lab's own asks nothing of the app, so the app need not let it in.
            mine = {key: each for key, each in content.items() if key not in ("origin", "around")}
            self._tees[number].hear(_custom(mine), buffers)
        elif method == "update" and isinstance(state, dict) and _known(self._faces[number], state):
            self._tees[number].hear({"method": "update", "state": state}, buffers)
        else:
            raise ValueError(f"expected a custom message or an update, got {method!r:.80}")


def _custom(content: dict[str, Any]) -> dict[str, Any]:
    return {"method": "custom", "content": content}


def _note(views: set[tuple[int, str]], number: int, content: dict[str, Any]) -> None:
    view = (number, str(content.get("view", ""))[:64])
    if content.get("kind") == "hello":
        views.add(view)
    elif content.get("kind") == "bye":
        views.discard(view)


def _names_of(face: Any) -> list[str]:
    """Return a face's own traits that are in step with a page's."""
    return [name for name in face.keys if name[0] != "_" and name not in _OF_WIDGETS]


def _known(face: Any, state: dict[str, Any]) -> bool:
    return set(state) <= set(_names_of(face))


def _traits(face: Any) -> dict[str, Any]:
    return {name: getattr(face, name) for name in sorted(_names_of(face))}
