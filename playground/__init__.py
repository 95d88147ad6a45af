"""A live playground for ASGI apps in a Jupyter kernel: serve, connect, watch, change, go on."""

from __future__ import annotations

from playground import kernel, magic, nested
from playground.checks import check, exercise
from playground.clients import Client
from playground.lab import Lab
from playground.live.complaints import NotOnStage
from playground.nested import allow_nested_run, forbid_nested_run
from playground.serving import serve, stop_all
from playground.stage import StartupFailed
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.transports import ClientClosed, HandshakeRefused, Response

kernel.warm_up()
nested.advise()
magic.register()

__all__ = [
    "Client",
    "ClientClosed",
    "Entry",
    "Exchange",
    "HandshakeRefused",
    "Lab",
    "Log",
    "NotOnStage",
    "Response",
    "StartupFailed",
    "allow_nested_run",
    "check",
    "exercise",
    "forbid_nested_run",
    "serve",
    "stop_all",
]


def load_ipython_extension(ip: object) -> None:
    """Do what importing does, for ``%load_ext playground``."""
    magic.register(ip)
