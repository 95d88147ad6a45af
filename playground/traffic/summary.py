"""What an entry says in one line: who to whom, what, and whether it is bad news.

All renderings speak through these functions, so that a row reads the same in every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from playground.traffic.model import MESSAGES, Entry, close_phrase
from playground.traffic.record import Record
from playground.traffic.redact import REDACTED, redact_path
from playground.traffic.socketio import reading

BYTES_SHOWN: Final = 24
"""How many bytes of a binary payload a row shows, in hex."""

# A broadcast's sends may have a print or another client's message in between.
FOLD_DISTANCE: Final = 8

# A timer's broadcast has no cause to be known by; its sends follow each other this closely.
FOLD_SECONDS: Final = 0.05

_GOOD_CODES: Final = frozenset({1000, 1001, 1005, 1012, 1013})
_HANDLER: Final = re.compile(r", in (\w+)\n(?!.*, in \w+\n)", re.DOTALL)
_HOMES: Final = re.compile(r"(?:/home|/Users|[A-Z]:\\Users)[/\\][^/\\\s\"':]+")
_BEARER: Final = re.compile(r"(?i)\b(bearer|token|basic)\s+[\w.~+/=-]{8,}")
# Marks that turn the reading direction, or that nobody sees, can make a row lie.
_UNSEEN: Final = (
    *(0x61C, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
_CONTROLS: Final = {
    **{code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))},
    **{ord(char): escape for char, escape in zip("\n\r\t", ("\\n", "\\r", "\\t"), strict=True)},
    **{code: f"\\u{code:04x}" for code in _UNSEEN},
}


class Group(NamedTuple):
    """Entries that read as one row: a broadcast, or a single entry."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The entry that stands for the group."""
        return self.entries[0]


def what(entry: Entry, limit: int = 200) -> str:
    """Return what happened, in one line of at most about `limit` characters."""
    text = preview(entry.data, limit)
    match entry.kind:
        case "open":
            return joined(f"opened {text}", entry.note and f"offers {entry.note}")
        case "accept":
            return joined("accepted", text and f"subprotocol {text}")
        case "refuse":
            return joined(f"refused {entry.code}", text)
        case "close":
            return joined(_closed(entry.code), text)
        case "request":
            return f"{entry.note or 'GET'} {text}"
        case "response":
            return joined(str(entry.code), text or entry.note)
        case "exception":
            return joined(text, entry.where)
        case "body":
            return joined(text, entry.note)
        case "frame":
            return joined(framed(entry), text)
        case _:
            return text


def framed(entry: Entry) -> str:
    """Return which frame an entry tells of, and what the code in it means."""
    code = entry.code
    return joined(entry.note, None if code is None else f"{code} {close_phrase(code)}".rstrip())


def kind_of(record: Record, entry: Entry) -> str:
    """Return the words that stand before what happened, where that would not say it; "" for none.

    They say what bytes are, and which packets of Socket.IO go over the wire.
    """
    if entry.kind == "frame":
        return "frame"
    read = reading(entry, record.exchange(entry.exchange))
    return escaped(read) or ("binary" if isinstance(entry.data, bytes) else "")


def told(record: Record, entry: Entry, limit: int = 200) -> str:
    """Return `kind_of` and `what` as plain text: ``binary 00 ff``, ``ping: 2``, ``200 · ping: 2``.

    Args:
        limit: Characters of the payload.
    """
    kind, said = kind_of(record, entry), what(entry, limit)
    if kind in ("", "frame", "binary"):
        return f"{kind} {said}".lstrip()
    if entry.kind != "response":
        return f"{kind}: {said}"
    status, dot, payload = said.partition(" · ")
    return f"{status}{dot}{kind}: {payload}"


def _closed(code: int | None) -> str:
    """Return how a connection ended; that of a request has no code, only an early end."""
    return "broken off" if code is None else f"closed {code} {close_phrase(code)}".rstrip()


def who(record: Record, group: Group, most: int = 2) -> str:
    """Return who sent it and to whom: ``server → bob, carol +12``."""
    entry = group.first
    if entry.kind == "exception":
        handler = handler_of(entry)
        return f"in {handler}" if handler else "server"
    if entry.kind == "print":
        return "printed"
    if entry.sender == "lab":
        return ""
    names = [client_of(record, each) for each in group.entries]
    if entry.sender == "client":
        return f"{names[0]} → server"
    more = f" +{len(names) - most}" if len(names) > most else ""
    return f"server → {', '.join(names[:most])}{more}"


def is_error(entry: Entry) -> bool:
    """Return whether a row is bad news: an exception, a refusal, an abnormal close, a 4xx.

    Or a frame that breaks the protocol.
    """
    if entry.kind == "close":
        code = entry.code or 1005
        return entry.note == "not clean" or (code < 3000 and code not in _GOOD_CODES)
    if entry.kind == "response":
        return (entry.code or 0) >= 400
    if entry.kind == "frame":
        return (entry.note or "").endswith("not taken")
    return entry.kind in ("exception", "refuse")


def client_of(record: Record, entry: Entry) -> str:
    """Return the name of an entry's client; "" for what belongs to the lab."""
    exchange = record.exchange(entry.exchange)
    return exchange.client if exchange is not None else ""


def handler_of(entry: Entry) -> str:
    """Return the handler an exception came from, as its traceback names it; "" if it does not."""
    found = _HANDLER.search(entry.note or "")
    return found[1] if found else ""


def preview(data: str | bytes | None, limit: int = 200) -> str:
    """Return the beginning of a payload as one line: text escaped, bytes in hex."""
    if data is None:
        return ""
    if isinstance(data, bytes):
        dots = " …" if len(data) > BYTES_SHOWN else ""
        return data[:BYTES_SHOWN].hex(" ") + dots
    return escaped(data[:limit]) + ("…" if len(data) > limit else "")


def escaped(text: str) -> str:
    """Return text with control characters written out, as Python would write them."""
    return text.translate(_CONTROLS)


def scrub(text: str) -> str:
    """Return text fit to be published: no tokens, no names of home directories."""
    return _HOMES.sub("~", _BEARER.sub(rf"\1 {REDACTED}", redact_path(text)))


def joined(*parts: str | None) -> str:
    """Return the parts that are there, with a middle dot between them."""
    return " · ".join(part for part in parts if part)


def fold(entries: Iterable[Entry]) -> Iterator[Group]:
    """Put the sends of one broadcast together, where its first one stands.

    One broadcast is: the same data, sent by the server because of the same entry, to different
    exchanges, with at most `FOLD_DISTANCE` rows in between.
    """
    groups: list[list[Entry]] = []
    newest: dict[tuple[object, ...], tuple[int, list[Entry]]] = {}
    for entry in entries:
        key = (entry.cause, entry.kind, entry.data, entry.where)
        foldable = entry.sender == "server" and entry.kind in MESSAGES
        place, group = newest.get(key, (0, [])) if foldable else (0, [])
        if group and _belongs(entry, group, len(groups) - place):
            group.append(entry)
            newest[key] = (len(groups), group)
            continue
        groups.append([entry])
        if foldable:
            newest[key] = (len(groups), groups[-1])
    return (Group(tuple(group)) for group in groups)


def _belongs(entry: Entry, group: list[Entry], distance: int) -> bool:
    if any(entry.exchange == other.exchange for other in group):
        return False
    if entry.cause is None:
        return distance == 0 and entry.at - group[-1].at <= FOLD_SECONDS
    return distance <= FOLD_DISTANCE
