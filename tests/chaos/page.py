"""Makes the page "When something is wrong" of the cases: `python -m tests.chaos.page`."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.cases import CHAPTERS
from tests.chaos.kinds import Chapter, Kind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "when-something-is-wrong.md"

BEGINNING = """\
# When something is wrong

A playground is for code that is wrong. Whatever a handler does, your notebook and its variables
stay, the others are served, the line is named (under the cell that defined the class, and as
`exception` in the panel; `lab.log.filter("kind:exception")` has all of them), and the next class
that is right takes the stage, open sockets included. Mend the cell and run it again; there is
nothing to restart.

Each row is tried by the tests in real kernels, in many places (a handler, a socket, a stream, a
task, a callback, middleware, start-up, a constructor, a check), over [both
transports](../transports.md).
"""

ENDING = """
## What cannot be survived

A crash in a C library ends the process, and so the notebook, as does `os.kill` from outside;
`vars(builtins).clear()`, which nobody can refuse, leaves nothing to go on with. What a handler sets
in a class of everybody's is known by its line; where that is made up as it runs (`setattr` of a
name that it computes, a library that it calls), it stays set: restart the kernel. In a *cell*
`sys.stdout = None` is yours to do, lab or no lab: it leaves IPython without a place to write;
restart the kernel. A C call that never returns can be named, and not be ended: `lab.break_out()`
lets a new thread take over, with the app made anew and the open sockets closed. One that lets no
other thread run meanwhile, such as `re` with a pattern that tries for ever, stops the whole kernel:
restart it. A thread that is given a loop without an end (`asyncio.to_thread(…)`) blocks nobody, and
goes on until then: it takes its share of the processor. In a browser the app shares the loop of the
cells: what blocks or ends that loop is named, and not survived.

If none of this is it, `lab.doctor()` looks at everything that can be looked at, and says what it
finds.
"""


def page() -> str:
    """Return the page, in Markdown."""
    return BEGINNING + "".join(_table(chapter) for chapter in CHAPTERS) + ENDING


def _table(chapter: Chapter) -> str:
    rows = "".join(_row(kind) for kind in chapter.kinds)
    head = "| What you did | What you see | What to do |\n|---|---|---|"
    return f"\n## {chapter.title}\n\n{head}\n{rows}"


def _row(kind: Kind) -> str:
    return f"| {kind.did} | {kind.see} | {kind.do} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
