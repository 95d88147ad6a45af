"""A scope as attributes, parsed when asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie import App, Request, WebSocketRequest, current_request
from micropie.headers import decode_headers, read_cookie
from micropie.requests import parse_fields, path_segments
from tests.micropie.drive import form, http_scope, json_body, request


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"", {}),
        (b"a=1&a=2&b=3", {"a": ["1", "2"], "b": ["3"]}),
        (b"a=&b&=c&&d==", {"": ["c"], "d": ["="]}),
        (b"a=%zz&b=%", {"a": ["%zz"], "b": ["%"]}),
        (b"a=%ff+x", {"a": ["\ufffd x"]}),
        (b"a=1\xff2", {"a": ["12"]}),
        (b"a=1;b=2", {"a": ["1;b=2"]}),
        ("ä=ö".encode(), {"ä": ["ö"]}),
    ],
)
def test_fields_are_parsed_permissively(raw: bytes, fields: dict[str, list[str]]) -> None:
    assert parse_fields(raw) == fields


@given(st.one_of(st.binary(), st.text("ab=&+%;1\xe4").map(str.encode)))
def test_fields_are_what_the_standard_library_reads(raw: bytes) -> None:
    assert parse_fields(raw) == parse_qs(raw.decode("utf-8", "ignore"))


@given(st.text("ab/%", max_size=12))
def test_no_path_raises_and_slashes_at_the_end_do_not_count(path: str) -> None:
    scope = http_scope("GET", "/")
    scope["path"] = f"/{path}"
    assert path_segments(scope) == path_segments({**scope, "path": f"/{path}/"})


@given(st.text(), st.text("abc"))
def test_no_cookie_header_raises(raw: str, name: str) -> None:
    read_cookie(raw, name)


@given(st.dictionaries(st.text("abc", min_size=1), st.text("xyz012-"), min_size=1))
def test_a_cookie_that_was_sent_is_read(cookies: dict[str, str]) -> None:
    raw = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert {name: read_cookie(raw, name) for name in cookies} == cookies


def test_headers_keep_the_last_and_join_cookies() -> None:
    raw = [
        (b"X-A", b"1"),
        (b"x-a", b"2"),
        (b"cookie", b"a=1"),
        (b"Cookie", b"b=2"),
        (b"l", b"\xe4"),
    ]
    assert decode_headers(raw) == {"x-a": "2", "cookie": "a=1; b=2", "l": "ä"}


def test_fields_of_a_request_may_be_assigned() -> None:
    made = Request(http_scope("GET", "/a/b?x=1"))
    assert (made.method, made.path_params, made.query("x")) == ("GET", ["b"], "1")
    made.query_params = {"x": ["2"]}
    made.session = {"user": "Ada"}
    made.path_params = []
    assert (made.query("x"), made.session, made.path_params) == ("2", {"user": "Ada"}, [])


def test_a_request_without_a_body_is_empty() -> None:
    made = Request(http_scope("GET", "/"))
    assert (made.body_params, made.files, made.session, made.json()) == ({}, {}, {}, {})
    assert (made.query("x"), made.form("x", 1), made.json("x", 2), made.body_parsed) == (
        None,
        1,
        2,
        False,
    )


def test_what_an_outer_layer_parsed_is_taken_over() -> None:
    given_: dict[str, Any] = {
        "body_params": {"a": ["1"]},
        "json_body": {"b": 2},
        "session": {"c": 3},
        "files": {"d": {}},
        "body_parsed": True,
    }
    made = Request(http_scope("POST", "/", **given_))
    assert (made.form("a"), made.json("b"), made.session, made.files, made.body_parsed) == (
        "1",
        2,
        {"c": 3},
        {"d": {}},
        True,
    )
    assert made.session is given_["session"]


async def test_a_body_an_outer_layer_parsed_is_not_read_again() -> None:
    class Site(App):
        def page(self, a):
            return a

    answer = await request(Site(), "POST", "/page", body_params={"a": ["1"]}, body_parsed=True)
    assert answer.text == "1"


async def test_json_gives_the_whole_or_one_key() -> None:
    class Site(App):
        def page(self):
            body = self.request.json()
            return [body, self.request.json("a", 0)]

    app = Site()
    assert (await request(app, "POST", "/page", **json_body('{"a": 1}'))).json() == [{"a": 1}, 1]
    assert (await request(app, "POST", "/page", **json_body("[1]"))).json() == [[1], 0]
    assert (await request(app, "POST", "/page", **json_body("null"))).json() == [None, 0]
    assert (await request(app, "POST", "/page", **form("a=1"))).json() == [{}, 0]


async def test_the_current_request_is_known_to_what_runs() -> None:
    class Site(App):
        async def page(self):
            assert self.request is current_request.get()
            return self.request.scope["path"]

    app = Site()
    assert (await request(app, "GET", "/page")).text == "/page"
    with pytest.raises(LookupError, match="no request is served here: expected self"):
        _ = app.request


def test_a_websocket_cannot_regenerate_its_session() -> None:
    with pytest.raises(RuntimeError, match="in an HTTP handler"):
        WebSocketRequest(http_scope("GET", "/")).regenerate_session()
