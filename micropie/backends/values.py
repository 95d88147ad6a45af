"""A session as JSON text and back.

Law: what is loaded equals what was saved; what JSON would change on the way is refused.
"""

from __future__ import annotations

import logging
import math
from typing import Any

from micropie import jsontext
from micropie.exceptions import InvalidJSON

logger = logging.getLogger("micropie")


def dump(data: dict[str, Any]) -> bytes:
    """Write a session as UTF-8 JSON.

    Raises:
        TypeError: It holds something that does not come back from JSON as it went in: a tuple, a
            set, a date, NaN, a key that is no `str` …
        ValueError: It is nested too deeply, or in itself.
    """
    try:
        if not _is_json(data):
            raise TypeError(_complaint(data))
        return jsontext.dumps(data)
    except RecursionError:
        raise ValueError(
            "expected session data nested less deeply, got more levels than Python can follow; "
            "keep it flat"
        ) from None


def load(text: bytes, session_id: str) -> dict[str, Any]:
    """Read a session; a damaged one is logged and counts as none, so that its visitor can go on."""
    try:
        data = jsontext.loads(text)
    except InvalidJSON as error:
        data, problem = None, str(error)
    else:
        problem = f"expected a JSON object, got {type(data).__name__}"
    if isinstance(data, dict):
        return data
    # The whole id would let a reader of the log into the session.
    logger.error(
        "The stored session %s… is damaged and counts as ended: %s.", session_id[:8], problem
    )
    return {}


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


def _complaint(data: dict[str, Any]) -> str:
    where, value = "session", data
    while (found := _culprit(value)) is not None:
        step, value = found
        where += f"[{step!r}]"
    return (
        f"expected a JSON value in {where}, got {value!r:.80}; keep str, int, finite float, bool, "
        "None, lists, and dicts with str keys"
    )


def _culprit(value: Any) -> tuple[Any, Any] | None:
    """Return the first key and item of a container that are at fault."""
    if isinstance(value, dict):
        items = list(value.items())
    else:
        items = list(enumerate(value)) if isinstance(value, list) else []
    return next(((key, item) for key, item in items if not _is_json(item)), None)
