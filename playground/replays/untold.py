"""What a browser has not written down of a WebSocket, so that nobody can compare it.

Law of the room: pure values; whatever is not compared is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import inf
from typing import Final

from playground.exports.conversations import Conversation
from playground.exports.har_sockets import UNWRITTEN
from playground.replays.heard import Heard
from playground.replays.score import Score, is_end
from playground.replays.telling import listed
from playground.traffic.model import MESSAGES
from playground.traffic.record import Record

# What a client does, in rows of a log, one for each act.
_ACTS: Final = MESSAGES | {"open", "request", "close"}

Lines = dict[int, list[Heard]]


def notes_of(score: Score) -> list[str]:
    """Return whose messages the recording does not have, as sentences."""
    without = [
        each.exchange.client
        for each in score.conversations.values()
        if score.is_foreign and _is_unwritten(each)
    ]
    if not without:
        return []
    who = listed(list(dict.fromkeys(without)))
    return [f"Of {who} only the handshake is compared: the recording has none of its messages."]


def told(
    score: Score, heard: Lines, played: Record, numbers: Mapping[int, int]
) -> tuple[Lines, list[str]]:
    """Return of what was heard in a replay all that the recording can say something of.

    It leaves out the messages of a WebSocket whose messages are not written down. Of one whose end
    is not, it leaves out what others caused after all that is known of it: it may have been closed.

    Args:
        score: What was recorded.
        heard: What was heard in the replay.
        played: Its traffic.
        numbers: Of each exchange there, the number of the one that it repeats.

    Returns:
        What was heard, and what was left out of it, as sentences.
    """
    if not score.is_foreign:
        return heard, []
    causes = _causes(score, played, numbers)
    found: Lines = {}
    unsure: dict[str, None] = {}
    for number, items in heard.items():
        conversation = score.conversations[number]
        last = _last(conversation)
        kept = [each for each in items if causes.get(each.seq, 0) <= last]
        if len(kept) < len(items):
            unsure[conversation.exchange.client] = None
        unwritten = _is_unwritten(conversation)
        found[number] = [each for each in kept if not (unwritten and each.kind == "message")]
    who = listed(list(unsure))
    said = f"When {who} left, the recording does not say: what others said afterwards is left out."
    return found, [said] if unsure else []


def _is_unwritten(conversation: Conversation) -> bool:
    return any(each.kind == "lab" and each.data == UNWRITTEN for each in conversation.entries)


def _last(conversation: Conversation) -> float:
    """Return the number of the last row at which a client was there for certain."""
    rows = conversation.entries
    has_ended = any(each.kind == "close" or is_end(each) for each in rows)
    if conversation.exchange.protocol == "http" or has_ended or not rows:
        return inf
    return rows[-1].seq


def _causes(score: Score, played: Record, numbers: Mapping[int, int]) -> dict[int, int]:
    """Return of each row that another client has caused the number of the recorded act."""
    acts: dict[int, list[int]] = {}
    for act in score.acts:
        acts.setdefault(act.exchange, []).append(act.entry.seq if act.entry is not None else 0)
    done: Counter[int] = Counter()
    of: dict[int, tuple[int, int]] = {}
    found: dict[int, int] = {}
    for entry in played:
        if entry.kind in _ACTS and entry.sender == "client":
            known = acts.get(numbers.get(entry.exchange, 0), [0])
            of[entry.seq] = entry.exchange, known[min(done[entry.exchange], len(known) - 1)]
            done[entry.exchange] += 1
        elif entry.cause in of:
            exchange, place = of[entry.cause]
            if exchange != entry.exchange:
                found[entry.seq] = place
    return found
