"""What all faces are: how the Python side of a face talks with its views in a browser.

Law of the room: rows never travel in traits. A view says ``hello`` when it is rendered and asks for
what it misses; the kernel answers with custom messages, which any thread may send.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import anywidget
import traitlets

from playground.widgets.control_thread import hear_on_control_thread
from playground.widgets.null import null, with_null
from playground.widgets.still import new_mark
from playground.widgets.within import look_after_others, show

_NULL: Final = null()

_log = logging.getLogger(__name__)


class Face(anywidget.AnyWidget):
    """One way to look at a lab. A subclass sets `_esm` and `_css` and answers what its views say.

    A face is shown in one output or in several; each is a *view* of it. What a view says, such as
    ``{"kind": "hello", …}``, calls ``heard_hello(message, buffers)``, on whichever thread the
    kernel runs callbacks; `lock` is there for what such a method shares with the follower.
    """

    _esm: ClassVar[Any] = "export default { render() {} };"
    _css: ClassVar[Any] = ""

    still = traitlets.Unicode().tag(sync=True)
    """Marks this face's stills, which a living view hides."""

    def __init__(self, **traits: Any) -> None:
        self.lock = threading.RLock()
        super().__init__(**{"still": new_mark(), **traits})
        self.on_msg(self._heard)
        look_after_others()

    @traitlets.observe("comm")
    def _comm_opened(self, change: Any) -> None:
        hear_on_control_thread(change["new"])

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

    def displayed(self, *, within: bool = False) -> None:
        """Note that this face is being displayed; its view has still to be rendered.

        Args:
            within: Whether it is shown in another widget, which may outlive its cell's next run.
        """

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

    def _ipython_display_(self) -> None:
        show(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.bundle(**kwargs)

    def bundle(self, **kwargs: Any) -> Any:
        """Return what this face is displayed as: the widget and its stills, by mime type."""
        self.displayed()
        # Colab wants metadata beside the data, so anywidget gives a pair.
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        data["text/plain"] = self.still_text()
        html = self.still_html()
        if html:
            data["text/html"] = html
        return data, metadata
