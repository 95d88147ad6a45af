"""`App`: a subclass of it *is* the application, its methods are the routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar

from micropie.core import Core
from micropie.lifespan import serve_lifespan
from micropie.requests import MISSING, Request, current_request
from micropie.responses import redirect
from micropie.serving_http import serve_http
from micropie.serving_websocket import serve_websocket


class App(Core):
    """An ASGI application whose methods are its handlers.

    `greet` answers `/greet`, `ws_chat` handles WebSocket connections at `/chat`, `index` and
    `ws_index` handle the root. A handler's parameters are filled from the path, the query, the
    body (HTTP) or the session (WebSocket).

    Args:
        session_backend: Where sessions are kept; in memory by default.
        body_timeout: Seconds to wait for the next chunk of a body; `None` waits for ever.
        max_body_size: Bytes a body may have; `None` is no limit.
        max_form_field_size: Bytes one field of a multipart form may have; `None` is no limit.
        session_timeout: Seconds a session outlives its last use.
        session_cookie_secure: Whether the session cookie may only travel over TLS.
        session_id_factory: Makes session ids.
        session_id_validator: Returns a session id as it is to be used, or `None` when it is not
            to be believed; `None` believes every id.
        allowed_origins: Origins whose pages may open WebSockets, beside those of the same host.
            By default pages of other hosts may, unless they bring a session cookie.

    Raises:
        ValueError: A limit or a time-out is not above 0, or a callable is none.

    Attributes:
        middlewares: Code around HTTP requests.
        ws_middlewares: Code around WebSocket connections.
        startup_handlers: Run before the first request; sync or async.
        shutdown_handlers: Run after the last one, each of them, whatever the others do.
        error_hooks: Called with every exception the application's code lets go, and its request;
            one that returns True has shown it, and it is not logged as well.
    """

    _reserved_names: ClassVar[frozenset[str]] = Core._reserved_names
    _environment: Any = MISSING

    # HTTP is served in the frame of the call itself, the others one further in: a frame is a large
    # part of what a small request costs.
    __call__ = serve_http
    _serving: ClassVar[dict[str, Callable[..., Awaitable[None]]]] = {
        "websocket": serve_websocket,
        "lifespan": serve_lifespan,
    }

    @property
    def request(self) -> Request:
        """The request that the running code serves.

        Raises:
            LookupError: No request is being served.
        """
        return current_request.get()

    @property
    def env(self) -> Any:
        """The jinja2 environment, or `None` where jinja2 is not installed; may be replaced."""
        if self._environment is MISSING:
            from micropie import templates  # few applications have any

            self._environment = templates.make_environment()
        return self._environment

    @env.setter
    def env(self, environment: Any) -> None:
        self._environment = environment

    def _redirect(
        self, location: str, extra_headers: Iterable[tuple[str, str]] | None = None
    ) -> tuple[int, str, list[tuple[str, str]]]:
        """Return what sends the client to another location; return it from a handler."""
        return redirect(location, extra_headers)

    async def _render_template(self, name: str, /, **variables: Any) -> str:
        """Render a template of `templates/`."""
        from micropie import templates

        return await templates.render(self.env, name, variables)
