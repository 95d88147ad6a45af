"""None on its way to JavaScript: in a browser's Python it would arrive as undefined.

Everywhere else messages travel as JSON, where None is null, and that is what views compare with.
"""

from __future__ import annotations

import sys
from typing import Any


def null() -> object:
    """Return what arrives as null: None itself, except in Pyodide."""
    if sys.platform != "emscripten":
        return None
    from pyodide.ffi import jsnull  # type: ignore[import-not-found]

    found: object = jsnull
    return found


def with_null(value: Any, null: object) -> Any:
    """Return a message with `null` wherever None is in it."""
    if value is None:
        return null
    if isinstance(value, dict):
        return {key: with_null(each, null) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_null(each, null) for each in value]
    return value
