"""Annotations convert; what does not convert is refused."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from micropie import App
from micropie.conversions import conversion_for, to_bool, to_float, to_int
from tests.micropie.drive import connect, json_body, request


@pytest.mark.parametrize(
    ("convert", "value", "expected"),
    [
        (to_int, "12", 12),
        (to_int, "-3", -3),
        (to_int, "+3", 3),
        (to_int, 7, 7),
        (to_float, "1.5", 1.5),
        (to_float, "1e3", 1000.0),
        (to_float, "-.5", -0.5),
        (to_float, "5.", 5.0),
        (to_float, "+1.5E-3", 0.0015),
        (to_float, 2, 2.0),
        (to_bool, "Yes", True),
        (to_bool, "off", False),
        (to_bool, "0", False),
        (to_bool, 1, True),
        (to_bool, False, False),
    ],
)
def test_a_value_converts(convert: Any, value: Any, expected: Any) -> None:
    assert convert(value) == expected
    assert type(convert(value)) is type(expected)


REFUSED: dict[Any, list[Any]] = {
    to_int: ["", "1.0", "1_0", " 1", True, 1.5, None, [], "1" * 5000],
    to_float: ["", "x", "nan", "inf", "1_0", " 1", "1\n", ".", "1e", True, None, {}, 10**400],
    to_bool: ["", "2", "maybe", 2, None, [], 1.0],
}


@pytest.mark.parametrize(
    ("convert", "value"), [(convert, value) for convert in REFUSED for value in REFUSED[convert]]
)
def test_a_value_that_does_not_convert_is_refused(convert: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="e"):
        convert(value)


@pytest.mark.parametrize("convert", [to_int, to_float])
@pytest.mark.parametrize("value", ["٣", "１", "۵", "1٣", "1" * 99_999 + "x"])
def test_digits_are_those_of_ascii(convert: Any, value: str) -> None:
    with pytest.raises(ValueError, match="expected a"):
        convert(value)


@pytest.mark.parametrize("annotation", [int, "int", int | None, Optional[int], "int | None"])  # noqa: UP045
def test_annotations_that_convert(annotation: Any) -> None:
    conversion = conversion_for(annotation)
    assert conversion is not None
    assert conversion.convert("3") == 3


@pytest.mark.parametrize("annotation", [str, "str", list[int], int | str, Any, 3, "x |", [], None])
def test_annotations_that_do_not_convert(annotation: Any) -> None:
    assert conversion_for(annotation) is None


class Typed(App):
    def add(self, number: int, by: float = 0.5, minus: bool = False):
        return {"sum": number - by if minus else number + by}

    def maybe(self, number: int | None = 3, word=None):
        return [number, word]

    async def ws_add(self, ws, number: int):
        await ws.accept()
        await ws.send_json(number + 1)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/add/1", 1.5), ("/add/1/2", 3), ("/add/1?by=2&minus=true", -1)],
)
async def test_parameters_convert(path: str, expected: float) -> None:
    assert (await request(Typed(), "GET", path)).json() == {"sum": expected}


@pytest.mark.parametrize("path", ["/add/x", "/add?number=1.5", "/add/1/x", "/add/1?minus=perhaps"])
async def test_a_bad_parameter_is_400_and_is_not_repeated(path: str) -> None:
    answer = await request(Typed(), "GET", path)
    assert answer.status == 400
    assert answer.text.startswith("400 Bad Request: Invalid parameter '")
    assert "got" not in answer.text


async def test_json_keeps_its_types() -> None:
    app = Typed()
    assert (await request(app, "POST", "/add", **json_body('{"number": 2}'))).json() == {"sum": 2.5}
    assert (await request(app, "POST", "/add", **json_body('{"number": true}'))).status == 400
    answer = await request(app, "POST", "/maybe", **json_body('{"number": null, "word": 1}'))
    assert answer.json() == [None, 1]


async def test_without_an_annotation_a_value_stays_text() -> None:
    assert (await request(Typed(), "GET", "/maybe?word=12")).json() == [3, "12"]


async def test_a_bad_websocket_parameter_refuses_the_handshake() -> None:
    assert (await connect(Typed(), "/add/2")).messages == ["3"]
    socket = await connect(Typed(), "/add/x")
    assert socket.closing == (1008, "Invalid parameter 'number': expected a whole number")
