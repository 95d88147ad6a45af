"""The source of a lab's revisions, for a record that is taken elsewhere: only what is proved."""

from __future__ import annotations

from playground.live.proof import first_line
from playground.live.revisions import Revisions
from playground.notebook import kernel
from playground.traffic.sheets import Sheet


def proved(revisions: Revisions) -> list[Sheet]:
    """Return the source of every revision as sheets, the class before its bases.

    Args:
        revisions: Those of a lab.
    """
    return [
        Sheet(
            revision.number,
            statement.name,
            kernel.place_of(statement.filename) or "",
            first_line(statement.node),
            tuple(statement.source.splitlines()),
        )
        for revision in revisions.kept
        for statement in reversed(revision.statements)
    ]
