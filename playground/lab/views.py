"""A lab's faces: the panel, each part of it alone, pages of the app, clients in the browser."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from playground.notebook.runs import runs
from playground.traffic.log import Log
from playground.traffic.redact import redact_address

if TYPE_CHECKING:
    from playground.widgets.browser_client import BrowserClient
    from playground.widgets.code import Code
    from playground.widgets.console import Console
    from playground.widgets.controls import Controls
    from playground.widgets.ladder import Ladder
    from playground.widgets.page import AppPage
    from playground.widgets.panel import Panel
    from playground.widgets.showing import Showing
    from playground.widgets.traffic import TrafficTable

    View = TypeVar("View", bound=TrafficTable)


OWN_FACE: Final = "_lab_face"
"""The method by which an app is shown as something else than its panel, as a class's board is. It
is given the lab's controls and its follower, and returns a face."""


class Views:
    """A lab's faces. Each is made when it is first asked for.

    Args:
        control: Called for what the panel can see and do, when there is one to be made: what a
            lab without a panel would not need is not imported.
        log: Its traffic.
    """

    def __init__(self, control: Callable[[], Controls], log: Log) -> None:
        self._control = control
        self._log = log
        self._making = threading.RLock()
        self._own: tuple[Any, Any] = (None, None)
        self._alone: dict[type, Any] = {}
        self._in_browser: dict[str, BrowserClient] = {}
        self._pages: dict[str, AppPage] = {}

    @functools.cached_property
    def controls(self) -> Controls:
        """What the panel can see and do."""
        return self._control()

    @property
    def panel(self) -> Panel:
        """The whole panel: status, routes, clients and traffic."""
        # A page may come while a cell shows it.
        with self._making:
            return self._panel

    @functools.cached_property
    def _panel(self) -> Panel:
        from playground.widgets.panel import Panel

        return Panel(self.controls, self._log, self.showing)

    def own(self, app: Any) -> Any:
        """Return the face that an app of ours has in place of the panel; None if it has none."""
        made = getattr(type(app), OWN_FACE, None)
        if made is None:
            return None
        known, face = self._own
        if known is not app:
            face = made(app, self.controls, self.panel.follower)
            self._own = app, face
        return face

    @functools.cached_property
    def showing(self) -> Showing:
        """Which views of the traffic follow, and which stand."""
        from playground.widgets.showing import Showing

        return Showing(self._log, runs, self.controls)

    @property
    def traffic(self) -> TrafficTable:
        """The table alone; see `Lab.traffic`."""
        from playground.widgets.traffic import TrafficTable

        return self._made(TrafficTable)

    @property
    def ladder(self) -> Ladder:
        """The ladder alone."""
        from playground.widgets.ladder import Ladder

        return self._made(Ladder)

    @property
    def code(self) -> Code:
        """The Code face alone."""
        from playground.widgets.code import Code

        return self._made(Code)

    def _made(self, kind: type[View]) -> View:
        """Return the view of a kind that has yet to be shown, or is shown by this very cell."""
        made: View | None = self._alone.get(kind)
        if made is None or made.closed or self.showing.is_past(made):
            shared = self.panel.names, self.panel.follower, self.controls, self.showing
            made = self._alone[kind] = kind(self._log, *shared)
        return made

    def console(self, client: str | None) -> Console:
        """Return the client console alone; see `Lab.console`."""
        console = self.panel.console
        if client is not None:
            console.choose(client)
        return console

    def page(self, path: str, height: int) -> AppPage:
        """Return a page of the app in a frame; see `Lab.browse`."""
        from playground.widgets.page import AppPage

        _check_path(path)
        page = self._pages.get(path)
        if page is None:
            shared = self.controls, self.panel.follower
            page = self._pages[path] = AppPage(*shared, path, height)
        page.height = height
        return page

    def browser_client(self, path: str, client: str, subprotocols: Sequence[str]) -> BrowserClient:
        """Return a client that a page is; see `Lab.connect_in_browser`."""
        from playground.widgets.browser_client import BrowserClient

        _check_path(path)
        made = self._in_browser.get(client)
        if made is None:
            shared = self.controls, self.panel.follower, self.panel.names
            made = self._in_browser[client] = BrowserClient(*shared, path, client)
        made.path, made.subprotocols = path, tuple(subprotocols)
        return made


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        shown = redact_address(path)
        raise ValueError(
            f"expected a path that begins with '/', got {shown!r}; try {'/' + shown!r}"
        )
