"""Isolation: a page that came by Jupyter's own proxy has no origin, so it is no way into Jupyter.

Behind that proxy an app's pages are of the same origin as Jupyter itself, where a script can do
whatever the user can: start kernels, read files. And what a page says may be a stranger's: in a
chat, whoever joins. So all that an app answers there is put into a sandbox (CSP `sandbox`, without
`allow-same-origin`), and opened in a frame of a page of the lab's own, the holder. A sandboxed page
has none of the user's cookies, without which the proxy passes nothing on; the holder asks for it,
and for the app's own addresses alone.

Law of the room: whatever the app has answered leaves in a sandbox. Only what is ours does not.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from importlib.resources import files
from typing import Any, Final

from playground.entrance.origins import Origins

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
Headers = Mapping[bytes, bytes]

MAY: Final = (
    "allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox "
    "allow-downloads"
)
"""What an isolated page may do: what a page does, but for having an origin, and for leading the
page that holds it elsewhere."""

# What jupyter-server-proxy says of where it stands. A page can neither leave it out nor forge it.
_PREFIX: Final = b"x-proxycontextpath"

# The login of code-server, or of VS Code's own server, whose proxies say nothing of themselves.
_EDITOR: Final = re.compile(rb"(?:^|;)\s*(?:__Host-)?(?:code-server-session|vscode-tkn)[\w.-]*=")

# By this the holder marks what it asks for, and asks for the page that goes into its frame.
_RELAY: Final = b"x-playground-relay"
_FRAME: Final = b"playground-frame"

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

APART: Final = (
    "This page is kept apart from Jupyter or VS Code, with which it shares an address: what others "
    "write in it can do nothing there. It keeps no cookies or storage that its scripts can read, "
    "and a script cannot lead it to another address. If you trust everybody who writes to this "
    "app: serve(…, isolate=False)."
)
"""What a page that is opened in a tab says of itself."""


class Isolation:
    """Keep an app's pages apart from Jupyter, where both have one origin.

    Args:
        app: What answers.
        origins: Says by which names the lab is reached, and who may frame the holder.

    Attributes:
        on: Whether it does anything.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self.app = app
        self.origins = origins
        self.on = True
        self._on_hub = "JUPYTERHUB_SERVICE_PREFIX" in os.environ

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not self.on or not self._shares_an_origin(scope):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["method"] in ("GET", "HEAD") and (page := self._page(scope, headers)):
            body, policy = page
            await _answer(scope, send, body, policy)
            return
        await self.app(scope, receive, _sandboxed(send, relayed=_RELAY in headers))

    def _shares_an_origin(self, scope: Scope) -> bool:
        """Return whether a request came by a proxy of Jupyter's own, or of an editor's."""
        host, signed_in = b"", self._on_hub
        for name, value in scope["headers"]:
            if name == _PREFIX:
                return True
            if name == b"host":
                host = value
            elif name == b"cookie":
                signed_in = signed_in or _EDITOR.search(value) is not None
        if not signed_in:
            return False
        # A browser's Host has the port that it connected to; another one is a proxy's.
        port = str((scope.get("server") or ("", ""))[1]).encode()
        return bool(host) and host.rpartition(b":")[2] != port

    def _page(self, scope: Scope, headers: Headers) -> tuple[bytes, str] | None:
        """Return the lab's own page that is to be shown in place of the app's, with its policy."""
        if _RELAY in headers or not _is_opened(headers):
            return None
        if scope["query_string"].startswith(_FRAME):
            return _inside(), f"sandbox {MAY}"
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self.origins.is_ours(scope, host):
            return None
        around = self.origins.framers().replace("'none'", "")
        policy = f"frame-ancestors 'self' {around}".strip()
        return self._holder(scope, headers), f"{policy}; frame-src 'self'"

    def _holder(self, scope: Scope, headers: Headers) -> bytes:
        known = {
            "TRUSTED": sorted(self.origins.origins),
            "MAY": MAY,
            "PREFIX": headers.get(_PREFIX, b"").decode("latin-1"),
            "PORT": (scope.get("server") or ("", 0))[1],
            "APART": APART,
        }
        page = _holder_page()
        for name, value in known.items():
            written = json.dumps(value).replace("<", "\\u003c")
            before, after = _CONSTANTS[name].split(page, maxsplit=1)
            page = f"{before}const {name} = {written};{after}"
        return page.encode()


def _is_opened(headers: Headers) -> bool:
    """Return whether a browser is to show what it asks for as a page, in a tab or a frame."""
    where = headers.get(b"sec-fetch-dest")
    if where is not None:
        return where in (b"document", b"iframe", b"frame")
    # Browsers say so on https and on loopback alone.
    is_browser = headers.get(b"user-agent", b"").startswith(b"Mozilla/")
    return is_browser and b"text/html" in headers.get(b"accept", b"")


def _sandboxed(send: Any, *, relayed: bool) -> Any:
    """Return a `send` by which an app's answer is sandboxed wherever it is shown."""
    policy = (b"content-security-policy", f"sandbox {MAY}".encode())

    async def sandboxed(event: Any) -> None:
        if event["type"] == "http.response.start":
            # Beside the app's own policy, if it has one: a browser heeds both.
            headers = [*event.get("headers", ()), policy]
            event = {**event, "headers": headers}
            if relayed and event["status"] in _REDIRECTS:
                event = _told_not_led(event)
        await send(event)

    return sandboxed


def _told_not_led(event: Any) -> Any:
    """Return a redirect as an answer: a page's `fetch` cannot see where one leads (Fetch, 4.4)."""
    renamed = [
        (b"x-playground-location" if name.lower() == b"location" else name, value)
        for name, value in event["headers"]
    ]
    renamed.append((b"x-playground-status", str(event["status"]).encode()))
    return {**event, "status": 200, "headers": renamed}


async def _answer(scope: Scope, send: Any, body: bytes, policy: str) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


_CONSTANTS: Final = {
    name: re.compile(rf"^const {name} = .*;$", re.MULTILINE)
    for name in ("TRUSTED", "MAY", "PREFIX", "PORT", "APART")
}
_IMPORT: Final = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)


def _script(*names: str) -> str:
    """Return files of the page's script as one, each after those that it imports."""
    folder = files("playground.entrance") / "static"
    texts = ((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)


@functools.cache
def _holder_page() -> str:
    page = files("playground.entrance") / "static" / "holder.html"
    script = _script("within", "relay", "holder")
    return page.read_text(encoding="utf-8").replace("/* scripts */", script)


@functools.cache
def _inside() -> bytes:
    script = _script("within", "xhr", "made", "loading", "leading", "inside")
    return f"<!doctype html><title>A page</title><script type=module>{script}</script>".encode()
