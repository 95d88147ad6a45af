"""The face all views share: how an ES module is put together, and how kernel and view talk.

Law of the room: rows never travel in traits. A view says ``hello`` when it is rendered and asks for
what it misses; the kernel answers with custom messages, which any thread may send.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Final

import anywidget
import traitlets

from playground.widgets.beside import hear_beside_cells
from playground.widgets.nothing import null, with_null

_STATIC: Final = files("playground.widgets") / "static"

# `import { a, b } from "./x.js";`, on one line or several: anywidget loads a module from a blob,
# where it has no neighbours.
_IMPORT: Final = re.compile(r'^import\s[^;]*?from\s+"\./[\w.-]+\.js";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)

_NULL: Final = null()

_log = logging.getLogger(__name__)


@cache
def compose(*names: str) -> str:
    """Return one ES module made of files in ``static/``: the parts, then the face.

    Args:
        names: File names, each after those it imports from; the last has the `export default`.

    Raises:
        ValueError: A part imports from a file that does not stand before it.
    """
    texts = {name: (_STATIC / name).read_text("utf-8") for name in names}
    seen: set[str] = set()
    for name, text in texts.items():
        missing = set(re.findall(r'from "\./([\w.-]+\.js)"', text)) - seen
        if missing:
            raise ValueError(
                f"expected what {name!r} imports before it, got {sorted(seen)!r}; "
                f"name {sorted(missing)!r} first"
            )
        seen.add(name)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts.values())


@cache
def style(*names: str) -> str:
    """Return the CSS of files in ``static/``, after ``theme.css``, which all faces share."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in ("theme.css", *names))


class Face(anywidget.AnyWidget):
    """One view of a lab. A subclass sets `_esm` and `_css` and answers what its view says.

    A message ``{"kind": "hello", …}`` of the view calls ``heard_hello(message, buffers)``, on
    whichever thread the kernel runs callbacks; `lock` is there for what such a method shares with
    the follower.
    """

    _esm: ClassVar[Any] = "export default { render() {} };"
    _css: ClassVar[Any] = ""

    def __init__(self, **traits: Any) -> None:
        self.lock = threading.RLock()
        super().__init__(**traits)
        self.on_msg(self._heard)

    @traitlets.observe("comm")
    def _comm_opened(self, change: Any) -> None:
        hear_beside_cells(change["new"])

    def tell(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send one message to every view of this face. Safe from any thread."""
        if _NULL is not None:
            message = with_null(message, _NULL)
        with self.lock:
            self.send(message, list(buffers) or None)

    def keep_up(self, moved: bool) -> None:
        """Tell the views what is new. The follower calls this at most 15 times a second.

        Args:
            moved: Whether the log has changed since the last call.
        """

    def displayed(self) -> None:
        """Note that this face is being displayed; its view has still to be rendered."""

    def trouble(self, error: BaseException, doing: str) -> None:
        """Log an exception and tell it to the views, in place of letting it vanish."""
        _log.error("%s failed while %s", type(self).__name__, doing, exc_info=error)
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.tell({"kind": "trouble", "text": said})

    def still_text(self) -> str:
        """Return what this face shows, as plain text, for where no widget can live."""
        return f"<{type(self).__name__}>"

    def still_html(self) -> str:
        """Return what this face shows as static HTML, for a saved notebook; "" for none."""
        return ""

    def __repr__(self) -> str:
        return self.still_text()

    def _heard(self, _: object, message: Any, buffers: Sequence[Any]) -> None:
        kind = message.get("kind", "") if isinstance(message, dict) else ""
        try:
            answer = getattr(self, f"heard_{kind}", None)
            if answer is None:
                raise LookupError(f"expected a message that this face knows, got {kind!r}")
            answer(message, buffers)
        except Exception as error:
            self.trouble(error, f"answering {kind!r}")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self.displayed()
        # Colab wants metadata beside the data, so anywidget gives a pair.
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        data["text/plain"] = self.still_text()
        html = self.still_html()
        if html:
            data["text/html"] = html
        return data, metadata
