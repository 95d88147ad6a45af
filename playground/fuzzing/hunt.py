"""The hunt for what goes wrong: what is usual first, then conversations that nobody would have.

Law of the room: each thing that is wrong is found once, and made small before the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from playground.fuzzing.acts import Act, Conversation, people_of
from playground.fuzzing.conversations import conversations
from playground.fuzzing.one_by_one import in_turn, one_by_one
from playground.fuzzing.shrinking import TRIES, shrunk
from playground.fuzzing.trial import Key, Trial, Visit
from playground.fuzzing.usual import Usual
from playground.fuzzing.wrong import LEAST, SEVERITIES, Severity, learn

# Things that are wrong, of which nobody reads more at once.
_MOST: Final = 8

# Conversations that hypothesis makes at a time.
_DOZENS: Final = 36

# Seconds in which what was found last may still be made small.
_GRACE: Final = 1.0

# Conversations that are tried to make one smaller that blocks: each takes as long as the patience.
_BLOCKING_TRIES: Final = 8

# Who is asked how it is for the others.
BYSTANDER: Final = "zoe"
NEWCOMER: Final = "max"


class Bounds(NamedTuple):
    """How far the hunt goes.

    Attributes:
        seconds: Real seconds, at most.
        examples: Conversations that chance brings, at most.
        seed: The same seed makes the same.
        orders: Whether conversations are had in other orders too.
    """

    seconds: float
    examples: int
    seed: int
    orders: bool


class Caught(NamedTuple):
    """Something that is wrong.

    Attributes:
        key: Which it is.
        visit: The smallest conversation in which it goes wrong.
        severity: Who has to suffer.
        at: At which conversation it was found, from 1.
    """

    key: Key
    visit: Visit
    severity: Severity
    at: int


class Hunt:
    """Has conversations until the time is over, or enough is found.

    Args:
        trial: Has them.
        usual: What is usual at each route.
        bounds: How far to go.

    Attributes:
        caught: What is wrong, the worst first.
        refused: Why nothing can be had; "" if it can.
        made: How many conversations were had that differ, but for those to make one smaller.
        said: What the reader should know.
    """

    def __init__(self, trial: Trial, usual: Sequence[Usual], bounds: Bounds) -> None:
        self.caught: list[Caught] = []
        self.refused = ""
        self.made = 0
        self.said: dict[str, None] = {}
        self._trial = trial
        self._usual = usual
        self._bounds = bounds
        self._until = time.perf_counter() + bounds.seconds
        self._known: set[Key] = set()
        # What was done when code went on without an await: it need not be seen again.
        self._blocking: set[Any] = set()

    def run(self) -> None:
        """Hunt."""
        for visit in self._visits():
            self._take(visit)
            if self.refused or len(self.caught) >= _MOST:
                break
        self.caught.sort(key=lambda each: (SEVERITIES.index(each.severity), each.at))

    def look_at(self, acts: Conversation, order: Sequence[str] | None) -> None:
        """Have one conversation; what goes wrong is caught as it is.

        Args:
            acts: What is done.
            order: What happens wherever several things could; None as it comes.
        """
        if self._usual:
            for _ in self._learned():
                pass
        trial = self._trial
        self._take(trial.have(acts) if order is None else trial.in_order(acts, order), small=False)

    def _take(self, visit: Visit, *, small: bool = True) -> None:
        self.made += 1
        self.said |= dict.fromkeys(visit.said)
        if visit.refused:
            self.refused = visit.refused
            return
        key = self._key(visit)
        if key is not None and key.kind == "blocks" and visit.talk.acting is not None:
            self._blocking.add(visit.talk.acting[1:4])
        if key is not None and key not in self._known:
            self._catch(key, visit, small=small)

    def _visits(self) -> Iterator[Visit]:
        yield from self._learned()
        for acts in self._conversations():
            if self._is_over():
                return
            if any(act[1:4] in self._blocking for act in acts):
                continue
            visit = self._trial.have(acts)
            yield visit
            if self._bounds.orders and visit.key is None and len(people_of(acts)) > 1:
                left = max(0.0, self._until - time.perf_counter())
                other = self._trial.in_orders(acts, left)
                if other is not None:
                    yield other

    def _learned(self) -> Iterator[Visit]:
        """Have what is usual, and learn from it."""
        alone = []
        for each in self._usual:
            visit = self._trial.have(each.visit("ada"), look=True)
            alone.append(visit)
            yield visit
        together = self._trial.have(_together(self._usual), look=True)
        self._trial.habits = learn(self._usual, alone, together)
        yield together

    def _conversations(self) -> Iterator[Conversation]:
        """Yield each oddity by itself, and between them what chance brings."""
        return in_turn([one_by_one(self._usual), self._by_chance()])

    def _by_chance(self) -> Iterator[Conversation]:
        made = batch = 0
        while made < self._bounds.examples:
            count = min(_DOZENS, self._bounds.examples - made)
            yield from conversations(self._usual, self._bounds.seed * 1_000 + batch, count)
            made += count
            batch += 1

    def _is_over(self, grace: float = 0.0) -> bool:
        return time.perf_counter() > self._until + grace

    def _key(self, visit: Visit) -> Key | None:
        """Return what is wrong; of sockets that are kept, only if more are each time."""
        key = visit.key
        if key is not None and key.kind == "blocks" and key not in self._known:
            # A busy machine may have held it up.
            return key if self._trial.have(visit.acts).key == key else None
        if key is None or key.kind != "kept" or visit.order is not None or key in self._known:
            return key
        again = tuple(act._replace(who=f"{act.who}2") for act in visit.acts)
        twice = self._trial.have(visit.acts + again)
        grows = twice.after[key.where].bound > visit.after[key.where].bound
        return key if twice.key == key and grows else None

    def _catch(self, key: Key, visit: Visit, *, small: bool) -> None:
        self._known.add(key)
        at = self.made
        if small:
            visit = self._small(key, visit)
        self.caught.append(Caught(key, visit, self._severity(key, visit), at))

    def _small(self, key: Key, visit: Visit) -> Visit:
        found = visit

        def goes_wrong(acts: Conversation) -> bool:
            nonlocal found
            other = self._like(key, acts, found)
            found = found if other is None else other
            return other is not None

        tries = _BLOCKING_TRIES if key.kind == "blocks" else TRIES
        shrunk(
            visit.acts,
            goes_wrong,
            self._usual,
            tries=tries,
            is_over=lambda: self._is_over(_GRACE),
        )
        return found

    def _like(self, key: Key, acts: Conversation, of: Visit) -> Visit | None:
        """Return a visit in which the same goes wrong: as it comes, or else in another order."""
        trial = self._trial
        visit: Visit | None = trial.have(acts)
        if visit is not None and self._same(key, visit):
            return visit
        if of.order is None:
            return None
        left = max(0.0, self._until + _GRACE - time.perf_counter())
        # Where it takes no departure, it is enough that nobody waits for another.
        visit = trial.in_orders(acts, left) if of.departures else trial.in_order(acts, ())
        return visit if visit is not None and self._same(key, visit) else None

    def _same(self, key: Key, visit: Visit) -> bool:
        if visit.key != key:
            return False
        if key.kind != "kept":
            return True
        known, self._known = self._known, self._known - {key}
        try:
            return self._key(visit) == key
        finally:
            self._known = known

    def _severity(self, key: Key, visit: Visit) -> Severity:
        """Return who has to suffer, by asking somebody who was there, and somebody who comes."""
        least = LEAST[key.kind]
        if least == "server" or visit.order is not None:
            return least
        usual = _of(visit.acts, self._usual)
        if usual is None:
            return least
        before, after = _asking(usual)
        well = self._trial.have(before + after)
        ill = self._trial.have(before + visit.acts + after)
        lost = set(_lost(well, ill, len(before), len(visit.acts)))
        if NEWCOMER in lost:
            return "server"
        return "room" if lost else least


def _together(usual: Sequence[Usual]) -> Conversation:
    """Return a visit of two people at all routes."""
    coming: list[Act] = []
    going: list[Act] = []
    for each in usual:
        for who in ("ada", "bob"):
            visit = each.visit(who)
            leaving = [act for act in visit if act.kind == "leaves"]
            coming += [act for act in visit if act.kind != "leaves"]
            going += leaving
    return tuple(coming + going)


def _of(acts: Conversation, usual: Sequence[Usual]) -> Usual | None:
    """Return what is usual where a conversation is; of a WebSocket if there is one."""
    kinds = {"connects": "websocket", "asks": "http"}
    here = [
        each
        for act in acts
        for each in usual
        if kinds.get(act.kind) == each.kind and _path(act.what) == _path(each.addresses[0])
    ]
    return next(iter(sorted(here, key=lambda each: each.kind != "websocket")), None)


def _path(address: Any) -> str:
    return str(address).partition("?")[0].strip("/").partition("/")[0]


def _asking(usual: Usual) -> tuple[Conversation, Conversation]:
    """Return what somebody does who is there before, and what that one and a newcomer do after."""
    if usual.kind == "http":
        return usual.visit(BYSTANDER), usual.visit(NEWCOMER)
    says = [act for act in usual.visit(BYSTANDER) if act.kind == "sends"][:1]
    comes = Act(BYSTANDER, "connects", usual.addresses[0])
    new = Act(NEWCOMER, "connects", usual.addresses[0])
    said = [act._replace(who=NEWCOMER) for act in says]
    # Who comes sees what was left, before anybody says what sets it right again.
    return (comes, *says), (new, *says, *said)


def _lost(well: Visit, ill: Visit, begins: int, size: int) -> Iterator[str]:
    """Yield who lost an answer, or the socket, by what others did in between.

    Args:
        well, ill: How it went without the others, and with them.
        begins: At which act the others begin.
        size: How many acts they are.
    """
    for number, act in enumerate(well.acts[begins:], begins):
        for ours, theirs in (
            (well.talk.present, ill.talk.present),
            (well.talk.answered, ill.talk.answered),
        ):
            if number in ours and number + size not in theirs:
                yield act.who
