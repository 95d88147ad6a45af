"""What the panel shows of the app itself: its source, who stands where in it, and its state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.lab.parts import Parts
from playground.live.proof import first_line
from playground.live.revisions import Revision
from playground.notebook import kernel
from playground.sight import Standing
from playground.sight.listing import besides, sheet_of
from playground.sight.looking import Span
from playground.sight.tree import lines_of
from playground.traffic.sheets import Sheet
from playground.widgets.controls import CodeView, DotView, SheetView, StateView

# More dots than that nobody can tell apart.
MOST_DOTS = 500


def code_view(lab: Parts) -> CodeView:
    """Return the source at work, and which handler stands at which line.

    Args:
        lab: The parts of a lab.
    """
    seen = lab.sight.look(variables=False)
    staged = lab.staging.revision
    at_work = {each.revision for each in seen.standings}
    sheets = [
        sheet
        for revision in reversed(lab.staging.revisions.kept)
        if revision.number == staged or revision.number in at_work
        for sheet in _sheets(revision)
    ]
    sheets += besides(sheets, seen.spans, kernel.place_of)
    shown = tuple(SheetView(*each, staged=each.revision == staged) for each in sheets)
    dots = [dot for each in seen.standings for dot in _dots(each)]
    return CodeView(shown, tuple(dots[:MOST_DOTS]))


def frames_of(lab: Parts, exchange: int, task: str) -> list[dict[str, Any]]:
    """Return the functions that a handler stands in, with their variables; none if it has ended.

    Args:
        lab: The parts of a lab.
        exchange: The number of its exchange.
        task: The name of a task that it has begun; "" for the handler itself.
    """
    for each in lab.sight.handlers():
        if each.exchange == exchange:
            found = (
                each if not task else next((one for one in each.tasks if one.task == task), None)
            )
            return [_frame(frame) for frame in found.frames] if found is not None else []
    return []


def state_view(lab: Parts, seq: int) -> StateView:
    """Return the app's state as of an entry, with what that has changed marked.

    Args:
        lab: The parts of a lab.
        seq: The entry's number.
    """
    seeing = lab.seeing
    moment = seeing.at(seq)
    lines = None
    if moment is not None:
        lines = tuple(lines_of(moment.picture, moment.changes if moment.seq == seq else []))
    offered = tuple(dict.fromkeys([*seeing.visible(), *seeing.names]))
    return StateView(seeing.names, offered, seeing.oldest, lines)


def _frame(frame: Any) -> dict[str, Any]:
    variables = [list(pair) for pair in frame.variables.items()]
    return {
        "function": frame.function,
        "where": frame.where,
        "source": frame.source,
        "variables": variables,
    }


def _sheets(revision: Revision) -> Iterator[Sheet]:
    """Yield the statements of a revision, its class first."""
    for statement in reversed(revision.statements):
        first, last = first_line(statement.node), statement.node.end_lineno or 0
        span = Span(statement.filename, first, last)
        sheet = sheet_of(revision.number, statement.name, span, kernel.place_of)
        if sheet is not None:
            yield sheet
    if not revision.statements:
        why = revision.source.removeprefix("# ")
        yield Sheet(revision.number, revision.name, revision.place, 1, (), why)


def _dots(standing: Standing) -> Iterator[DotView]:
    place, _, line = (standing.where or "").rpartition(":")
    yield DotView(
        standing.client,
        standing.exchange,
        standing.task,
        standing.route,
        standing.revision,
        place,
        int(line) if line else 0,
        standing.doing,
        standing.waits_for,
    )
    for task in standing.tasks:
        yield from _dots(task)
