"""The roster: who is in the class, and how each stands with each exercise.

Law of the file: it is held in memory only, its size is bounded, and a learner's rows are changed by
nobody but who knows that learner's secret. Every method may be called on any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from playground.classroom import limits
from playground.classroom.messages import Help, Standing


class Full(Exception):
    """There is no room for one more."""


class Removed(Exception):
    """Somebody whom the teacher has removed knocks again."""


@dataclass
class Row:
    """How a learner stands with an exercise.

    Attributes:
        standing: What the learner's kernel said last.
        since: When this sentence was said first, by the roster's clock.
        ladder: What came with a wish for help, as an SVG document; "" if none is wished.
    """

    standing: Standing
    since: float
    ladder: str = ""


@dataclass(eq=False)
class Learner:
    """Somebody in the class.

    Attributes:
        number: What the learner is called within the board; it is not given twice.
        name: The name on the board, which nobody else has there.
        asked: The name that was asked for.
        lines: How many kernels of theirs are there.
        heard: When one of them said something, by the roster's clock.
        left: When the last of them left, by the roster's clock; None while one is there.
        pasted: Whether a code was pasted for them: then no kernel is expected.
        rows: By exercise.
        ends: Called when the teacher removes them, once.
    """

    number: int
    name: str
    asked: str
    lines: int = 0
    heard: float = 0.0
    left: float | None = None
    pasted: bool = False
    rows: dict[str, Row] = field(default_factory=dict)
    ends: list[Callable[[], object]] = field(default_factory=list)


class Roster:
    """A class.

    Args:
        clock: Returns seconds that never go back.

    Attributes:
        changes: How often something has changed: another number is another picture.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.changes = 0
        self._lock = threading.RLock()
        self._learners: dict[str, Learner] = {}
        self._removed: dict[str, None] = {}
        self._number = 0

    def learners(self) -> list[Learner]:
        """Return everybody, in the order they came."""
        with self._lock:
            return list(self._learners.values())

    def enter(self, secret: str, asked: str, called: str = "") -> Learner:
        """Let in who knows a secret: as who they were, or as somebody new.

        Args:
            secret: What nobody else knows.
            asked: The name that they want.
            called: The name that they had on a board that is gone; they have it again if it is
                free.

        Raises:
            Full: If there are too many, and none of them has left.
            Removed: If the teacher has removed them.
        """
        with self._lock:
            if secret in self._removed:
                raise Removed
            learner = self._learners.get(secret)
            if learner is None:
                self._make_room()
                self._number += 1
                learner = Learner(self._number, self._free(asked, called), asked)
                self._learners[secret] = learner
            elif learner.asked != asked:
                learner.name, learner.asked = self._free(asked, "", but=learner), asked
            learner.lines += 1
            learner.heard, learner.left = self.clock(), None
            self.changes += 1
            return learner

    def leave(self, learner: Learner) -> None:
        """Note that one of somebody's kernels is gone."""
        with self._lock:
            learner.lines = max(0, learner.lines - 1)
            if not learner.lines:
                learner.left = self.clock()
            self.changes += 1

    def take(self, learner: Learner, standings: Iterable[Standing]) -> None:
        """Write down how somebody's exercises stand now; that none is said shows who is there."""
        with self._lock:
            learner.heard = self.clock()
            for each in standings:
                self._take(learner, each)
                self.changes += 1

    def help(self, learner: Learner, wish: Help) -> None:
        """Write down that somebody asks for help, or does no longer."""
        with self._lock:
            row = learner.rows.get(wish.exercise)
            if row is None or row.standing.state == "done":
                return
            row.ladder = wish.ladder
            helped = [each for each in learner.rows.values() if each.ladder and each is not row]
            for each in helped[: max(0, len(helped) - limits.LADDERS + 1)]:
                each.ladder = ""
            self.changes += 1

    def paste(self, asked: str, standings: Iterable[Standing]) -> Learner:
        """Take in who sends a code; a later code of the same name is the same learner.

        Raises:
            Full: If there are too many, and none of them has left.
        """
        secret = f"pasted {asked.casefold()}"
        with self._lock:
            self._removed.pop(secret, None)
            learner = self.enter(secret, asked)
            learner.pasted, learner.lines = True, 0
            self.take(learner, standings)
            return learner

    def remove(self, number: int) -> str:
        """Take somebody off the board for good; return their name, "" if there is none."""
        with self._lock:
            for secret, learner in self._learners.items():
                if learner.number == number:
                    del self._learners[secret]
                    self._removed[secret] = None
                    while len(self._removed) > limits.LEARNERS:
                        del self._removed[next(iter(self._removed))]
                    self.changes += 1
                    break
            else:
                return ""
            ends = list(learner.ends)
        for end in ends:
            end()
        return learner.name

    def on_removal(self, learner: Learner, end: Callable[[], object]) -> None:
        """Have something be called when somebody is removed; at once if they are."""
        with self._lock:
            learner.ends.append(end)
            there = learner in self._learners.values()
        if not there:
            end()

    def off_removal(self, learner: Learner, end: Callable[[], object]) -> None:
        """Take back what `on_removal` was given."""
        with self._lock:
            learner.ends.remove(end)

    def ladder(self, number: object, exercise: object) -> str:
        """Return the ladder that came with a learner's wish for help; "" for none."""
        with self._lock:
            for learner in self._learners.values():
                if learner.number == number and isinstance(exercise, str):
                    row = learner.rows.get(exercise)
                    return row.ladder if row else ""
            return ""

    def exercises(self) -> list[str]:
        """Return every exercise that somebody has tried, as they came."""
        with self._lock:
            rows = (name for each in self._learners.values() for name in each.rows)
            return list(dict.fromkeys(rows))

    def _take(self, learner: Learner, new: Standing) -> None:
        now, row = self.clock(), learner.rows.get(new.exercise)
        if row is None:
            if len(learner.rows) < limits.EXERCISES and self._has_column(new.exercise):
                learner.rows[new.exercise] = Row(new, now - new.ago)
            return
        same = (row.standing.state, row.standing.sentence) == (new.state, new.sentence)
        row.since = min(row.since, now - new.ago) if same else now - new.ago
        row.standing = new
        if new.state == "done":
            row.ladder = ""

    def _has_column(self, exercise: str) -> bool:
        known = self.exercises()
        return exercise in known or len(known) < limits.COLUMNS

    def _free(self, asked: str, called: str, but: Learner | None = None) -> str:
        """Return a name that nobody has: ``bob``, ``bob (2)``."""
        taken = {each.name.casefold() for each in self._learners.values() if each is not but}
        if called.startswith(asked) and called.casefold() not in taken:
            return called
        name, number = asked, 1
        while name.casefold() in taken:
            number += 1
            name = f"{asked} ({number})"
        return name

    def _make_room(self) -> None:
        if len(self._learners) < limits.LEARNERS:
            return
        gone = [
            (each.left, secret) for secret, each in self._learners.items() if each.left is not None
        ]
        if not gone:
            raise Full
        del self._learners[min(gone)[1]]
