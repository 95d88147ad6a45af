"""Annotations as JSON Schema (2020-12), which both OpenAPI 3.1 and AsyncAPI 3.0 understand."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import inspect
import json
import types
import typing
import uuid
from collections.abc import Iterable, Mapping, Set
from typing import Annotated, Any, Final, Literal

Schema = dict[str, Any]

_SIMPLE: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    bytes: {"type": "string", "contentMediaType": "application/octet-stream"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "format": "time"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    decimal.Decimal: {"type": "string"},
}
# What an annotation may be called that Python could not evaluate.
_BY_NAME: Final = {"str": str, "int": int, "float": float, "bool": bool, "dict": dict, "list": list}

# Where both documents keep schemas that have a name.
_PLACE: Final = "#/components/schemas/"


class Schemas:
    """Makes schemas of one document, and keeps those of classes once, by name.

    Attributes:
        named: The schemas for the document's `components.schemas`.
    """

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}
        self._names: dict[type, str] = {}

    def of(self, annotation: Any) -> Schema:
        """Return the schema of what an annotation allows; `{}` where it says nothing.

        Args:
            annotation: As `inspect.Parameter` or `typing.get_type_hints` has it.
        """
        if isinstance(annotation, str):
            annotation = _BY_NAME.get(annotation.strip(), Any)
        if _is_hashable(annotation) and annotation in _SIMPLE:
            return dict(_SIMPLE[annotation])
        origin = typing.get_origin(annotation)
        if origin is not None:
            return self._parametrised(origin, typing.get_args(annotation))
        if isinstance(annotation, type):
            return self._of_class(annotation)
        inner = getattr(annotation, "__supertype__", None) or getattr(annotation, "__value__", None)
        return self.of(inner) if inner is not None else {}

    def _parametrised(self, origin: Any, args: tuple[Any, ...]) -> Schema:
        if origin is Annotated:
            words = [each for each in args[1:] if isinstance(each, str)]
            return {**self.of(args[0]), **({"description": words[0]} if words else {})}
        if origin is Literal:
            values = [each.value if isinstance(each, enum.Enum) else each for each in args]
            return {"enum": [each for each in values if is_json(each)]}
        if origin in (typing.Union, types.UnionType):
            return self._union([self.of(each) for each in args])
        if origin in (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar):
            return self.of(args[0])
        if not isinstance(origin, type):
            return {}
        return self._container(origin, args)

    def _union(self, found: list[Schema]) -> Schema:
        different = [each for at, each in enumerate(found) if each not in found[:at]]
        if {} in different:
            return {}
        return different[0] if len(different) == 1 else {"anyOf": different}

    def _container(self, origin: type, args: tuple[Any, ...]) -> Schema:
        if issubclass(origin, Mapping):
            values = self.of(args[1]) if len(args) == 2 else {}
            return {"type": "object", **({"additionalProperties": values} if values else {})}
        if issubclass(origin, tuple) and args and args[-1] is not Ellipsis:
            parts = [self.of(each) for each in args if each != ()]
            size = {"minItems": len(parts), "maxItems": len(parts)}
            return {"type": "array", **({"prefixItems": parts} if parts else {}), **size}
        if issubclass(origin, Iterable):
            items = self.of(args[0]) if args else {}
            unique = {"uniqueItems": True} if issubclass(origin, Set) else {}
            return {"type": "array", **({"items": items} if items else {}), **unique}
        return {}

    def _of_class(self, kind: type) -> Schema:
        if kind is object or not _has_fields(kind):
            return self._container(kind, ()) if issubclass(kind, Mapping | Iterable) else {}
        name = self._names.get(kind)
        if name is None:
            name = self._names[kind] = self._free_name(kind.__name__)
            # A class may hold itself: whoever meets it again refers to it by name.
            self.named[name] = {}
            self.named[name] = self._fields(kind)
        return {"$ref": _PLACE + name}

    def _free_name(self, wanted: str) -> str:
        names = (wanted, *(f"{wanted}{number}" for number in range(2, len(self.named) + 3)))
        return next(each for each in names if each not in self.named)

    def _fields(self, kind: Any) -> Schema:
        if hasattr(kind, "model_json_schema"):
            return self._pydantic(kind)
        if issubclass(kind, enum.Enum):
            return {"enum": [each.value for each in kind if is_json(each.value)], **_told(kind)}
        hints = _hints(kind)
        if dataclasses.is_dataclass(kind):
            fields = {each.name: each for each in dataclasses.fields(kind)}
            required = [name for name, each in fields.items() if _is_required(each)]
            properties = {
                name: {**self.of(hints.get(name, Any)), **default_of(each.default)}
                for name, each in fields.items()
            }
        else:
            required = [name for name, hint in hints.items() if _is_key_required(kind, name, hint)]
            properties = {name: self.of(hint) for name, hint in hints.items()}
        needed = {"required": required} if required else {}
        return {"type": "object", "properties": properties, **needed, **_told(kind)}

    def _pydantic(self, kind: Any) -> Schema:
        schema: Schema = kind.model_json_schema(ref_template=_PLACE + "{model}")
        for name, inner in schema.pop("$defs", {}).items():
            self.named.setdefault(name, inner)
        return schema


def is_json(value: Any) -> bool:
    """Return whether a value can stand in a JSON document as it is."""
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def default_of(value: Any) -> Schema:
    """Return a default as part of a schema; nothing where there is none that JSON can say."""
    known = value is not inspect.Parameter.empty and value is not dataclasses.MISSING
    return {"default": value} if known and is_json(value) else {}


def _has_fields(kind: type) -> bool:
    return (
        dataclasses.is_dataclass(kind)
        or typing.is_typeddict(kind)
        or issubclass(kind, enum.Enum)
        or callable(getattr(kind, "model_json_schema", None))
    )


def _is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.init and field.default is missing and field.default_factory is missing


def _is_key_required(kind: Any, name: str, hint: Any) -> bool:
    """Say so by the annotation first: Python does not see it in one that is written as text."""
    said = {typing.Required: True, typing.NotRequired: False}.get(typing.get_origin(hint))
    return name in kind.__required_keys__ if said is None else said


def _hints(kind: type) -> dict[str, Any]:
    """Return a class's annotations; as they were written where Python cannot evaluate them."""
    try:
        return typing.get_type_hints(kind, include_extras=True)
    except Exception:
        # Evaluating an annotation runs any code: a name that exists for type checkers only.
        return dict(inspect.get_annotations(kind))


def _told(kind: type) -> Schema:
    """Return what a class says of itself, not what Python wrote for it."""
    doc = vars(kind).get("__doc__")
    if not isinstance(doc, str) or doc.startswith(f"{kind.__name__}("):
        return {}
    return {"description": inspect.cleandoc(doc)}


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
