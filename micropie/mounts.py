"""Mounting: another ASGI application answers what is below a path of this one."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol
from urllib.parse import quote

from micropie.failures import is_failure
from micropie.logs import logger
from micropie.middleware import HttpMiddleware, WebSocketMiddleware
from micropie.requests import Request, WebSocketRequest, path_of
from micropie.types import ASGIApp, Event, Scope


class Mountable(Protocol):
    """An application that others can be mounted on: an `App`."""

    middlewares: list[HttpMiddleware]
    ws_middlewares: list[WebSocketMiddleware]


def mount(outer: Mountable, path: str, inner: ASGIApp) -> None:
    """Let an ASGI application answer every request and WebSocket at a path and below it.

    Of several that are mounted over a path, the one with the longest answers. The middleware of
    the outer application sees the requests, its session is the inner one's `scope["session"]`, and
    its lifespan is around the inner one's.

    Args:
        outer: The application that is served.
        path: Where the inner one begins; `/` is the whole site.
        inner: The application to mount.

    Raises:
        ValueError: It is a Socket.IO server that answers elsewhere, and so never would.
    """
    _check_socketio(path, inner)
    middleware = Mount(path, inner)
    outer.middlewares.append(middleware)
    outer.ws_middlewares.append(middleware)


def _check_socketio(path: str, inner: ASGIApp) -> None:
    """Check that what python-socketio answers lies below the path: it compares whole paths."""
    answers_at = getattr(inner, "engineio_path", None)
    below = "/" + path.strip("/")
    if not isinstance(answers_at, str) or answers_at in ("", "/") or below == "/":
        return
    serves_more = getattr(inner, "other_asgi_app", None) or getattr(inner, "static_files", None)
    if not serves_more and not f"{answers_at.rstrip('/')}/".startswith(f"{below}/"):
        raise ValueError(
            f"expected a Socket.IO app that answers below {below!r}, got one that answers at "
            f"{answers_at!r}; write socketio.ASGIApp(sio, socketio_path=None)"
        )


class Mount(HttpMiddleware, WebSocketMiddleware):
    """Sends what is below a path to another application; `mount` puts it to work."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        self._segments = [segment for segment in path.split("/") if segment]
        self._app = app

    async def before_request(self, request: Request) -> None:
        """Mount the application if the request is for it."""
        self._mount(request)

    async def before_websocket(self, request: WebSocketRequest) -> None:
        """Mount the application if the handshake is for it."""
        self._mount(request)

    def _mount(self, request: Request) -> None:
        inside = request.segments[: len(self._segments)] == self._segments
        path = "/" + "/".join(self._segments)
        if inside and len(path) > len(request._subapp_mount_path or ""):
            request._subapp, request._subapp_mount_path = self._app, path


def inner_scope(request: Request, state: dict[str, Any] | None) -> Scope:
    """Make the scope of a mounted application.

    By ASGI's rules `path` is the whole path and `root_path` what stands before the part that the
    inner application routes on.
    """
    outer = request.scope
    root = (outer.get("root_path") or "").rstrip("/")
    mount = (request._subapp_mount_path or "").strip("/")
    inner_root = f"{root}/{mount}" if mount else root
    path = inner_root + _inner_path(request, mount)
    scope = {**outer, "root_path": inner_root, "path": path}
    if path != path_of(outer):
        scope["raw_path"] = quote(path, safe="/%:@!$&'()*+,;=~").encode("ascii")
    scope["session"] = request.session
    scope["micropie.outer_request"] = request
    if state is not None:
        scope["state"] = dict(state)
    return scope


def _inner_path(request: Request, mount: str) -> str:
    if request._subapp_path is not None:
        return "/" + request._subapp_path.lstrip("/")
    path: str = _below(path_of(request.scope), (request.scope.get("root_path") or "").rstrip("/"))
    return _below(path, f"/{mount}" if mount else "") or "/"


def _below(path: str, prefix: str) -> str:
    """Return a path without a prefix; a slash at its end stays: the inner app may route by it."""
    inside = path == prefix or path.startswith(f"{prefix}/")
    return path[len(prefix) :] if inside else path


class Mounts:
    """The mounted applications of one application, and whether they are started.

    An application is known when a request first goes to it; its lifespan begins then, and ends with
    the outer one's.
    """

    def __init__(self) -> None:
        self._is_running = False
        self._started: dict[int, Lifespan] = {}

    def open(self) -> None:
        """Start applications from now on."""
        self._is_running = True

    async def start(self, app: ASGIApp) -> dict[str, Any] | None:
        """Start an application unless it is started, and return its lifespan state.

        Raises:
            RuntimeError: Its start-up failed.
        """
        if not self._is_running:
            return None
        lifespan = self._started.get(id(app))
        if lifespan is None:
            lifespan = self._started[id(app)] = Lifespan(app)
        await lifespan.start()
        return lifespan.state

    async def close(self) -> None:
        """Shut every application down, the last started first."""
        self._is_running = False
        started = list(self._started.values())
        self._started.clear()
        for lifespan in reversed(started):
            await lifespan.stop()


class Lifespan:
    """The lifespan of one mounted application, driven from outside.

    Args:
        app: Any ASGI application, with or without lifespan.

    Attributes:
        state: What it put into `scope["state"]`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.state: dict[str, Any] = {}
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._answers: asyncio.Queue[Event] = asyncio.Queue()
        self._task = asyncio.create_task(self._run())
        self._startup = asyncio.create_task(self._ask("startup"))

    async def start(self) -> None:
        """Wait until it is started.

        Raises:
            RuntimeError: Its start-up failed.
        """
        answer = await asyncio.shield(self._startup)
        if answer["type"] == "lifespan.startup.failed":
            raise RuntimeError(f"a mounted app failed to start: {answer.get('message', '')}")

    async def stop(self) -> None:
        """Shut it down and wait for its end."""
        await self._startup
        answer = await self._ask("shutdown")
        if answer["type"] == "lifespan.shutdown.failed":
            logger.error("A mounted app failed to shut down: %s", answer.get("message", ""))
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        try:
            await self._app(scope, self._events.get, self._answers.put)
        except BaseException as error:
            if not is_failure(error):
                raise
            # ASGI: an application that knows no lifespan raises; it is served without.
            logger.debug("A mounted app has no lifespan.", exc_info=True)

    async def _ask(self, what: str) -> Event:
        self._events.put_nowait({"type": f"lifespan.{what}"})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        return {"type": f"lifespan.{what}.complete"}
