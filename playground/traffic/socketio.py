"""A parser of Engine.IO 4 and Socket.IO 5: the packets in a message or a polled body, and in words.

Law of the room: it only reads. The record keeps what went over the wire; what is not a packet gives
None or nothing, and whatever comes from a wire, it does not raise.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from playground.traffic.model import Entry, Exchange, Sender

LONGEST: Final = 100_000
"""Characters of a packet whose data is read; of a longer one only its head is."""

# Packets of one polled body that are read: many more than a server lets pile up.
_MOST: Final = 64
# Of those, how many a row names.
_NAMED: Final = 3
# Characters of an event's name or a namespace that a row shows.
_NAME: Final = 40

_ENGINE: Final = {
    "0": "open",
    "1": "close",
    "2": "ping",
    "3": "pong",
    "4": "message",
    "5": "upgrade",
    "6": "noop",
}
_SOCKET: Final = {
    "0": "connect",
    "1": "disconnect",
    "2": "event",
    "3": "ack",
    "4": "refused",
    "5": "binary event",
    "6": "binary ack",
}
_EVENTS: Final = frozenset({"event", "binary event"})
_ACKS: Final = frozenset({"ack", "binary ack"})

# What an Engine.IO client says of itself in the query of everything it asks for.
_CLIENT: Final = re.compile(r"[?&]EIO=\d")
# Stands between the packets of a polled body: ASCII's record separator.
_SEPARATOR: Final = "\x1e"
# Type, attachments, namespace, id: socket.io-protocol 5, "Packet encoding".
_HEAD: Final = re.compile(
    r"4(?P<kind>[0-6])(?:(?P<attachments>[0-9]{1,9})-)?"
    r"(?:(?P<namespace>/[^,\x00-\x1f]*)(?:,|$))?(?P<id>[0-9]{0,100})(?P<data>.*)",
    re.DOTALL,
)
_FIRST: Final = re.compile(r'\["((?:[^"\\]|\\.){1,200})"')
_BASE64: Final = re.compile(r"b[A-Za-z0-9+/]*={0,2}")
_ABSENT: Final = object()


class Packet(NamedTuple):
    """One Engine.IO packet, with the Socket.IO packet in it if there is one.

    Attributes:
        engine: ``"open"``, ``"close"``, ``"ping"``, ``"pong"``, ``"message"``, ``"upgrade"``,
            ``"noop"`` or ``"attachment"``, the bytes that belong to a binary event.
        socket: ``"connect"``, ``"disconnect"``, ``"event"``, ``"ack"``, ``"refused"``, ``"binary
            event"``, ``"binary ack"``; "" if it holds none.
        namespace: Of Socket.IO's packet.
        id: The number by which an event and its acknowledgement find each other; "" for none.
        attachments: How many attachments follow it.
        event: An event's name.
        text: Its data as it stands on the wire.
        data: That as a JSON value; None if it is not JSON, or too long to be read.
    """

    engine: str
    socket: str = ""
    namespace: str = "/"
    id: str = ""
    attachments: int = 0
    event: str = ""
    text: str = ""
    data: Any = None


def speaks(exchange: Exchange | None) -> bool:
    """Return whether an exchange is an Engine.IO client's: its address says so."""
    return exchange is not None and is_clients(exchange.path)


def is_clients(address: str) -> bool:
    """Return whether a path and query are those of an Engine.IO client."""
    return "EIO=" in address and _CLIENT.search(address) is not None


def packets(entry: Entry, exchange: Exchange | None) -> list[Packet]:
    """Return the packets that an entry holds; none if its client does not speak Engine.IO."""
    if exchange is None or not entry.data or not speaks(exchange):
        return []
    if entry.kind in ("text", "binary"):
        packet = decode(entry.data)
        return [] if packet is None else [packet]
    polled = entry.kind == "body" or (entry.kind == "response" and entry.code == 200)
    return payload(entry.data) if polled and isinstance(entry.data, str) else []


def reading(entry: Entry, exchange: Exchange | None) -> str:
    """Return the packets that an entry holds in a few words; "" if it holds no packet."""
    found = packets(entry, exchange)
    if not found:
        return ""
    rest = len(found) - _NAMED
    more = f"; {'many' if len(found) == _MOST else rest} more" if rest > 0 else ""
    return "; ".join(words(each, entry.sender) for each in found[:_NAMED]) + more


def payload(text: str) -> list[Packet]:
    """Return the first packets of a polled body; no packet at all if any part of it is not one."""
    found: list[Packet] = []
    for part in text.split(_SEPARATOR, _MOST)[:_MOST]:
        packet = Packet("attachment") if _BASE64.fullmatch(part) else decode(part)
        if packet is None:
            return []
        found.append(packet)
    return found


def decode(message: str | bytes) -> Packet | None:
    """Return the packet that a WebSocket message is; None if it is not one."""
    if isinstance(message, bytes):
        return Packet("attachment")
    engine, rest = _ENGINE.get(message[:1]), message[1:]
    if engine == "message":
        return _in_message(message) or Packet(engine, text=rest, data=_json(rest, None))
    if engine == "open":
        value = _json(rest)
        return Packet(engine, text=rest, data=value) if isinstance(value, dict) else None
    if engine in ("ping", "pong") and rest == "probe":
        return Packet(engine, text=rest)
    return Packet(engine) if engine is not None and not rest else None


