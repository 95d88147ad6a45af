"""Reading JSON that came from elsewhere: each field is checked, each complaint says why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

_ABSENT: Final = object()

_NAMES: Final[dict[type, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


class FormatError(ValueError):
    """A file is not what its format says."""


def field(source: Mapping[str, Any], name: str, kind: type, default: Any = _ABSENT) -> Any:
    """Return a field of a JSON object; `default`, if there is one, where it is absent or null.

    Args:
        kind: ``str``, ``int``, ``float`` (a whole number will do), ``list`` or ``dict``.

    Raises:
        FormatError: If it is something else.
    """
    value = source.get(name)
    if value is None and default is not _ABSENT:
        return default
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FormatError(f"expected {name!r} to be {_NAMES[kind]}, got {shown(value)}")
    return value


def choice(source: Mapping[str, Any], name: str, choices: Collection[str]) -> Any:
    """Return a field that must be one of a few words.

    Raises:
        FormatError: If it is not.
    """
    value = source.get(name)
    if not isinstance(value, str) or value not in choices:
        raise FormatError(
            f"expected {name!r} to be one of {', '.join(choices)}, got {shown(value)}"
        )
    return value


def objects(source: Mapping[str, Any], name: str, default: Any = _ABSENT) -> list[dict[str, Any]]:
    """Return a field that must be a list of JSON objects.

    Raises:
        FormatError: If it is not.
    """
    found: list[Any] = field(source, name, list, default)
    return [as_object(each, f"each of {name!r}") for each in found]


def as_object(value: Any, what: str) -> dict[str, Any]:
    """Return a value that must be a JSON object.

    Raises:
        FormatError: If it is not.
    """
    if not isinstance(value, dict):
        raise FormatError(f"expected {what} to be an object, got {shown(value)}")
    return value


def shown(value: Any) -> str:
    """Return a value for a message, short."""
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:59]}…"
