"""What may be sent in a close frame (RFC 6455 5.5, 7.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import EXTERNAL_CLOSE_CODES, Close

from micropie.closing import NORMAL, check_code, close_event, cut


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(-10, 6000))
def test_the_codes_that_may_be_sent_are_those_that_websockets_sends(code: int) -> None:
    allowed = code in EXTERNAL_CLOSE_CODES or 3000 <= code < 5000
    if allowed:
        check_code(code)
        return
    with pytest.raises(ValueError, match="use 1000 or one of 3000 to 4999"):
        check_code(code)


@pytest.mark.parametrize("code", [None, "1000", 1000.0, True, b"1000", [1000]])
def test_a_code_is_a_whole_number(code: Any) -> None:
    with pytest.raises(ValueError, match="expected a close code"):
        check_code(code)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(st.characters(), max_size=200))
def test_a_cut_reason_fits_into_a_frame_and_loses_no_more_than_it_must(reason: str) -> None:
    short = cut(reason)
    Close(1000, short).check()
    assert len(short.encode()) <= 123
    whole = reason.encode("utf-8", "replace").decode()
    assert whole.startswith(short)
    if short != whole:
        assert len(whole[: len(short) + 1].encode()) > 123


def test_a_reason_may_be_left_out() -> None:
    assert cut(None) == ""


@pytest.mark.parametrize("reason", [b"bytes", 5, ["text"]])
def test_a_reason_is_text(reason: Any) -> None:
    with pytest.raises(TypeError, match="expected str or None"):
        cut(reason)


def test_the_event_says_what_asgi_wants() -> None:
    assert close_event(4000, "ä" * 100) == {
        "type": "websocket.close",
        "code": 4000,
        "reason": "ä" * 61,
    }


def test_a_browser_that_closes_without_a_code_ends_normally() -> None:
    assert {1000, 1001, 1005} == NORMAL
