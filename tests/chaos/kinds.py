"""A kind of mistake, and a chapter of kinds that belong together."""

from __future__ import annotations

from typing import NamedTuple

from tests.chaos.programs import Program


class Kind(NamedTuple):
    """One kind of mistake.

    Attributes:
        did: What you did.
        see: What you see: it holds a sentence of which one of the programs has to be told.
        do: What to do.
        programs: What the suite runs.
    """

    did: str
    see: str
    do: str
    programs: list[Program]


class Chapter(NamedTuple):
    """Kinds that belong together on the page."""

    title: str
    kinds: list[Kind]
