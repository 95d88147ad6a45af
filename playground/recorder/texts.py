"""Code that the notebook gave to `exec` as a text: it stands in no cell and in no file."""

from __future__ import annotations

from types import CodeType, FrameType
from typing import Final

# What Python calls a text that is given to exec; what `dataclass` writes is such a text, too, in
# functions that are made by one of this name.
TEXT: Final = "<string>"
_WRITTEN: Final = "__create_fn__"


def label_of_text(frame: FrameType) -> str | None:
    """Return what to call code that the notebook gave to exec as text; None if it is not that."""
    code = frame.f_code
    # No handler stands in a module's own lines; what `python -c` was given does, outermost.
    if code.co_filename != TEXT or _WRITTEN in code.co_qualname or code.co_name == "<module>":
        return None
    return TEXT if frame.f_globals.get("__name__") == "__main__" else None


def called_text(code: CodeType) -> str | None:
    """Return what to call a text that the user's own code has had run; None if it is a file's.

    By `exec`, `eval` or a function that came of them: what Python calls such a text, or what the
    user has called it, as ``<step>``, stands in angle brackets. Python's own frozen modules do too.
    """
    name = code.co_filename
    is_text = name.startswith("<") and name.endswith(">") and not name.startswith("<frozen ")
    return name if is_text and _WRITTEN not in code.co_qualname else None
