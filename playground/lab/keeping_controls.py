"""What the panel can see and do of kept conversations, done for a lab."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playground.replays.comparing import Row
from playground.replays.kept import Kept
from playground.replays.side_by_side import pieces
from playground.widgets.controls import Done
from playground.widgets.kept import KeptRowView, KeptView

if TYPE_CHECKING:
    from playground.lab.parts import Parts

# Rows of one conversation that are looked at in a panel.
_ROWS: Final = 12


class KeepingControls:
    """The panel's side of a lab's kept conversations.

    Args:
        lab: The parts of the lab.
    """

    def __init__(self, lab: Parts) -> None:
        self._lab = lab

    def line(self) -> tuple[str, bool]:
        """Return all that is kept in a line, and whether something differs."""
        kept = self._lab.keeping.kept
        return kept.counts, any(_differs(each) for each in list(kept.values()))

    def kept(self) -> list[KeptView]:
        """Return the kept conversations, those first that differ."""
        found = [_view(each) for each in list(self._lab.keeping.kept.values())]
        return sorted(found, key=lambda each: not each.differs)

    def accept(self, name: str, done: Done) -> None:
        """Take what the newest code says for what is expected."""
        self._do(lambda: self._one(name).accept(), done)

    def forget(self, name: str, done: Done) -> None:
        """Keep one no more."""
        self._do(lambda: self._one(name).forget(), done)

    def save(self, name: str, done: Done) -> None:
        """Write one as a test beside the notebook."""
        self._do(lambda: _saved(self._one(name)), done)

    def keep(self, seq: int, done: Done) -> None:
        """Keep the conversation of an entry."""

        def work() -> str:
            kept = self._lab.keeping.keep_one(*self._one_of(seq))
            return f"Kept as {kept.name}{kept.others}: each new code has it again."

        self._do(work, done)

    def save_test(self, seq: int, done: Done) -> None:
        """Write the conversation of an entry as a test beside the notebook."""

        def work() -> str:
            return _saved(self._lab.keeping.alone(*self._one_of(seq)))

        self._do(work, done)

    def _one_of(self, seq: int) -> tuple[str, int]:
        """Return the client of an entry, and the number of its conversation."""
        log = self._lab.log
        entry = log.entry(seq)
        exchange = None if entry is None else log.exchange(entry.exchange)
        if exchange is None:
            raise LookupError(f"#{seq} belongs to no conversation that the log still has")
        return exchange.client, exchange.id

    def _one(self, name: str) -> Kept:
        return self._lab.keeping.kept[name]

    def _do(self, work: Callable[[], Any], done: Done) -> None:
        """Do something that may wait for a replay: on a thread of its own, where there are any."""

        def run() -> None:
            try:
                result = work()
            except Exception as error:
                said = str(error.args[0] if isinstance(error, KeyError) else error)
                done(f"{said[:1].upper()}{said[1:].removesuffix('.')}.", None)
            else:
                done(None, result)

        try:
            threading.Thread(target=run, name="playground-keep", daemon=True).start()
        except RuntimeError:  # no threads here
            run()


def _saved(kept: Kept) -> str:
    said = f"Saved as {Path(kept.save()).name}, beside the notebook."
    return f"{said} {kept.otherwise}" if kept.otherwise else said


def _differs(kept: Kept) -> bool:
    return bool(kept.difference)


def _view(kept: Kept) -> KeptView:
    found = kept.difference
    if found is None:
        return KeptView(kept.name, kept.which, kept.whom, "", kept.sentence, False)
    rows = tuple(map(_row, found.rows[:_ROWS]))
    return KeptView(
        kept.name, kept.which, kept.whom, found.counts, found.sentence, bool(found),
        found.old_name, found.new_name, rows, len(found.rows) - len(rows),
    )  # fmt: skip


def _row(row: Row) -> KeptRowView:
    old, new = pieces(row.old, row.new)
    return KeptRowView(row.client, row.kind, tuple(old), tuple(new))
