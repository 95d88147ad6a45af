"""Headers in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropie.headers import encode_headers, read_cookie, session_cookie


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9))))
def test_what_goes_out_is_safe(headers: list[tuple[str, str]]) -> None:
    for name, value in encode_headers(headers):
        assert name
        assert name == name.lower()
        assert not set(name) & set(b"\r\n\0 :")
        assert not set(value) & set(b"\r\n\0")


def test_bytes_and_numbers_are_headers_too() -> None:
    assert encode_headers([(b"X-A", b"\xe9"), ("X-B", 3)]) == [  # type: ignore[list-item]
        (b"x-a", b"\xe9"),
        (b"x-b", b"3"),
    ]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("session_id=a", "a"),
        ("x=1; session_id=a; session_id=b", "a"),
        ('session_id="a"', "a"),
        ("x=1;session_id=a=b", "a=b"),
        ("session_id", None),
        ("xsession_id=a", None),
        ("", None),
    ],
)
def test_the_first_cookie_of_a_name_counts(raw: str, value: str | None) -> None:
    assert read_cookie(raw, "session_id") == value


def test_a_session_cookie_has_its_attributes() -> None:
    assert session_cookie("a", secure=True) == [
        (b"set-cookie", b"session_id=a; Path=/; SameSite=Lax; HttpOnly; Secure")
    ]
    assert session_cookie("", secure=False, expired=True) == [
        (b"set-cookie", b"session_id=; Path=/; SameSite=Lax; HttpOnly; Max-Age=0")
    ]
