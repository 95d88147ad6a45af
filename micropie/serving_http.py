"""One HTTP request from its scope to its last byte.

The order: session, body, `before_request`, handler, `after_request`, session, response.
"""

from __future__ import annotations

from inspect import isawaitable
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from micropie.bodies import BODY_METHODS, read_body
from micropie.core import Core, is_failure, logger
from micropie.exceptions import BadRequest, ClientDisconnected, MultipartFileError, Refusal
from micropie.mounts import inner_scope
from micropie.plans import Plan, Unbound
from micropie.receiving import replay
from micropie.requests import MISSING, Request, current_request
from micropie.responses import (
    BODILESS,
    PLAIN,
    Response,
    checked_headers,
    checked_status,
    make_response,
)
from micropie.serving_session import keep_session, load_session, save_session
from micropie.sessions import copied
from micropie.streams import close_chunks, send_stream
from micropie.types import Event, Receive, Scope, Send

if TYPE_CHECKING:
    from micropie.uploads import Upload


async def serve_http(app: Core, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one HTTP request; a scope of another kind goes to what serves it.

    The plainest of answers (text, bytes or JSON with nobody to look at it on its way out) never
    becomes a `Response`.
    """
    if scope["type"] != "http":
        if scope["type"] in app._serving:
            await app._serving[scope["type"]](app, scope, receive, send)
        return
    request = Request(scope)
    token = current_request.set(request)
    response: Response | None = None
    upload: Upload | None = None
    failed = False
    result: Any = MISSING
    try:
        try:
            cookies: list[bytes] = []
            for name, value in scope["headers"]:
                if name == b"cookie":
                    # By HTTP/2 there may be several of them (RFC 9113 8.2.3).
                    cookies.append(value)
            if cookies and "session" not in scope:
                await load_session(app, request, b"; ".join(cookies))
            if scope["method"] in BODY_METHODS and not request.body_parsed:
                upload = await read_body(request, receive, app)
            if app.middlewares:
                result = await _before(app, request)
                if result is MISSING and request._subapp is not None:
                    await _serve_mounted(app, request, upload, receive, send)
                    return
            if result is MISSING:
                plan = app._routes.http(request)
                if upload is not None:
                    await _wait(upload, plan, request)
                result = plan.call() if plan.bare else _call(plan, request)
                if type(result) is CoroutineType or (
                    type(result) not in PLAIN and isawaitable(result)
                ):
                    result = await result
            plain = PLAIN.get(type(result))
            if plain is None or app.middlewares or scope["method"] == "HEAD":
                response = make_response(result)
            else:
                encode, media = plain
                body = encode(result)
                headers = [media, (b"content-length", b"%d" % len(body))]
                if request._session is not None:
                    headers += await save_session(app, request)
        except BaseException as error:
            if not is_failure(error):
                raise
            answer = _failure(app, request, error)
            if answer is None:
                return
            response, failed = answer
        if response is None:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await _finish(app, request, response, failed, receive, send, upload)
    except OSError:
        # A send that fails means that the client has left.
        logger.debug("The client left before the response.")
    finally:
        if upload is not None:
            await upload.stop()
        current_request.reset(token)


async def _finish(
    app: Core,
    request: Request,
    response: Response,
    failed: bool,
    receive: Receive,
    send: Send,
    upload: Upload | None,
) -> None:
    """Show a response to the hooks, keep the session, and send it."""
    if app.middlewares:
        response, failed = await _after(app, request, response, failed)
    if not failed and request._session is not None:
        response = await keep_session(app, request, response)
    bodiless = request.method == "HEAD" or response.status in BODILESS
    if response.is_streamed:
        await _stream(app, request, response, receive, send, upload, bodiless)
        return
    await send(response.start())
    await send({"type": "http.response.body", "body": b"" if bodiless else response.body})


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
    return plan.call(*positional, **keyword) if keyword else plan.call(*positional)


def _value(request: Request, name: str) -> Any:
    # Without a property's detour where the fields are there already.
    fields = request._query_params
    values = (request.query_params if fields is None else fields).get(name)
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


def _failure(app: Core, request: Request, error: BaseException) -> tuple[Response, bool] | None:
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
            response.headers = checked_headers(response.headers)
        except BaseException as error:
            if not is_failure(error):
                raise
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


async def _stream(
    app: Core,
    request: Request,
    response: Response,
    receive: Receive,
    send: Send,
    upload: Upload | None,
    bodiless: bool,
) -> None:
    async def left() -> None:
        if upload is not None:
            await upload.finish()
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await send_stream(response.start(), response.body, send, left, bodiless=bodiless)
    except ClientDisconnected:
        logger.debug("The client left before the end of the response.")
    except MultipartFileError as error:
        _failure(app, request, error)
    except BaseException as error:
        if not is_failure(error):
            raise
        # The response has begun: all that is left is not to end it as if it were complete.
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
    if request._session_was_filled:
        request._session_lent = copied(request.session)

    async def send_with_session(event: Event) -> None:
        nonlocal started
        if event["type"] == "http.response.start":
            started = True
            extra = Response("", event["status"])
            extra, failed = await _after(app, request, extra, False)
            if not failed:
                extra = await keep_session(app, request, extra)
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
