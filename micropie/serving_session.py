"""The session of an HTTP request or a WebSocket: how it is found, and what of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from micropie.core import Core
from micropie.headers import SESSION_COOKIE, read_cookie, session_cookie
from micropie.requests import Request, WebSocketRequest
from micropie.responses import Response
from micropie.streams import close_chunks
from micropie.types import RawHeader


async def load_session(app: Core, request: Request, cookie: bytes) -> None:
    """Load the session that a `Cookie` header names, if its id is believed."""
    given = read_cookie(cookie.decode("latin-1"), SESSION_COOKIE)
    session_id = app._checked_session_id(given) if given else None
    if session_id is not None:
        session = await app.session_backend.load(session_id)
        request._session, request._session_id = session, session_id
        request._session_was_filled = bool(session)


async def keep_session(app: Core, request: Request, response: Response) -> Response:
    """Save the session; its cookie goes with the response. A broken backend is a 500."""
    try:
        response.raw_cookies = await save_session(app, request)
    except Exception as error:
        if response.is_streamed:
            await close_chunks(response.body)
        app._report(error, request, request.scope, "the session backend")
        return Response("500 Internal Server Error", 500)
    return response


async def save_session(app: Core, request: Request) -> Sequence[RawHeader]:
    """Save the session and return the header that gives, or takes away, its cookie.

    A session that begins under an id which the client chose, and one that is to be fresh, get a
    new id, so that nobody can know it beforehand.
    """
    if "session" in request.scope and _hand_out(request):
        return ()
    backend, data, known_id = app.session_backend, request.session, request._session_id
    was_filled, fresh = request._session_was_filled, request._fresh_session
    request._fresh_session = False
    if not data:
        if known_id is None or not was_filled:
            return ()
        await backend.save(known_id, {}, 0)
        return session_cookie("", secure=app.session_cookie_secure, expired=True)
    if was_filled and known_id is not None and not fresh:
        lent = request._session_lent
        if lent is None:
            await backend.replace(known_id, data, app.session_timeout)
        elif lent != data:
            # It may have been lent for long: a poll waits for half a minute.
            await backend.merge(known_id, lent, data, app.session_timeout)
        return ()
    if known_id is not None:
        await backend.save(known_id, {}, 0)
    new_id = app.session_id_factory()
    await backend.save(new_id, data, app.session_timeout)
    request._session_id, request._session_was_filled = new_id, True
    return session_cookie(new_id, secure=app.session_cookie_secure)


def _hand_out(request: Request) -> bool:
    """Give the session to the outer layer that lent it, and say whether there is one."""
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
    before = request._session_before if session_id == request._session_id else {}
    if request.session == before:
        return
    await app.session_backend.merge(session_id, before, request.session, app.session_timeout)
