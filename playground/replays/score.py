"""What the clients of a record did, in order, and what each conversation had heard by then.

Law of the room: pure values; nothing is played here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from playground.exports.conversations import Conversation, conversations, near
from playground.exports.har_sockets import ENDED
from playground.exports.replay import SERVERS_OWN
from playground.traffic.apart import without_checks
from playground.traffic.model import MESSAGES, Entry, Exchange
from playground.traffic.record import Record, Selection

Kind = Literal["open", "send", "close", "request", "leave"]
"""A handshake, a message, a closing, a request, and leaving before its answer has ended."""

# What a client may hear, in rows of the log.
_HEARD: Final = MESSAGES | {"accept", "refuse", "close", "response", "body", "event"}


class Act(NamedTuple):
    """One thing that a client does.

    Attributes:
        kind: What.
        exchange: The number of its exchange.
        at: Seconds since the record begins.
        entry: Its row; None where the log has let go of it.
        heard: How much each exchange had heard before it.
    """

    kind: Kind
    exchange: int
    at: float
    entry: Entry | None
    heard: Counter[int]


class Score(NamedTuple):
    """A record as what is to be played.

    Attributes:
        record: The record, without what nobody plays.
        conversations: Its exchanges, by number.
        acts: What clients do, in order.
        heard: How much each exchange has heard at the end.
        raised: How many exceptions there were.
        ends: When that was, in seconds since the record begins.
        is_foreign: Whether another program has recorded it, or answered, so that causes are not
            known.
        notes: What was left out, in sentences.
    """

    record: Selection
    conversations: dict[int, Conversation]
    acts: tuple[Act, ...]
    heard: Counter[int]
    raised: int
    ends: float
    is_foreign: bool
    notes: tuple[str, ...]

    def exchange(self, number: int) -> Exchange:
        """Return an exchange by its number."""
        return self.conversations[number].exchange


def score_of(record: Record) -> Score:
    """Return what is to be played of a record.

    Args:
        record: What was recorded, here or by another program.
    """
    asked = without_checks(record)[:]
    chosen, notes = _of_one_host(near(asked)[:])
    # What another server has answered has no cause that is known either.
    is_foreign = len(chosen) < len(asked) or not any(entry.revision for entry in chosen)
    known = {each.exchange.id: each for each in conversations(chosen)}
    began = min((entry.at for entry in chosen), default=0.0)
    heard: Counter[int] = Counter()
    acts: list[Act] = []
    for entry in chosen:
        for kind in _kinds(entry, known.get(entry.exchange)):
            given = None if kind == "open" and entry.kind != "open" else entry
            acts.append(Act(kind, entry.exchange, entry.at - began, given, heard.copy()))
        if is_heard(entry):
            heard[entry.exchange] += 1
    ends = max((entry.at for entry in chosen), default=0.0) - began
    raised = sum(entry.kind == "exception" for entry in chosen)
    return Score(chosen, known, tuple(acts), heard, raised, ends, is_foreign, notes)


def is_heard(entry: Entry) -> bool:
    """Return whether an entry is something that the app says to a client."""
    is_apps = entry.kind != "close" or entry.code not in SERVERS_OWN
    return entry.sender == "server" and entry.kind in _HEARD and is_apps


def is_end(entry: Entry) -> bool:
    """Return whether all that is known of a connection's end is when it was."""
    return entry.kind == "lab" and entry.data == ENDED


def _kinds(entry: Entry, conversation: Conversation | None) -> Iterator[Kind]:
    """Yield what a client does by an entry."""
    if conversation is None:
        return
    if conversation.exchange.protocol == "http":
        if entry.kind == "request":
            yield "request"
        elif entry.kind == "close" and entry.sender == "client":
            yield "leave"
        return
    is_first = conversation.entries[0] is entry
    if is_first:  # also where the log has let go of the handshake
        yield "open"
    by_client = entry.sender == "client" or entry.code in SERVERS_OWN
    if (entry.kind == "close" and by_client) or is_end(entry):
        yield "close"
    elif entry.sender == "client" and entry.kind in MESSAGES and entry.data is not None:
        yield "send"


def _of_one_host(record: Selection) -> tuple[Selection, tuple[str, ...]]:
    """Return what a page had with one server: a browser records what it had with others too."""
    hosts = Counter(each.host for each in conversations(record))
    if len(hosts) < 2 or any(entry.revision for entry in record):
        return record, ()
    sockets = [each for each in conversations(record) if each.exchange.protocol == "websocket"]
    wanted = Counter(each.host for each in sockets or conversations(record)).most_common(1)[0][0]
    own = {each.exchange.id for each in conversations(record) if each.host == wanted}
    others = sum(count for host, count in hosts.items() if host != wanted)
    said = f"{others} exchanges with other servers than {wanted} are left out."
    return record.having(entry for entry in record if entry.exchange in own), (said,)
