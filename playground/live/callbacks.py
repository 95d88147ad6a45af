"""Find the line on which an app hands a callback to the event loop.

Of ``loop.call_soon(sys.exit)`` no frame is left when it is called: what it raises names no line.
"""

from __future__ import annotations

import dis
import linecache
from collections.abc import Iterator
from types import CodeType
from typing import Any, Final

from playground.live.fingerprint import class_of, code_parts, functions
from playground.notebook import kernel

_HANDING_OVER: Final = frozenset(
    {"add_done_callback", "call_at", "call_later", "call_soon", "call_soon_threadsafe"}
)


def only_callback(app: Any) -> tuple[str, str] | None:
    """Return where an app hands a callback to the loop, if it does so on one line alone.

    Args:
        app: A class, an instance or a function.

    Returns:
        The place, such as ``In[5]:12``, and the line as a traceback shows it; None if there is no
        such line, or more than one: then nobody knows which it was.
    """
    lines = {(code.co_filename, line, code.co_name) for code, line in _handing_over(app)}
    if len(lines) != 1:
        return None
    ((filename, line, name),) = lines
    place = kernel.place_of(filename)
    text = linecache.getline(filename, line).strip()
    return f"{place}:{line}", f"{place}, line {line}, in {name}, hands it over\n    {text}"


def _handing_over(app: Any) -> Iterator[tuple[CodeType, int]]:
    kinds = [app] if callable(app) and hasattr(app, "__code__") else class_of(app).__mro__
    waiting = [function.__code__ for kind in kinds for function in functions(kind)]
    while waiting:
        code = waiting.pop()
        waiting += code_parts(code)
        if kernel.place_of(code.co_filename) is None or _HANDING_OVER.isdisjoint(code.co_names):
            continue
        for step in dis.get_instructions(code):
            line = step.positions.lineno if step.positions is not None else None
            if step.argval in _HANDING_OVER and line is not None:
                yield code, line
