"""Values to the type that a parameter is annotated with: `int`, `float`, `bool`.

A value comes as `str` from a path, a query or a form, with its own type from JSON or a session.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Callable
from typing import Any, Final

_WHOLE: Final = re.compile(r"[+-]?[0-9]+\Z")
# Python reads more as a number: an underscore, space around it, digits of any script. Compiled
# when a handler first wants a `float`, and not at the import.
_NUMBER: Final = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z"
_TRUE: Final = frozenset({"1", "true", "yes", "on", "t", "y"})
_FALSE: Final = frozenset({"0", "false", "no", "off", "f", "n"})


def to_int(value: Any) -> int:
    """Convert decimal digits, or take a whole number as it is."""
    if type(value) is int:
        return value
    if isinstance(value, str) and _WHOLE.match(value):
        return int(value)
    raise ValueError("expected a whole number")


def to_float(value: Any) -> float:
    """Convert a finite decimal number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("expected a number")
    if isinstance(value, str) and not re.match(_NUMBER, value):
        raise ValueError("expected a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("expected a number") from error
    if not math.isfinite(number):
        raise ValueError("expected a finite number")
    return number


def to_bool(value: Any) -> bool:
    """Convert 1, true, yes, on and their opposites."""
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, int | str) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("expected true or false")


class Conversion:
    """How a value becomes what a parameter wants, and what to say when it cannot."""

    __slots__ = ("convert", "expected")

    def __init__(self, convert: Callable[[Any], Any], expected: str) -> None:
        self.convert = convert
        self.expected = expected


_CONVERSIONS: Final = {
    "int": Conversion(to_int, "a whole number"),
    "float": Conversion(to_float, "a number"),
    "bool": Conversion(to_bool, "true or false"),
}
_NAMES: Final[dict[Any, str]] = {int: "int", float: "float", bool: "bool"}


def conversion_for(annotation: Any) -> Conversion | None:
    """Return what converts to an annotation, if anything is to be converted.

    `int | None` converts like `int`, and lets JSON's `null` through.
    """
    if isinstance(annotation, str):
        return _for_text(annotation)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        kinds = typing.get_args(annotation)
        others = [kind for kind in kinds if kind is not type(None)]
        if len(others) == 1 and len(kinds) == 2:
            return _optional(conversion_for(others[0]))
        return None
    return _CONVERSIONS.get(_NAMES.get(annotation, "")) if isinstance(annotation, type) else None


def _for_text(annotation: str) -> Conversion | None:
    base, _, rest = annotation.partition("|")
    if rest.strip() == "None":
        return _optional(_CONVERSIONS.get(base.strip()))
    return _CONVERSIONS.get(annotation.strip())


def _optional(conversion: Conversion | None) -> Conversion | None:
    if conversion is None:
        return None
    convert = conversion.convert
    return Conversion(lambda value: None if value is None else convert(value), conversion.expected)
