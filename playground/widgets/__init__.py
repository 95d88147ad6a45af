"""Faces: what a lab looks like in a notebook, each an ipywidgets widget with one ES module."""

from __future__ import annotations

from playground.widgets.board import Board
from playground.widgets.browser_client import BrowserClient
from playground.widgets.console import Console
from playground.widgets.controls import ClientView, Controls, Done, GuestView, RouteView, Status
from playground.widgets.ladder import Ladder
from playground.widgets.page import AppPage
from playground.widgets.panel import Panel
from playground.widgets.routes import RouteList
from playground.widgets.status import StatusLine
from playground.widgets.traffic import TrafficTable

__all__ = [
    "AppPage",
    "Board",
    "BrowserClient",
    "ClientView",
    "Console",
    "Controls",
    "Done",
    "GuestView",
    "Ladder",
    "Panel",
    "RouteList",
    "RouteView",
    "Status",
    "StatusLine",
    "TrafficTable",
]
