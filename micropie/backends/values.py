"""A session as JSON text and back."""

from __future__ import annotations

from typing import Any

from micropie import jsontext
from micropie.exceptions import InvalidJSON
from micropie.logs import logger
from micropie.storable import stored


def dump(data: dict[str, Any]) -> bytes:
    """Write a session as UTF-8 JSON.

    Raises:
        TypeError: It holds something that does not come back from JSON as it went in.
        ValueError: It is nested too deeply, or in itself.
    """
    return jsontext.dumps(stored(data))


def load(text: bytes, session_id: str) -> dict[str, Any]:
    """Read a session; a damaged one is logged and counts as empty: its visitor can go on."""
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
