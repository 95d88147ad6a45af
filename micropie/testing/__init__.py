"""An in-process client for any ASGI app: HTTP, WebSocket and lifespan, without server or socket.

Law of the room: it keeps the rules that uvicorn keeps, and it cannot hang. One event loop, no
thread, no blocking call (it works in Pyodide); every wait has a deadline; every task it started
has ended when `Client.stop()` returns.
"""

from micropie.testing.client import Client
from micropie.testing.http import Response, ResponseIncomplete, ResponseStream
from micropie.testing.lifespan import LifespanFailed
from micropie.testing.session import WebSocketRefused, WebSocketSession
from micropie.testing.websocket import ClientGone

__all__ = [
    "Client",
    "ClientGone",
    "LifespanFailed",
    "Response",
    "ResponseIncomplete",
    "ResponseStream",
    "WebSocketRefused",
    "WebSocketSession",
]
