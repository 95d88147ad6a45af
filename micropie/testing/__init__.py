"""An in-process client for any ASGI app: HTTP, WebSocket and lifespan, without server or socket.

Law of the room: it keeps the rules that uvicorn keeps, and it cannot hang. One event loop, no
thread, no blocking call (it works in Pyodide); every wait has a deadline; every task it started
has ended when `Client.stop()` returns.
"""

from micropie.testing.client import Client
from micropie.testing.clock import Clock, Restless, Stuck
from micropie.testing.http import Response, ResponseIncomplete, ResponseStream
from micropie.testing.lifespan import LifespanFailed
from micropie.testing.orders import Exploration, explore
from micropie.testing.session import WebSocketRefused, WebSocketSession
from micropie.testing.unreachable import OutOfReach
from micropie.testing.websocket import ClientGone

__all__ = [
    "Client",
    "ClientGone",
    "Clock",
    "Exploration",
    "LifespanFailed",
    "OutOfReach",
    "Response",
    "ResponseIncomplete",
    "ResponseStream",
    "Restless",
    "Stuck",
    "WebSocketRefused",
    "WebSocketSession",
    "explore",
]
