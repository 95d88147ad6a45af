"""Parsers against other implementations, and against what is far too much.

Law of the room: nothing here is measured in seconds. That work grows with the input, and not with
its square, is seen from how often functions are called and how much is held.
"""

from __future__ import annotations

import sys
import tracemalloc
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import h11
import httpx2
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from multipart import parse_options_header

from micropie import App
from micropie.conversions import to_bool, to_float, to_int
from micropie.headers import decode_headers, encode_headers, read_cookie
from micropie.requests import parse_fields, path_segments
from micropie.session_ids import valid_session_id
from micropie.testing.rules import check_headers
from tests.micropie.drive import connect, http_scope, request

quick = settings(max_examples=80, deadline=None, derandomize=True)

# Paths.

PLAIN = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)


@quick
@given(st.lists(PLAIN, max_size=4), st.booleans(), st.sampled_from(["", "/app", "/a b/c"]))
def test_a_path_is_split_where_it_was_joined(segments: list[str], slash: bool, root: str) -> None:
    path = "".join(f"/{quote(segment, safe='')}" for segment in segments) + "/" * slash
    raw = quote(root) + path
    scope = http_scope("GET", "/", raw_path=raw.encode(), root_path=root)
    scope["path"] = unquote(raw)
    assert path_segments(scope) == segments


class Site(App):
    """Handlers whose names lead and mislead."""

    def index(self, *path):
        return ["index", *path]

    def greet(self, *path):
        return ["greet", *path]

    def plain(self):
        return ["plain"]

    attribute = 5

    async def ws_index(self, ws):
        await self._tell(ws, "index")

    async def ws_greet(self, ws, *path):
        await self._tell(ws, "greet", *path)

    async def _tell(self, ws: Any, *what: str) -> None:
        await ws.accept()
        await ws.send_json(what)


WORDS = ["index", "greet", "plain", "attribute", "_tell", "ws_greet", "mro", "x", "", "ü", "a/b"]
PATHS = st.lists(st.sampled_from(WORDS), max_size=4)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(PATHS, min_size=1, max_size=5), st.sampled_from(["", "/greet", "/app"]))
async def test_what_a_path_led_to_before_changes_nothing(paths: list[list[str]], root: str) -> None:
    known = Site()
    for segments in paths:
        raw = root + "/" + "/".join(quote(segment, safe="") for segment in segments)
        more: dict[str, Any] = {"raw_path": raw.encode(), "root_path": root}
        fresh, again = Site(), []
        for app in (fresh, known):
            answer = await request(app, "GET", unquote(raw), **more)
            socket = await connect(app, unquote(raw), **more)
            again.append((answer.status, answer.text, socket.kinds, socket.messages))
        assert again[0] == again[1]


# Fields.

FIELDS = st.text("ab=&+%;1\xe4\x00 ", max_size=20)


@quick
@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=6))
def test_fields_that_were_encoded_are_read(pairs: list[tuple[str, str]]) -> None:
    text = httpx2.QueryParams(tuple(pairs))
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert parse_fields(str(text).encode()) == expected


@quick
@given(FIELDS.map(str.encode) | st.binary(max_size=20), st.integers(0, 20), st.binary(max_size=3))
def test_raw_bytes_that_are_no_utf8_are_dropped_and_escaped_ones_replaced(
    raw: bytes, place: int, bad: bytes
) -> None:
    assert parse_fields(raw) == parse_qs(raw.decode("utf-8", "ignore"))
    assume(raw.isascii())
    spoiled = raw[:place] + b"\xff" + raw[place:]
    assert parse_fields(spoiled) == parse_fields(raw)
    escaped = b"a=" + b"".join(b"%%%02x" % byte for byte in bad) + b"x"
    assert parse_fields(escaped) == {"a": [bad.decode("utf-8", "replace") + "x"]}


# Cookies and headers.

COOKIE_VALUES = st.text("abc=\"' \t\\%,", max_size=8)


@quick
@given(st.lists(st.tuples(st.sampled_from("ab"), COOKIE_VALUES), max_size=6), st.integers(0, 6))
def test_however_cookies_are_split_over_headers_the_first_counts(
    cookies: list[tuple[str, str]], place: int
) -> None:
    pairs = [f"{name}={value}" for name, value in cookies]
    halves = [part for part in ("; ".join(pairs[:place]), "; ".join(pairs[place:])) if part]
    joined = decode_headers((b"Cookie", half.encode()) for half in halves).get("cookie", "")
    for name in "ab":
        values = [value.strip().strip('"') for key, value in cookies if key == name]
        assert read_cookie(joined, name) == (values[0] if values else None)


@quick
@given(st.lists(st.tuples(st.binary(max_size=8), st.binary(max_size=8)), max_size=4))
def test_no_header_that_comes_in_raises(raw: list[tuple[bytes, bytes]]) -> None:
    headers = decode_headers(raw)
    assert set(headers) == {name.decode("latin-1").lower() for name, _ in raw}
    read_cookie(headers.get("cookie", ""), "session_id")


@quick
@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=4))
@example([("x", "\x01"), ("x", "\x7f"), ("x", "\t"), ("x", "a\x0bb"), ("x-\xe4", "y"), ("", "")])
def test_what_goes_out_is_what_servers_let_through(headers: list[tuple[str, str]]) -> None:
    sent = encode_headers(headers)
    assert check_headers(sent) == sent
    framing = (b"content-length", b"transfer-encoding")
    h11.Response(status_code=200, headers=[pair for pair in sent if pair[0] not in framing])


# Boundaries.

