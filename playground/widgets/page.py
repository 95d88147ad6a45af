"""A page of the app in the notebook, which follows the code: it is loaded anew on a swap."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from playground.widgets.composing import compose, style
from playground.widgets.controlled import Controlled
from playground.widgets.controls import Controls
from playground.widgets.follower import Follower

# Below this (in pixels) there is nothing to see of a page.
_LEAST_HEIGHT: Final = 80


class AppPage(Controlled):
    """A page of the app on stage.

    The view finds the address by itself: the kernel cannot know which one a browser reaches. It
    proves each with the lab's identity, and says why if none works.

    Args:
        controls: The lab, as a panel sees it.
        follower: Who looks at the lab's log now and then.
        path: Path and query of the page; it begins with "/".
        height: The page's height in pixels; a user can drag it.
    """

    _esm = compose("page/page.js")
    _css = style("page/page.css")

    def __init__(self, controls: Controls, follower: Follower, path: str, height: int) -> None:
        self.path = path
        self.height = height
        super().__init__(controls, follower)

    def state(self) -> dict[str, Any]:
        """Return where the lab is, what is on stage, and which page of it is wanted."""
        status = self.controls.status()
        told = ("name", "running", "revision", "url", "note", "lab", "port")
        known = {name: getattr(status, name) for name in told}
        return {**known, "path": self.path, "height": max(self.height, _LEAST_HEIGHT)}

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Tell a new view everything; its page may talk to the app from now on."""
        self.trust(message)
        super().heard_hello(message, buffers)

    def still_text(self) -> str:
        """Return what was shown, as a line."""
        status = self.controls.status()
        where = f" of {status.name}, revision {status.revision}"
        if not status.port:
            return f"The page {self.path}{where}: this lab has no network, so it has no address"
        return f"The page {self.path}{where}, at http://{status.address}{self.path}"

    def still_html(self) -> str:
        """Return the line as static HTML."""
        live = "It was live in the notebook; run the cell to see it again."
        return f"<div>{escape(self.still_text())}</div><div>{live}</div>"
