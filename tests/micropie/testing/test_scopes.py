"""What a client asks for becomes a scope."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie.testing.scopes import (
    decode_headers,
    encode_headers,
    http_scope,
    merge_headers,
    websocket_scope,
)

HERE = ("127.0.0.1", 5)
NAMES = st.sampled_from([b"a", b"b", b"c"])
LAYERS = st.lists(st.lists(st.tuples(NAMES, st.binary(max_size=2)), max_size=3), max_size=3)


@pytest.mark.parametrize(
    "headers", [{"X-Name": "ä"}, [("X-Name", "ä")], [(b"X-Name", b"\xe4")], [("X-Name", b"\xe4")]]
)
def test_headers_of_any_kind_are_bytes(headers: Any) -> None:
    assert encode_headers(headers) == [(b"x-name", b"\xe4")]
    assert decode_headers(encode_headers(headers)) == [("x-name", "ä")]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(LAYERS)
def test_a_name_in_a_later_layer_replaces_it_and_within_a_layer_it_repeats(
    layers: list[list[tuple[bytes, bytes]]],
) -> None:
    merged = merge_headers(*layers)
    for name in (b"a", b"b", b"c"):
        with_it = [layer for layer in layers if name in dict(layer)]
        expected = [pair for pair in (with_it or [[]])[-1] if pair[0] == name]
        assert [pair for pair in merged if pair[0] == name] == expected


@pytest.mark.parametrize(
    ("target", "path", "raw", "query"),
    [
        ("/", "/", b"/", b""),
        ("/a?b=c", "/a", b"/a", b"b=c"),
        ("/a%2Fb?c=%26&d", "/a/b", b"/a%2Fb", b"c=%26&d"),
        ("/ä b?ü=ß", "/ä b", b"/%C3%A4%20b", b"%C3%BC=%C3%9F"),
        ("/a#fragment", "/a", b"/a", b""),
        ("/a?b?c#d", "/a", b"/a", b"b?c"),
        ("/%zz", "/%zz", b"/%zz", b""),
    ],
)
def test_a_target_becomes_path_and_query(target: str, path: str, raw: bytes, query: bytes) -> None:
    for scope in (
        http_scope("GET", target, [], HERE, ""),
        websocket_scope(target, [], [], HERE, ""),
    ):
        assert (scope["path"], scope["raw_path"], scope["query_string"]) == (path, raw, query)


def test_a_mounted_path_has_its_root() -> None:
    scope = http_scope("GET", "/b%20c", [], HERE, "/a")
    assert (scope["root_path"], scope["path"]) == ("/a", "/a/b c")
    assert scope["raw_path"] == b"/a/b%20c"


@pytest.mark.parametrize("target", ["", "a", "http://x/", "*"])
def test_a_target_begins_with_a_slash(target: str) -> None:
    with pytest.raises(ValueError, match="leave out the host"):
        http_scope("GET", target, [], HERE, "")


def test_a_request_has_a_host_unless_it_brings_one() -> None:
    assert http_scope("GET", "/", [], HERE, "")["headers"] == [(b"host", b"localhost")]
    given_ = [(b"host", b"example.org")]
    assert http_scope("GET", "/", given_, HERE, "")["headers"] == given_


def test_a_handshake_has_the_headers_of_one() -> None:
    scope = websocket_scope("/", [(b"x", b"y")], ["json", "xml"], HERE, "")
    headers = dict(scope["headers"])
    assert headers[b"upgrade"] == b"websocket"
    assert headers[b"sec-websocket-protocol"] == b"json, xml"
    assert len(headers[b"sec-websocket-key"]) == 24
    assert scope["subprotocols"] == ["json", "xml"]
    other = websocket_scope("/", [], [], HERE, "")
    assert b"sec-websocket-protocol" not in dict(other["headers"])
    assert dict(other["headers"])[b"sec-websocket-key"] != headers[b"sec-websocket-key"]


def test_subprotocols_are_a_list() -> None:
    with pytest.raises(TypeError, match="put it in"):
        websocket_scope("/", [], "json", HERE, "")
