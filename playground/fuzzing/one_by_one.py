"""Every oddity by itself: whatever chance brings, these are had first.

Law of the room: the same is usual, the same comes of it, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import TypeVar

from playground.fuzzing.acts import Act, Conversation
from playground.fuzzing.oddities import ANYTHING, Message, odd_addresses, odd_messages
from playground.fuzzing.usual import Usual

T = TypeVar("T")


def one_by_one(usual: Sequence[Usual]) -> Iterator[Conversation]:
    """Yield conversations with one thing in each that is odd, of all routes in turn."""
    yield from in_turn([_at(each) for each in usual])


def in_turn(these: Sequence[Iterator[T]]) -> Iterator[T]:
    """Yield the first of each, then the second of each, and so on."""
    nothing = object()
    for some in zip_longest(*these, fillvalue=nothing):
        yield from (each for each in some if each is not nothing)  # type: ignore[misc]


def _at(usual: Usual) -> Iterator[Conversation]:
    if usual.kind == "http":
        return in_turn([_bodies(usual), _addresses(usual, "asks")])
    return in_turn([_messages(usual), chain(_ways(usual), _addresses(usual, "connects"))])


def _odd(usual: Usual) -> Iterator[Message]:
    return in_turn([iter(ANYTHING), *(iter(odd_messages(each)) for each in usual.messages)])


def _messages(usual: Usual) -> Iterator[Conversation]:
    """Yield somebody who says something odd, and another one who says what is usual."""
    comes, says = usual.visit("bob")[:2]
    for message in _odd(usual):
        odd = Act("ada", "sends", message)
        yield (comes._replace(who="ada"), odd, comes, says)


def _ways(usual: Usual) -> Iterator[Conversation]:
    """Yield the ways in which somebody goes, and all at once."""
    comes, says = usual.visit("ada")[:2]
    other = (comes._replace(who="bob"), says._replace(who="bob"))
    yield (comes, says, Act("ada", "vanishes"), *other)
    yield (comes, says._replace(at_once=True), Act("ada", "vanishes"), *other)
    yield (comes, other[0], says._replace(at_once=True), other[1])
    yield (comes, *other, says._replace(at_once=True), Act("bob", "leaves"))
    yield (comes, *other, other[0], other[1], Act("bob", "leaves"), says)
    yield (comes._replace(at_once=True), Act("ada", "leaves"), *other)


def _addresses(usual: Usual, kind: str) -> Iterator[Conversation]:
    for address in usual.addresses:
        for odd in odd_addresses(address):
            yield (Act("ada", "connects" if kind == "connects" else "asks", odd),)


def _bodies(usual: Usual) -> Iterator[Conversation]:
    address = usual.addresses[0]
    if usual.is_seen:
        for body in _odd(usual):
            if isinstance(body, str):
                yield (Act("ada", "asks", address, body),)
