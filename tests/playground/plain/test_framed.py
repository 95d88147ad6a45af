"""A message and its bytes go over one WebSocket message, and come back as they were."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.plain.framed import packed, unpacked


@given(st.dictionaries(st.sampled_from("abc"), st.text()), st.lists(st.binary(max_size=9)))
def test_what_is_packed_comes_back(message: dict[str, Any], buffers: list[bytes]) -> None:
    found, pieces = unpacked(packed(message, buffers))
    assert found == message
    assert [bytes(each) for each in pieces] == buffers


def test_a_message_without_bytes_is_text() -> None:
    assert packed({"model": 1, "text": "ü"}) == '{"model":1,"text":"\\u00fc"}'


def test_a_message_with_bytes_is_as_the_page_reads_it() -> None:
    head = b'{"model":1,"sizes":[2,0,1]}'
    assert packed({"model": 1}, [b"ab", b"", b"c"]) == b"\0\0\0\x1b" + head + b"abc"


@pytest.mark.parametrize(
    "data", ["", "1", "[]", "{", b"", b"\0\0\0\x02[]", b'\0\0\0\x0d{"sizes":[4]}ab', b"\xff"]
)
def test_what_is_no_message_is_refused(data: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of json or of ours, the page is hung up on
        unpacked(data)
