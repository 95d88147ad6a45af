"""May a web page at this origin open a WebSocket here?"""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from micropie.origins import is_allowed
from tests.micropie.drive import connect, with_cookie

LISTED = ["https://Friend.example/"]


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "cookie", "expected"),
    [
        (None, "a.example", None, "x", True),
        (None, "a.example", [], "x", True),
        ("http://evil.example", "a.example", None, None, True),
        ("http://evil.example", "a.example", None, "x", False),
        ("http://evil.example", "a.example", [], None, False),
        ("http://a.example", "a.example", None, "x", True),
        ("http://A.example:80", "a.example", None, "x", True),
        ("https://a.example", "a.example:443", None, "x", True),
        ("https://a.example", "a.example:80", None, "x", False),
        ("http://a.example:8000", "a.example:8000", None, "x", True),
        ("http://a.example:8001", "a.example:8000", None, "x", False),
        ("http://[::1]:8000", "[::1]:8000", None, "x", True),
        ("https://friend.example", "a.example", LISTED, "x", True),
        ("https://friend.example.evil", "a.example", LISTED, "x", False),
        ("http://evil.example", "a.example", ["*"], "x", True),
        ("null", "a.example", None, "x", False),
        ("null", "", None, "x", False),
        ("http://a:port", "a:port", None, "x", False),
        ("http://[", "[", None, "x", False),
    ],
)
def test_an_origin_is_the_same_host_or_listed(
    origin: str | None, host: str, allowed: Any, cookie: str | None, expected: bool
) -> None:
    headers = {"host": host, **({} if origin is None else {"origin": origin})}
    assert is_allowed(headers, allowed, cookie) is expected


class Site(App):
    async def ws_index(self, ws):
        await ws.accept()


async def test_a_foreign_page_with_the_users_cookie_is_refused() -> None:
    headers = [("host", "a.example"), ("origin", "http://evil.example"), *with_cookie("x")]
    socket = await connect(Site(), "/", headers=headers)
    assert socket.closing == (1008, "Origin not allowed")
    socket = await connect(Site(allowed_origins=["http://evil.example"]), "/", headers=headers)
    assert socket.kinds == ["accept", "close"]
    assert (await connect(Site(), "/", headers=headers[:2])).accepted
