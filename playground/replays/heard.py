"""What each client has heard, in an order that can be compared: by what its clients did.

Law of the room: pure values. Which of two clients is served first is chance, so it counts for
nothing; what one handler sends after the other is the app's own order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from playground.exports.conversations import Conversation, conversations
from playground.exports.replay import SERVERS_OWN
from playground.traffic.escapes import escaped
from playground.traffic.model import MESSAGES, Entry, close_phrase
from playground.traffic.record import Record
from playground.traffic.summary import preview

Kind = Literal["accept", "refuse", "message", "close", "response", "event", "exception"]

# Characters of a message in a sentence.
_SHOWN: Final = 60

# Places after all that came of a client's acts: what a timer sent.
_BY_A_TIMER: Final = 1 << 40

_SINGLE: Final = frozenset({"text", "binary", "accept", "refuse", "event", "exception"})


class Heard(NamedTuple):
    """One thing that a client heard.

    Attributes:
        kind: What.
        data: The message, body or reason; of a handshake the subprotocol.
        code: A status or close code; None for what has none.
        seq: The number of its row.
        act: The place of the act that it came of, in the record's order.
        where: The line that sent it, if that is known.
        is_part: Whether the client left before it was all there.
    """

    kind: Kind
    data: str | bytes
    code: int | None = None
    seq: int = 0
    act: int = 0
    where: str = ""
    is_part: bool = False

    @property
    def is_timers(self) -> bool:
        """Whether no client's act has caused it."""
        return self.act == _BY_A_TIMER

    def by_a_timer(self) -> Heard:
        """Return the same as what no client's act has caused."""
        return self._replace(act=_BY_A_TIMER)

    def said(self, most: int = _SHOWN) -> str:
        """Return it in words: ``'hi'``, ``404 no such room``, ``1011 internal error``."""
        shown = escaped(preview(self.data, most)) if self.data else ""
        if self.kind in ("message", "event"):
            return repr(self.data) if len(repr(self.data)) <= most else f"'{shown}'"
        if self.kind == "accept":
            return f"accepted, {shown}" if shown else "accepted"
        if self.kind == "close":
            return f"{self.code} {shown or close_phrase(self.code or 0)}".rstrip()
        if self.kind == "exception":
            return shown
        return f"{self.code} {shown}".rstrip()


Numbers = Mapping[int, int]
"""Of each exchange of a replay, the number of the one that it repeats."""


def heard_in(
    record: Record, is_foreign: bool, numbers: Numbers | None = None
) -> dict[int, list[Heard]]:
    """Return what was heard on each exchange.

    Args:
        record: What was recorded.
        is_foreign: Whether to take it as it came: what another program recorded has no causes.
        numbers: Of each exchange, the number of the one that it repeats; by default its own.
    """
    known = conversations(record)
    numbers = {each.exchange.id: each.exchange.id for each in known} if numbers is None else numbers
    acts = {} if is_foreign else _acts(record, numbers)
    found: dict[int, list[Heard]] = {}
    for each in known:
        number = numbers.get(each.exchange.id)
        if number is not None:
            items = _heard(each)
            if is_foreign:  # of a body that a browser has not written down nothing is compared
                items = [item._replace(is_part=item.is_part or _is_empty(item)) for item in items]
            if not is_foreign:
                items = [item._replace(act=acts.get(item.seq, _BY_A_TIMER)) for item in items]
                items.sort(key=lambda item: item.act)
            found[number] = items
    return found


def _is_empty(heard: Heard) -> bool:
    return heard.kind == "response" and not heard.data


def _acts(record: Record, numbers: Numbers) -> dict[int, int]:
    """Return of each row the place of the client's act that it came of.

    An act's place is the number of its exchange and which one of it there, as one whole number.
    """
    places: dict[int, int] = {}
    count: Counter[int] = Counter()
    for entry in record:
        if entry.sender == "client" and entry.kind != "frame":
            # What one exchange does keeps its order; so do exchanges, by when they began.
            count[entry.exchange] += 1
            places[entry.seq] = (numbers.get(entry.exchange, 0) << 20) + count[entry.exchange]
        elif entry.cause in places:
            places[entry.seq] = places[entry.cause]
    return places


def _heard(conversation: Conversation) -> list[Heard]:
    if conversation.exchange.protocol == "http":
        return _answer(conversation)
    return [_item(each) for each in conversation.entries if _is_heard(each)]


def _is_heard(entry: Entry) -> bool:
    if entry.sender != "server":
        return False
    return entry.kind in _SINGLE or (entry.kind == "close" and entry.code not in SERVERS_OWN)


def _item(entry: Entry) -> Heard:
    kind: Kind = "message" if entry.kind in MESSAGES else entry.kind  # type: ignore[assignment]
    code = entry.code if kind in ("refuse", "close") else None
    return Heard(kind, entry.data or "", code, entry.seq, 0, entry.where or "")


def _answer(conversation: Conversation) -> list[Heard]:
    """Return the answer to a request as one thing, and each server-sent event as one."""
    single = [_item(each) for each in conversation.entries if each.kind in ("event", "exception")]
    head = conversation.first("response")
    if head is None:
        return single
    parts = [
        each.data
        for each in conversation.entries
        if each.sender == "server" and each.kind in ("response", "body") and each.data
    ]
    left = conversation.first("close")
    body = b"".join(each.encode("utf-8", "replace") if isinstance(each, str) else each
                    for each in parts)  # fmt: skip
    answer = Heard(
        "response", _read(body), head.code, head.seq, 0, head.where or "",
        left is not None and left.sender == "client",
    )  # fmt: skip
    return sorted([*single, answer], key=lambda item: item.seq)


def _read(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
