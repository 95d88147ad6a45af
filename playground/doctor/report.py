"""What the doctor found: findings, and how they are shown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
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
    """Return that a part is as it should be."""
    return Finding(part, "right", said, remedy)


def wrong(part: str, said: str, remedy: str) -> Finding:
    """Return that a part is not as it should be, and what to do."""
    return Finding(part, "wrong", said, remedy)


def aside(part: str, said: str, remedy: str = "") -> Finding:
    """Return that a part is of no concern here, or cannot be known."""
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
        return f'<style>{_STYLE}</style><div class="mpp-doctor">{body}</div>'


def _lines(finding: Finding) -> str:
    head = f"  {_SIGNS[finding.state]} {finding.part:<13}"
    lines = textwrap.wrap(finding.said, _WIDTH, initial_indent=head, subsequent_indent=" " * 17)
    if finding.remedy:
        told = f"→ {finding.remedy}"
        indent = " " * 17
        lines += textwrap.wrap(
            told, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ",
            break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(lines)


def _row(finding: Finding) -> str:
    remedy = f'<div class="mpp-remedy">→ {escape(finding.remedy)}</div>' if finding.remedy else ""
    sign = f'<td class="mpp-sign" title="{finding.state}">{_SIGNS[finding.state]}</td>'
    part = f'<th scope="row">{escape(finding.part)}</th>'
    said = f"<td>{escape(finding.said)}{remedy}</td>"
    return f'<tr class="mpp-{finding.state}">{sign}{part}{said}</tr>'


# JupyterLab's colours; VS Code's where those are missing; light else. A saved notebook on GitHub has
# no style at all, and is a plain table there.
_STYLE: Final = """
.mpp-doctor {
  --ink: var(--jp-ui-font-color1, var(--vscode-editor-foreground, rgba(0, 0, 0, 0.87)));
  --ground: var(--jp-layout-color1, var(--vscode-editor-background, #fff));
  --dim: color-mix(in srgb, var(--ink) 68%, var(--ground));
  --line: color-mix(in srgb, var(--ink) 14%, var(--ground));
  --good: color-mix(in srgb, var(--jp-success-color1, #2e7d32) 85%, var(--ink));
  --bad: color-mix(in srgb, var(--jp-error-color1, var(--vscode-errorForeground, #c62828)) 78%, var(--ink));
  background: var(--ground); border: 1px solid var(--line); border-radius: 8px; box-sizing: border-box;
  color: var(--ink); font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  max-width: 900px; overflow: hidden;
}
.mpp-doctor table { border: 0; border-collapse: collapse; font-size: 13px; margin: 0; table-layout: auto; width: 100%; }
.mpp-doctor caption { caption-side: top; color: var(--ink); font-size: 14px; font-weight: 650; padding: 8px 12px; text-align: left; }
.mpp-doctor tbody tr, .mpp-doctor tbody tr:nth-child(odd), .mpp-doctor tbody tr:hover { background: none; border-top: 1px solid var(--line); }
.mpp-doctor td, .mpp-doctor th { border: 0; color: var(--ink); overflow-wrap: anywhere; padding: 5px 12px 5px 0; text-align: left; vertical-align: top; white-space: normal; }
.mpp-doctor td:last-child { width: 100%; }
.mpp-doctor th { color: var(--dim); font-weight: 400; min-width: 84px; overflow-wrap: normal; }
.mpp-doctor .mpp-sign { font-weight: 700; overflow-wrap: normal; padding-left: 12px; width: 1em; }
.mpp-doctor .mpp-right .mpp-sign { color: var(--good); }
.mpp-doctor .mpp-wrong .mpp-sign, .mpp-doctor .mpp-wrong th, .mpp-doctor .mpp-wrong td:last-child { color: var(--bad); }
.mpp-doctor .mpp-aside td { color: var(--dim); }
.mpp-doctor .mpp-remedy { color: var(--ink); }
"""