# RFC 2046 5.1.1: what a boundary may consist of.
BOUNDARIES = st.text("abcXYZ019'()+_,-./:=?", min_size=1, max_size=70)


@quick
@given(BOUNDARIES, st.sampled_from(['"%s"', '"%s"; charset=utf-8', "%s", "%s ; a=b"]))
async def test_any_legal_boundary_is_understood(boundary: str, written: str) -> None:
    class Form(App):
        def page(self, a):
            return a

    special = set(boundary) & set("(),/:=? ") and not written.startswith('"')
    media = f"Multipart/Form-Data;  Boundary={written % boundary}"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{boundary}--\r\n'
    )
    headers = [("content-type", media)]
    answer = await request(Form(), "POST", "/page", headers=headers, body=body.encode())
    # RFC 9110 5.6.6: these have to be quoted.
    assert answer.status == 200 or special
    assert special or answer.text == "1"


@quick
@given(st.text(max_size=30))
async def test_no_content_type_is_a_500(rest: str) -> None:
    assume(rest.encode("latin-1", "ignore").decode("latin-1") == rest)
    headers = [("content-type", f"multipart/form-data; {rest}")]
    answer = await request(App(), "POST", "/", headers=headers, body=b"--x--")
    assert answer.status in (400, 404)
    boundary = parse_options_header(headers[0][1])[1].get("boundary")
    assert (answer.text == "400 Bad Request: Missing boundary") is (not boundary)


# Values.

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text("0123456789+-._eE xinfa \u0663")
)


@quick
@given(VALUES | st.lists(st.none(), max_size=1) | st.integers().map(str) | st.floats().map(repr))
def test_a_conversion_agrees_with_python_or_is_a_value_error(value: Any) -> None:
    for convert, kind in ((to_int, int), (to_float, float), (to_bool, bool)):
        try:
            converted = convert(value)
        except ValueError:
            continue
        assert type(converted) is kind
        if kind is not bool:
            assert converted == kind(value)


@quick
@given(st.integers())
def test_every_whole_number_that_was_written_is_read(number: int) -> None:
    assert to_int(str(number)) == number


@quick
@given(st.text("0123456789abcdefABCDEF-{}urn:", max_size=45) | st.uuids().map(str))
@example("{00000000-0000-4000-8000-000000000000}")
@example("urn:uuid:00000000-0000-4000-8000-000000000000")
@example("00000000-0000-4000-8000-000000000000\n")
def test_only_a_canonical_uuid_is_a_session_id(value: str) -> None:
    try:
        known = uuid.UUID(value)
    except ValueError:
        known = uuid.UUID(int=0)
    canonical = str(known) == value.lower() and known.version == 4
    assert valid_session_id(value) == (value.lower() if canonical else None)


# Far too much.


def work(act: Callable[[], object]) -> tuple[int, int]:
    """Count the calls that something makes, and the bytes that it holds at most."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    tracemalloc.start()
    act()
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return calls, held


MANY = 2000
LONG: dict[str, Callable[[int], Callable[[], object]]] = {
    "plain fields": lambda n: lambda: parse_fields(b"&".join(b"a%d=1" % i for i in range(n))),
    "one field": lambda n: lambda: parse_fields(b"&".join([b"a=1"] * n)),
    "escaped fields": lambda n: lambda: parse_fields(b"&".join([b"%61=%31"] * n)),
    "no fields": lambda n: lambda: parse_fields(b"&" * n),
    "bad escapes": lambda n: lambda: parse_fields(b"a=" + b"%" * n),
    "cookies": lambda n: lambda: read_cookie(";".join(["a=b"] * n), "session_id"),
    "cookie headers": lambda n: lambda: decode_headers([(b"cookie", b"a=b")] * n),
    "headers": lambda n: lambda: decode_headers([(b"x-%d" % i, b"") for i in range(n)]),
    "segments": lambda n: lambda: path_segments(http_scope("GET", "/a" * n)),
    "escaped segments": lambda n: (
        lambda: path_segments(http_scope("GET", "/", raw_path=b"/%2f" * n))
    ),
}


@pytest.mark.parametrize("case", LONG)
def test_work_grows_with_the_input_and_not_with_its_square(case: str) -> None:
    LONG[case](MANY)()
    calls, held = work(LONG[case](MANY))
    more_calls, more_held = work(LONG[case](4 * MANY))
    assert more_calls <= 4.2 * calls + 10
    # Lists and dicts grow in steps, so that a factor of four may come to be six; its square is 16.
    assert more_held <= 6 * held


async def test_a_hundred_thousand_fields_are_read_and_bound() -> None:
    class Wide(App):
        def page(self, a99999="", **others):
            return [a99999, len(others), len(self.request.query_params)]

    query = "&".join(f"a{index}={index}" for index in range(100_000))
    assert (await request(Wide(), "GET", f"/page?{query}")).json() == ["99999", 99_999, 100_000]
    headers = [("content-type", "application/x-www-form-urlencoded")]
    app = Wide(max_form_fields=None)
    answer = await request(app, "POST", "/page", headers=headers, body=query.encode())
    assert answer.json() == ["99999", 99_999, 0]


async def test_a_cookie_among_a_hundred_thousand_is_found() -> None:
    class Counter(App):
        def page(self):
            self.request.session["visits"] = self.request.session.get("visits", 0) + 1
            return self.request.session

    app = Counter()
    first = await request(app, "GET", "/page")
    given = first.header("set-cookie") or ""
    headers = [("cookie", "a=b")] * 100_000 + [("cookie", given.partition(";")[0])]
    assert (await request(app, "GET", "/page", headers=headers)).json() == {"visits": 2}
