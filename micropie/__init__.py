"""An ASGI web framework with first-class WebSockets; a subclass of `App` is the application.

Public are the names in `__all__` here and in `micropie.testing`, `micropie.mounts.mount`,
`micropie.listing.routes`, `micropie.describing`, and the session backends
`micropie.backends.sqlite` and `micropie.backends.redis`. Every other module is the inside of the
framework, whatever its name: it may change with any release.
"""

from typing import Any

from micropie.app import App
from micropie.bodies import DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_FORM_FIELD_SIZE
from micropie.broadcasting import broadcast
from micropie.exceptions import ConnectionClosed, MultipartFileError
from micropie.middleware import HttpMiddleware, WebSocketMiddleware
from micropie.requests import Request, WebSocketRequest, current_request
from micropie.sessions import SESSION_TIMEOUT, InMemorySessionBackend, SessionBackend
from micropie.websockets import WebSocket

__version__ = "0.1.0"

JINJA_INSTALLED: bool
"""Whether templates can be rendered."""

MULTIPART_INSTALLED: bool
"""Whether multipart forms can be read."""

_OPTIONAL = {"JINJA_INSTALLED": "jinja2", "MULTIPART_INSTALLED": "multipart"}

__all__ = [
    "DEFAULT_MAX_BODY_SIZE",
    "DEFAULT_MAX_FORM_FIELD_SIZE",
    "JINJA_INSTALLED",
    "MULTIPART_INSTALLED",
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
    "broadcast",
    "current_request",
]


def __getattr__(name: str) -> Any:
    """Look for a package when somebody asks: few do, and it takes as long as an import."""
    package = _OPTIONAL.get(name)
    if package is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.util import find_spec

    return find_spec(package) is not None
