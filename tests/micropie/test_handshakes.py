"""What a client asked for when it connected."""

from __future__ import annotations

from typing import Any

import pytest

from micropie.handshakes import Handshake

RAW = [(b"X-Name", b"one"), (b"x-name", b"tw\xf6"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]


def test_a_handshake_tells_headers_path_client_and_subprotocols() -> None:
    asked = Handshake(
        {
            "path": "/chat/ä",
            "headers": RAW,
            "client": ["10.0.0.1", 5000],
            "subprotocols": ["json", "xml"],
        }
    )
    assert asked.headers == {"x-name": "twö", "cookie": "a=1; b=2"}
    assert asked.headers is asked.headers
    assert asked.path == "/chat/ä"
    assert asked.client == ("10.0.0.1", 5000)
    assert asked.subprotocols == ["json", "xml"]


@pytest.mark.parametrize("scope", [{}, {"client": None, "subprotocols": None}])
def test_what_a_server_does_not_know_is_empty(scope: dict[str, Any]) -> None:
    asked = Handshake(scope)
    assert (asked.headers, asked.path, asked.client, asked.subprotocols) == ({}, "/", None, [])


def test_the_offer_is_a_copy() -> None:
    scope = {"subprotocols": ["json"]}
    Handshake(scope).subprotocols.append("xml")
    assert scope == {"subprotocols": ["json"]}


def test_only_an_offered_subprotocol_may_be_chosen() -> None:
    asked = Handshake({"subprotocols": ["json"]})
    asked._check_subprotocol("json")
    for other in ("xml", "JSON", ""):
        with pytest.raises(ValueError, match=r"choose from ws\.subprotocols"):
            asked._check_subprotocol(other)


def test_nothing_offered_means_that_nothing_can_be_chosen() -> None:
    with pytest.raises(ValueError, match=r"\[\]"):
        Handshake({"subprotocols": []})._check_subprotocol("json")


def test_a_server_that_does_not_tell_the_offer_gets_what_the_handler_chose() -> None:
    Handshake({})._check_subprotocol("json")
