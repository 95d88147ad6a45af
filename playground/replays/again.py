"""A conversation had again by other code, and compared: twice, to see what changes by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from playground.exports.forgiving import Forgiving, Ignore
from playground.replays import untold
from playground.replays.asking import unknown
from playground.replays.comparing import Row, compared, pairs_of
from playground.replays.difference import Difference, Side
from playground.replays.heard import Heard, heard_in
from playground.replays.masks import Masks
from playground.replays.playing import ENDINGS, Pace, Played, Player
from playground.replays.room import whom
from playground.replays.score import Score, score_of
from playground.traffic.record import Record

Lines = dict[int, list[Heard]]


class Expected(NamedTuple):
    """What is to come out.

    Attributes:
        score: What clients do.
        heard: What they heard on each exchange.
        name: What that was, such as ``revision 2``.
        record: Its traffic.
        wanted: The exchanges that were asked for, which come first; none if all were.
    """

    score: Score
    heard: Lines
    name: str
    record: Record
    wanted: frozenset[int] = frozenset()


def expected_of(record: Record, name: str, wanted: Collection[int] = ()) -> Expected:
    """Return what is expected of a record that is had again: what it has.

    Args:
        record: What was recorded.
        name: What to call it.
        wanted: The exchanges that were asked for, among those of others who were there.
    """
    score = score_of(record)
    heard = heard_in(score.record, score.is_foreign)
    return Expected(score, heard, name, score.record, frozenset(wanted))


def masks_of(expected: Expected, ignore: Ignore | Sequence[Ignore] = ()) -> Masks:
    """Return what is not compared: times and UUIDs, and what is named.

    Args:
        expected: Says which times are those of the recording.
        ignore: JSON paths, names and regular expressions.

    Raises:
        ValueError: If one of them cannot be read.
    """
    forgiving = Forgiving(expected.score.record, ignore)
    # What a replay says is later than what was recorded, by whatever it is.
    return Masks(forgiving.ignored, forgiving.span._replace(end=float("inf")))


class Again(NamedTuple):
    """What came of having a conversation again.

    Attributes:
        difference: What came out otherwise.
        heard: What was heard.
        played: The traffic.
    """

    difference: Difference
    heard: Lines
    played: Played


def again(
    expected: Expected, player: Player, masks: Masks, name: str, pace: Pace = "answered"
) -> Again:
    """Have a conversation again, twice, and compare.

    Args:
        expected: What clients do, and what is to come of it.
        player: Has an app to have it with.
        masks: Takes in what changes by itself.
        name: What the code is called.
        pace: When clients do what they do.
    """
    score = expected.score
    first = player.play(score, pace)
    heard, left_out = untold.told(score, _heard(first, score), first.log, first.numbers)
    if not first.why:
        second = player.play(score, pace)
        if not second.why:
            masks.learn(pairs_of(_heard(first, score), _heard(second, score)))
    rows = _rows(expected, heard, masks)
    if first.why:  # what would have come later, nobody knows
        rows = [each for each in rows if each.kind != "missing"]
    about = [whom(expected.score.record, expected.wanted)] if expected.wanted else []
    notes = [*about, *score.notes, *_unknown(score), *untold.notes_of(score), *left_out]
    notes += map(_of_replay, first.notes)
    old, new = Side(expected.name, expected.record), Side(name, first.log)
    return Again(Difference(rows, old, new, first.why, notes), heard, first)


def _heard(played: Played, score: Score) -> Lines:
    found = heard_in(played.log, score.is_foreign, played.numbers)
    return {
        number: [each for each in found.get(number, []) if not _is_ours(each)]
        for number in score.conversations
    }


def _is_ours(heard: Heard) -> bool:
    """Return whether it is what has ended code that went on and on."""
    return heard.kind == "exception" and heard.data in ENDINGS


def _rows(expected: Expected, heard: Lines, masks: Masks) -> list[Row]:
    score = expected.score
    exchanges = {number: each.exchange for number, each in score.conversations.items()}
    rows = compared(exchanges, expected.heard, heard, masks.key, score.is_foreign)
    return sorted(rows, key=lambda row: row.exchange not in expected.wanted)


def _unknown(score: Score) -> list[str]:
    """Return which credentials were asked with that the log never had, as sentences."""
    found: dict[str, str] = {}
    for each in score.conversations.values():
        if names := unknown(each):
            found.setdefault(names, each.exchange.client)
    return [
        f"{client} asks without {names}: the log never has credentials."
        for names, client in found.items()
    ]


def _of_replay(said: str) -> str:
    return said.replace(" in each order:", " in the replay:")
