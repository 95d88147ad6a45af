"""Every file format of a record, and every still: the text or HTML that a saved notebook shows.

Importing this room makes them known to `Record.save`, `Log.load` and the `to_…` methods. The module
of a format is loaded when it is first asked for, so that a lab that saves nothing pays for none.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from playground.traffic.formats import FORMATS, VIEWS, Format


def _of(module: str, function: str = "dumps") -> Callable[..., Any]:
    """Return a function of a module of this room, which is imported when the function is called."""

    def call(*args: Any, **options: Any) -> Any:
        return getattr(import_module(f"{__name__}.{module}"), function)(*args, **options)

    return call


FORMATS.update(
    {
        ".jsonl": Format("the whole record, to load again", _of("jsonl"), _of("jsonl", "loads")),
        ".har": Format(
            "for the browser's developer tools", _of("har"), _of("har_reading", "loads")
        ),
        ".pcapng": Format("for Wireshark", _of("pcapng")),
        ".mmd": Format("a Mermaid sequence diagram, for Markdown", _of("mermaid")),
        ".py": Format("a pytest module that has the conversation again", _of("pytest_module")),
        ".svg": Format("a ladder to put on a slide", _of("ladder.svg", "picture")),
        ".csv": Format("for a spreadsheet", _of("spreadsheet", "file")),
        ".txt": Format("a table to read", _of("text", "file")),
    }
)

VIEWS.update(
    {
        "text": _of("text", "table"),
        "html": _of("html", "table"),
        "dataframe": _of("dataframe", "to_dataframe"),
    }
)
