"""Kept conversations: what is had again by each new code, and what it is expected to say."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final

from micropie.testing.search import check_seconds
from playground.exports.forgiving import Ignore
from playground.exports.text import counted
from playground.replays.again import Again, Expected, expected_of, masks_of
from playground.replays.difference import Difference, Side, counts_of
from playground.replays.kept_module import module_of
from playground.replays.room import whom, with_whom
from playground.traffic.escapes import escaped
from playground.traffic.record import Record, Selection

# Seconds that showing one waits for what is under way.
_SHOWN_WITHIN: Final = 1.5

NOT_YET: Final = "It has not been had again yet."


class Kept:
    """A conversation that is kept. Made by `Lab.keep`.

    Args:
        name: What it is called.
        which: The filter that found it.
        record: What was recorded.
        wanted: The exchanges of it that were asked for, among those of others who were there.
        ignore: What may be otherwise.
        outside: Whether it is had again although the app is felt outside of its instance.
        forget: Called to forget it.
        ready: Waits until it was had again; it is given the seconds.

    Attributes:
        name, which: As given.
        difference: What the newest code has said otherwise; None before it was had again.
        why: Why it is not had again by itself, as a sentence; "" if it is.
        otherwise: That the code which was recorded says other than the log has, and is expected
            to, as a sentence; "" if it does not.
    """

    def __init__(
        self,
        name: str,
        which: str,
        record: Record,
        wanted: Collection[int] = (),
        *,
        ignore: Ignore | Sequence[Ignore] = (),
        outside: bool = False,
        forget: Callable[[], object] = lambda: None,
        ready: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        self.name, self.which = name, which
        self.difference: Difference | None = None
        self.why, self.otherwise = "", ""
        self.outside = outside
        self.expected: Expected = expected_of(record, "as recorded", wanted)
        self.masks = masks_of(self.expected, ignore)
        self.revision = max((entry.revision for entry in self.expected.record), default=0)
        self.served: Any = None
        self._forget, self._ready = forget, ready
        self._latest: Again | None = None
        self._is_new = True
        self._lock = threading.Lock()

    def take(self, again: Again, revision: int, served: Any) -> None:
        """Take what came of having it again.

        What the same code says that has recorded it, with nobody else there, is what is expected.

        Args:
            again: What came.
            revision: The number of the code.
            served: The code.
        """
        with self._lock:
            self._latest, self.served = again, served
            difference = again.difference
            if self._is_new and revision == self.revision and not difference.why:
                self._expect(again, f"revision {revision}")
                self.otherwise = _otherwise(difference)
                difference = _as_it_is(again, difference, self.expected)
            self._is_new = False
            self.difference = difference

    def accept(self) -> None:
        """Take what the newest code says for what is expected from now on.

        Raises:
            RuntimeError: If it was not had again, or not to its end.
        """
        self._ready(_SHOWN_WITHIN)
        with self._lock:
            again, difference = self._latest, self.difference
            if again is None or difference is None or difference.why:
                why = (difference.why if difference is not None else "") or self.why or NOT_YET
                raise RuntimeError(f"expected an answer to accept, got none; {_clause(why)}")
            self._expect(again, difference.new_name)
            self.otherwise = ""
            self.difference = _as_it_is(again, difference, self.expected, accepted=True)

    def _expect(self, again: Again, name: str) -> None:
        record = again.played.log[:]
        self.expected = self.expected._replace(heard=again.heard, name=name, record=record)

    def forget(self) -> None:
        """Keep it no more. Doing it twice does nothing."""
        self._forget()

    def save(self, path: str | PathLike[str] = "", app: str = "") -> str:
        """Write a pytest module that has the conversation again, and fails where it is otherwise.

        Args:
            path: Such as ``"test_tea.py"``; a file that is there is replaced. By default one that
                is not there yet.
            app: Where the app is found, as ``module:name``; by default its source is written too.

        Returns:
            The path.

        Raises:
            ValueError: If the source cannot be had, or `app` is not written so.
        """
        text = self.to_pytest(app)
        where = Path(path) if path else _free(f"test_{_as_module(self.name)}")
        where.write_text(text, encoding="utf-8")
        return str(where)

    def to_pytest(self, app: str = "") -> str:
        """Return the text that `save` writes."""
        return module_of(self.expected.record, self.served, self.masks, app)

    @property
    def sentence(self) -> str:
        """What there is to say of it: what differs, or why it is not had again; "" for nothing."""
        if self.difference is None:
            return self.why or NOT_YET
        return self.difference.sentence

    @property
    def whom(self) -> str:
        """Whose conversations are compared, as a sentence: of whom was asked for, and of others."""
        return whom(self.expected.score.record, self.expected.wanted)

    @property
    def others(self) -> str:
        """Who else was there, as a clause; "" for nobody."""
        return with_whom(self.expected.score.record, self.expected.wanted)

    def __repr__(self) -> str:
        self._ready(_SHOWN_WITHIN)
        which = f" ({self.which})" if self.which else ""
        acts = counted(len(self.expected.score.conversations), "conversation", "conversations")
        first = f"{self.name}{which}: {acts}"
        if self.difference is None:
            return escaped(f"{first}. {self.sentence}")
        return f"{escaped(first)} · {self.difference!r}"

    def _repr_html_(self) -> str | None:
        self._ready(_SHOWN_WITHIN)
        return None if self.difference is None else self.difference._repr_html_()


class KeptConversations(Mapping[str, Kept]):
    """The kept conversations of a lab, by name: `Lab.kept`. ``del lab.kept["tea"]`` forgets one.

    Args:
        ready: Waits until all were had again; it is given the seconds.
        until_ready: The same, to be awaited.
    """

    def __init__(
        self, ready: Callable[[float], object], until_ready: Callable[[float], Any]
    ) -> None:
        self._known: dict[str, Kept] = {}
        self._ready = ready
        self._until_ready = until_ready

    def add(self, kept: Kept) -> None:
        """Keep one; in the place of another with its name."""
        self._known[kept.name] = kept

    def free_name(self) -> str:
        """Return a name that is not in use: ``kept-1``, ``kept-2`` …"""
        number = len(self._known) + 1
        while f"kept-{number}" in self._known:
            number += 1
        return f"kept-{number}"

    @property
    def difference(self) -> Difference:
        """What the newest code has said otherwise, in all of them."""
        found = [each for each in self._known.values() if each.difference is not None]
        differences = [each.difference for each in found if each.difference is not None]
        if len(differences) == 1:
            return differences[0]
        rows = [row for each in differences for row in each.compared]
        why = " ".join(each.why for each in differences if each.why)
        notes = [note for each in differences for note in each.notes]
        nothing = Selection([], [])
        return Difference(rows, Side("expected", nothing), Side("now", nothing), why, notes)

    @property
    def counts(self) -> str:
        """All of it in a line: ``3 kept · 18 same · 2 changed · 1 missing``; "" if none is kept."""
        if not self._known:
            return ""
        found = [each.difference for each in self._known.values() if each.difference is not None]
        off = sum(bool(each.why) for each in self._known.values())
        parts = [f"{len(self._known)} kept"]
        parts += [counts_of(found)] if found else []
        parts += [f"{off} off"] if off else []
        return " · ".join(parts)

    async def ready(self, timeout: float = 10.0) -> Difference:
        """Wait until the code on stage has had all of them; return what came out otherwise.

        Args:
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If it takes longer.
            TypeError, ValueError: If that is no time.
        """
        check_seconds(timeout, "10 is usual")
        await self._until_ready(timeout)
        return self.difference

    def __getitem__(self, name: str) -> Kept:
        try:
            return self._known[name]
        except KeyError:
            names = ", ".join(self._known) or "none"
            raise KeyError(f"no conversation is kept as {name!r}; kept are: {names}") from None

    def __delitem__(self, name: str) -> None:
        self[name].forget()

    def drop(self, kept: Kept) -> None:
        """Keep one no more, if it is still there."""
        if self._known.get(kept.name) is kept:
            del self._known[kept.name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._known))

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        if not self._known:
            return (
                'Nothing is kept. lab.keep("tea", "client:alice") keeps what alice said and heard.'
            )
        self._ready(_SHOWN_WITHIN)
        lines = [self.counts]
        for each in list(self._known.values()):
            counts = each.difference.counts if each.difference is not None else ""
            said = " · ".join(part for part in (counts, each.sentence) if part)
            lines.append(escaped(f"  {each.name}: {said}"))
        return "\n".join(lines)


def _as_it_is(
    again: Again, before: Difference, expected: Expected, accepted: bool = False
) -> Difference:
    """Return that everything is as expected, now that this is what is expected."""
    rows = [
        each._replace(kind="same", old=each.new) for each in before.compared if each.new is not None
    ]
    notes = list(before.notes)
    if not accepted and (otherwise := _otherwise(before)):
        notes.append(otherwise)
    side = Side(expected.name, expected.record)
    return Difference(rows, side, Side(before.new_name, again.played.log), "", notes)


def _otherwise(before: Difference) -> str:
    """Say how much the same code says otherwise than the log has; "" if nothing."""
    if not before.rows:
        return ""
    count = counted(len(before.rows), "thing comes", "things come")
    return (
        f"With nobody else there and from the start, {count} out otherwise than in the log, by "
        "the same code; so it is expected from now on."
    )


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _as_module(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").lower() or "kept"


def _free(stem: str) -> Path:
    number, path = 1, Path(f"{stem}.py")
    while path.exists():
        number += 1
        path = Path(f"{stem}_{number}.py")
    return path
