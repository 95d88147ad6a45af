"""The door to a panel's page: it stands at ``/__lab__/`` of the app's port, and leads on.

Law of the file: it answers all that is asked there, once there is a panel to lead to; the app, its
middleware and the log see none of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playground.plain.answers import (
    ELSEWHERE,
    NO_KEY,
    NOTHING,
    USED,
    Scope,
    header,
    is_local,
    is_looked_at_before,
    lead,
    refuse,
)
from playground.plain.keys import ROOT, Keys, token_in


class Door:
    """Lead to a panel's page whoever has its address, or was there before.

    Args:
        keys: Whom it lets in.
        port: Returns the page's own port, where something answers by then.
        used: Called when a token was used.
    """

    def __init__(
        self, keys: Keys, port: Callable[[], Awaitable[int]], used: Callable[[], object]
    ) -> None:
        self._keys = keys
        self._port = port
        self._used = used

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if not is_local(scope):
            await refuse(scope, receive, send, ELSEWHERE)
        elif scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
            await refuse(scope, receive, send, NO_KEY)
        elif scope["path"].rstrip("/") != ROOT.rstrip("/"):
            await refuse(scope, receive, send, NOTHING, 404)
        elif not await self.answers(scope, receive, send):
            await lead(scope, send, await self._port())

    async def answers(self, scope: Scope, receive: Any, send: Any) -> bool:
        """Answer who has a token, or nothing; return False for who has the cookie alone."""
        token = token_in(scope["query_string"])
        known = self._keys.knows(header(scope, b"cookie"))
        if token and scope["method"] == "GET" and not is_looked_at_before(scope):
            if self._keys.use(token):
                self._used()
                await lead(scope, send, await self._port(), self._keys.cookie())
                return True
            # Who goes back to the address that let this browser in is not sent away.
            if not known:
                await refuse(scope, receive, send, USED)
                return True
        if not known:
            await refuse(scope, receive, send, NO_KEY)
            return True
        return False
