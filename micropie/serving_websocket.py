"""One WebSocket connection from its opening handshake to its end.

The order: session, origin, `before_websocket`, handler, `after_websocket`, session, close.
"""

from __future__ import annotations

from inspect import isawaitable
from types import CoroutineType
from typing import Any, Final

from micropie.core import Core, is_failure, logger
from micropie.exceptions import ConnectionClosed, HandshakeRefused
from micropie.handshakes import check_refusal
from micropie.headers import SESSION_COOKIE, read_cookie, session_cookie
from micropie.mounts import inner_scope
from micropie.origins import is_allowed
from micropie.plans import Plan, Unbound
from micropie.requests import MISSING, Request, WebSocketRequest, current_request
from micropie.serving_session import keep_changes
from micropie.sessions import copied
from micropie.types import Event, Receive, Scope, Send
from micropie.websockets import WebSocket


async def serve_websocket(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket connection."""
    request = WebSocketRequest(scope)
    ws = WebSocket(receive, send, scope, secure_cookie=app.session_cookie_secure)
    token = current_request.set(request)
    code = 1000
    try:
        for name, _ in scope["headers"]:
            if name in _FROM_BROWSERS:
                await _load_session(app, request, ws)
                break
        if ws.session_id is None and "session" not in scope:
            # When its handshake is accepted, the client gets the id of a session to be.
            ws.cookie_id = app.session_id_factory()
        if app.ws_middlewares:
            await _before(app, request)
        if request._subapp is not None:
            await _serve_mounted(app, request, ws, receive, send)
        else:
            plan = app._routes.websocket(request)
            result = plan.call(ws) if plan.bare else _call(plan, request, ws)
            if type(result) is CoroutineType or isawaitable(result):
                await result
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
                or app.ws_middlewares
                or request._session is not None
                or code == 1011
            ):
                await _finish(app, request, ws, code)
        finally:
            current_request.reset(token)


async def _before(app: Core, request: WebSocketRequest) -> None:
    for middleware in app.ws_middlewares:
        early: Any = middleware.before_websocket(request)
        if isawaitable(early):
            early = await early
        if early:
            code = early.get("code", 1008)
            reason = early.get("reason", "Middleware rejected")
            check_refusal(403, reason)
            raise HandshakeRefused(code, reason, 500 if code == 1011 else 403)


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
        loaded = await app.session_backend.load(session_id)
        if loaded:
            request.session = loaded
            request._session_before = copied(loaded)
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
            logger.error("Refused the WebSocket %s: %s.", request.scope["path"], error.reason)
        await _end(ws, error.code, error.reason, error.status)
        return 1000
    if isinstance(error, ConnectionClosed) and ws.state == "closed":
        return 1000
    app._report(error, request, request.scope, f"the WebSocket {request.scope['path']}")
    return 1011


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
            await _end(ws, 1008, "Connection not accepted", 403)


async def _after(app: Core, request: WebSocketRequest, ws: WebSocket, code: int) -> int:
    for middleware in app.ws_middlewares:
        try:
            result: Any = middleware.after_websocket(request)
            if isawaitable(result):
                await result
        except BaseException as error:
            if not is_failure(error):
                raise
            code = 1011
            app._report(error, request, request.scope, "after_websocket")
    if code != 1011 and request._session is not None:
        try:
            await keep_changes(app, request, ws.session_id)
        except Exception as error:
            code = 1011
            app._report(error, request, request.scope, "the session backend")
    return code


async def _end(ws: WebSocket, code: int, reason: str, status: int) -> None:
    try:
        if ws.state == "connecting":
            await ws.refuse(status, reason, code=code)
        else:
            await ws.close(code, reason)
    except Exception:
        logger.exception("Could not close a WebSocket.")


async def _serve_mounted(
    app: Core, request: WebSocketRequest, ws: WebSocket, receive: Receive, send: Send
) -> None:
    """Let a mounted application have the connection; the session's cookie goes with its accept."""

    async def receive_noted() -> Event:
        event = await receive()
        ws.note(event)
        return event

    async def send_noted(event: Event) -> None:
        if event["type"] == "websocket.accept" and ws.cookie_id is not None:
            ws.session_id = ws.cookie_id
            cookie = session_cookie(ws.cookie_id, secure=app.session_cookie_secure)
            event = {**event, "headers": [*event.get("headers", ()), *cookie]}
        ws.note(event)
        await send(event)

    state = await app._mounts.start(request._subapp)
    await request._subapp(inner_scope(request, state), receive_noted, send_noted)
