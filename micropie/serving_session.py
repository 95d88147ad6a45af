"""The session of an HTTP request or a WebSocket: how it is found, and what of it is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from micropie.core import Core
from micropie.failures import blame, is_failure
from micropie.headers import SESSION_COOKIE, read_cookie, session_cookie
from micropie.logs import logger
from micropie.merging import (
    changed,
    copied,
    end_by_saving,
    merge_by_saving,
    open_by_loading,
    same,
)
from micropie.requests import Request, WebSocketRequest, path_of
from micropie.responses import Response
from micropie.storable import check
from micropie.streams import close_chunks
from micropie.types import RawHeader


async def load_session(app: Core, request: Request, cookie: bytes) -> None:
    """Load the session whose id the cookie brings; not where an outer application lends its own.

    Args:
        app: The application.
        request: Where the session goes.
        cookie: The `Cookie` header; by HTTP/2 there may be several of them (RFC 9113 8.2.3).
    """
    if "session" in request.scope:
        return
    given = read_cookie(cookie.decode("latin-1"), SESSION_COOKIE)
    session_id = app._checked_session_id(given) if given else None
    if session_id is not None:
        request._session_id = session_id
        request._session, before = await opening(app)(session_id)
        if before:
            request._session_before = before


def opening(app: Core) -> Callable[[str], Awaitable[tuple[dict[str, Any], dict[str, Any]]]]:
    """Return what loads a session, with a copy to see by later what was changed."""
    backend = app.session_backend
    try:
        return backend._open_session
    except AttributeError:
        return partial(open_by_loading, backend)


async def keep_session(app: Core, request: Request, response: Response) -> Response:
    """Save the session; its cookie goes with the response. A broken backend is a 500."""
    try:
        response.raw_cookies = await save_session(app, request)
    except BaseException as error:
        if not is_failure(error):
            raise
        if response.is_streamed:
            await close_chunks(response.body)
        blame_handler(app, request, error)
        app._report(error, request, request.scope, "the session backend")
        return Response("500 Internal Server Error", 500)
    return response


def blame_handler(
    app: Core, request: Request, error: BaseException, *, socket: bool = False
) -> None:
    """Note on an exception whose handler it is about: a session holds what that one has put there.

    Args:
        app: The application.
        request: Whose session could not be kept.
        error: Why; what a backend raises of itself is nobody else's.
        socket: Whether it is the request of a WebSocket.
    """
    if isinstance(error, TypeError | ValueError):
        with suppress(Exception):  # nothing may be routed to
            routes = app._routes
            blame(error, (routes.websocket if socket else routes.http)(request).raw)


async def save_session(app: Core, request: Request) -> Sequence[RawHeader]:
    """Save the session and return the header that gives, or takes away, its cookie.

    Afterwards the request has the id under which the session is kept, or `None` where none is.
    A session that begins under an id which the client chose, and one that is to be fresh, get a
    new id, so that nobody can know it beforehand. An answer that no handler gave saves a session
    only if it was changed, and a refusal begins none.
    """
    if "session" in request.scope and _hand_out(request):
        return ()
    before, data, old_id = request._session_before, request._session, request._session_id
    early = request._early_status
    if before is not None and old_id is not None and data is not None:
        if not data:
            await end_by_saving(app.session_backend, old_id)
            request._session_id = None
            return session_cookie("", secure=app.session_cookie_secure, expired=True)
        if not request._fresh_session:
            if not early or not same(before, data):
                await merging(app)(old_id, before, data, app.session_timeout)
            return ()
        request._fresh_session = False
        now = await app.session_backend.load(old_id)
        data = changed(before, data, now) if now else data
    elif not data or early >= 400:
        request._session_id = None
        return ()
    new_id = request._session_id = app._new_session_id()
    # Here, since a backend may only load and save; and what cannot be kept under its new id is not
    # lost under its old one.
    check(data)
    if old_id is not None:
        await end_by_saving(app.session_backend, old_id)
    await app.session_backend.save(new_id, data, app.session_timeout)
    return session_cookie(new_id, secure=app.session_cookie_secure)


def merging(
    app: Core,
) -> Callable[[str, dict[str, Any], dict[str, Any], float], Awaitable[None]]:
    """Return what saves the changes of a session."""
    backend = app.session_backend
    if hasattr(backend, "_open_session"):
        return backend.merge
    return partial(merge_by_saving, backend)


def _hand_out(request: Request) -> bool:
    """Give the session back to the outer application that lent it; say whether there is one."""
    outer = request.scope.get("session")
    if outer is None:
        return False
    if request.session is not outer:
        kept = dict(request.session)
        outer.clear()
        outer.update(kept)
    return True


async def keep_changes(app: Core, request: WebSocketRequest, session_id: str | None) -> None:
    """Save what a WebSocket's handler changed, and nothing that it did not."""
    if _hand_out(request) or session_id is None:
        return
    known = request._session_before if session_id == request._session_id else None
    # A plain copy: a socket is open for long, and in other processes much may have been saved.
    before = dict(known or {})
    if not same(before, request.session):
        await merging(app)(session_id, before, request.session, app.session_timeout)


class Answered:
    """The session of a request whose response begins: what is changed from now on is kept as well.

    No cookie can go with that any more. It is made before the session is saved for the response,
    so that no change falls between the two.

    Args:
        app: The application.
        request: Whose response begins.
        failed: Whether nothing is to be kept.
    """

    def __init__(self, app: Core, request: Request, failed: bool) -> None:
        self.app, self.request = app, request
        request._answered, request._failed = True, failed
        self._before = copied(request._session or {})

    def fail(self) -> None:
        """Keep nothing of what was changed, nor let an outer application keep it."""
        request: Request | None = self.request
        while request is not None:
            request._failed = True
            request = request.scope.get("micropie.outer_request")

    async def keep(self) -> bool:
        """Save what was changed; say whether that went well. A broken backend is reported."""
        request, data = self.request, self.request._session
        if request._failed or data is None or same(self._before, data):
            return True
        try:
            await self._save(data)
        except BaseException as error:
            if not is_failure(error):
                raise
            self.fail()
            blame_handler(self.app, request, error)
            self.app._report(error, request, request.scope, "the session backend")
            return False
        return True

    async def _save(self, data: dict[str, Any]) -> None:
        app, request = self.app, self.request
        if "session" in request.scope and _hand_out(request):
            return
        now = copied(data)
        if request._session_id is None:
            logger.warning(_NO_COOKIE, path_of(request.scope))
        else:
            await merging(app)(request._session_id, self._before, data, app.session_timeout)
        self._before = now


_NO_COOKIE = (
    "The session that began in the stream of %s is lost: its response had begun, and no cookie "
    "could be sent; set it before that: in middleware, or in a handler that returns a generator "
    "and is none itself"
)
