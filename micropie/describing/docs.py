"""A page with an application's papers, to be mounted beside it: it reads, and it tries them out."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from micropie.describing.asyncapi import asyncapi
from micropie.describing.openapi import openapi
from micropie.types import Receive, Scope, Send

_PAGE: Final = b"text/html; charset=utf-8"
_JSON: Final = b"application/json"
_TEXT: Final = b"text/plain; charset=utf-8"

# The page is one file and asks nobody but the application: no script or style comes from elsewhere.
_POLICY: Final = (
    b"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    b"connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'"
)


class Docs:
    """Show what an application answers, as one page, and let its readers try it.

    `mount(app, "/docs", Docs(app))` puts the page at `/docs/`, the documents at
    `/docs/openapi.json` and `/docs/asyncapi.json`. They are made anew when they are asked for.

    Args:
        app: The `App` to describe, or a subclass of it.
        title: What page and documents call it; the class's name by default.
        version: The version of the application.
    """

    def __init__(self, app: Any, *, title: str | None = None, version: str = "0") -> None:
        make = functools.partial
        known = {"title": title, "version": version}
        self._documents: dict[str, Callable[[], dict[str, Any]]] = {
            "/openapi.json": make(openapi, app, **known),  # type: ignore[arg-type]
            "/asyncapi.json": make(asyncapi, app, **known),  # type: ignore[arg-type]
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for the page or a document; a WebSocket is refused."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "This is a page."})
            return
        if scope["type"] != "http":
            return
        status, kind, body, more = self._answer(scope)
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})

    def _answer(self, scope: Scope) -> tuple[int, bytes, bytes, list[tuple[bytes, bytes]]]:
        if scope["method"] not in ("GET", "HEAD"):
            return 405, _TEXT, b"Only GET is answered here.", [(b"allow", b"GET, HEAD")]
        root = (scope.get("root_path") or "").rstrip("/")
        path = scope["path"].removeprefix(root) or "/"
        if path == "/" and not _asked(scope).endswith("/"):
            # The page asks for what lies beside it; a proxy may have put a prefix before it all.
            return 307, _TEXT, b"", [(b"location", f"{root.rpartition('/')[2]}/".encode())]
        if path == "/":
            return 200, _PAGE, _page(), [(b"content-security-policy", _POLICY)]
        make = self._documents.get(path)
        if make is None:
            known = ", ".join(sorted(self._documents))
            return 404, _TEXT, f"Here are the page / and {known}.".encode(), []
        return 200, _JSON, json.dumps(_placed(make(), scope, root)).encode(), []


def _asked(scope: Scope) -> str:
    """Return the path as it was asked for: whoever mounts may have added a slash."""
    outer = scope.get("micropie.outer_request")
    path: str = (scope if outer is None else outer.scope)["path"]
    return path


def _placed(document: dict[str, Any], scope: Scope, root: str) -> dict[str, Any]:
    """Add to a document where the application is, seen from the document's own address."""
    if "openapi" in document:
        outer = scope.get("micropie.outer_request")
        above = (outer.scope.get("root_path") or "") if outer is not None else ""
        depth = len(_segments(root)) - len(_segments(above))
        document["servers"] = [{"url": "/".join([".."] * depth) or "."}]
    return document


def _segments(path: str) -> list[str]:
    return [each for each in path.split("/") if each]


@functools.cache
def _page() -> bytes:
    return (files("micropie.describing") / "page.html").read_bytes()
