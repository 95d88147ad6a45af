"""An entry in one line of words: who to whom, what happened, and whether it is an error.

All renderings speak through these functions, so that a row reads the same in every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from playground.traffic.escapes import escaped
from playground.traffic.model import MESSAGES, Entry, Exchanges, close_phrase, meaning_beside
from playground.traffic.redact import redact_text
from playground.traffic.server_sent import EventStream, ServerSentEvent
from playground.traffic.socketio import reading

BYTES_SHOWN: Final = 24
"""How many bytes of a binary payload a row shows, in hex."""

EMPTY: Final = "(empty)"
"""What is said of a message without anything in it."""

# A broadcast's sends may have a print or another client's message in between.
FOLD_DISTANCE: Final = 8

# A timer's broadcast has no cause to be known by; its sends follow each other this closely.
FOLD_SECONDS: Final = 0.05

# So much of a server-sent event is read for what a row shows of it.
_READ: Final = 4 * 1024

_GOOD_CODES: Final = frozenset({1000, 1001, 1005, 1012, 1013})
_HANDLER: Final = re.compile(r", in (\w+)\n(?!.*, in \w+\n)", re.DOTALL)
_HOMES: Final = re.compile(r"(?:/home|/Users|[A-Z]:\\Users)[/\\][^/\\\s\"':]+")


class Group(NamedTuple):
    """Entries that read as one row: a broadcast, or a single entry."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """The entry that stands for the group."""
        return self.entries[0]


def what(entry: Entry, limit: int = 200) -> str:
    """Return what happened, in one line of at most about `limit` characters."""
    return happened(entry, shown(entry, limit))


def shown(entry: Entry, limit: int = 200) -> str:
    """Return the beginning of what an entry carries as one line: of an event, its data."""
    if entry.kind == "state" and isinstance(entry.data, str):
        return preview(entry.data[: 2 * limit].replace("\n", " · "), limit)
    return preview(event_of(entry).data if entry.kind == "event" else entry.data, limit)


def event_of(entry: Entry, most: int = _READ) -> ServerSentEvent:
    """Return what an entry of kind ``event`` says; of a long one, as its beginning says it."""
    raw = (entry.data or b"")[:most]
    sent = raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace")
    found = EventStream().feed(sent + b"\n\n")
    return found[0] if found else ServerSentEvent(entry.note or "message")


def happened(entry: Entry, text: str) -> str:
    """Return what happened, in one line, with the payload as `shown` has it."""
    note = escaped(entry.note or "")
    match entry.kind:
        case "open":
            return joined(f"opened {text}", note and f"offers {note}")
        case "accept":
            return joined("accepted", text and f"subprotocol {text}")
        case "refuse":
            return f"refused {after_code(entry.code, text)}"
        case "close":
            return joined(_closed(entry.code, str(entry.data or "")), text)
        case "request":
            return f"{note or 'GET'} {text}"
        case "response":
            return after_code(entry.code, text or note)
        case "exception":
            return joined(text, escaped(entry.where or ""))
        case "body":
            return joined(text, note)
        case "event":
            return joined(text, identified(entry))
        case "frame":
            return joined(framed(entry), text)
        case "text" | "binary" if entry.data in ("", b""):
            return EMPTY
        case _:
            return text


def identified(entry: Entry) -> str:
    """Return in words which id a server-sent event gave; "" for none."""
    given = event_of(entry).id
    return f"id {preview(given, 60)}" if given else ""


def after_code(code: int | None, text: str | None) -> str:
    """Return a status with what came with it, which often begins with the status itself."""
    return text if text and repeats(code, text) else joined(str(code), text)


def repeats(code: int | None, text: str) -> bool:
    """Return whether a text begins with a status: ``404 Not Found`` after 404."""
    start = str(code)
    return text.startswith(start) and not text[len(start) : len(start) + 1].isalnum()


def framed(entry: Entry) -> str:
    """Return in words which frame an entry is, and what the close code in it means."""
    code = entry.code
    if code is None:
        return entry.note or ""
    return joined(entry.note, f"{code} {close_phrase(code)}".rstrip())


def kind_of(record: Exchanges, entry: Entry) -> str:
    """Return what a payload is, to stand before it, where the payload alone would not show it.

    That is ``frame``, ``binary``, the type of a server-sent event, the packets of Socket.IO in
    words, or whose decoder has read it; "" for anything else.
    """
    if entry.kind == "frame":
        return "frame"
    found = record.decoded(entry)
    if entry.kind == "event":
        return escaped(joined(entry.note or "message", found.by if found else None))
    read = found.by if found else reading(entry, record.exchange(entry.exchange))
    return escaped(read) or ("binary" if isinstance(entry.data, bytes) else "")


def readable(record: Exchanges, entry: Entry) -> Entry:
    """Return an entry with what its decoder says in place of its data; as it is if it has none."""
    found = record.decoded(entry)
    if found is None:
        return entry
    said = found.problem or found.text
    # An event's data is what stands in its fields of that name.
    lines = "\ndata: ".join(["", *said.split("\n")]) if entry.kind == "event" else said
    return entry._replace(data=lines)


def one_line(record: Exchanges, entry: Entry, limit: int = 200) -> str:
    """Return `kind_of` and `what` as plain text: ``binary 00 ff``, ``ping: 2``, ``200 · ping: 2``.

    Args:
        limit: Characters of the payload.
    """
    kind, text = kind_of(record, entry), what(readable(record, entry), limit)
    if kind in ("", "frame", "binary"):
        return f"{kind} {text}".lstrip()
    if entry.kind != "response":
        return f"{kind}: {text}"
    payload = preview(readable(record, entry).data, limit) or escaped(entry.note or "")
    return joined(str(entry.code), f"{kind}: {payload}")


def _closed(code: int | None, reason: str) -> str:
    """Return how a connection ended; that of a request has no code, only an early end."""
    if code is None:
        return "broken off"
    return f"closed {code} {meaning_beside(code, reason)}".rstrip()


def who(record: Exchanges, group: Group, most: int = 2) -> str:
    """Return who sent it and to whom: ``server → bob, carol +12``."""
    entry = group.first
    if entry.kind == "exception":
        handler = handler_of(entry)
        return f"in {handler}" if handler else "server"
    if entry.kind == "print":
        return "printed"
    if entry.kind == "state":
        return "state"
    if entry.kind == "pause":
        return "handler"
    if entry.sender == "lab":
        return ""
    names = [client_of(record, each) for each in group.entries]
    if entry.sender == "client":
        return f"{names[0]} → server"
    more = f" +{len(names) - most}" if len(names) > most else ""
    return f"server → {', '.join(names[:most])}{more}"


def is_error(entry: Entry) -> bool:
    """Return whether an entry is an error.

    That is an exception, a refusal, an abnormal close, a status of 400 or more, or a frame that
    breaks the protocol.
    """
    if entry.kind == "close":
        code = entry.code or 1005
        return entry.note == "not clean" or (code < 3000 and code not in _GOOD_CODES)
    if entry.kind == "response":
        return (entry.code or 0) >= 400
    if entry.kind == "frame":
        return (entry.note or "").endswith("not taken")
    return entry.kind in ("exception", "refuse")


def client_of(record: Exchanges, entry: Entry) -> str:
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


def sized(size: int) -> str:
    """Return a number of bytes, short: ``30``, ``4.1k``, ``2.0M``."""
    if size < 1000:
        return str(size)
    number, unit = (size / 1e3, "k") if size < 999_500 else (size / 1e6, "M")
    return f"{number:.1f}{unit}" if number < 99.95 else f"{number:.0f}{unit}"


def scrub(text: str) -> str:
    """Return text fit to be published: no tokens, no names of home directories."""
    return _HOMES.sub("~", redact_text(text))


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
