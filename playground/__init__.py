"""A live playground for ASGI apps in a Jupyter kernel: serve, connect, watch, change, go on."""

from __future__ import annotations

from typing import Final

# First of all: it refuses another package of that name in words.
from playground.framework import App, __version__  # isort: skip
from playground import classroom as classroom
from playground import exports as exports
from playground import saved as saved
from playground.checks import check, exercise
from playground.clients.client import Client
from playground.lab import Lab
from playground.live.tracebacks import NotOnStage
from playground.notebook import kernel, nested, tooltips
from playground.notebook.cells import cells
from playground.notebook.magic import ServeMagic
from playground.notebook.nested import allow_nested_run, forbid_nested_run
from playground.serving import serve, stop_all
from playground.stage import ON_SWAP, StartupFailed
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.transports import ClientClosed, HandshakeRefused, Response
from playground.upstream import Refused, Upstream

kernel.warm_up()
cells.begin()
nested.advise()
tooltips.begin()
_magic: Final = ServeMagic(serve, App, ON_SWAP)
_magic.register()

__all__ = [
    "Client",
    "ClientClosed",
    "Entry",
    "Exchange",
    "HandshakeRefused",
    "Lab",
    "Log",
    "NotOnStage",
    "Refused",
    "Response",
    "StartupFailed",
    "Upstream",
    "__version__",
    "allow_nested_run",
    "check",
    "exercise",
    "forbid_nested_run",
    "serve",
    "stop_all",
]


def load_ipython_extension(ip: object) -> None:
    """Do what importing does, for ``%load_ext playground``."""
    _magic.register(ip)
