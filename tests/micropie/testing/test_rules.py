"""What is checked in an event before it goes out: as strictly as servers check it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http import httptools_impl
from websockets.exceptions import ProtocolError
from websockets.frames import Close

from micropie.testing.rules import (
    BAD_NAME,
    BAD_VALUE,
    check_bytes,
    check_close,
    check_headers,
    check_status,
    refuse,
)

quick = settings(max_examples=100, deadline=None, derandomize=True)


@quick
@given(st.binary(max_size=6))
def test_a_header_is_bad_where_uvicorn_calls_it_bad(data: bytes) -> None:
    assert bool(BAD_NAME.search(data)) is bool(httptools_impl.HEADER_RE.search(data))
    assert bool(BAD_VALUE.search(data)) is bool(httptools_impl.HEADER_VALUE_RE.search(data))


def test_header_names_go_out_in_lower_case() -> None:
    assert check_headers([(b"X-Name", b"Value"), [b"x-name", b"again"]]) == [  # type: ignore[list-item]
        (b"x-name", b"Value"),
        (b"x-name", b"again"),
    ]


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (("x", b"y"), TypeError),
        ((b"x", "y"), TypeError),
        ((b"x", 5), TypeError),
        ((b"x y", b"z"), RuntimeError),
        ((b"x:", b"z"), RuntimeError),
        ((b"x", b"a\r\nb"), RuntimeError),
        ((b"x", b"\x00"), RuntimeError),
    ],
)
def test_a_header_that_is_none_raises(header: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="expected a header"):
        check_headers([header])


@pytest.mark.parametrize("status", [100, 200, 404, 599])
def test_a_status_that_is_one_is_returned(status: int) -> None:
    assert check_status({"status": status}) == status


@pytest.mark.parametrize("status", [0, 99, 600, -1, "200", None, 200.0])
def test_a_status_that_is_none_raises(status: Any) -> None:
    with pytest.raises(RuntimeError, match="expected an HTTP status from 100 to 599"):
        check_status({"status": status})


@pytest.mark.parametrize("data", [b"x", bytearray(b"x"), memoryview(b"x")])
def test_what_is_bytes_like_is_bytes(data: Any) -> None:
    assert check_bytes(data) == b"x"
    assert type(check_bytes(data)) is bytes


@pytest.mark.parametrize("data", ["x", None, 5, ["x"]])
def test_what_is_no_bytes_raises(data: Any) -> None:
    with pytest.raises(TypeError, match=r"expected bytes, got .*; encode it"):
        check_bytes(data)


@quick
@given(st.integers(990, 1020) | st.integers(2990, 5010), st.text(max_size=130))
def test_a_close_frame_may_be_sent_where_websockets_sends_it(code: int, reason: str) -> None:
    try:
        Close(code, reason).check()
        allowed = len(reason.encode()) <= 123
    except (ProtocolError, UnicodeEncodeError):
        allowed = False
    if allowed:
        check_close(code, reason)
    else:
        with pytest.raises(ValueError, match=r"expected a close|surrogates"):
            check_close(code, reason)


def test_a_close_without_a_code_has_no_reason() -> None:
    check_close(None, "")
    with pytest.raises(ValueError, match="expected no close reason without a code"):
        check_close(None, "bye")


def test_an_event_in_the_wrong_place_is_told_what_was_expected() -> None:
    error = refuse({"type": "http.x"}, "http.a", "http.b")
    assert str(error) == "expected ASGI event 'http.a' or 'http.b', got 'http.x'"
