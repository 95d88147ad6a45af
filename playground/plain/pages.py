"""The page of a panel, its files and its line, at a port of its own.

Law of the file: who has no cookie is told one sentence, whatever was asked. A line is for the page
alone that came from here.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files
from typing import Any, Final, TypeVar

from playground.plain.answers import (
    ELSEWHERE,
    NO_KEY,
    NOTHING,
    Scope,
    answer,
    header,
    is_local,
    refuse,
)
from playground.plain.door import Door
from playground.plain.framed import unpacked
from playground.plain.keys import ROOT, Keys
from playground.plain.line import Line
from playground.plain.models import Models
from playground.transports.server_internals import abort_of, protocol_of
from playground.widgets.composing import compose, style

T = TypeVar("T")

LINE: Final = f"{ROOT}line"
_STRANGER: Final = "A page of elsewhere may not speak to this panel."


class Pages:
    """Answer for a panel's page, as an ASGI app.

    Args:
        name: What the lab is called.
        keys: Whom it lets in.
        door: Answers who has no cookie yet.
        models: Returns the panel's models; it may take a while.
        aside: Runs a function on the thread that faces are heard on, one after another.
        left: Called when a page has gone.
    """

    def __init__(
        self,
        name: str,
        keys: Keys,
        door: Door,
        models: Callable[[], Models],
        aside: Callable[[Callable[[], T]], Awaitable[T]],
        left: Callable[[], object],
    ) -> None:
        self._name = name
        self._keys = keys
        self._door = door
        self._models = models
        self._aside: Any = aside
        self._left = left

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        if not is_local(scope):
            await refuse(scope, receive, send, ELSEWHERE)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await refuse(scope, receive, send, NO_KEY)
        elif not await self._door.answers(scope, receive, send):
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Any, send: Any) -> None:
        name = scope["path"].removeprefix(ROOT)
        if scope["path"] == ROOT:
            models = await self._aside(self._models)
            policy = _policy(header(scope, b"host"))
            more = [(b"content-security-policy", policy.encode())]
            page = _html().format(name=escape(self._name), css=models.css)
            # The door's page has another port, and looks whether this one can be reached.
            await answer(scope, send, 200, page, "text/html", more, shared=b"cross-origin")
        elif name == "panel.js":
            await answer(scope, send, 200, compose("plain/host.js"), "text/javascript")
        elif text := (await self._aside(self._models)).files.get(name):
            await answer(scope, send, 200, text, "text/javascript")
        else:
            await refuse(scope, receive, send, NOTHING, 404)

    async def _socket(self, scope: Scope, receive: Any, send: Any) -> None:
        if not self._keys.knows(header(scope, b"cookie")):
            await refuse(scope, receive, send, NO_KEY)
        elif header(scope, b"origin").lower() != f"http://{header(scope, b'host').lower()}":
            await refuse(scope, receive, send, _STRANGER)
        elif scope["path"] != LINE:
            await refuse(scope, receive, send, NOTHING, 404)
        else:
            await receive()
            await send({"type": "websocket.accept"})
            await self._talk(receive, send)

    async def _talk(self, receive: Any, send: Any) -> None:
        """Speak with one page, until either is gone."""
        line = Line()
        models: Models = await self._aside(self._models)
        models.enter(line)
        doings = [
            asyncio.ensure_future(each)
            for each in (line.run(send), line.let_go(), self._hear(models, line, receive))
        ]
        try:
            await asyncio.wait(doings, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in doings:
                each.cancel()
            await asyncio.gather(*doings, return_exceptions=True)
            try:
                await self._aside(lambda: models.leave(line))
            except (RuntimeError, asyncio.CancelledError):  # the thread for it has ended, or ends
                models.leave(line)
            self._left()
        if line.over and (abort := abort_of(protocol_of(receive))) is not None:
            abort()

    async def _hear(self, models: Models, line: Line, receive: Any) -> None:
        while (event := await receive())["type"] == "websocket.receive":
            data = event.get("text")
            message, buffers = unpacked(event["bytes"] if data is None else data)
            await self._aside(lambda m=message, b=buffers: models.hear(line, m, b))


def _policy(host: str) -> str:
    """Return what the page may load, and whom it may speak to: its own port."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


@functools.cache
def _html() -> str:
    page = files("playground.widgets") / "static" / "plain" / "page.html"
    css = style("plain/page.css").replace("{", "{{").replace("}", "}}")
    return page.read_text("utf-8").replace("/* the page's own */", css)
