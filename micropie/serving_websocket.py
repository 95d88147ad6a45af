"""One WebSocket connection from its opening handshake to its end.

The order: session, origin, `before_websocket`, handler, `after_websocket`, session, close.
"""

from __future__ import annotations

from inspect import isasyncgen, isawaitable, isgenerator
from types import CoroutineType
from typing import Any, Final

from micropie.core import Core
from micropie.exceptions import ConnectionClosed, HandshakeRefused
from micropie.failures import is_failure
from micropie.handshakes import check_refusal
from micropie.headers import SESSION_COOKIE, read_cookie, session_cookie
from micropie.logs import logger
from micropie.mounts import inner_scope
from micropie.origins import is_allowed
from micropie.plans import Plan, Unbound
from micropie.requests import MISSING, Request, WebSocketRequest, current_request, path_of
from micropie.serving_session import blame_handler, keep_changes, opening
from micropie.types import Event, Receive, Scope, Send
from micropie.websockets import WebSocket

NOT_ACCEPTED: Final = "Connection not accepted"


async def serve_websocket(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket connection."""
    request = WebSocketRequest(scope)
    ws = WebSocket(
        receive,
        send,
        scope,
        session_cookie_secure=app.session_cookie_secure,
        session_id_validator=app.session_id_validator,
    )
    token = current_request.set(request)
    code = 1000
    try:
        for name, _ in scope.get("headers") or ():
            if name in _FROM_BROWSERS:
                await _load_session(app, request, ws)
                break
        if ws.session_id is None and "session" not in scope:
            # When its handshake is accepted, the client gets the id of a session to be.
            ws.cookie_id = app._new_session_id()
        if app.ws_middlewares:
            await _before(app, request)
        if request._subapp is not None:
            await _serve_mounted(app, request, ws, receive, send)
        else:
            plan = app._routes.websocket(request)
            call = plan.call
            result = call(ws) if plan.bare else _call(plan, request, ws)
            if type(result) is CoroutineType or isawaitable(result):
                await result
            elif ws.state == "connecting":
                raise HandshakeRefused(1008, NOT_ACCEPTED, 403, _not_async(plan, result))
    except BaseException as error:
        if not is_failure(error):
            # Cancelled: the server, or whoever swaps the application, is going away.
            code = 1001
            raise
        code = await _settle(app, request, ws, error)
    finally:
        try:
            if (
                ws.state != "closed"
                or request._begun
                or request._session is not None
                or code == 1011
            ):
                await _finish(app, request, ws, code)
        finally:
            current_request.reset(token)


async def _before(app: Core, request: WebSocketRequest) -> None:
    """Ask each middleware, until one refuses; those before it are to hear of the end."""
    begun = request._begun = []
    for middleware in app.ws_middlewares:
        early: Any = middleware.before_websocket(request)
        if isawaitable(early):
            early = await early
        if early:
            code = early.get("code", 1008)
            reason = early.get("reason", "Middleware rejected")
            check_refusal(403, reason)
            raise HandshakeRefused(code, reason, 500 if code == 1011 else 403)
        begun.append(middleware)


# The headers by which a browser says where it comes from, and who its user is.
_FROM_BROWSERS: Final = frozenset({b"cookie", b"origin"})


async def _load_session(app: Core, request: WebSocketRequest, ws: WebSocket) -> None:
    """Check where the handshake comes from, and load the session that its cookie names."""
    headers = request.headers
    cookie = read_cookie(headers["cookie"], SESSION_COOKIE) if "cookie" in headers else None
    if not is_allowed(headers, app.allowed_origins, cookie):
        raise HandshakeRefused(1008, "Origin not allowed", 403)
    session_id = app._checked_session_id(cookie) if cookie else None
    if session_id is not None and "session" not in request.scope:
        session, before = await opening(app)(session_id)
        if before:
            request._session, request._session_before = session, before
            request._session_id = ws.session_id = session_id


def _call(plan: Plan, request: Request, ws: WebSocket) -> Any:
    try:
        positional, keyword = plan.arguments(request, _value)
    except Unbound as error:
        raise HandshakeRefused(1008, str(error), 400) from None
    if plan.takes_rest:
        fields = request.query_params
        plan.rest(keyword, {name: values[0] for name, values in fields.items()})
    return plan.call(ws, *positional, **keyword)


def _value(request: Request, name: str) -> Any:
    values = request.query_params.get(name)
    return values[0] if values else request.session.get(name, MISSING)


async def _settle(app: Core, request: Request, ws: WebSocket, error: BaseException) -> int:
    """Answer an exception, and return the code to close with; 1011 if the application failed."""
    if isinstance(error, HandshakeRefused):
        if error.status >= 500:
            logger.error("Refused the WebSocket %s: %s.", path_of(request.scope), error.reason)
        await _end(ws, error.code, error.reason, error.status, error.remedy)
        return 1000
    if ws.state == "closed" and _only_gone(error):
        return 1000
    app._report(error, request, request.scope, f"the WebSocket {path_of(request.scope)}")
    return 1011


def _only_gone(error: BaseException) -> bool:
    """Say whether an exception says only that a client has left, in a group of tasks too."""
    if isinstance(error, BaseExceptionGroup):
        return error.split(ConnectionClosed)[1] is None
    return isinstance(error, ConnectionClosed)


async def _finish(app: Core, request: WebSocketRequest, ws: WebSocket, code: int) -> None:
    """Run the hooks, save the session, and close what is still open, whatever they do."""
    try:
        code = await _after(app, request, ws, code)
    finally:
        if code == 1011:
            await _end(ws, 1011, "Internal server error", 500)
        elif ws.state == "open":
            await _end(ws, code, "", 200)
        elif ws.state == "connecting":
            await _end(ws, 1008, NOT_ACCEPTED, 403, f"call await ws.accept() in {_named(request)}")


async def _after(app: Core, request: WebSocketRequest, ws: WebSocket, code: int) -> int:
    """Run the hooks that are due, the last begun first, and keep the session."""
    begun, request._begun = request._begun, ()
    cut: BaseException | None = None
    for middleware in reversed(begun):
        try:
            result: Any = middleware.after_websocket(request)
            if isawaitable(result):
                await result
        except BaseException as error:
            if is_failure(error):
                code = 1011
                app._report(error, request, request.scope, "after_websocket")
            else:
                # Cancelled: those further out are waiting for the end all the same.
                cut = error
    if cut is not None:
        raise cut
    if code != 1011 and request._session is not None:
        try:
            await keep_changes(app, request, ws.session_id)
        except BaseException as error:
            if not is_failure(error):
                raise
            code = 1011
            blame_handler(app, request, error, socket=True)
            app._report(error, request, request.scope, "the session backend")
    return code


def _not_async(plan: Plan, result: Any) -> str:
    """Say what is wrong with a handler that returned what cannot be awaited."""
    name = plan.name or getattr(plan.bound, "__name__", "the handler")
    if isasyncgen(result) or isgenerator(result):
        return f"{name} yields; send with await ws.send_text(…) in its place"
    return f"{name} is not async; write async def {name}(self, ws)"


def _named(request: WebSocketRequest) -> str:
    """Return the name of the handler that a request was for."""
    chosen = request._ws_route_handler
    if chosen is None:
        segments = request.segments
        return f"ws_{segments[0] if segments else 'index'}"
    return chosen if isinstance(chosen, str) else getattr(chosen, "__name__", "the handler")


async def _end(ws: WebSocket, code: int, reason: str, status: int, remedy: str = "") -> None:
    try:
        if ws.state == "connecting":
            # A close reason has room for a few words; a body has it for what to do.
            told = "websocket.http.response" in (ws._scope.get("extensions") or ())
            text = f"{reason}: {remedy}" if remedy and told else reason
            await ws.refuse(status, text, code=code)
        elif ws.state == "open":
            await ws.close(code, reason)
    except Exception:
        logger.exception("Could not close a WebSocket.")


async def _serve_mounted(
    app: Core, request: WebSocketRequest, ws: WebSocket, receive: Receive, send: Send
) -> None:
    """Let a mounted application have the connection; the session's cookie goes with its accept."""

    async def receive_noted() -> Event:
        event = await receive()
        ws._note(event)
        return event

    async def send_noted(event: Event) -> None:
        if event["type"] == "websocket.accept" and ws.cookie_id is not None:
            ws.session_id = ws.cookie_id
            cookie = session_cookie(ws.cookie_id, secure=app.session_cookie_secure)
            event = {**event, "headers": [*event.get("headers", ()), *cookie]}
        ws._note(event)
        await send(event)

    state = await app._mounts.start(request._subapp)
    await request._subapp(inner_scope(request, state), receive_noted, send_noted)
