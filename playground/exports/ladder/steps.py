"""The steps of a ladder: one for each row of a record, with its words and whom it is between.

Law of the room: a step knows nothing of pixels. `ladder/steps.js` does the same in the browser, and
both are held to `tests/javascript/ladder-cases.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import floor
from typing import Final, Literal, NamedTuple

from playground.exports.text import counted
from playground.traffic.escapes import escaped
from playground.traffic.frames import is_whole_message
from playground.traffic.model import MESSAGES
from playground.traffic.record import Record
from playground.traffic.summary import Group, client_of, fold, kind_of, readable, scrub
from playground.traffic.words import Tone, label_of, tag_of, tone_of

Shape = Literal["arrow", "mark", "band", "pause"]

# A longer silence between two steps is a step of its own.
PAUSE_SECONDS: Final = 1.0

_BARE: Final = re.compile(r"(?:binary|frame)\b")
_MARKS: Final = frozenset({"exception", "pause", "print", "state"})
_SPOKEN: Final = {"exception": "exception ", "print": "printed ", "state": "state "}

# How many receivers of a broadcast are read out by name.
NAMED: Final = 3

# So many entries are looked at for each step that is wanted: a broadcast is one step.
_FOLDED: Final = 64


class Step(NamedTuple):
    """One row of a ladder.

    Attributes:
        seq: Number of the (first) entry; of the entry that follows for a pause.
        at, end: When its first and its last entry happened, in seconds since the Unix epoch.
        shape: ``"arrow"`` between a client and the server, ``"mark"`` on the server's lane,
            ``"band"`` right across, or ``"pause"``.
        kind: The entry's kind.
        sender: The side it came from.
        clients: Who sent it or gets it: one name, or a broadcast's receivers; none for a band.
        chip: Words before the label, such as ``binary 4.1k``; "" for none.
        label: What happened, in one line.
        tone: ``"error"``, ``"life"`` for a connection's beginning and end, or "".
        cause: `seq` of the entry that set it off.
        spontaneous: Whether the server sent it without any message having caused it.
        members: `seq` of every entry this step stands for.
        after: Of a message from a server elsewhere, `seq` of the one before it that went there:
            which of them it answers is not known.
    """

    seq: int
    at: float
    end: float
    shape: Shape
    kind: str
    sender: str
    clients: tuple[str, ...]
    chip: str
    label: str
    tone: Tone
    cause: int | None
    spontaneous: bool
    members: tuple[int, ...]
    after: int | None = None


def newest(record: Record, limit: int) -> tuple[list[Step], int]:
    """Return the newest steps of a record, fit to be published, and how many entries went before.

    Args:
        limit: Steps to return; a broadcast is one.
    """
    near = record[-limit * _FOLDED :] if limit > 0 else ()
    groups = _drawn(fold(near))[-limit:] if limit > 0 else []
    first = groups[0].first.seq if groups else 0
    drawn = {entry.seq for group in groups for entry in group.entries}
    after = sum(
        entry.seq in drawn or (is_whole_message(entry) and entry.seq > first) for entry in near
    )
    return [_scrubbed(each) for each in steps(record, groups)], len(record) - after


def steps(record: Record, groups: Iterable[Group]) -> list[Step]:
    """Return a step for each group of entries, and one for each pause between them."""
    return list(with_pauses(_following(record, _drawn(groups))))


def _following(record: Record, groups: Iterable[Group]) -> list[Step]:
    """Return a step for each group; the next from a server elsewhere says what went there."""
    asked: dict[int, int] = {}
    made = []
    for group in groups:
        each, entry = step(record, group), group.first
        exchange = record.exchange(entry.exchange)
        if exchange is not None and exchange.far and entry.kind in MESSAGES:
            if entry.sender == "server":
                asked[exchange.id] = entry.seq
            else:
                each = each._replace(after=asked.pop(exchange.id, None))
        made.append(each)
    return made


def _drawn(groups: Iterable[Group]) -> list[Group]:
    """Leave out each frame that is a whole message, if its message may be among the groups."""
    every = list(groups)
    if not any(group.first.kind in MESSAGES for group in every):
        return every
    return [group for group in every if not is_whole_message(group.first)]


def step(record: Record, group: Group) -> Step:
    """Return the step that shows a group of entries."""
    entry = group.first
    shape = shape_of(entry.kind, entry.sender)
    clients = [] if shape == "band" else [client_of(record, each) for each in group.entries]
    return Step(
        seq=entry.seq,
        at=entry.at,
        end=group.entries[-1].at,
        shape=shape,
        kind=entry.kind,
        sender=entry.sender,
        clients=tuple(clients),
        chip=tag_of(entry, kind_of(record, entry)),
        label=label_of(readable(record, entry)),
        tone=tone_of(entry),
        cause=entry.cause,
        spontaneous=entry.spontaneous,
        members=tuple(each.seq for each in group.entries),
    )


def with_pauses(shown: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps, and one more before each that came after a silence."""
    before = shown[0].at if shown else 0.0
    for each in shown:
        if each.at - before > PAUSE_SECONDS:
            yield _pause(before, each)
        yield each
        before = each.end


