"""What a committed notebook keeps of a run: what a reader wants, nothing that differs next time.

Law of the room: cleaning a clean notebook changes nothing.
"""

from __future__ import annotations

import base64
import copy
import re
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from playground.widgets.still import CAPTION, WIDGET

ROOT = Path(__file__).resolve().parents[2]

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# What differs from one run, or one machine, to the next, and what is shown in its place.
_REPLACEMENTS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d+"), r"\1:PORT"),
    (re.compile(r"(\(?'127\.0\.0\.1', )\d+"), r"\1PORT"),
    # A time since the row before, in a column that stays as wide.
    (re.compile(r"\+\d+\.\d{3}\b"), lambda found: "+…".rjust(len(found[0]))),
    (re.compile(r"\b\d+(\.\d+)? (ms|µs|ns)\b"), r"… \2"),
    # Since when a handler waits, as the Code face says it.
    (re.compile(r"(?<=[a-z]), for \d+ s\b"), ", since just now"),
    # What pytest says at its end.
    (re.compile(r"\bin \d+\.\d+s\b"), "in …"),
    # How long it took to try orders.
    (re.compile(r"\b(orders?) in \d+\.\d s\b"), r"\1 in … s"),
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "0x…"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "…"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?"), "DATE"),
    # Socket.IO's ids, whole or cut off by the edge of a table, and its clients' clock, which has
    # fewer digits once in 400 times and is not cut off then.
    (re.compile(r"(\bsid(?:\"|&quot;|&#34;)?[:=](?:\"|&quot;|&#34;)?)[\w-]{8,20}"), r"\1SID"),
    (re.compile(r"((?:[?&]|&amp;)t=)\d+[\d.]*…?"), r"\1TIME"),
    # What a traceback in a log says from Python 3.12 on.
    (re.compile(r"\. Did you mean: '\w+'\?"), ""),
    # Who hides whom, and whose still it is: the widget is not kept.
    (re.compile(r'(<div class="mpp-still") data-still="\w+"><style>.*?</style>'), r"\1>"),
    # From the start of the path: tried from each letter of a picture's data, it takes seconds.
    (re.compile(r"(?<![^\s\"'<>])[^\s\"'<>]*ipykernel_\d+/\d+\.py"), "CELL.py"),
)

# Folders of this machine, longest first: what is inside another one goes before it.
_FOLDERS = {
    **{sysconfig.get_path(name): "site-packages" for name in ("platlib", "purelib")},
    sysconfig.get_path("stdlib"): "python",
    str(ROOT): ".",
    str(Path.home()): "~",
}


def clean(notebook: Any) -> Any:
    """Return a copy without counts, ids, times, widget state and traces of this machine."""
    cleaned = copy.deepcopy(notebook)
    cleaned.metadata = type(cleaned.metadata)(copy.deepcopy(METADATA))
    shown = [each for cell in cleaned.cells for each in cell.get("outputs", [])]
    later = {id(each) for each in [each for each in shown if _is_view(each)][1:]}
    for number, cell in enumerate(cleaned.cells, 1):
        cell.id = f"cell-{number:02}"
        kept = {key: cell.metadata[key] for key in ("tags",) if cell.metadata.get(key)}
        cell.metadata = type(cleaned.metadata)(kept)
        if cell.cell_type == "code":
            cell.execution_count = None
            # The first says of all of them that they are stills.
            kept_outputs = [each for each in cell.outputs if id(each) not in later]
            cell.outputs = [_output(each) for each in _joined(kept_outputs)]
    return cleaned


def scrub(text: str) -> str:
    """Return text with what differs from run to run replaced by a word that says what it was."""
    for folder in sorted(_FOLDERS, key=len, reverse=True):
        text = text.replace(folder, _FOLDERS[folder])
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text


def alike(one: Any, other: Any) -> bool:
    """Return whether two clean notebooks differ in nothing but the order of rows.

    Sockets that are closed all at once are closed in an order that is chance.
    """
    same: bool = _unordered(one) == _unordered(other)
    return same


_ROW = re.compile(r"\n|(?=<tr>)")
_NUMBER = re.compile(r"^ *\d+ |(?<=>)\d+(?=</td>)")


def _unordered(value: Any) -> Any:
    if isinstance(value, str):
        return sorted(_NUMBER.sub("", row) for row in _ROW.split(value))
    if isinstance(value, dict):
        return {key: _unordered(each) for key, each in value.items()}
    return [_unordered(each) for each in value] if isinstance(value, list) else value


def _joined(outputs: Iterable[Any]) -> list[Any]:
    """Put together what was printed to one stream: how it was cut up is chance."""
    joined: list[Any] = []
    for output in outputs:
        if joined and output.output_type == "stream" and output.name == joined[-1].get("name"):
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _is_view(output: Any) -> bool:
    """Return whether an output is a widget of ours alone: its still is the next one."""
    data = output.get("data", {})
    return WIDGET in data and data.get("text/plain") == CAPTION


def _output(output: Any) -> Any:
    if output.output_type == "stream":
        output.text = scrub(output.text)
    elif output.output_type == "error":
        output.evalue = scrub(output.evalue)
        output.traceback = [scrub(line) for line in output.traceback]
    else:
        _shown(output)
    return output


def _shown(output: Any) -> None:
    if "execution_count" in output:
        output.execution_count = None
    output.metadata = type(output.metadata)()
    # A view of a widget that is no more; what it says of itself as text stands beside it.
    output.data.pop(WIDGET, None)
    for kind, data in output.data.items():
        is_text = not kind.startswith("image/") or kind == "image/svg+xml"
        if isinstance(data, str) and is_text:
            output.data[kind] = _PICTURE.sub(_scrubbed, scrub(data))


# A picture that is text, within a page.
_PICTURE = re.compile(r"(?<=data:image/svg\+xml;base64,)[A-Za-z0-9+/]+=*")


def _scrubbed(found: re.Match[str]) -> str:
    return base64.b64encode(scrub(base64.b64decode(found[0]).decode()).encode()).decode()
