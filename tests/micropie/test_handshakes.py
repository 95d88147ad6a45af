"""What a client asked for when it connected."""

from __future__ import annotations

from typing import Any

import pytest

from micropie.handshakes import Handshake, accept_headers, check_refusal

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


@pytest.mark.parametrize("status", [200, 302, 401, 599])
def test_a_handshake_may_be_refused_with_a_status_that_ends_it(status: int) -> None:
    check_refusal(status, "why")


@pytest.mark.parametrize("status", [0, 100, 101, 199, 600, 1008, -1, "403", None, 403.0])
def test_any_other_status_is_a_value_error(status: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a status from 200 to 599, got .*; use 403"):
        check_refusal(status, "")


@pytest.mark.parametrize("body", [b"bytes", None, 5, ["why"]])
def test_the_body_of_a_refusal_is_text(body: Any) -> None:
    with pytest.raises(TypeError, match="expected str as the body of a refusal"):
        check_refusal(403, body)


def test_a_header_cannot_choose_the_subprotocol() -> None:
    assert accept_headers([("X", "y")]) == [(b"x", b"y")]
    with pytest.raises(ValueError, match=r"use accept\(subprotocol=…\)"):
        accept_headers([("X", "y"), ("Sec-WebSocket-Protocol", "json")])


def test_every_socket_has_a_number_of_its_own() -> None:
    sockets = [Handshake({}) for _ in range(3)]
    numbers = [hash(each) for each in sockets]
    assert numbers == sorted(set(numbers))
    assert numbers == [hash(each) for each in sockets]


def test_sockets_that_somebody_counts_go_by_that_number() -> None:
    sockets = [Handshake({"micropie.number": number}) for number in (3, 1, 2)]
    assert [each._scope["micropie.number"] for each in set(sockets)] == [1, 2, 3]
    assert len({Handshake({"micropie.number": 1}), Handshake({"micropie.number": 1})}) == 2


def test_a_plain_for_over_a_socket_says_what_to_write() -> None:
    with pytest.raises(TypeError, match="expected async for, got for; write async for message in"):
        list(Handshake({}))  # type: ignore[call-overload]
