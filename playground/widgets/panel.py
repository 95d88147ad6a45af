"""The panel: a lab as one box in a notebook, made of its faces from top to bottom."""

from __future__ import annotations

from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from playground.traffic.log import Log
from playground.widgets.console import Console
from playground.widgets.controls import Controls
from playground.widgets.follower import Follower
from playground.widgets.ladder import Ladder
from playground.widgets.names import Names
from playground.widgets.routes import RouteList
from playground.widgets.status import StatusLine
from playground.widgets.traffic import TrafficTable


class Panel(ipywidgets.VBox):  # type: ignore[misc]
    """Status, routes, clients, traffic and the line that sends, over one follower.

    It may be shown as often as one likes; every view keeps up.

    Args:
        controls: The lab, as a panel sees it.
        log: The lab's traffic.
    """

    def __init__(self, controls: Controls, log: Log) -> None:
        self.names = Names()
        self.follower = Follower(log)
        self._status = StatusLine(controls, log, self.follower)
        self._routes = RouteList(controls, self.follower)
        self._console = Console(controls, self.follower, self.names)
        self._clients = Console(controls, self.follower, self.names, part="clients")
        self._compose = Console(controls, self.follower, self.names, part="compose")
        self._traffic = TrafficTable(log, self.names, self.follower, controls)
        self._ladder = Ladder(log, self.names, self.follower, controls)
        shown = (self._status, self._routes, self._clients, self._traffic, self._compose)
        super().__init__(children=shown)
        self.add_class("mpp-panel")

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
        """The traffic table alone."""
        return self._traffic

    @property
    def ladder(self) -> Ladder:
        """The ladder alone."""
        return self._ladder

    def close(self) -> None:
        """Close every face and end the follower. Closing twice does nothing."""
        for face in (*self.children, self._console, self._ladder):
            face.close()
        self.follower.stop()
        super().close()

    def still_text(self) -> str:
        """Return what the panel shows, as plain text."""
        faces = (self._status, self._routes, self._clients, self._traffic)
        return "\n\n".join(face.still_text() for face in faces)

    def still_html(self) -> str:
        """Return what the panel shows, as static HTML: what a saved notebook keeps."""
        faces = (self._status, self._routes, self._clients, self._traffic)
        return f"<div>{''.join(face.still_html() for face in faces)}</div>"

    def __repr__(self) -> str:
        return self.still_text()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        for face in self.children:
            face.displayed()
        data: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self.still_text(), "text/html": self.still_html()}
