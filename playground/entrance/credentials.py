"""Credentials: what a browser carries for Jupyter is taken off a request before the app sees it.

Taken off is only what is Jupyter's: neither the app nor the log has it. The app's own cookies and
tokens go on to the app, and in the log they are redacted: `playground/traffic/redact.py`.

A notebook server's proxy passes the user's own login on to the app, and cookies of 127.0.0.1 go
to every port of it. An app that shows what it was sent would publish them in a saved notebook.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any, Final, Self
from urllib.parse import unquote_plus

from playground.entrance.addresses import jupyter_server

Scope = MutableMapping[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
Header = tuple[bytes, bytes]
Headers = list[Header]

# jupyter_server's login (`username-` and its host), JupyterHub's, their guard against forged
# requests, and those of VS Code's servers.
_COOKIE: Final = re.compile(
    rb"(?:__Host-)?(?:username-[\w.-]*|jupyter-?hub-[\w.%-]*|_xsrf|code-server-session|vscode-tkn)"
)

# A token of Jupyter's in a header: `token abc`, or since JupyterHub 2 `Bearer abc`.
_BEARER: Final = re.compile(rb"(?:token|bearer)\s+(\S+)\s*", re.IGNORECASE)

# What a kernel inherits when it is started by a Hub, or by a server that was given its token.
_SECRETS: Final = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "JUPYTER_TOKEN")

# The headers that may hold one of these, or a page's address with a token in it.
_CARRIERS: Final = frozenset({b"cookie", b"authorization", b"x-xsrftoken", b"referer"})


class Credentials:
    """Take Jupyter's credentials off every request on its way to an app.

    Args:
        app: What gets the rest.
        secrets: The notebook server's tokens, as far as they are known.
        in_jupyter: Whether a notebook server may stand in front: then a token without a login
            cookie beside it is what the server let in, and is taken off although it is not known.
    """

    def __init__(self, app: ASGIApp, secrets: Collection[str], *, in_jupyter: bool) -> None:
        self.app = app
        self.secrets = {secret.encode() for secret in secrets}
        self.in_jupyter = in_jupyter

    @classmethod
    def in_front_of(cls, app: ASGIApp, environ: Mapping[str, str] = os.environ) -> Self:
        """Return the layer before an app in this kernel, with the tokens of its notebook server.

        Args:
            app: What gets the requests.
            environ: The kernel's environment.
        """
        server = jupyter_server(environ)
        known = {environ.get(name, "") for name in _SECRETS} | {server.token if server else ""}
        in_jupyter = server is not None or "JUPYTERHUB_SERVICE_PREFIX" in environ
        return cls(app, known - {""}, in_jupyter=in_jupyter)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        await self.app(self._without_credentials(scope), receive, send)

    def _without_credentials(self, scope: Scope) -> Scope:
        if scope["type"] not in ("http", "websocket"):
            return scope
        query = scope.get("query_string", b"")
        if b"token=" not in query and not any(name in _CARRIERS for name, _ in scope["headers"]):
            return scope
        opened = self.in_jupyter and _is_proxied(scope) and not _has_login(scope["headers"])
        pairs: Headers = scope["headers"]
        headers = [kept for pair in pairs if (kept := self._header(pair, opened))]
        return {**scope, "headers": headers, "query_string": self._query(query, opened)}

    def _header(self, pair: Header, opened: bool) -> Header | None:
        name, value = pair
        if name == b"cookie":
            kept = [each for each in value.split(b";") if not _is_login(each)]
            return (name, b";".join(kept).strip()) if kept else None
        if name == b"authorization":
            bearer = _BEARER.fullmatch(value)
            return None if bearer and (opened or bearer[1] in self.secrets) else pair
        if name == b"x-xsrftoken" or (name == b"referer" and b"token=" in value):
            return None
        return pair

    def _query(self, query: bytes, opened: bool) -> bytes:
        if b"token=" not in query:
            return query
        return b"&".join(each for each in query.split(b"&") if not self._is_token(each, opened))

    def _is_token(self, pair: bytes, opened: bool) -> bool:
        name, _, value = pair.partition(b"=")
        token = unquote_plus(value.decode("latin-1")).encode()
        return name == b"token" and bool(value) and (opened or token in self.secrets)


def _is_login(cookie: bytes) -> bool:
    return _COOKIE.fullmatch(cookie.partition(b"=")[0].strip()) is not None


def _has_login(headers: Headers) -> bool:
    cookies = [each for name, value in headers if name == b"cookie" for each in value.split(b";")]
    return any(_is_login(each) and b"_xsrf" not in each.partition(b"=")[0] for each in cookies)


def _is_proxied(scope: Scope) -> bool:
    """Return whether a request was addressed to another port than it came in at."""
    host = dict(scope["headers"]).get(b"host", b"")
    port = str((scope.get("server") or ("", ""))[1]).encode()
    return bool(host) and host.rpartition(b":")[2] != port