def _pause(before: float, then: Step) -> Step:
    said = lasted(then.at - before)
    return Step(
        then.seq, before, then.at, "pause", "pause", "lab", (), "", said, "", None, False, ()
    )  # fmt: skip


def shape_of(kind: str, sender: str) -> Shape:
    """Return how a kind of entry is drawn."""
    if sender == "lab":
        return "band"
    return "mark" if kind in _MARKS else "arrow"


def lasted(seconds: float) -> str:
    """Return how long a pause was: ``4.2 s``, ``3 min 12 s``, ``2 h 5 min``."""
    whole = floor(seconds + 0.5)
    if whole < 60:
        return f"{floor(seconds * 10 + 0.5) / 10:.1f} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _scrubbed(step: Step) -> Step:
    names = tuple(scrub(name) for name in step.clients)
    return step._replace(chip=scrub(step.chip), label=scrub(step.label), clients=names)


def joined_in(record: Record) -> dict[str, int]:
    """Return the clients of a record, numbered in the order in which they joined."""
    names = dict.fromkeys(exchange.client for exchange in record.exchanges)
    return {name: number for number, name in enumerate(names)}


def who_is_there(shown: Iterable[Step], order: Mapping[str, int]) -> list[str]:
    """Return the clients in some steps by when they joined.

    Args:
        order: Client name → number in the order of joining; who is not in it comes last.
    """
    names = dict.fromkeys(name for step in shown for name in step.clients if name)
    return sorted(names, key=lambda name: order.get(name, len(order)))


def effects(shown: Iterable[Step]) -> dict[int, int]:
    """Return for each entry that caused messages among the steps how many it caused."""
    found: dict[int, int] = {}
    for each in shown:
        if each.cause is not None and each.kind in ("text", "binary"):
            found[each.cause] = found.get(each.cause, 0) + len(each.members)
    return found


def aloud(step: Step, caused: int = 0) -> str:
    """Return a step as a sentence for a screen reader: ``alice to server: text hi``.

    Args:
        caused: How many messages it set off.
    """
    if step.shape == "pause":
        return f"{step.label} later"
    why = f"caused by #{step.cause}" if step.cause is not None else ""
    if step.after is not None:
        why = f"next after #{step.after}"
    more = f"caused {counted(caused, 'message', 'messages')}" if caused else ""
    said = (
        f"{_between(step)}{_kind(step)}{step.label}".strip(),
        "sent by itself" if step.spontaneous else why,
        more,
    )
    return ", ".join(part for part in said if part)


def _between(step: Step) -> str:
    if step.shape == "band":
        return ""
    rest = len(step.clients) - NAMED
    names = ", ".join(escaped(name) for name in step.clients[:NAMED])
    if step.shape == "mark":
        return f"server, for {names}: " if names else "server: "
    if step.sender == "client":
        return f"{names} to server: "
    return f"server to {names}{f' and {rest} more' if rest > 0 else ''}: "


def _kind(step: Step) -> str:
    if step.kind in _MARKS:
        return _SPOKEN.get(step.kind, "")
    return f"{chip_said(step)} " if step.chip else "text " * (step.kind == "text")


def chip_said(step: Step) -> str:
    """Return a chip as it stands before the label in plain text: ``binary 4.1k``, ``ping:``."""
    return step.chip if not step.chip or _BARE.match(step.chip) else f"{step.chip}:"
