"""What came out otherwise: what was heard before, and now, side by side.

Law of the room: pure values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Final, Literal, NamedTuple

from playground.replays.heard import Heard
from playground.traffic.model import Exchange

Kind = Literal["same", "changed", "missing", "new"]

Key = Callable[[Any], Any]

# So many comparisons of messages, by so much of their beginning, take a hundredth of a second.
_MOST_ALIKE: Final = 900
_BEGINNING: Final = 80

# An answer to a handshake, whichever, stands for one.
_HANDSHAKE: Final = frozenset({"accept", "refuse"})


class Row(NamedTuple):
    """One thing that a client heard, then and now. In `Difference.rows`.

    Attributes:
        client: Who heard it.
        kind: ``"same"``, ``"changed"``, ``"missing"`` or ``"new"``.
        old, new: What was heard; None for what is not there.
        exchange: The number of its exchange, in the record.
        asked: What the exchange asks for, such as ``GET /hello``.
    """

    client: str
    kind: Kind
    old: Heard | None
    new: Heard | None
    exchange: int
    asked: str


def compared(
    exchanges: Mapping[int, Exchange],
    old: Mapping[int, list[Heard]],
    new: Mapping[int, list[Heard]],
    key: Key,
    is_foreign: bool,
) -> list[Row]:
    """Return what each client heard then and now, one exchange after the other.

    Args:
        exchanges: Those of the record, by number.
        old, new: What was heard on each.
        key: Given a message, what is compared of it.
        is_foreign: Whether another program has recorded the old ones: then their order is chance.
    """
    rows: list[Row] = []
    for number, exchange in exchanges.items():
        before, after = old.get(number, []), new.get(number, [])
        if is_foreign:
            before, after = _known_to_others(before, after)
        asked = f"{exchange.method} {exchange.path.partition('?')[0]}"
        for kind, one, other in _pairs(before, after, key, is_foreign):
            rows.append(Row(exchange.client, kind, one, other, number, asked))
    return rows


def pairs_of(
    one: Mapping[int, list[Heard]], other: Mapping[int, list[Heard]]
) -> Iterator[tuple[Any, Any]]:
    """Yield what the same code has said the one time and the other, where it is not the same."""
    for number, items in one.items():
        for a, b in zip(items, other.get(number, []), strict=False):
            if a.kind == b.kind and a.data != b.data:
                yield a.data, b.data


Pair = tuple[Kind, Heard | None, Heard | None]


def _pairs(old: list[Heard], new: list[Heard], key: Key, is_foreign: bool) -> list[Pair]:
    if not is_foreign:
        old, new = _late(old, new, key), _late(new, old, key)
    before = [each for each in old if not each.is_timers]
    after = [each for each in new if not each.is_timers]
    found = _aligned(before, after, key)
    found += _aligned(*_as_often(old, new), key)
    return _put_together(found, key) if is_foreign else found


def _late(items: list[Heard], others: list[Heard], key: Key) -> list[Heard]:
    """Take for a timer's what is a timer's the other time: a busy machine knows less of causes."""
    acts = Counter(_key(each, key) for each in others if not each.is_timers)
    timers = Counter(_key(each, key) for each in others if each.is_timers)
    timers -= Counter(_key(each, key) for each in items if each.is_timers)
    found = []
    for each in items:
        known = _key(each, key)
        if not each.is_timers and timers[known] and not acts[known]:
            timers[known] -= 1
            each = each.by_a_timer()
        elif not each.is_timers:
            acts[known] -= 1
        found.append(each)
    return sorted(found, key=lambda each: (each.act, each.seq if each.is_timers else 0))


def _as_often(old: list[Heard], new: list[Heard]) -> tuple[list[Heard], list[Heard]]:
    """Return what timers sent: one that goes off may do so once more, or once less."""
    before, after = ([each for each in items if each.is_timers] for items in (old, new))
    if before and after:
        count = min(len(before), len(after))
        return before[:count], after[:count]
    return before, after


def _aligned(old: list[Heard], new: list[Heard], key: Key) -> list[Pair]:
    before, after = ([_key(each, key) for each in items] for items in (old, new))
    found: list[Pair] = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, False).get_opcodes():
        if what == "equal":
            found += [("same", a, b) for a, b in zip(old[i:j], new[k:m], strict=True)]
        else:
            found += _replaced(old[i:j], new[k:m], key)
    return found


def _key(heard: Heard, key: Key) -> Any:
    return heard.kind, heard.code, key(heard.data)


def _replaced(old: list[Heard], new: list[Heard], key: Key) -> Iterator[Pair]:
    """Yield what stands in the place of what, kind by kind."""
    for one, other in _beside(old, new):
        if one is not None and other is not None and _is_like(one, other):
            same = _begins(one, other, key)
            yield ("same" if same else "changed"), one, other
        else:
            if one is not None:
                yield "missing", one, None
            if other is not None:
                yield "new", None, other


def _beside(old: list[Heard], new: list[Heard]) -> Iterator[tuple[Heard | None, Heard | None]]:
    """Yield what stands beside what: of as many each beside each, else what is most alike."""
    if len(old) == len(new) or len(old) * len(new) > _MOST_ALIKE:
        yield from zip_longest(old, new)
        return
    shorter, longer = sorted((old, new), key=len)
    left, spare = list(longer), len(longer) - len(shorter)
    for each in shorter:
        near = left[: spare + 1]
        best = max(range(len(near)), key=lambda place: _likeness(each, near[place]))
        for other in left[:best]:
            yield (other, None) if longer is old else (None, other)
        yield (left[best], each) if longer is old else (each, left[best])
        left, spare = left[best + 1 :], spare - best
    for other in left:
        yield (other, None) if longer is old else (None, other)


def _likeness(one: Heard, other: Heard) -> tuple[bool, float]:
    a, b = str(one.data)[:_BEGINNING], str(other.data)[:_BEGINNING]
    return _is_like(one, other), SequenceMatcher(None, a, b, False).quick_ratio()


def _is_like(one: Heard, other: Heard) -> bool:
    return one.kind == other.kind or {one.kind, other.kind} <= _HANDSHAKE


def _begins(one: Heard, other: Heard, key: Key) -> bool:
    """Return whether one answer is the beginning of the other, where a client has left early."""
    if not (one.is_part or other.is_part) or one.code != other.code:
        return False
    if type(one.data) is not type(other.data):
        return False
    count = min(len(one.data), len(other.data))
    return bool(key(one.data[:count]) == key(other.data[:count]))


def _put_together(pairs: list[Pair], key: Key) -> list[Pair]:
    """Return pairs in which what only came at another time is the same."""
    missing = {id(one): one for kind, one, _ in pairs if kind == "missing" and one is not None}
    found: list[Pair] = []
    gone: set[int] = set()
    for kind, one, other in pairs:
        if kind == "new" and other is not None:
            like = next(
                (each for each in missing.values() if _key(each, key) == _key(other, key)), None
            )
            if like is not None:
                del missing[id(like)]
                gone.add(id(like))
                found.append(("same", like, other))
                continue
        found.append((kind, one, other))
    return [pair for pair in found if not (pair[0] == "missing" and id(pair[1]) in gone)]


def _known_to_others(old: list[Heard], new: list[Heard]) -> tuple[list[Heard], list[Heard]]:
    """Leave out what a browser does not write down: exceptions, a refusal's body, a close.

    Playwright writes nothing of a handshake that is refused.
    """
    before = [each._replace(data="") if each.kind == "refuse" else each for each in old]
    after = [each for each in new if each.kind != "exception"]
    after = [each._replace(data="") if each.kind == "refuse" else each for each in after]
    unknown = {"close", "refuse"} if not old else {"close"}
    if not any(each.kind == "close" for each in old):
        after = [each for each in after if each.kind not in unknown]
    return before, after
