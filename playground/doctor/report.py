"""The doctor's report: what was found of each part, as text and as HTML."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Final, Literal, NamedTuple

State = Literal["right", "wrong", "aside"]

_SIGNS: Final[dict[State, str]] = {"right": "✓", "wrong": "✗", "aside": "–"}

# What a terminal and a notebook's cell have room for.
_WIDTH: Final = 100


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        part: What: ``"loop"``, ``"proxy"`` …
        state: ``"right"``, ``"wrong"``, or ``"aside"``: of no concern here, or not to be known.
        said: What was found, in words.
        remedy: What to do, as a sentence; "" if nothing.
    """

    part: str
    state: State
    said: str
    remedy: str = ""


def right(part: str, said: str, remedy: str = "") -> Finding:
    """Return the finding that a part is as it should be."""
    return Finding(part, "right", said, remedy)


def wrong(part: str, said: str, remedy: str) -> Finding:
    """Return the finding that a part is not as it should be, and what to do."""
    return Finding(part, "wrong", said, remedy)


def aside(part: str, said: str, remedy: str = "") -> Finding:
    """Return the finding that a part is of no concern here, or cannot be known."""
    return Finding(part, "aside", said, remedy)


class Report:
    """All that was found about a lab. As the last line of a cell it shows itself.

    Attributes:
        name: The lab's name.
        findings: In the order they build on each other.
    """

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        self.name = name
        self.findings = tuple(findings)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self._wrong()

    def __getitem__(self, part: str) -> Finding:
        for finding in self.findings:
            if finding.part == part:
                return finding
        known = ", ".join(finding.part for finding in self.findings)
        raise KeyError(f"expected a part that was looked at, got {part!r}; there are {known}")

    def _wrong(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == "wrong"]

    @property
    def summary(self) -> str:
        """The report in a line."""
        count = len(self._wrong())
        if not count:
            return f"Lab {self.name}: all is well"
        return f"Lab {self.name}: {count} thing{'s are' if count > 1 else ' is'} not right"

    def __repr__(self) -> str:
        return "\n".join([self.summary, *(_lines(finding) for finding in self.findings)])

    def _repr_html_(self) -> str:
        rows = "".join(_row(finding) for finding in self.findings)
        body = f"<table><caption>{escape(self.summary)}</caption><tbody>{rows}</tbody></table>"
        return f'<style>{_style()}</style><div class="mpp-doctor">{body}</div>'


def _lines(finding: Finding) -> str:
    head = f"  {_SIGNS[finding.state]} {finding.part:<13}"
    indent = " " * len(head)
    text = _wrapped(finding.said, head, indent)
    if finding.remedy:
        text += "\n" + _wrapped(f"→ {finding.remedy}", indent, f"{indent}  ")
    return text


def _wrapped(text: str, first: str, later: str) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
    )


def _row(finding: Finding) -> str:
    remedy = f'<div class="mpp-remedy">→ {escape(finding.remedy)}</div>' if finding.remedy else ""
    sign = f'<td class="mpp-sign" title="{finding.state}">{_SIGNS[finding.state]}</td>'
    part = f'<th scope="row">{escape(finding.part)}</th>'
    said = f"<td>{escape(finding.said)}{remedy}</td>"
    return f'<tr class="mpp-{finding.state}">{sign}{part}{said}</tr>'


@functools.cache
def _style() -> str:
    return (files("playground.doctor") / "report.css").read_text("utf-8")
