"""What JSON values have in common."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from playground.traffic.shapes import Shape, Shapes, type_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def shape(*values: Any) -> Shape:
    made = Shape()
    for each in values:
        made.add(each)
    return made


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ((), {}),
        ((1, 2), {"type": "integer"}),
        ((1, 2.5), {"type": "number"}),
        ((1, "a", None), {"type": ["integer", "null", "string"]}),
        ((True,), {"type": "boolean"}),
        (([1], []), {"type": "array", "items": {"type": "integer"}}),
        (
            ({"a": 1, "b": "x"}, {"a": 2}),
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
                "required": ["a"],
            },
        ),
    ],
)
def test_a_shape_says_what_all_have_in_common(values: tuple[Any, ...], schema: Any) -> None:
    assert shape(*values).schema() == schema


@given(st.lists(JSON, min_size=1, max_size=6))
def test_what_was_seen_fits_its_schema_and_is_allowed(values: list[Any]) -> None:
    made = shape(*values)
    validator = Draft202012Validator(made.schema())
    for each in values:
        assert validator.is_valid(each)
        assert made.allows(each)


@pytest.mark.parametrize("value", [{"a": "x"}, {"a": 1, "c": 2}, {}, [], "text", {"a": None}])
def test_another_shape_is_not_allowed(value: Any) -> None:
    assert not shape({"a": 1, "b": 2}, {"a": 3}).allows(value)


def test_it_ends_somewhere() -> None:
    deep: Any = 0
    for _ in range(100):
        deep = {"in": deep}
    assert str(shape(deep).schema()).count("in") < 30
    wide = shape({f"key{number}": number for number in range(10_000)})
    assert len(wide.schema()["properties"]) == 60
    assert wide.allows({"key9999": "anything"})


def test_messages_are_told_apart_by_their_type() -> None:
    shapes = Shapes()
    for each in ({"type": "a", "n": 1}, {"type": "b", "s": "x"}, {"type": "a", "n": 2}, [1]):
        shapes.add(each)
    assert {name: each.count for name, each in shapes} == {"a": 2, "b": 1, "": 1}
    assert shapes.allows({"type": "a", "n": 5})
    assert not shapes.allows({"type": "a", "s": "x"})
    assert not shapes.allows({"type": "c"})


@pytest.mark.parametrize("value", [1, [], {"type": 3}, {"type": "x" * 100}, {"kind": "a"}])
def test_some_messages_say_of_no_type(value: Any) -> None:
    assert type_of(value) == ""
