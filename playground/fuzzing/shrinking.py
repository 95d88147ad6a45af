"""A conversation made smaller, as long as the same thing goes wrong.

Law of the room: what comes out is no more than what went in, and goes wrong as that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from playground.fuzzing.acts import PEOPLE, Act, Conversation, people_of
from playground.fuzzing.oddities import Message, plainer
from playground.fuzzing.usual import Usual

GoesWrong = Callable[[Conversation], bool]

# Conversations that are tried for one.
TRIES: Final = 300


def shrunk(
    acts: Conversation,
    goes_wrong: GoesWrong,
    usual: Sequence[Usual],
    *,
    tries: int = TRIES,
    is_over: Callable[[], bool] = lambda: False,
) -> Conversation:
    """Return the smallest conversation that was found in which the same goes wrong.

    Args:
        acts: One in which it does.
        goes_wrong: Returns whether it does in another.
        usual: What is usual at each route.
        tries: How many are tried, at most.
        is_over: Returns whether to be content.
    """
    tried = {acts}
    is_better = True
    while is_better:
        is_better = False
        for other in _smaller(acts, usual):
            if len(tried) > tries or is_over():
                return acts
            if other in tried or _size(other, usual) >= _size(acts, usual):
                continue
            tried.add(other)
            if goes_wrong(other):
                acts, is_better = other, True
                break
    return acts


def _size(acts: Conversation, usual: Sequence[Usual]) -> tuple[object, ...]:
    """Return how large a conversation is: acts first, then all that makes it harder to read."""
    return (
        len(acts),
        len(people_of(acts)),
        sum(act.at_once for act in acts),
        sum(act.kind == "vanishes" for act in acts),
        sum(_is_odd(act, usual) for act in acts),
        sum(len(act.what) + len(act.body or "") for act in acts),
        sum(PEOPLE.index(act.who) for act in acts if act.who in PEOPLE),
        sum(_is_binary(act.what) for act in acts),
        tuple(str(act.what) for act in acts),
    )


def _is_binary(what: Message) -> bool:
    return isinstance(what, bytes)


def _is_odd(act: Act, usual: Sequence[Usual]) -> bool:
    if act.kind == "sends":
        return all(act.what not in each.messages for each in usual)
    return act.kind in ("connects", "asks") and all(
        act.what not in each.addresses for each in usual
    )


def _smaller(acts: Conversation, usual: Sequence[Usual]) -> Iterator[Conversation]:
    yield from _without_somebody(acts)
    size = len(acts) // 2
    while size:
        for at in range(len(acts) - size + 1):
            yield _whole((*acts[:at], *acts[at + size :]))
        size //= 2
    yield from _by_others(acts)
    yield from _by_vanishing(acts)
    for number, act in enumerate(acts):
        for other in _plainer(act, usual):
            yield (*acts[:number], other, *acts[number + 1 :])


def _without_somebody(acts: Conversation) -> Iterator[Conversation]:
    for who in people_of(acts):
        yield tuple(act for act in acts if act.who != who)


def _by_others(acts: Conversation) -> Iterator[Conversation]:
    """Yield the conversation with people called in their order, and with one less."""
    people = people_of(acts)
    names = dict(zip(people, PEOPLE, strict=False))
    yield tuple(act._replace(who=names.get(act.who, act.who)) for act in acts)
    for who in people[1:]:
        yield tuple(act._replace(who=people[0] if act.who == who else act.who) for act in acts)


def _by_vanishing(acts: Conversation) -> Iterator[Conversation]:
    """Yield the conversation with one act less, and somebody who vanishes instead of leaving."""
    for number, act in enumerate(acts):
        if act.kind == "leaves":
            other = (*acts[:number], act._replace(kind="vanishes"), *acts[number + 1 :])
            for at in range(len(acts)):
                if at != number:
                    yield _whole((*other[:at], *other[at + 1 :]))


def _whole(acts: Conversation) -> Conversation:
    """Return a conversation without what nobody can do who has not come."""
    there: set[str] = set()
    found = []
    for act in acts:
        if act.kind == "connects":
            there.add(act.who)
        elif act.kind != "asks" and act.who not in there:
            continue
        elif act.kind in ("leaves", "vanishes"):
            there.discard(act.who)
        found.append(act)
    return tuple(found)


def _plainer(act: Act, usual: Sequence[Usual]) -> Iterator[Act]:
    if act.at_once:
        yield act._replace(at_once=False)
    if act.kind == "vanishes":
        yield act._replace(kind="leaves")
    elif act.kind == "sends":
        known = tuple(one for each in usual if each.kind == "websocket" for one in each.messages)
        for message in plainer(act.what, known):
            yield act._replace(what=message)
    elif act.kind in ("connects", "asks"):
        kind = "websocket" if act.kind == "connects" else "http"
        for each in usual:
            if each.kind == kind:
                yield from (act._replace(what=one) for one in each.addresses)
        if act.body is not None:
            yield act._replace(body=None)
            for body in plainer(act.body, ()):
                if isinstance(body, str) and body:
                    yield act._replace(body=body)
