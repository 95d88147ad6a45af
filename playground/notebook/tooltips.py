"""The tooltip of a function of ours (Shift-Tab, `serve?`): its example first, then its signature.

A signature of fourteen options says nothing to who has never called it.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

from playground.notebook import kernel

_OURS: Final = ("playground.", "micropie.")
_EXAMPLE: Final = re.compile(r"^::\n\n((?:[ ]{4}.*\n|\n)+)", re.MULTILINE)


def begin() -> None:
    """Have such tooltips from now on, where IPython runs and lets that be done."""
    inspector = getattr(kernel.shell(), "inspector", None)
    hooks = getattr(inspector, "mime_hooks", None)
    if isinstance(hooks, dict):
        hooks.setdefault("text/plain", _tooltip)


def _tooltip(asked: Any) -> list[tuple[str, str]] | None:
    """Return what IPython shows of an object; None to leave that to IPython.

    Args:
        asked: The object, as `obj`, and how much is asked of it: its source too at level 1.
    """
    obj = getattr(asked, "obj", None)
    if getattr(asked, "detail_level", 1) or not inspect.isroutine(obj):
        return None
    if not str(getattr(obj, "__module__", "")).startswith(_OURS):
        return None
    told = getattr(asked, "info_dict", None) or {}
    return example_first(obj, str(told.get("definition") or ""))


def example_first(function: Any, signature: str) -> list[tuple[str, str]] | None:
    """Return the help of a function, part by part, its example first; None if it has none.

    Args:
        function: With a docstring, in which an example stands below a line with ``::``.
        signature: As IPython writes it.
    """
    told = inspect.getdoc(function) or ""
    found = _EXAMPLE.search(told)
    if found is None:
        return None
    rest = f"{told[: found.start()]}{told[found.end() :]}"
    example = f"\n{inspect.cleandoc(found[1]).strip()}\n"
    return [("Example", example), ("What it does", f"\n{rest}"), ("Signature", signature)]
