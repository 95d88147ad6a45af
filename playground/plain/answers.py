"""What a panel's page and its door answer: a sentence, a file, or the way on."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, MutableMapping
from html import escape
from typing import Any, Final

Scope = MutableMapping[str, Any]
Pair = tuple[bytes, bytes]

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})

NO_KEY: Final = (
    "This is the panel of a lab, and it lets in who has its address. lab.panel.open_page() gives "
    "one, and so does the terminal that the lab was started in."
)
USED: Final = (
    "This address was used already, or is another lab's: each lets one browser in, once. "
    "lab.panel.open_page() gives a new one."
)
ELSEWHERE: Final = (
    "The panel is reached at 127.0.0.1 alone. From another machine, forward its port; "
    "in Jupyter, lab.panel shows it."
)
NOTHING: Final = "Here is nothing; the panel is at /__lab__/."

_HEADERS: Final[list[Pair]] = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request; "" if it has none, all of its cookies as one."""
    found = [value for each, value in scope["headers"] if each == name]
    return b"; ".join(found).decode("latin-1")


def is_local(scope: Scope) -> bool:
    """Return whether a request names this machine, and came by no proxy of Jupyter's.

    A name that somebody made lead here is none of this machine. Behind that proxy the page would
    have Jupyter's origin.
    """
    if header(scope, b"x-proxycontextpath"):
        return False
    host, colon, port = header(scope, b"host").lower().rpartition(":")
    return (host if colon and port.isdecimal() else port) in _LOOPBACK


def is_looked_at_before(scope: Scope) -> bool:
    """Return whether a browser only loads a page in case that its user should want it."""
    return bool(header(scope, b"sec-purpose") or header(scope, b"purpose"))


async def answer(
    scope: Scope,
    send: Any,
    status: int,
    body: str | bytes,
    kind: str = "text/plain",
    more: Iterable[Pair] = (),
    *,
    shared: bytes = b"same-origin",
) -> None:
    """Answer a request; `shared` says with pages of which other origins (Fetch, 3.8)."""
    sent = body.encode() if isinstance(body, str) else body
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(sent)).encode()),
        *_HEADERS,
        (b"cross-origin-resource-policy", shared),
        *more,
    ]
    shown = b"" if scope["method"] == "HEAD" else sent
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": shown})


async def refuse(scope: Scope, receive: Any, send: Any, why: str, status: int = 403) -> None:
    """Refuse a request, or a handshake, with a sentence."""
    if scope["type"] == "http":
        await answer(scope, send, status, why, shared=b"cross-origin")
        return
    await receive()
    kind = "websocket.http.response"
    length = str(len(why.encode())).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length)]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": why.encode()})
    # uvicorn logs an error for a handshake that is answered while its connection is there.
    await asyncio.sleep(0)


async def lead(scope: Scope, send: Any, port: int, cookie: str = "") -> None:
    """Lead a browser to the page at its port, under the name of this machine that it used.

    It is a page and no redirect: a browser that was led here by another site would send no strict
    cookie with the next request. And it sees whether that port can be reached at all.

    Args:
        scope: The request.
        send: Of the request.
        port: The page's own.
        cookie: What lets the browser in there, if it has not that yet.
    """
    nonce = secrets.token_urlsafe(12)
    targets = " ".join(f"http://{name}:{port}" for name in sorted(_LOOPBACK))
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; connect-src {targets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    more = [(b"content-security-policy", policy.encode())]
    if cookie:
        more.append((b"set-cookie", cookie.encode()))
    page = _LEADING.format(nonce=nonce, port=json.dumps(port), said=escape(_CLOSED % port))
    await answer(scope, send, 200, page, "text/html", more)


_CLOSED: Final = (
    "The panel has a port of its own, %d, which this browser does not reach. Forward it too, as "
    "the port of this page is forwarded, and load this page again."
)

_LEADING: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>The panel</title>
<p hidden>{said}</p>
<script nonce="{nonce}">
const there = `http://${{location.hostname}}:{port}/__lab__/`;
fetch(there, {{ method: "HEAD", mode: "no-cors", credentials: "include" }}).then(
  () => location.replace(there),
  () => {{
    history.replaceState(null, "", "/__lab__/");
    document.querySelector("p").hidden = false;
  }},
);
</script>
</html>
"""
