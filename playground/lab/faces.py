"""A lab's views, as its user holds them: all of it as the last line of a cell, or a part alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playground.lab.parts import Parts
from playground.lab.shown import Shown

if TYPE_CHECKING:
    from playground.widgets.browser_client import BrowserClient
    from playground.widgets.code import Code
    from playground.widgets.console import Console
    from playground.widgets.ladder import Ladder
    from playground.widgets.page import AppPage
    from playground.widgets.panel import Panel
    from playground.widgets.routes import RouteList
    from playground.widgets.traffic import TrafficTable


class Faces(Shown):
    """The panel, and its parts alone."""

    _parts: Parts

    @property
    def panel(self) -> Panel:
        """The whole panel: status, routes, clients and traffic."""
        return self._parts.views.panel

    @property
    def traffic(self) -> TrafficTable:
        """The traffic table alone. It follows until a later cell shows the traffic; then it stands.

        So does the ladder, and the Code face. The panel always follows.
        """
        return self._parts.views.traffic

    @property
    def ladder(self) -> Ladder:
        """The ladder alone: a live sequence diagram, which can be saved as a picture."""
        return self._parts.views.ladder

    @property
    def code(self) -> Code:
        """The Code face alone: the source at work, with a dot where each handler stands."""
        return self._parts.views.code

    @property
    def routes(self) -> RouteList:
        """The routes alone."""
        return self.panel.routes

    def console(self, client: str | None = None) -> Console:
        """Return the client console alone, with one of the clients chosen.

        Args:
            client: The name of the one to choose; the one chosen last by default.
        """
        return self._parts.views.console(client)

    def browse(self, path: str = "/", *, height: int = 420) -> AppPage:
        """Return a page of the app, in a frame that is loaded anew when the code changes.

        It finds the address by itself, and says why if none works. The same path is the same page.

        Args:
            path: Path and query, such as ``"/chat?room=lobby"``.
            height: Of the page, in pixels.

        Raises:
            ValueError: If the path does not begin with "/".
        """
        return self._parts.views.page(path, height)

    def connect_in_browser(
        self, path: str = "/", *, client: str = "browser", subprotocols: Sequence[str] = ()
    ) -> BrowserClient:
        """Return a WebSocket client in the page: it connects when it is shown, or says why not.

        Args:
            path: Path and query, such as ``"/chat/lobby?name=Ada"``.
            client: Its name in the log.
            subprotocols: What it offers to speak, best first.

        Raises:
            ValueError: If the path does not begin with "/".
        """
        return self._parts.views.browser_client(path, client, subprotocols)

    def _elsewhere(self) -> str:
        try:
            return f"The panel in a browser: {self._parts.panel_site.address()}"
        except (RuntimeError, ModuleNotFoundError):
            return ""

    def _face(self) -> Any:
        return self._parts.views.own(self._parts.staging.app) or self.panel
