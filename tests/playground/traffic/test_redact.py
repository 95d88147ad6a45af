"""Credentials do not enter the log."""

from __future__ import annotations

import pytest

from playground.traffic.redact import REDACTED, redact_headers, redact_path


def test_values_of_credential_headers_are_replaced() -> None:
    headers = [(b"Cookie", b"session_id=1"), (b"Authorization", b"token t"), (b"Host", b"h")]
    assert redact_headers(headers) == (
        ("cookie", REDACTED),
        ("authorization", REDACTED),
        ("host", "h"),
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/a?token=secret", f"/a?token={REDACTED}"),
        ("/a?x=1&Token=secret&y=2", f"/a?x=1&Token={REDACTED}&y=2"),
        ("/a?access_token=s", f"/a?access_token={REDACTED}"),
        ("/a?_xsrf=s", f"/a?_xsrf={REDACTED}"),
        ("/token=x", "/token=x"),
        ("/a?tokens=3", "/a?tokens=3"),
    ],
)
def test_a_token_in_a_query_is_replaced(path: str, shown: str) -> None:
    assert redact_path(path) == shown