def _in_message(message: str) -> Packet | None:
    """Return a Socket.IO packet; None if the message is not one."""
    head = _HEAD.fullmatch(message)
    if head is None:
        return None
    text, kind = head["data"], _SOCKET[head["kind"]]
    value = _json(text)
    packet = Packet(
        "message",
        kind,
        namespace=(head["namespace"] or "/").partition("?")[0],
        id=head["id"],
        attachments=int(head["attachments"] or 0),
        event=_event(text, value) if kind in _EVENTS else "",
        text=text,
        data=None if value is _ABSENT else value,
    )
    return packet if _is_right(packet, value, head["attachments"] is not None) else None


def _event(text: str, value: Any) -> str:
    """Return an event's name: the first of its data, which may be too long to be read whole."""
    if isinstance(value, list) and value and type(value[0]) in (str, int):
        return str(value[0])
    found = _FIRST.match(text) if len(text) > LONGEST else None
    return found[1] if found else ""


def _is_right(packet: Packet, value: Any, counts: bool) -> bool:
    """Return whether a packet has what its type must have, and nothing else."""
    binary = packet.socket.startswith("binary")
    if counts != binary or (packet.id and packet.socket in ("connect", "disconnect", "refused")):
        return False
    if len(packet.text) > LONGEST:
        return bool(packet.event) or packet.socket in _ACKS
    if packet.socket in _EVENTS:
        return bool(packet.event)
    if packet.socket in _ACKS:
        return bool(packet.id) and isinstance(value, list)
    if packet.socket == "disconnect":
        return not packet.text
    return not packet.text or (value is not _ABSENT and not isinstance(value, int | float))


def _json(text: str, absent: Any = _ABSENT) -> Any:
    """Return the JSON value of a text; `absent` if it is not JSON, or too long."""
    if not text or len(text) > LONGEST:
        return absent
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return absent


def words(packet: Packet, sender: Sender) -> str:
    """Return in a few words what a packet is, beside its data: ``event say · wants ack 1``."""
    if packet.socket:
        return _socket_words(packet, sender)
    if packet.engine in ("ping", "pong") and packet.text:
        return "probe" if packet.engine == "ping" else "probe answered"
    seconds = _seconds(packet, "pingInterval")
    return f"{packet.engine} · ping every {seconds}" if seconds else packet.engine


def _socket_words(packet: Packet, sender: Sender) -> str:
    # Their attachments say which are binary.
    said = packet.socket.removeprefix("binary ")
    if packet.socket == "connect" and sender == "server":
        said = "connected"
    if packet.socket in _EVENTS:
        said = f"{said} {_short(packet.event)}"
    elif packet.socket in _ACKS:
        said = f"{said} {packet.id}"
    if packet.namespace != "/":
        said = f"{said} in {_short(packet.namespace)}"
    if packet.socket in _EVENTS and packet.id:
        said = f"{said} · wants ack {packet.id}"
    if packet.attachments:
        said = f"{said} · {_counted(packet.attachments)}"
    return said


def _short(text: str) -> str:
    return text if len(text) <= _NAME else f"{text[:_NAME]}…"


def _counted(attachments: int) -> str:
    return f"{attachments} attachment{'' if attachments == 1 else 's'}"


def _seconds(packet: Packet, name: str) -> str:
    """Return a time that the opening packet names, in seconds; "" if it does not."""
    value = packet.data.get(name) if packet.engine == "open" else None
    # What a wire brings may be larger than any float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return ""
    return f"{value / 1000:g} s"


_MEANS: Final = {
    "open": "the connection is open",
    "close": "the connection is to be closed",
    "ping": "is anybody there?",
    "pong": "yes, I am",
    "message": "what follows is for the floor above",
    "upgrade": "from here on by WebSocket",
    "noop": "nothing: it only ends a poll",
    "connect": "to come in",
    "disconnect": "to leave",
    "event": "a message with a name",
    "ack": "the acknowledgement of an event",
    "refused": "not let in",
    "binary event": "an event, some of whose data follows as bytes",
    "binary ack": "an acknowledgement, some of whose data follows as bytes",
}


def parts(packet: Packet) -> list[tuple[str, str]]:
    """Return the parts of a packet, as pairs of a term and what it is here."""
    if packet.engine == "attachment":
        return [("attachment", "bytes that belong to the event before")]
    found = [("Engine.IO", _term(_ENGINE, packet.engine))]
    found += [(_TIMES[name], time) for name in _TIMES if (time := _seconds(packet, name))]
    if packet.socket:
        found.append(("Socket.IO", _term(_SOCKET, packet.socket)))
        found.append(("namespace", packet.namespace))
        found += [("event", packet.event)] * (packet.socket in _EVENTS)
        found += [("number", _numbered(packet))] * bool(packet.id)
        found += [("attachments", f"{packet.attachments}, in the messages after this one")] * bool(
            packet.attachments
        )
    elif packet.engine == "message":
        found.append(("Socket.IO", "none: this is no packet of it"))
    return found


_TIMES: Final = {"pingInterval": "ping every", "pingTimeout": "pong within"}


def _term(digits: dict[str, str], name: str) -> str:
    digit = next(each for each, known in digits.items() if known == name)
    return f"{digit}, {name}: {_MEANS[name]}"


def _numbered(packet: Packet) -> str:
    if packet.socket in _ACKS:
        return f"{packet.id}, of the event that is acknowledged"
    return f"{packet.id}, to be acknowledged with it"
