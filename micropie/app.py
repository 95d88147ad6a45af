"""`App`: a subclass of it *is* the application, its methods are the routes."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from micropie.bodies import BODILESS_METHODS, read_body
from micropie.core import Core
from micropie.lifespan import serve_lifespan
from micropie.logs import logger
from micropie.requests import MISSING, Request, current_request
from micropie.responses import PLAIN, Response, make_response, redirect
from micropie.serving_http import (
    answer_exception,
    call_handler,
    finish,
    run_before_hooks,
    serve_mounted,
    wait_for_arguments,
)
from micropie.serving_session import load_session, save_session
from micropie.serving_websocket import serve_websocket
from micropie.types import Receive, Scope, Send

if TYPE_CHECKING:
    from micropie.uploads import Upload


async def _ignore(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve nothing: the scope is of a type that this framework does not know."""


_NO_REQUEST: Final = (
    "no request is served here: expected self.request in a handler, or in what it calls, and not "
    "in __init__, at start-up or in a thread of its own"
)

# What serves the scopes that are not HTTP.
_OTHERS: Final = {"websocket": serve_websocket, "lifespan": serve_lifespan}


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
        max_form_fields: Fields a form may have, beside files; 1000, `None` is no limit.
        max_form_parts: Parts a multipart form may have, files too; 1000, `None` is no limit.
        max_json_keys: Keys the objects of a JSON body may have together; 100,000, `None` is no
            limit.
        session_timeout: Seconds a session outlives its last use.
        session_cookie_secure: Whether the session cookie may only travel over TLS.
        session_id_factory: Makes session ids.
        session_id_validator: Returns a session id as it is to be used, or `None` when it is not
            to be believed; `None` believes every id.
        allowed_origins: Origins whose pages may open WebSockets, beside those of the same host.
            By default pages of other hosts may, unless they bring a session cookie.

    Raises:
        ValueError: A limit or a time-out is not above 0, or what should be callable is not.

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

    # HTTP is served in this very frame: one more is a large part of what a small request costs. For
    # that the plainest of answers, which no middleware looks at, never becomes a `Response` either.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope of an ASGI server: a WebSocket, the lifespan, or an HTTP request."""
        if scope["type"] != "http":
            return await _OTHERS.get(scope["type"], _ignore)(self, scope, receive, send)
        request = Request(scope)
        token = current_request.set(request)
        response: Response | None = None
        upload: Upload | None = None
        result: Any = MISSING
        try:
            try:
                cookie = b""
                for name, value in scope.get("headers") or ():
                    if name == b"cookie":
                        cookie = cookie + b"; " + value if cookie else value
                if cookie:
                    await load_session(self, request, cookie)
                if request.method not in BODILESS_METHODS and not request.body_parsed:
                    upload = await read_body(request, receive, self)
                if self.middlewares:
                    result = await run_before_hooks(self, request)
                    if result is MISSING and request._subapp is not None:
                        return await serve_mounted(self, request, upload, receive, send)
                if result is MISSING:
                    plan = self._routes.http(request)
                    if upload is not None:
                        await wait_for_arguments(upload, plan, request)
                    call = plan.call
                    result = call() if plan.bare else call_handler(plan, request)
                    kind = type(result)
                    if kind is CoroutineType or (kind not in PLAIN and isawaitable(result)):
                        result = await result
                plain = PLAIN.get(type(result))
                if plain is None or request._begun or request.method == "HEAD":
                    response, failed = make_response(result), False
                else:
                    encode, media = plain
                    body = encode(result)
                    headers = [media, (b"content-length", b"%d" % len(body))]
                    if request._session is not None:
                        headers += await save_session(self, request)
            except BaseException as error:
                answer = await answer_exception(self, request, error)
                if answer is None:
                    return
                response, failed = answer
            if response is None:
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body})
            else:
                await finish(self, request, response, failed, receive, send, upload)
        except OSError:
            # A send that fails means that the client has left.
            logger.debug("The client left before the response.")
        finally:
            if upload is not None:
                await upload.stop()
            current_request.reset(token)

    @property
    def request(self) -> Request:
        """The request that the running code serves.

        Raises:
            LookupError: No request is being served.
        """
        try:
            return current_request.get()
        except LookupError:
            raise LookupError(_NO_REQUEST) from None

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
