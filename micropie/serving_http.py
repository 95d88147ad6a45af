"""One HTTP request from its scope to its last byte.

The order: session, body, `before_request`, handler, `after_request`, session, response.
"""

from __future__ import annotations

from inspect import isawaitable
from types import CoroutineType
from typing import Any

from micropie.bodies import BODY_METHODS, read_body
from micropie.core import Core, logger
from micropie.exceptions import BadRequest, ClientDisconnected, MultipartFileError, Refusal
from micropie.headers import SESSION_COOKIE, read_cookie, session_cookie
from micropie.mounts import inner_scope
from micropie.plans import Plan, Unbound
from micropie.receiving import replay
from micropie.requests import MISSING, Request, current_request
from micropie.responses import (
    BODILESS,
    PLAIN_TYPES,
    Response,
    checked_headers,
    checked_status,
    make_response,
    send_response,
)
from micropie.sessions import keep
from micropie.streams import close_chunks
from micropie.types import Event, RawHeader, Receive, Scope, Send
from micropie.uploads import Upload


async def serve_http(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one HTTP request."""
    request = Request(scope)
    token = current_request.set(request)
    upload: Upload | None = None
    failed = False
    result: Any = MISSING
    try:
        try:
            given = dict(scope["headers"])
            if b"cookie" in given and "session" not in scope:
                await load_session(app, request)
            if request.method in BODY_METHODS and not request.body_parsed:
                upload = await read_body(request, receive, given, app)
            if app.middlewares:
                result = await _before(app, request)
                if result is MISSING and request._subapp is not None:
                    await _serve_mounted(app, request, upload, receive, send)
                    return
            if result is MISSING:
                plan = app._routes.http(request)
                if upload is not None:
                    await _wait(upload, plan, request)
                result = plan.call(*plan.prefix) if plan.bare else _call(plan, request)
                if type(result) is CoroutineType or (
                    type(result) not in PLAIN_TYPES and isawaitable(result)
                ):
                    result = await result
            response = Response(result) if type(result) is str else make_response(result)
        except Exception as error:
            answer = _failure(app, request, error)
            if answer is None:
                return
            response, failed = answer
        if app.middlewares:
            response, failed = await _after(app, request, response, failed)
        if request._session is not None or request._fresh_session:
            response = await _keep_session(app, request, response, failed)
        data, status = response.body, response.status
        if type(data) is bytes and status not in BODILESS and request.method != "HEAD":
            headers = response.raw_headers()
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": data})
        else:
            await _send(app, request, response, send, receive, upload)
    except OSError:
        # A send that fails means that the client has left.
        logger.debug("The client left before the response.")
    finally:
        if upload is not None:
            await upload.stop()
        current_request.reset(token)


async def load_session(app: Core, request: Request) -> None:
    """Load the session that the cookie names, if its id is believed."""
    given = read_cookie(request.headers["cookie"], SESSION_COOKIE)
    session_id = app._checked_session_id(given) if given else None
    if session_id is not None:
        request.session = await app.session_backend.load(session_id)
        request._session_id = session_id
        request._session_was_filled = bool(request.session)


async def _before(app: Core, request: Request) -> Any:
    for middleware in app.middlewares:
        early: Any = middleware.before_request(request)
        if isawaitable(early):
            early = await early
        if early:
            return (
                early.get("status_code", 200),
                early.get("body", ""),
                early.get("headers"),
            )
    return MISSING


async def _wait(upload: Upload, plan: Plan, request: Request) -> None:
    """Wait until what the handler wants has arrived; without parameters, that is all."""
    upload.forget()
    beyond_path = len(request.path_params)
    await upload.wait_for(lambda knows: plan.is_filled_by(knows, beyond_path))


def _call(plan: Plan, request: Request) -> Any:
    try:
        positional, keyword = plan.arguments(request, _value)
    except Unbound as error:
        raise BadRequest(str(error)) from None
    if plan.takes_rest:
        _add_rest(plan, request, keyword)
    return plan.call(*plan.prefix, *positional, **keyword)


def _value(request: Request, name: str) -> Any:
    if request._query_params is not None or request.scope.get("query_string"):
        values = request.query_params.get(name)
        if values:
            return values[0]
    body = request._json
    if type(body) is dict and request._body_params is None:
        return body.get(name, MISSING)
    return _body_value(request, name) if request.has_body else MISSING


def _body_value(request: Request, name: str) -> Any:
    values = request.body_params.get(name)
    if values:
        return values[0]
    body = request.json_body
    if isinstance(body, dict) and name in body:
        return body[name]
    return request.files.get(name, MISSING)


def _add_rest(plan: Plan, request: Request, keyword: dict[str, Any]) -> None:
    for fields in (request.query_params, request.body_params):
        plan.rest(keyword, {name: values[0] for name, values in fields.items() if values})
    if isinstance(request.json_body, dict):
        plan.rest(keyword, request.json_body)
    plan.rest(keyword, request.files)


def _failure(app: Core, request: Request, error: Exception) -> tuple[Response, bool] | None:
    """Say what an exception answers, and whether the application is at fault."""
    if isinstance(error, MultipartFileError) and isinstance(
        error.cause, Refusal | ClientDisconnected
    ):
        error = error.cause
    if isinstance(error, ClientDisconnected):
        return None
    if isinstance(error, Refusal):
        return Response(error.text, error.status), error.status >= 500
    app._report(error, request, request.scope, f"{request.method} {request.scope['path']}")
    return Response("500 Internal Server Error", 500), True


async def _after(
    app: Core, request: Request, response: Response, failed: bool
) -> tuple[Response, bool]:
    for middleware in app.middlewares:
        try:
            changes: Any = middleware.after_request(
                request, response.status, response.shown_body, response.headers
            )
            if isawaitable(changes):
                changes = await changes
            if changes:
                await _change(response, changes)
        except Exception as error:
            if response.is_streamed:
                await close_chunks(response.body)
            answer = _failure(app, request, error)
            response, failed = answer or (Response("", 500), True)
    return response, failed


async def _change(response: Response, changes: dict[str, Any]) -> None:
    if "status_code" in changes:
        response.status = checked_status(changes["status_code"])
    if "headers" in changes:
        response.headers = checked_headers(changes["headers"])
    if "body" in changes and changes["body"] is not response.shown:
        if response.is_streamed:
            await close_chunks(response.body)
        response.set_body(changes["body"])


async def _keep_session(app: Core, request: Request, response: Response, failed: bool) -> Response:
    if failed:
        return response
    try:
        response.raw_cookies = await _session_cookies(app, request)
    except Exception as error:
        if response.is_streamed:
            await close_chunks(response.body)
        app._report(error, request, request.scope, "the session backend")
        return Response("500 Internal Server Error", 500)
    return response


async def _session_cookies(app: Core, request: Request) -> list[RawHeader]:
    """Save the session and return the header that gives, or takes away, its cookie."""
    outer = request.scope.get("session")
    if outer is not None:
        if request.session is not outer:
            kept = dict(request.session)
            outer.clear()
            outer.update(kept)
        return []
    new_id, expired = await keep(
        app.session_backend,
        request.session,
        session_id=request._session_id,
        was_filled=request._session_was_filled,
        fresh=request._fresh_session,
        timeout=app.session_timeout,
        make_id=app.session_id_factory,
    )
    request._fresh_session = False
    secure = app.session_cookie_secure
    if new_id is not None:
        request._session_id, request._session_was_filled = new_id, True
        return session_cookie(new_id, secure=secure)
    return session_cookie("", secure=secure, expired=True) if expired else []


async def _send(
    app: Core,
    request: Request,
    response: Response,
    send: Send,
    receive: Receive,
    upload: Upload | None,
) -> None:
    async def left() -> None:
        if upload is not None:
            await upload.finish()
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await send_response(response, send, request.method, left)
    except ClientDisconnected:
        logger.debug("The client left before the end of the response.")
    except MultipartFileError as error:
        _failure(app, request, error)
    except Exception as error:
        # The response has begun: all that is left is not to end it as if it were complete.
        if not response.is_streamed:
            raise
        app._report(error, request, request.scope, f"the stream of {request.scope['path']}")


async def _serve_mounted(
    app: Core, request: Request, upload: Upload | None, receive: Receive, send: Send
) -> None:
    """Let a mounted application answer; hooks and session get their say when it starts to."""
    if upload is not None:
        await upload.stop()
        receive = upload.replay()
    elif request._raw_body is not None:
        receive = replay([request._raw_body], True, receive)

    started = False

    async def send_with_session(event: Event) -> None:
        nonlocal started
        if event["type"] == "http.response.start":
            started = True
            extra = Response("", event["status"])
            extra, failed = await _after(app, request, extra, False)
            extra = await _keep_session(app, request, extra, failed)
            added = [header for header in extra.raw_headers() if header[0] not in _STANDARD]
            event = {**event, "headers": [*event.get("headers", ()), *added]}
        await send(event)

    try:
        state = await app._mounts.start(request._subapp)
        await request._subapp(inner_scope(request, state), receive, send_with_session)
    except Exception as error:
        if not started:
            raise
        app._report(error, request, request.scope, "a mounted app")


# What a mounted application sets itself.
_STANDARD = frozenset({b"content-type", b"content-length"})
