"""What a session may hold: the same wherever it is kept, so that an app can change its backend.

Law: what is loaded equals what was saved; what JSON would change on the way is refused.
"""

from __future__ import annotations

import math
from typing import Any, Final

# These cannot change, and JSON gives them back as they are.
_PLAIN: Final = frozenset({str, int, bool, type(None)})


def is_flat(data: dict[str, Any]) -> bool:
    """Say whether a session can be stored, and a shallow copy of it is a copy."""
    for key, value in data.items():
        if type(value) not in _PLAIN or type(key) is not str:
            return False
    return True


def stored(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a session, as deep as it needs; raises as `check` does."""
    if is_flat(data):
        return {**data}
    check(data)
    return copy_of(data)


def check(data: dict[str, Any]) -> None:
    """Check that a session can be stored, in whatever backend.

    Raises:
        TypeError: It holds something that does not come back from JSON as it went in: a tuple, a
            set, a date, NaN, a key that is no `str` …
        ValueError: It is nested too deeply, or in itself.
    """
    try:
        if not is_flat(data) and not _is_json(data):
            raise TypeError(_complaint(data))
    except RecursionError:
        raise ValueError(
            "expected session data nested less deeply, got more levels than Python can follow; "
            "keep it flat"
        ) from None


def _is_json(value: Any) -> bool:
    match value:
        case None | str() | int():
            return True
        case float():
            return math.isfinite(value)
        case list():
            return all(map(_is_json, value))
        case dict():
            return all(isinstance(key, str) for key in value) and all(map(_is_json, value.values()))
    return False


def copy_of(data: dict[str, Any]) -> dict[str, Any]:
    """Copy what can be stored, containers and all."""
    return {key: _copy(value) for key, value in data.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return copy_of(value)
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _complaint(data: dict[str, Any]) -> str:
    where, value = "session", data
    while (found := _culprit(value)) is not None:
        step, value = found
        where += f"[{step!r}]"
    return (
        f"expected a JSON value in {where}, got {_kind(value)}; keep str, int, finite float, bool, "
        "None, lists, and dicts with str keys"
    )


def _culprit(value: Any) -> tuple[Any, Any] | None:
    """Return the first key and item of a container that are at fault."""
    if isinstance(value, dict):
        items = list(value.items())
    else:
        items = list(enumerate(value)) if isinstance(value, list) else []
    return next(((key, item) for key, item in items if not _is_json(item)), None)


def _kind(value: Any) -> str:
    """Say what a value is, without what is in it: that is a visitor's."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        key = next(key for key in value if not isinstance(key, str))
        return f"a dict with the {type(key).__name__} key {key!r:.40}"
    return type(value).__name__
