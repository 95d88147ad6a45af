"""The steps of an HTTP request, as `App.__call__` takes them one after the other.

The order: session, body, `before_request`, handler, `after_request`, session, response. The hooks
are an onion: what `before_request` of a middleware has let pass comes back through its
`after_request`, the last one first, whatever became of it.
"""

from __future__ import annotations

from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from micropie.core import Core
from micropie.exceptions import BadRequest, ClientDisconnected, MultipartFileError, Refusal
from micropie.failures import blame, is_failure
from micropie.logs import logger
from micropie.mounts import inner_scope
from micropie.plans import Plan, Unbound
from micropie.receiving import replay
from micropie.requests import MISSING, Request, path_of
from micropie.responses import (
    BODILESS,
    Response,
    checked_headers,
    checked_status,
)
from micropie.serving_session import Answered, keep_session
from micropie.streams import close_chunks, send_stream, until_left
from micropie.types import Event, Receive, Send

if TYPE_CHECKING:
    from micropie.uploads import Upload


async def finish(
    app: Core,
    request: Request,
    response: Response,
    failed: bool,
    receive: Receive,
    send: Send,
    upload: Upload | None,
) -> None:
    """Show a response to the hooks, keep the session, and send it."""
    if request._begun:
        response, failed = await _after(app, request, response, failed)
    if (request._early_status or failed) and "micropie.outer_request" in request.scope:
        outer = request.scope["micropie.outer_request"]
        outer._early_status, outer._failed = request._early_status, failed
    bodiless = request.method == "HEAD" or response.status in BODILESS
    if response.is_streamed:
        answered = Answered(app, request, failed)
        if not failed and request._session is not None:
            response = await keep_session(app, request, response)
        if response.is_streamed:
            await _stream(answered, response, receive, send, upload, bodiless)
            return
    elif not failed and request._session is not None:
        response = await keep_session(app, request, response)
    await send(response.start())
    await send({"type": "http.response.body", "body": b"" if bodiless else response.body})


async def run_before_hooks(app: Core, request: Request) -> Any:
    """Ask each middleware; return what the first that answers itself says, or `MISSING`."""
    begun = request._begun = []
    for middleware in app.middlewares:
        early: Any = middleware.before_request(request)
        if isawaitable(early):
            early = await early
        if early:
            status = request._early_status = early.get("status_code", 200)
            return status, early.get("body", ""), early.get("headers")
        begun.append(middleware)
    return MISSING


async def wait_for_arguments(upload: Upload, plan: Plan, request: Request) -> None:
    """Wait until the upload has brought what the handler's parameters want.

    For a handler without parameters that is all of it.
    """
    upload.forget()
    beyond_path = len(request.path_params)
    await upload.wait_for(lambda knows: plan.is_filled_by(knows, beyond_path))


def call_handler(plan: Plan, request: Request) -> Any:
    """Call a handler with arguments from path, query and body.

    Raises:
        BadRequest: A parameter cannot be filled.
    """
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


async def answer_exception(
    app: Core, request: Request, error: BaseException
) -> tuple[Response, bool] | None:
    """Say what an exception answers, and whether the application is at fault.

    Returns:
        `None` where nobody is left to answer.

    Raises:
        BaseException: The exception itself: it ends the request from outside.
    """
    failed = is_failure(error)
    answer = answer_failure(app, request, error) if failed else None
    if answer is None:
        await run_due_hooks(app, request, cancelled=not failed)
        if not failed:
            raise error
    return answer


def answer_failure(
    app: Core, request: Request, error: BaseException
) -> tuple[Response, bool] | None:
    """Say what an exception answers, and whether the application is at fault."""
    if isinstance(error, MultipartFileError) and isinstance(
        error.cause, Refusal | ClientDisconnected
    ):
        error = error.cause
    if isinstance(error, ClientDisconnected):
        return None
    if isinstance(error, Refusal):
        request._early_status = error.status
        return Response(error.text, error.status, error.headers), error.status >= 500
    _blame(app, request, error)
    app._report(error, request, request.scope, f"{request.method} {path_of(request.scope)}")
    return Response("500 Internal Server Error", 500), True


def _blame(app: Core, request: Request, error: BaseException) -> None:
    with suppress(Exception):  # nothing may be routed to, or the application is broken
        blame(error, app._routes.http(request).raw)


