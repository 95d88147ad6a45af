"""The panel: a lab as one box in a notebook, made of its faces from top to bottom."""

from __future__ import annotations

from typing import Any

import ipywidgets

from playground.traffic.log import Log
from playground.widgets.between import BetweenStrip
from playground.widgets.console import Console
from playground.widgets.controls import Controls, Paged
from playground.widgets.crowd import CrowdStrip
from playground.widgets.dock import Dock
from playground.widgets.follower import Follower
from playground.widgets.kept import KeptFace
from playground.widgets.names import Names
from playground.widgets.routes import RouteList
from playground.widgets.showing import Showing
from playground.widgets.status import StatusLine
from playground.widgets.traffic import TrafficTable
from playground.widgets.within import show


class Panel(ipywidgets.VBox):  # type: ignore[misc]
    """Status, routes, clients, traffic and the line that sends, over one follower.

    It may be shown as often as one likes; every view keeps up, whatever is shown later.

    Args:
        controls: The lab, as a panel sees it.
        log: The lab's traffic.
        showing: Is told when it is shown, so that views of earlier cells stand.
    """

    def __init__(self, controls: Controls, log: Log, showing: Showing | None = None) -> None:
        self._controls = controls
        self._showing = showing
        self.names = Names()
        self.follower = Follower(log)
        self._dock = Dock(lambda: controls.status().name, self)
        self._kept = KeptFace(controls, self.follower)
        self._status = StatusLine(controls, log, self.follower, self._dock, self._kept.toggle)
        self._routes = RouteList(controls, self.follower)
        self._console = Console(controls, self.follower, self.names)
        self._clients = Console(controls, self.follower, self.names, part="clients")
        self._compose = Console(controls, self.follower, self.names, part="compose")
        self._between = BetweenStrip(controls, self.follower, self.names)
        self._crowd = CrowdStrip(controls, self.follower)
        self._traffic = TrafficTable(log, self.names, self.follower, controls)
        shown = (
            self._status,
            self._kept,
            self._routes,
            self._clients,
            self._between,
            self._crowd,
            self._traffic,
            self._compose,
        )
        super().__init__(children=shown)
        self.add_class("mpp-panel")

    def open_page(self) -> str:
        """Open the panel as a page of a browser, without Jupyter; return an address of it.

        The address lets one browser in, once; that browser may load the page again, and each call
        gives another address. Where there is no desktop nothing opens, and the address is all.

        Raises:
            RuntimeError: If the lab has no port that a page could reach; the message says why.
        """
        if not isinstance(self._controls, Paged):
            raise RuntimeError("expected the panel of a lab, got one of a log alone")
        return self._controls.open_page()

    def dock(self) -> None:
        """Show the panel beside the notebook, in JupyterLab, so that it stays in sight.

        Where it stood a line says where it is. It comes back when its tab is closed, or by
        `undock`. Docking what is docked does nothing.

        Raises:
            ModuleNotFoundError: If the package `sidecar` is not installed.
        """
        self._dock.open()
        self._status.settled()

    def undock(self) -> None:
        """Bring the panel back into its place in the notebook. Doing it twice does nothing."""
        self._dock.close()
        self._status.settled()

    @property
    def still(self) -> str:
        """The mark of its stills: its status line hides them, as the panel has no script."""
        mark: str = self._status.still
        return mark

    @property
    def status(self) -> StatusLine:
        """The status line alone."""
        return self._status

    @property
    def routes(self) -> RouteList:
        """The routes alone."""
        return self._routes

    @property
    def console(self) -> Console:
        """The clients and the line that sends, as one face."""
        return self._console

    @property
    def traffic(self) -> TrafficTable:
        """The table of traffic in it, which always follows."""
        return self._traffic

    def close(self) -> None:
        """Close every face and end the follower. Closing twice does nothing."""
        self._dock.close()
        for face in (*self.children, self._console):
            face.close()
        self.follower.stop()
        super().close()

    def still_text(self) -> str:
        """Return what the panel shows, as plain text."""
        faces = (self._status, self._routes, self._clients, self._crowd, self._traffic)
        return "\n\n".join(said for face in faces if (said := face.still_text()))

    def still_html(self) -> str:
        """Return what the panel shows, as static HTML: what a saved notebook keeps."""
        faces = (self._status, self._routes, self._clients, self._crowd, self._traffic)
        return f"<div>{''.join(face.still_html() for face in faces)}</div>"

    def __repr__(self) -> str:
        return self.still_text()

    def _ipython_display_(self) -> None:
        show(self)

    def displayed(self, *, within: bool = False) -> None:
        """Note that it is being displayed: views of the traffic in earlier cells stand."""
        if self._showing is not None:
            self._showing.shown(None)
        for face in self.children:
            face.displayed()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        self.displayed()
        data: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self.still_text(), "text/html": self.still_html()}
