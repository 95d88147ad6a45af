"""Another ASGI application under a path of this one: its scope, its body, its lifespan."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import quote

from micropie.requests import Request
from micropie.types import ASGIApp, Event, Scope

logger = logging.getLogger("micropie")


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
    if path != outer["path"]:
        scope["raw_path"] = quote(path, safe="/%:@!$&'()*+,;=~").encode("ascii")
    scope["session"] = request.session
    scope["micropie.outer_request"] = request
    if state is not None:
        scope["state"] = dict(state)
    return scope


def _inner_path(request: Request, mount: str) -> str:
    if request._subapp_path is not None:
        return "/" + request._subapp_path.lstrip("/")
    path = "/" + "/".join(request.segments)
    prefix = f"/{mount}" if mount else ""
    inside = path == prefix or path.startswith(f"{prefix}/")
    return (path[len(prefix) :] or "/") if inside else path


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
        except Exception:
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