async def _after(
    app: Core, request: Request, response: Response, failed: bool
) -> tuple[Response, bool]:
    """Show a response to the hooks that are due, the last begun first."""
    begun, request._begun = request._begun, ()
    cut: BaseException | None = None
    for middleware in reversed(begun):
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
            if response.is_streamed:
                await close_chunks(response.body)
            if is_failure(error):
                answer = answer_failure(app, request, error)
                response, failed = answer or (Response("", 500), True)
            else:
                # Cancelled: those further out are waiting for the end all the same.
                cut, response, failed = error, Response(*_CUT_OFF), True
    if cut is not None:
        raise cut
    return response, failed


# What the hooks are shown where nobody is answered: the request was cancelled, or its client left.
_CUT_OFF = "503 Service Unavailable", 503
_LEFT = "400 Bad Request: The client left", 400


async def run_due_hooks(app: Core, request: Request, *, cancelled: bool) -> None:
    """Run the hooks that are still due where there is nobody to answer."""
    await _after(app, request, Response(*(_CUT_OFF if cancelled else _LEFT)), True)


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
    answered: Answered,
    response: Response,
    receive: Receive,
    send: Send,
    upload: Upload | None,
    bodiless: bool,
) -> None:
    app, request = answered.app, answered.request

    async def left() -> None:
        if upload is not None:
            await upload.finish()
        await until_left(receive)

    try:
        await send_stream(
            response.start(), response.body, send, left, bodiless=bodiless, may_end=answered.keep
        )
    except ClientDisconnected:
        logger.debug("The client left before the end of the response.")
        await answered.keep()
    except MultipartFileError as error:
        if answer_failure(app, request, error) is None:
            await answered.keep()
        else:
            answered.fail()
    except BaseException as error:
        if not is_failure(error):
            await answered.keep()
            raise
        # The response has begun: all that is left is not to end it as if it were complete.
        answered.fail()
        _blame(app, request, error)
        app._report(error, request, request.scope, f"the stream of {path_of(request.scope)}")


async def serve_mounted(
    app: Core, request: Request, upload: Upload | None, receive: Receive, send: Send
) -> None:
    """Let a mounted application answer; hooks and session get their say when it starts to."""
    if upload is not None:
        await upload.stop()
        receive = upload.replay()
    elif request._raw_body is not None:
        receive = replay([request._raw_body], True, receive)

    answer = _MountedAnswer(app, request, send)
    try:
        state = await app._mounts.start(request._subapp)
        await request._subapp(inner_scope(request, state), receive, answer.send)
        if not answer.has_begun and request._begun:
            await run_due_hooks(app, request, cancelled=False)
    except BaseException as error:
        if not is_failure(error):
            await answer.keep()
            raise
        if not answer.has_begun:
            raise
        await answer.fail()
        app._report(error, request, request.scope, "a mounted app")
    else:
        await answer.keep()


class _MountedAnswer:
    """What a mounted application answers, on its way through hooks and session."""

    def __init__(self, app: Core, request: Request, send: Send) -> None:
        self._app, self._request, self._send = app, request, send
        self._answered: Answered | None = None
        self.has_begun = self._client_left = False

    async def send(self, event: Event) -> None:
        """Send an event, with what hooks and session add to it."""
        if event["type"] == "http.response.start":
            self.has_begun = True
            event = await self._begun(event)
        elif not event.get("more_body") and not await self.keep():
            # As for a stream: what is not ended is not taken for complete.
            event = {**event, "more_body": True}
        try:
            await self._send(event)
        except OSError:
            self._client_left = True
            raise

    async def fail(self) -> None:
        """Keep nothing more of the session, but for a client that has left: that is no failure."""
        if self._client_left:
            await self.keep()
        elif self._answered is not None:
            self._answered.fail()

    async def keep(self) -> bool:
        """Save what was changed of the session since the answer began; say if that went well."""
        return self._answered is None or await self._answered.keep()

    async def _begun(self, event: Event) -> Event:
        app, request = self._app, self._request
        extra, failed = await _after(app, request, Response("", event["status"]), request._failed)
        self._answered = Answered(app, request, failed)
        if not failed:
            extra = await keep_session(app, request, extra)
        added = [header for header in extra.raw_headers() if header[0] not in _STANDARD]
        return {**event, "headers": [*event.get("headers", ()), *added]}


# What a mounted application sets itself.
_STANDARD = frozenset({b"content-type", b"content-length"})
