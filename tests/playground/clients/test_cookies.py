"""Cookies: what a browser would send, of what a browser would keep."""

from __future__ import annotations

import pytest

from playground.clients.cookies import Cookies
from playground.clients.jar import MOST

# What was asked for, what the answer set; what is asked for then, and the header that goes with it.
KEPT = {
    "a cookie": ("/", ["a=1"], "/", "a=1"),
    "several": ("/", ["a=1", "b=2"], "/", "a=1; b=2"),
    "the newest of one name": ("/", ["a=1", "a=2"], "/", "a=2"),
    "Secure, for this machine is safe": ("/", ["a=1; Secure; HttpOnly"], "/", "a=1"),
    "a comma in a date": ("/", ["a=1; Expires=Wed, 01 Jan 2098 00:00:00 GMT"], "/", "a=1"),
    "Max-Age before Expires": (
        "/",
        ["a=1; Max-Age=60; Expires=Wed, 01 Jan 1998 00:00:00 GMT"],
        "/",
        "a=1",
    ),
    "what has expired": ("/", ["a=1", "a=; Expires=Wed, 01 Jan 1998 00:00:00 GMT"], "/", ""),
    "what is deleted": ("/", ["a=1; Path=/", "a=; Max-Age=0; Path=/"], "/", ""),
    "below the path that set it": ("/shop/list", ["a=1"], "/shop/cart", "a=1"),
    "nowhere else": ("/shop/list", ["a=1"], "/", ""),
    "of a path": ("/", ["a=1; Path=/shop"], "/shop/list?x=1", "a=1"),
    "of no longer name": ("/", ["a=1; Path=/shop"], "/shopping", ""),
    "the nearest first": ("/", ["a=1; Path=/", "a=2; Path=/shop"], "/shop", "a=2; a=1"),
    "deleted at its path only": ("/", ["a=1; Path=/shop", "a=; Max-Age=0"], "/shop", "a=1"),
    "for the host by its name": ("/", ["a=1; Domain=localhost"], "/", "a=1"),
    "for the host by its number": ("/", ["a=1; Domain=127.0.0.1"], "/", "a=1"),
    "deleted for the host": (
        "/",
        ["a=1", "a=; Domain=.LOCALHOST; Max-Age=0"],
        "/",
        "",
    ),
    "for another host": ("/", ["a=1; Domain=example.org"], "/", ""),
    "a value in quotes as it is": ("/", ['a="1 2"'], "/", 'a="1 2"'),
    "a value with an equals sign": ("/", ["a=b=c"], "/", "a=b=c"),
    "nothing of nonsense": ("/", ["", ";", "=1", "; Path=/"], "/", ""),
    "none that is too long": ("/", [f"a={'x' * 5000}"], "/", ""),
    "what is not ASCII": ("/", ["a=ü"], "/", "a=ü"),
}


@pytest.mark.parametrize("case", KEPT)
def test_a_browser_would_send(case: str) -> None:
    asked, given, then, header = KEPT[case]
    cookies = Cookies("ann")
    cookies.take(asked, [("Set-Cookie", each) for each in given])
    assert cookies.added(then, []) == ([("cookie", header)] if header else [])


def test_of_a_flood_the_newest_are_kept() -> None:
    cookies = Cookies("ann")
    for number in range(MOST + 20):
        cookies.take("/", [("set-cookie", f"c{number}=x")])
    assert len(cookies) == MOST
    assert f"c{MOST + 19}" in cookies
    assert "c0" not in cookies


def test_who_gives_a_cookie_header_sends_that_alone() -> None:
    cookies = Cookies("ann")
    cookies["theme"] = "dark"
    given = [("Cookie", "theme=light")]
    assert cookies.added("/", given) == given
    assert cookies.added("/", [("x-a", "1")]) == [("x-a", "1"), ("cookie", "theme=dark")]


def test_they_are_looked_at_set_deleted_and_cleared_as_a_dict_is() -> None:
    cookies = Cookies("ann")
    assert dict(cookies) == {}
    cookies["theme"] = "dark"
    cookies.take("/shop/", [("set-cookie", "theme=light"), ("set-cookie", "cart=7")])
    assert sorted(cookies) == ["cart", "theme"]
    assert cookies["cart"] == "7"
    del cookies["theme"]
    assert dict(cookies) == {"cart": "7"}
    with pytest.raises(KeyError):
        del cookies["theme"]
    cookies.clear()
    assert (len(cookies), cookies.get("cart")) == (0, None)


def test_shown_they_have_names_and_no_values() -> None:
    cookies = Cookies("ann")
    assert repr(cookies) == "<Cookies of ann: none>"
    cookies["session_id"] = "123-456"
    cookies["a"] = "1"
    assert repr(cookies) == "<Cookies of ann: a, session_id>"


@pytest.mark.parametrize("value", ["a b", "a;b", "a\r\nb", "ü", 'a"b'])
def test_what_no_cookie_can_hold_is_refused(value: str) -> None:
    cookies = Cookies("ann")
    with pytest.raises(ValueError, match=r"quote\(\)"):
        cookies["theme"] = value
    with pytest.raises(ValueError, match="name of a cookie"):
        cookies["the me"] = "dark"
    assert len(cookies) == 0
