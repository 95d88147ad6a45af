"""A live playground for ASGI apps in a Jupyter kernel: serve, connect, watch, change, go on."""

from __future__ import annotations

from playground import kernel
from playground.clients import Client
from playground.lab import Lab
from playground.serving import serve, stop_all
from playground.stage import StartupFailed
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.transports import ClientClosed, HandshakeRefused, Response

kernel.warm_up()

__all__ = [
    "Client",
    "ClientClosed",
    "Entry",
    "Exchange",
    "HandshakeRefused",
    "Lab",
    "Log",
    "Response",
    "StartupFailed",
    "serve",
    "stop_all",
]
