"""The Code face alone: the source at work, with a dot where each client's handler stands."""

from __future__ import annotations

from typing import Final

from playground.exports.html import preformatted
from playground.traffic.log import Log
from playground.widgets.controls import CodeView, Controls, DotView, SheetView, Sight
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.showing import Showing
from playground.widgets.traffic import TrafficTable

NOBODY: Final = "No handler is at work."


class Code(TrafficTable):
    """The source of the code at work, and which handler stands at which line.

    It is the traffic's view with the code in front, as `Ladder` is with the ladder.
    """

    def __init__(
        self,
        log: Log,
        names: Names | None = None,
        follower: Follower | None = None,
        controls: Controls | None = None,
        showing: Showing | None = None,
    ) -> None:
        super().__init__(log, names, follower, controls, showing)
        self.look = {"picture": "Code"}

    def still_text(self) -> str:
        """Return the source with who stands at each line, in characters."""
        sight = self.sight
        view = sight.code() if isinstance(sight, Sight) else CodeView((), ())
        return "\n".join(
            [*(_written(each, view.dots) for each in view.sheets), _others(view)]
        ).strip()

    def still_html(self) -> str:
        """Return the same as static HTML: who stands where, and no variable of theirs."""
        return preformatted(self.still_text())


def _written(sheet: SheetView, dots: tuple[DotView, ...]) -> str:
    old = "" if sheet.staged else ", not on stage any more"
    parts = (sheet.name or "A function", sheet.place, f"revision {sheet.revision}{old}")
    lines = [" · ".join(part for part in parts if part)]
    if sheet.why:
        lines.append(f"  {sheet.why}")
    for number, text in enumerate(sheet.lines, sheet.first):
        here = [f"← {_who(dot)} {dot.doing}" for dot in dots if _stands(dot, sheet, number)]
        code = f"{'●' if here else ' '} {number:>4}  {text}"
        # Each who stands there has a line, below the first one's.
        lines += [f"{code}  {here[0]}" if here else code]
        lines += [f"{'':{len(code)}}  {each}" for each in here[1:]]
    return "\n".join([*lines, ""])


def _stands(dot: DotView, sheet: SheetView, line: int) -> bool:
    return (dot.revision, dot.place, dot.line) == (sheet.revision, sheet.place, line)


def _who(dot: DotView) -> str:
    return f"{dot.client}'s task {dot.task}" if dot.task else dot.client


def _others(view: CodeView) -> str:
    if not view.dots:
        return NOBODY
    elsewhere = [
        f"{_who(dot)} at {dot.route}: {dot.doing}, in code that is not yours"
        for dot in view.dots
        if not any(
            _stands(dot, sheet, dot.line)
            and sheet.first <= dot.line < sheet.first + len(sheet.lines)
            for sheet in view.sheets
        )
    ]
    return "\n".join(elsewhere)
