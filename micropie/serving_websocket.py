"""One WebSocket connection from its opening handshake to its end.

The order: session, origin, `before_websocket`, handler, `after_websocket`, session, close.
"""

from __future__ import annotations

from inspect import isawaitable
from types import CoroutineType
from typing import Any

from micropie.core import Core, logger
from micropie.exceptions import ConnectionClosed, HandshakeRefused
from micropie.headers import SESSION_COOKIE, read_cookie, session_cookie
from micropie.mounts import inner_scope
from micropie.origins import is_allowed
from micropie.plans import Plan, Unbound
from micropie.requests import MISSING, Request, WebSocketRequest, current_request
from micropie.sessions import copied, merged
from micropie.types import Event, Receive, Scope, Send
from micropie.websockets import WebSocket


async def serve_websocket(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one WebSocket connection."""
    request = WebSocketRequest(scope)
    ws = WebSocket(receive, send, scope, secure_cookie=app.session_cookie_secure)
    token = current_request.set(request)
    try:
        code = 1000
        try:
            await _converse(app, request, ws, receive, send)
        except Exception as error:
            code = await _settle(app, request, ws, error)
        except BaseException:
            # Cancelled: the server, or whoever swaps the application, is going away.
            code = 1001
            raise
        finally:
            await _finish(app, request, ws, code)
    finally:
        current_request.reset(token)


async def _converse(
    app: Core, request: WebSocketRequest, ws: WebSocket, receive: Receive, send: Send
) -> None:
    await _open_session(app, request, ws)
    for middleware in app.ws_middlewares:
        early: Any = middleware.before_websocket(request)
        if isawaitable(early):
            early = await early
        if early:
            code = early.get("code", 1008)
            reason = early.get("reason", "Middleware rejected")
            raise HandshakeRefused(code, reason, 500 if code == 1011 else 403)
    if request._subapp is not None:
        await _serve_mounted(app, request, ws, receive, send)
        return
    plan = app._routes.websocket(request)
    result = _call(plan, request, ws)
    if type(result) is CoroutineType or isawaitable(result):
        await result


async def _open_session(app: Core, request: WebSocketRequest, ws: WebSocket) -> None:
    """Load the session, or make the id that the client gets when its handshake is accepted."""
    headers = dict(request.scope.get("headers", ()))
    cookie = (
        read_cookie(request.headers["cookie"], SESSION_COOKIE) if b"cookie" in headers else None
    )
    if b"origin" in headers and not is_allowed(request.headers, app.allowed_origins, cookie):
        raise HandshakeRefused(1008, "Origin not allowed", 403)
    if "session" in request.scope:
        return
    session_id = app._checked_session_id(cookie) if cookie else None
    if session_id is not None:
        loaded = await app.session_backend.load(session_id)
        if loaded:
            request.session = loaded
            request._session_before = copied(loaded)
            request._session_id = ws.session_id = session_id
            return
    ws.cookie_id = app.session_id_factory()


def _call(plan: Plan, request: Request, ws: WebSocket) -> Any:
    if plan.bare:
        return plan.call(*plan.prefix, ws)
    try:
        positional, keyword = plan.arguments(request, _value)
    except Unbound as error:
        raise HandshakeRefused(1008, str(error), 400) from None
    if plan.takes_rest:
        fields = request.query_params
        plan.rest(keyword, {name: values[0] for name, values in fields.items()})
    return plan.call(*plan.prefix, ws, *positional, **keyword)


def _value(request: Request, name: str) -> Any:
    values = request.query_params.get(name)
    return values[0] if values else request.session.get(name, MISSING)


async def _settle(app: Core, request: Request, ws: WebSocket, error: Exception) -> int:
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
    """Run the hooks, save the session, and close what is still open."""
    for middleware in app.ws_middlewares:
        try:
            result: Any = middleware.after_websocket(request)
            if isawaitable(result):
                await result
        except Exception as error:
            code = 1011
            app._report(error, request, request.scope, "after_websocket")
    if code != 1011 and request._session is not None:
        try:
            await _keep_session(app, request, ws)
        except Exception as error:
            code = 1011
            app._report(error, request, request.scope, "the session backend")
    if code == 1011:
        await _end(ws, 1011, "Internal server error", 500)
    elif ws.state == "open":
        await _end(ws, code, "", 200)
    elif ws.state == "connecting":
        await _end(ws, 1008, "Connection not accepted", 403)


async def _end(ws: WebSocket, code: int, reason: str, status: int) -> None:
    try:
        if ws.state == "connecting":
            await ws.refuse(status, reason, code=code)
        else:
            await ws.close(code, reason)
    except Exception:
        logger.exception("Could not close a WebSocket.")


async def _keep_session(app: Core, request: WebSocketRequest, ws: WebSocket) -> None:
    """Save what the handler changed, and nothing that it did not."""
    outer = request.scope.get("session")
    if outer is not None:
        if request.session is not outer:
            kept = dict(request.session)
            outer.clear()
            outer.update(kept)
        return
    session_id = ws.session_id
    if session_id is None:
        return
    before = request._session_before if session_id == request._session_id else {}
    if request.session == before:
        return
    now = await app.session_backend.load(session_id)
    result = merged(before, request.session, now)
    if result is not None:
        timeout = app.session_timeout if result else 0
        await app.session_backend.save(session_id, result, timeout)


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
