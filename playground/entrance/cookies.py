"""Cookies of one lab: a browser keeps each under a name with the lab's port, so no other has it.

A browser sends cookies by host alone (RFC 6265 8.5): to it all ports of 127.0.0.1, and all apps
behind one Hub, are one place. With the port in the name, a session of one lab neither reaches
another nor takes the place of its session. App, log and programs know the app's own names.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Cookie = tuple[bytes, bytes]

_NAMED: Final = re.compile(rb"(.+)\.lab-(\d+)")
_HTTP_ONLY: Final = re.compile(rb";\s*httponly\s*(?:;|$)", re.IGNORECASE)

# The events by which an app answers with headers of its own.
_STARTS: Final = frozenset(
    {"http.response.start", "websocket.accept", "websocket.http.response.start"}
)

# So many names of cookies for scripts are known; an app has a few.
_MOST_NAMES: Final = 256


class Cookies:
    """Name an app's cookies by its port, in browsers only: any other program keeps them by itself.

    A cookie that a page's own scripts may read is there under the app's name too, and if a script
    changes it, that holds.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._for_scripts: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        port = (scope.get("server") or ("", None))[1]
        if scope["type"] == "lifespan" or not port or not _is_browsers(scope):
            await self.app(scope, receive, send)
            return
        mark = b".lab-%d" % port

        # No coroutine of its own: each message that a page is sent passes here.
        def naming(event: Any) -> Awaitable[None]:
            if event["type"] in _STARTS and event.get("headers"):
                event = {**event, "headers": self._named(event["headers"], mark)}
            return send(event)  # type: ignore[no-any-return]

        await self.app(self._as_the_app_knows(scope, mark), receive, naming)

    def _named(self, headers: Any, mark: bytes) -> Headers:
        """Return an answer's headers as the browser is to have them."""
        named: Headers = []
        for name, value in headers:
            cookie, equals, rest = bytes(value).partition(b"=")
            if name.lower() != b"set-cookie" or not equals or b";" in cookie:
                named.append((name, value))
                continue
            cookie = cookie.strip()
            named.append((name, cookie + mark + b"=" + rest))
            if _HTTP_ONLY.search(rest):
                self._for_scripts.discard(cookie)
            else:
                named.append((name, value))
                if len(self._for_scripts) < _MOST_NAMES:
                    self._for_scripts.add(cookie)
        return named

    def _as_the_app_knows(self, scope: Scope, mark: bytes) -> Scope:
        given = [value for name, value in scope["headers"] if name == b"cookie"]
        if not given:
            return scope
        cookies = self._of_this_lab(_pairs(b";".join(given)), mark)
        headers = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        if cookies:
            headers.append((b"cookie", b"; ".join(b"=".join(each) for each in cookies)))
        return {**scope, "headers": headers}

    def _of_this_lab(self, cookies: list[Cookie], mark: bytes) -> list[Cookie]:
        """Return what the app is to have: its own, and what belongs to no other lab."""
        own: list[Cookie] = []
        plain: dict[bytes, bytes] = {}
        of_others: set[Cookie] = set()
        for name, value in cookies:
            marked = _NAMED.fullmatch(name)
            if marked is None:
                plain.setdefault(name, value)
            elif name.endswith(mark):
                own.append((marked[1], value))
            else:
                of_others.add((marked[1], value))
        kept = [
            (name, self._latest(name, value, plain, of_others))
            for name, value in own
            # A script has deleted it.
            if name not in self._for_scripts or name in plain
        ]
        names = {name for name, _ in own}
        more = [each for each in plain.items() if each[0] not in names and each not in of_others]
        return kept + more

    def _latest(
        self, name: bytes, value: bytes, plain: dict[bytes, bytes], of_others: set[Cookie]
    ) -> bytes:
        """Return a cookie's value: what the app has set, or what a script has made of it since."""
        now = plain.get(name, value)
        by_script = name in self._for_scripts and (name, now) not in of_others
        return now if by_script else value


def _pairs(header: bytes) -> list[Cookie]:
    pairs = [each.strip().partition(b"=") for each in header.split(b";")]
    return [(name, value) for name, equals, value in pairs if equals]


def _is_browsers(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"user-agent":
            return bool(value.startswith(b"Mozilla/"))
    return False
