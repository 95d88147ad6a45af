"""An ASGI web framework with first-class WebSockets; a subclass of `App` is the application."""

from micropie.app import App
from micropie.bodies import DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_FORM_FIELD_SIZE
from micropie.exceptions import ConnectionClosed, MultipartFileError
from micropie.middleware import HttpMiddleware, WebSocketMiddleware
from micropie.requests import Request, WebSocketRequest, current_request
from micropie.sessions import SESSION_TIMEOUT, InMemorySessionBackend, SessionBackend
from micropie.websockets import WebSocket

__version__ = "0.1.0"

__all__ = [
    "DEFAULT_MAX_BODY_SIZE",
    "DEFAULT_MAX_FORM_FIELD_SIZE",
    "SESSION_TIMEOUT",
    "App",
    "ConnectionClosed",
    "HttpMiddleware",
    "InMemorySessionBackend",
    "MultipartFileError",
    "Request",
    "SessionBackend",
    "WebSocket",
    "WebSocketMiddleware",
    "WebSocketRequest",
    "__version__",
    "current_request",
]
