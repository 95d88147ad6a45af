"""Whom a conversation is about: what others said and heard who were there goes with it.

Law of the file: nobody is left out who may hear of it, and nobody comes in who was not there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from playground.exports.conversations import Conversation, conversations
from playground.replays.talking import browser_of
from playground.replays.telling import listed
from playground.traffic.model import Entry
from playground.traffic.record import Record, Selection

# By these a WebSocket has ended.
_ENDS: Final = frozenset({"close", "refuse"})

_FOR_EVER: Final = float("inf")

Span = tuple[float, float]
"""The numbers of its first row and of its last; that is infinite while it is open."""


def with_the_room(record: Record, wanted: Collection[int]) -> Selection:
    """Return conversations with those of everybody who was there.

    That is who had a WebSocket open at the same time, and whose request told one of them something.
    Who came with a cookie has asked for something before, and does so again. What came of the
    doings of anybody else is left out: nobody will do it when it is had again.

    Args:
        record: A log.
        wanted: The numbers of exchanges.
    """
    known = conversations(record)
    there = _linked(record, {*wanted, *_open_meanwhile(known, wanted)})
    there |= set(_with_cookies(known, there))
    of_others = {each.seq for each in record if each.exchange and each.exchange not in there}
    return record[:].having(each for each in record if _belongs(each, there, of_others))


def _open_meanwhile(known: Sequence[Conversation], wanted: Collection[int]) -> Iterator[int]:
    spans = sorted(_span(each) for each in known if each.exchange.id in wanted and each.entries)
    begins = [begin for begin, _ in spans]
    ends = list(accumulate((end for _, end in spans), max))
    for each in known:
        if each.exchange.protocol == "websocket" and each.entries:
            begin, end = _span(each)
            before = bisect_right(begins, end)
            if before and ends[before - 1] >= begin:
                yield each.exchange.id


def _span(conversation: Conversation) -> Span:
    entries = conversation.entries
    ended = conversation.exchange.protocol == "http" or any(each.kind in _ENDS for each in entries)
    return entries[0].seq, entries[-1].seq if ended else _FOR_EVER


def _linked(record: Record, there: set[int]) -> set[int]:
    """Return them with those that told one of them something, or were told by one of them."""
    of = {each.seq: each.exchange for each in record}
    found = set(there)
    for each in record:
        teller = of.get(each.cause or 0, 0)
        if teller and each.exchange and (teller in there or each.exchange in there):
            found |= {teller, each.exchange}
    return found


def _with_cookies(known: Sequence[Conversation], there: set[int]) -> Iterator[int]:
    """Yield the requests by which a client has got the cookies that it came with."""
    until: dict[str, int] = {}
    for each in known:
        exchange = each.exchange
        if exchange.id in there and any(name == "cookie" for name, _ in exchange.headers):
            until[browser_of(exchange.client)] = exchange.id
    for each in known:
        exchange = each.exchange
        if exchange.protocol == "http" and exchange.id < until.get(browser_of(exchange.client), 0):
            yield exchange.id


def _belongs(entry: Entry, there: set[int], of_others: set[int]) -> bool:
    """Return whether an entry is of who was there, and came of nobody else's doing."""
    is_of_others = entry.sender == "server" and entry.cause in of_others
    return entry.exchange in there and not is_of_others


def whom(record: Record, wanted: Collection[int]) -> str:
    """Return whose conversations are compared, as a sentence; others who were there by name."""
    asked = _clients(each.exchange.client for each in conversations(record)
                     if each.exchange.id in wanted)  # fmt: skip
    others = _clients(each.client for each in record.exchanges if each.client not in asked)
    said = f"Compared is what {listed(asked) or 'nobody'} heard"
    return f"{said}, and {listed(others)}, who {_was(others)} there." if others else f"{said}."


def with_whom(record: Record, wanted: Collection[int]) -> str:
    """Return who else was there, as a clause: ``, with bob, who was there``; "" for nobody."""
    asked = {each.client for each in record.exchanges if each.id in wanted}
    others = _clients(each.client for each in record.exchanges if each.client not in asked)
    return f", with {listed(others)}, who {_was(others)} there" if others else ""


def _was(people: Sequence[str]) -> str:
    return "were" if len(people) > 1 else "was"


def _clients(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
