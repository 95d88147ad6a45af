"""Which place of an app an exchange is with."""

from __future__ import annotations

import pytest

from playground.describing.seen import Place, place_of
from playground.traffic.model import Exchange
from playground.traffic.shapes import NOT_JSON, json_of

PLACES = [
    Place("http", "/"),
    Place("http", "/{name}"),
    Place("http", "/order/{kind}"),
    Place("http", "/order/new"),
    Place("http", "/files/{parts…}"),
    Place("http", "/static/{path:path}"),
    Place("websocket", "/chat/{room}"),
]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/"),
        ("/ada", "/{name}"),
        ("/order/green?many=1", "/order/{kind}"),
        ("/order?kind=green", "/order/{kind}"),
        ("/order/new", "/order/new"),
        ("/files/a/b/c", "/files/{parts…}"),
        ("/static/a/b", "/static/{path:path}"),
        ("/order/a/b", None),
        ("/chat/tea", None),
    ],
)
def test_an_exchange_is_with_the_place_that_says_most_of_its_path(
    path: str, place: str | None
) -> None:
    found = place_of(Exchange(1, "http", "ada", path=path), PLACES)
    assert (found.path if found else None) == place


def test_a_websocket_is_with_a_place_for_websockets() -> None:
    found = place_of(Exchange(1, "websocket", "ada", path="/chat/tea"), PLACES)
    assert found == PLACES[-1]


@pytest.mark.parametrize("data", [None, b"{}", "hi", "1", '"text"', "{", "[" * 100_000, "{} {}"])
def test_only_objects_and_arrays_are_json_here(data: str | bytes | None) -> None:
    assert json_of(data) is NOT_JSON


def test_json_is_read() -> None:
    assert json_of(' {"a": [1]}') == {"a": [1]}
