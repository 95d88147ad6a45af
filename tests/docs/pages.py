"""What a page of the documentation claims: its examples, and what each is said to show."""

from __future__ import annotations

import ast
import re
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

# Fenced code, with the comment before it that says why it is not run.
_FENCE = re.compile(
    r"(?:<!-- not run: (?P<why>.+?) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$\n?",
    re.MULTILINE | re.DOTALL,
)
SHOWN = "__shown__"


class Example(NamedTuple):
    """A block of Python in a page.

    Attributes:
        code: What is run.
        line: Where it begins in the page, from 1.
        output: What is said to come of it: printed, shown, or raised; None if that is not said.
        not_run: Why it is not run; "" if it is.
    """

    code: str
    line: int
    output: str | None
    not_run: str


def pages() -> list[Path]:
    """Return every page that has an example."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in found if examples(path)]


def examples(path: Path) -> list[Example]:
    """Return the examples of a page, in order. A ``text`` block right after one is its output."""
    text = path.read_text(encoding="utf-8")
    blocks = list(_FENCE.finditer(text))
    found = []
    for block, after in zip_longest(blocks, blocks[1:]):
        if block["kind"] != "python":
            continue
        shown = after is not None and after["kind"] == "text" and not _between(text, block, after)
        line = text.count("\n", 0, block.start("text")) + 1
        output = after["text"] if after is not None and shown else None
        found.append(Example(block["text"], line, output, block["why"] or ""))
    return found


def _between(text: str, one: re.Match[str], other: re.Match[str]) -> str:
    return text[one.end() : other.start()].strip()


def checked(code: str) -> str:
    """Return code that compares each value with the literal in the comment behind it."""
    lines = code.splitlines()
    for node in ast.parse(code).body:
        if isinstance(node, ast.Expr) and node.lineno == node.end_lineno:
            line = lines[node.lineno - 1].encode()  # its offsets count bytes
            value, rest = line[: node.end_col_offset].decode(), line[node.end_col_offset :].decode()
            if _is_literal(said := rest.strip().removeprefix("#").strip()):
                lines[node.lineno - 1] = f"{SHOWN}({value}, {said})"
    return "\n".join(lines)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return False
    return True


def matches(said: str, came: str) -> bool:
    """Whether something came as it was said; an ellipsis in what was said stands for anything."""
    parts = (re.escape(part) for part in said.strip().split("…"))
    return re.fullmatch(r".*".join(parts), came.strip(), re.DOTALL) is not None or said == came
