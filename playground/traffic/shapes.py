"""What JSON values have in common, learned from seeing them one after another, as JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

# A text that is longer than this is not looked at.
_LONGEST: Final = 100_000

# Of messages that say of which type they are, each type is a shape. More of them than that are one.
MOST_SHAPES: Final = 5
_TYPE: Final = "type"
_LONGEST_TYPE: Final = 60

# Deeper, or with more keys, nobody reads it; what is there is then called anything.
_MOST_DEPTH: Final = 8
_MOST_FIELDS: Final = 60

# A key is a name, or the clause that names it is no sentence any more.
_LONGEST_NAME: Final = 40

_SAID: Final = {
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "an object",
}

_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


class Shape:
    """What values seen so far have in common.

    Args:
        depth: How deep in a message they stand.

    Attributes:
        count: How many there were.
        example: The first of them.
    """

    def __init__(self, depth: int = 0) -> None:
        self.count = 0
        self.example: Any = None
        self._depth = depth
        self._kinds: set[str] = set()
        self._fields: dict[str, Shape] = {}
        self._objects = 0
        self._items: Shape | None = None
        self._too_much = False

    def add(self, value: Any) -> None:
        """See one more value, as `json.loads` gives it."""
        self.count += 1
        if self.count == 1:
            self.example = value
        self._kinds.add(_NAMES.get(type(value), "string"))
        if self._depth >= _MOST_DEPTH:
            return
        if isinstance(value, dict):
            self._add_object(value)
        elif isinstance(value, list):
            self._items = self._items or Shape(self._depth + 1)
            for each in value:
                self._items.add(each)

    def _add_object(self, value: dict[str, Any]) -> None:
        self._objects += 1
        for name, each in value.items():
            if name not in self._fields and len(self._fields) >= _MOST_FIELDS:
                self._too_much = True
                continue
            self._fields.setdefault(name, Shape(self._depth + 1)).add(each)

    def allows(self, value: Any) -> bool:
        """Return whether a value is as those seen: the same types, and no key of another name."""
        return not self.unlike(value)

    def unlike(self, value: Any, name: str = "it") -> str:
        """Return in what a value is not as those seen, as a clause; "" if it is as they are.

        Args:
            value: As `json.loads` gives it.
            name: What the value is called in the clause.
        """
        kind = _NAMES.get(type(value), "string")
        if kind not in self._kinds and not (kind == "integer" and "number" in self._kinds):
            were = " or ".join(_SAID[each] for each in sorted(self._kinds))
            return f"{name} is {_SAID[kind]}, was {were}"
        if isinstance(value, dict):
            return self._unlike_object(value, "" if name == "it" else f"{name}.")
        if isinstance(value, list) and self._items is not None:
            named = f"{'' if name == 'it' else name}[]"
            return next(filter(None, (self._items.unlike(each, named) for each in value)), "")
        return ""

    def _unlike_object(self, value: dict[str, Any], before: str) -> str:
        if self._too_much or self._depth >= _MOST_DEPTH:
            return ""
        for name, each in self._fields.items():
            if each.count == self._objects and name not in value:
                return f"{before}{name[:_LONGEST_NAME]} is missing"
        for name, each in value.items():
            named = f"{before}{name[:_LONGEST_NAME]}"
            if name not in self._fields:
                return f"{named} is new"
            if said := self._fields[name].unlike(each, named):
                return said
        return ""

    def schema(self) -> Schema:
        """Return what they have in common as JSON Schema; `{}` where that is nothing."""
        kinds = sorted(self._kinds - ({"integer"} if "number" in self._kinds else set()))
        if not kinds:
            return {}
        found: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
        if self._fields:
            found["properties"] = {name: each.schema() for name, each in self._fields.items()}
            always = [name for name, each in self._fields.items() if each.count == self._objects]
            found.update({"required": always} if always else {})
        if self._items is not None and (items := self._items.schema()):
            found["items"] = items
        return found


class Shapes:
    """The shapes of messages of one kind, by what they say of their type.

    Attributes:
        plain: How many were text, but not JSON.
        binary: How many were bytes.
    """

    def __init__(self) -> None:
        self.plain = 0
        self.binary = 0
        self._by_type: dict[str, Shape] = {}
        self._all = Shape()

    def add(self, value: Any) -> None:
        """See one more message that is JSON."""
        self._all.add(value)
        self._by_type.setdefault(type_of(value), Shape()).add(value)

    def __iter__(self) -> Iterator[tuple[str, Shape]]:
        """Yield each type and its shape; of too many types one shape, of no type."""
        if len(self._by_type) > MOST_SHAPES:
            yield "", self._all
        else:
            yield from self._by_type.items()

    def allows(self, value: Any) -> bool:
        """Return whether a message is as one of those seen."""
        if len(self._by_type) > MOST_SHAPES:
            return True
        shape = self._by_type.get(type_of(value))
        return shape is not None and shape.allows(value)


def type_of(value: Any) -> str:
    """Return what a message says of its type; "" if it says nothing."""
    said = value.get(_TYPE) if isinstance(value, dict) else None
    return said if isinstance(said, str) and len(said) <= _LONGEST_TYPE else ""


NOT_JSON: Final = object()


def json_of(data: str | bytes | None) -> Any:
    """Return an object or array that a text holds as JSON, else `NOT_JSON`."""
    if not isinstance(data, str) or len(data) > _LONGEST or data.lstrip()[:1] not in ("{", "["):
        return NOT_JSON
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return NOT_JSON
