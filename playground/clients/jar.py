"""A jar of cookies for one lab, over `http.cookiejar` (RFC 6265, as browsers keep it).

A lab is one host by several names, and on this machine its connection is as good as an encrypted
one: browsers too send ``Secure`` cookies to ``localhost``.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.client import HTTPResponse
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any, Final, cast
from urllib.request import Request

# The names of this machine; the first is what a cookie is kept under.
_HOSTS: Final = ("127.0.0.1", "localhost")
_SCHEMES: Final = ("http", "https", "ws", "wss")

# What browsers keep of one site: so many cookies, each of so many bytes (RFC 6265 6.1).
MOST: Final = 180
MOST_BYTES: Final = 4096


class Jar(CookieJar):
    """The cookies that one client has been given."""

    def __init__(self) -> None:
        super().__init__(_Policy(secure_protocols=_SCHEMES))

    def header(self, path: str) -> str:
        """Return the ``Cookie`` header for a path; "" without one."""
        request = _request(path)
        self.add_cookie_header(request)
        return request.get_header("Cookie") or ""

    def take(self, path: str, given: Iterable[str]) -> None:
        """Keep what an answer's ``Set-Cookie`` headers say.

        Args:
            path: What was asked for.
            given: The values of the headers.
        """
        # One after the other: of several at once it deletes what is to be deleted first.
        for each in given:
            self.extract_cookies(cast(HTTPResponse, _Answer(each)), _request(path))
        for cookie in list(self)[: max(0, len(self) - MOST)]:
            self.clear(cookie.domain, cookie.path, cookie.name)

    def set_cookie(self, cookie: Cookie) -> None:
        """Keep a cookie, whichever of the lab's names it is for."""
        cookie.domain, cookie.domain_specified = _HOSTS[0], False
        super().set_cookie(cookie)

    def clear(
        self, domain: str | None = None, path: str | None = None, name: str | None = None
    ) -> None:
        """Forget a cookie, those of a path, or all."""
        if domain is None:
            super().clear()
        elif _is_ours(domain):
            super().clear(_HOSTS[0], path, name)


class _Policy(DefaultCookiePolicy):
    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        size = len(cookie.name) + len(cookie.value or "")
        return size <= MOST_BYTES and super().set_ok(cookie, request)

    def set_ok_domain(self, cookie: Cookie, request: Request) -> bool:
        return _is_ours(cookie.domain)


class _Answer:
    """An answer, as far as `CookieJar.extract_cookies` looks at it."""

    def __init__(self, given: str) -> None:
        self._given = given

    def info(self) -> _Answer:
        return self

    def get_all(self, name: str, _: Any = None) -> list[str]:
        return [self._given] if name == "Set-Cookie" else []


def _request(path: str) -> Request:
    return Request(f"http://{_HOSTS[0]}{path}")


def _is_ours(domain: str) -> bool:
    return domain.lstrip(".").lower() in _HOSTS
