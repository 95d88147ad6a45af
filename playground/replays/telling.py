"""What came out otherwise in one sentence, as somebody would say it who has looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from playground.exports.text import counted
from playground.replays.comparing import Row

# What says most stands first.
_FIRST: Final = ("exception", "refuse", "accept", "close", "response", "message", "event")

_MOST_NAMES: Final = 4


def sentence_of(rows: Sequence[Row], why: str = "") -> str:
    """Return what differs as a sentence; "" if nothing does.

    Args:
        rows: What was compared.
        why: Why the replay did not go on to its end, as a sentence.
    """
    differs = [each for each in rows if each.kind != "same"]
    if not differs:
        return why
    first = min(differs, key=_rank)
    same = [each for each in differs if _says(each) == _says(first)]
    of_line = [each for each in differs if _line(first) and _line(each) == _line(first)]
    others = len(of_line) - len(same)
    said = _told(first, same, others)
    rest = len(differs) - max(len(same), len(of_line))
    more = f"; {counted(rest, 'more thing differs', 'more things differ')}" if rest else ""
    whole = f"{said[:1].upper()}{said[1:]}{more}."
    return " ".join(part for part in (why, whole) if part)


def _rank(row: Row) -> tuple[int, bool]:
    heard = row.new if row.new is not None else row.old
    assert heard is not None
    is_missing = row.kind == "missing" and heard.kind == "message"
    # What is no longer sent is mostly why the rest differs.
    return (_FIRST.index(heard.kind) if not is_missing else _FIRST.index("close")), not is_missing


def _line(row: Row) -> str:
    """Return the line that sent what is missing; "" for what is not."""
    is_missing = row.kind == "missing" and row.old is not None and row.old.kind == "message"
    return row.old.where if is_missing and row.old is not None else ""


def _says(row: Row) -> tuple[object, ...]:
    old = (row.old.kind, row.old.data, row.old.code) if row.old is not None else None
    new = (row.new.kind, row.new.data, row.new.code) if row.new is not None else None
    return row.kind, old, new


def _told(row: Row, same: Sequence[Row], others: int) -> str:
    who = listed(list(dict.fromkeys(each.client for each in same)))
    old, new = row.old, row.new
    heard = new if new is not None else old
    assert heard is not None
    if heard.kind == "exception":
        return _raised(row)
    if row.kind == "missing":
        more = counted(others, "other message", "other messages")
        nor = f", nor {more} of that line" if others > 0 else ""
        return f"{_missing(row, who)}{nor}{_at(heard.where)}"
    if row.kind == "new":
        return f"{_new(row, who)}{_at(heard.where)}"
    assert old is not None
    assert new is not None
    if new.kind == "refuse" and old.kind == "accept":
        return f"{row.asked} refuses {who} with {new.said()}, and accepted before"
    if old.kind == "refuse" and new.kind == "accept":
        return f"{row.asked} accepts {who}, and refused with {old.said()} before"
    if new.kind == "response":
        return f"{row.asked} answers {who} {new.said()} instead of {old.said()}"
    if new.kind == "close":
        return f"the app closes {who} with {new.said()} instead of {old.said()}"
    return f"the handler sends {new.said()} to {who} instead of {old.said()}{_at(new.where)}"


def _raised(row: Row) -> str:
    if row.new is None:
        return f"{row.asked} no longer raises {row.old.said() if row.old is not None else ''}"
    return f"{row.asked} raises {row.new.said()}{_at(row.new.where)}"


def _missing(row: Row, who: str) -> str:
    heard = row.old
    assert heard is not None
    if heard.kind == "close":
        return f"the app no longer closes {who} with {heard.said()}"
    if heard.kind == "response":
        return f"{row.asked} no longer answers {who}"
    if heard.kind in ("accept", "refuse"):
        return f"{row.asked} no longer answers the handshake of {who}"
    return f"the handler no longer sends {heard.said()} to {who}"


def _new(row: Row, who: str) -> str:
    heard = row.new
    assert heard is not None
    if heard.kind == "close":
        return f"the app closes {who} with {heard.said()}, and did not before"
    if heard.kind in ("response", "accept", "refuse"):
        return f"{row.asked} answers {who} {heard.said()}, and did not before"
    return f"the handler sends {heard.said()} to {who}, and did not before"


def _at(where: str) -> str:
    return f" ({where})" if where else ""


def listed(names: Sequence[str]) -> str:
    """Return names as a clause has them: ``ann, bob and cleo``; of many the first."""
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[: _MOST_NAMES - 1])} and {len(names) - _MOST_NAMES + 1} more"
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last
