"""How a lab is looked at: the panel, each part of it alone, and its repr."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from playground import kernel
from playground.lab.addresses import Addresses
from playground.transports import count

if TYPE_CHECKING:
    from playground.lab.lab import Lab
    from playground.widgets.browser_client import BrowserClient
    from playground.widgets.console import Console
    from playground.widgets.ladder import Ladder
    from playground.widgets.page import AppPage
    from playground.widgets.panel import Panel
    from playground.widgets.routes import RouteList
    from playground.widgets.traffic import TrafficTable


class Views(Addresses):
    """A lab's faces. Each is made when it is first asked for."""

    @functools.cached_property
    def panel(self) -> Panel:
        """The whole panel: status, routes, clients and traffic."""
        from playground.controls import LabControls
        from playground.widgets.panel import Panel

        return Panel(LabControls(cast("Lab", self)), self.log)

    @property
    def traffic(self) -> TrafficTable:
        """The traffic table alone."""
        return self.panel.traffic

    @property
    def ladder(self) -> Ladder:
        """The ladder alone: a live sequence diagram, which can be saved as a picture."""
        return self.panel.ladder

    @property
    def routes(self) -> RouteList:
        """The routes alone."""
        return self.panel.routes

    def console(self, client: str | None = None) -> Console:
        """Return the client console alone, with one of the clients chosen.

        Args:
            client: The name of the one to choose; the one chosen last by default.
        """
        console = self.panel.console
        if client is not None:
            console.choose(client)
        return console

    def browse(self, path: str = "/", *, height: int = 420) -> AppPage:
        """Return a page of the app, in a frame that is loaded anew when the code changes.

        It finds the address by itself, direct or proxied, and says why if none works. The same path
        gives the same page, which may be shown as often as one likes.

        Args:
            path: Path and query, such as ``"/chat?room=lobby"``.
            height: Of the page, in pixels.

        Raises:
            ValueError: If the path does not begin with "/".
        """
        from playground.controls import LabControls
        from playground.widgets.page import AppPage

        _check_path(path)
        page = self._pages.get(path)
        if page is None:
            controls = LabControls(cast("Lab", self))
            page = self._pages[path] = AppPage(controls, self.panel.follower, path, height)
        page.height = height
        return page

    def connect_in_browser(
        self, path: str = "/", *, client: str = "browser", subprotocols: Sequence[str] = ()
    ) -> BrowserClient:
        """Return a WebSocket client that the page which shows it is.

        It connects when it is shown, over an address that it has tried, and says why if none works.
        The same name gives the same client.

        Args:
            path: Path and query, such as ``"/chat/lobby?name=Ada"``.
            client: Its name in the log.
            subprotocols: What it offers to speak, best first.

        Raises:
            ValueError: If the path does not begin with "/".
        """
        from playground.controls import LabControls
        from playground.widgets.browser_client import BrowserClient

        _check_path(path)
        made = self._in_browser.get(client)
        if made is None:
            shared = LabControls(cast("Lab", self)), self.panel.follower, self.panel.names
            made = self._in_browser[client] = BrowserClient(*shared, path, client)
        made.path, made.subprotocols = path, tuple(subprotocols)
        return made

    @functools.cached_property
    def _in_browser(self) -> dict[str, BrowserClient]:
        return {}

    @functools.cached_property
    def _pages(self) -> dict[str, AppPage]:
        return {}

    def __repr__(self) -> str:
        if not self.running:
            return f"<Lab {self.name}: stopped; lab.restart() starts it again>"
        where = self.local_url or "in this loop (no network)"
        open_now = count(self.sockets, "socket")
        return f"<Lab {self.name}: revision {self.revision} at {where}, {open_now} open>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if kernel.shell() is None:
            return {"text/plain": repr(self)}
        return self.panel._repr_mimebundle_(include=include, exclude=exclude)


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        hint = f"try {'/' + path!r}"
        raise ValueError(f"expected a path that begins with '/', got {path!r}; {hint}")
