"""What annotations become as JSON Schema."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import pytest

from micropie.describing.schemas import Schemas, default_of, is_json


class Colour(enum.Enum):
    """What it looks like."""

    RED = "red"
    BLUE = "blue"


class Tea(TypedDict):
    name: str
    sugar: NotRequired[int]


@dataclasses.dataclass
class Node:
    """One of a tree."""

    label: str
    children: list[Node] = dataclasses.field(default_factory=list)
    size: int = 3


Age = NewType("Age", int)

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, TEXT),
        (int, NUMBER),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (datetime.date, {"type": "string", "format": "date"}),
        (Any, {}),
        (object, {}),
        (typing.TypeVar("T"), {}),
        ("int", NUMBER),
        ("Unknown[thing]", {}),
        (dict, {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": NUMBER}),
        (Mapping[str, Any], {"type": "object"}),
        (list, {"type": "array"}),
        (list[str], {"type": "array", "items": TEXT}),
        (Sequence[int], {"type": "array", "items": NUMBER}),
        (set[int], {"type": "array", "items": NUMBER, "uniqueItems": True}),
        (Iterator[str], {"type": "array", "items": TEXT}),
        (tuple[int, ...], {"type": "array", "items": NUMBER}),
        (
            tuple[int, str],
            {"type": "array", "prefixItems": [NUMBER, TEXT], "minItems": 2, "maxItems": 2},
        ),
        (int | None, {"anyOf": [NUMBER, {"type": "null"}]}),
        (typing.Optional[str], {"anyOf": [TEXT, {"type": "null"}]}),  # noqa: UP045
        (int | Age, NUMBER),
        (int | Any, {}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Literal[Colour.RED], {"enum": ["red"]}),
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (Age, NUMBER),
        (Schemas, {}),
        ([], {}),
    ],
)
def test_an_annotation_becomes_a_schema(annotation: Any, schema: dict[str, Any]) -> None:
    assert Schemas().of(annotation) == schema


def test_classes_with_fields_stand_once_under_their_names() -> None:
    schemas = Schemas()
    assert schemas.of(list[Tea]) == {"type": "array", "items": {"$ref": "#/components/schemas/Tea"}}
    assert schemas.of(Tea) == {"$ref": "#/components/schemas/Tea"}
    assert schemas.named["Tea"] == {
        "type": "object",
        "properties": {"name": TEXT, "sugar": NUMBER},
        "required": ["name"],
    }


def test_a_class_may_hold_itself() -> None:
    schemas = Schemas()
    schemas.of(Node)
    assert schemas.named["Node"] == {
        "type": "object",
        "properties": {
            "label": TEXT,
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
            "size": {"type": "integer", "default": 3},
        },
        "required": ["label"],
        "description": "One of a tree.",
    }


def test_an_enum_is_its_values() -> None:
    schemas = Schemas()
    schemas.of(Colour)
    told = {"enum": ["red", "blue"], "description": "What it looks like."}
    assert schemas.named["Colour"] == told


def test_two_classes_of_one_name_do_not_meet() -> None:
    schemas = Schemas()
    other = dataclasses.make_dataclass("Tea", [("pot", int)])
    assert schemas.of(Tea) != schemas.of(other)
    assert sorted(schemas.named) == ["Tea", "Tea2"]
    assert schemas.of(other) == {"$ref": "#/components/schemas/Tea2"}


def test_a_class_that_describes_itself_is_asked() -> None:
    """As pydantic's models do."""

    class Model:
        @classmethod
        def model_json_schema(cls, *, ref_template: str) -> dict[str, Any]:
            inner = {"type": "object", "title": "Inner"}
            ref = {"$ref": ref_template.format(model="Inner")}
            return {"$defs": {"Inner": inner}, "properties": {"inner": ref}}

    schemas = Schemas()
    assert schemas.of(Model) == {"$ref": "#/components/schemas/Model"}
    assert schemas.named["Model"] == {
        "properties": {"inner": {"$ref": "#/components/schemas/Inner"}}
    }
    assert schemas.named["Inner"]["title"] == "Inner"


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"", object(), (1,), {1: 2}])
def test_a_default_that_json_cannot_say_is_left_out(value: object) -> None:
    assert not is_json(value)
    assert default_of(value) == {}
    assert default_of(0) == {"default": 0}
    assert default_of(None) == {"default": None}
