"""A record as pcapng, for Wireshark: the packets that would have carried it, made up afterwards.

Law of the room: what was sent, by whom and when is what was recorded; where frames were recorded,
so are their headers, masks and fragments, and of a payload that is not known whole the packet is
cut short. Sequence numbers, ports, the timing of TCP and the masks of messages whose frames were
not recorded are invented, and the file says so. An entry that no packet can carry (a
print, an exception, a swap) is a comment on the packet before it, so that nothing is left out.
Format: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from playground.exports.conversations import Conversation, as_opened, conversations, turned
from playground.exports.packets import Address, Packet
from playground.exports.streams import Flow
from playground.traffic.model import Entry
from playground.traffic.record import Record
from playground.traffic.summary import joined, scrub, what

_SECTION: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_NAMES: Final = 4
_PACKET: Final = 6

_COMMENT: Final = 1
_APPLICATION: Final = 4
_INTERFACE_NAME: Final = 2
_RESOLUTION: Final = 9

# LINKTYPE_RAW: packets begin with the IP header.
_RAW: Final = 101

# On 80 Wireshark takes what it finds for HTTP.
_SERVER: Final = (bytes((127, 0, 0, 1)), 80)

# The first of the ports that are anybody's (RFC 6335 6).
_PORTS: Final = 49_152

_ABOUT: Final = (
    "Reconstructed by playground from its log: what was said, by whom and when is as recorded; "
    "and so are the headers and masks of frames, where frames were recorded; addresses, sequence "
    "numbers, other masks and the timing of TCP are invented."
)


def dumps(record: Record) -> bytes:
    """Return a record as pcapng: a connection for each exchange, an address for each client."""
    hosts = _hosts(record)
    blocks = [_section(), _interface(), _names(hosts)]
    return b"".join(blocks + [_packet(*each) for each in _packets(record, hosts)])


def _hosts(record: Record) -> dict[str, bytes]:
    """Return an address for each client, so that Wireshark's flow graph has a line for each."""
    names = dict.fromkeys(each.client for each in record.exchanges)
    # 127.0.0.1 is the server's.
    return {
        name: struct.pack(">BBH", 127, *divmod(place, 1 << 16))
        for place, name in enumerate(names, 2)
    }


def _packets(record: Record, hosts: dict[str, bytes]) -> list[tuple[float, Packet, list[str]]]:
    """Return packets with their times and comments."""
    flows = {each.exchange.id: _flow(each, hosts) for each in conversations(record)}
    found: list[tuple[float, Packet, list[str]]] = []
    far = {each.id for each in record.exchanges if each.far}
    at = 0.0
    for entry in record:
        at = max(at, entry.at)
        flow = flows.get(entry.exchange)
        seen = turned(entry) if entry.exchange in far else entry
        made = flow.packets(seen) if flow is not None else []
        found += [(at, data, _cut(data)) for data in made]
        if found:
            found[-1][2].append(_comment(entry, carried=bool(made)))
    return found


def _flow(conversation: Conversation, hosts: dict[str, bytes]) -> Flow:
    """Return the connection of an exchange: the app's own goes from it to the server elsewhere."""
    exchange = conversation.exchange
    other = hosts[exchange.client]
    if not exchange.far:
        return Flow(conversation, _address(other, exchange.id), _SERVER)
    return Flow(as_opened(conversation), _address(_SERVER[0], exchange.id), (other, _SERVER[1]))


def _address(host: bytes, exchange: int) -> Address:
    return host, _PORTS + exchange % (65_536 - _PORTS)


def _comment(entry: Entry, *, carried: bool) -> str:
    said = "" if carried else f"{entry.kind}: {scrub(what(entry))}"
    return joined(
        f"#{entry.seq}",
        said,
        f"caused by #{entry.cause}" if entry.cause is not None else None,
        "spontaneous" if entry.spontaneous else None,
        entry.where,
        f"revision {entry.revision}" if entry.revision else None,
    )


def _cut(data: Packet) -> list[str]:
    return [f"{data.missing:,} bytes behind these were not kept"] if data.missing else []


def _section() -> bytes:
    options = [(_COMMENT, _ABOUT.encode()), (_APPLICATION, b"playground")]
    # Byte order, version 1.0, and a length that is not known.
    return _block(_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _options(options))


def _interface() -> bytes:
    options = [(_INTERFACE_NAME, b"playground"), (_RESOLUTION, b"\x06")]
    return _block(_INTERFACE, struct.pack("<HHI", _RAW, 0, 0) + _options(options))


def _names(hosts: dict[str, bytes]) -> bytes:
    """Return the block that says which client an address is."""
    named = {"server": _SERVER[0], **hosts}
    records = [_option(1, host + _name(name) + b"\0") for name, host in named.items()]
    return _block(_NAMES, b"".join(records) + _option(0, b""))


def _name(text: str) -> bytes:
    """Return a client's name as a host may be called, so that it can be filtered by."""
    kept = "".join(each if each.isalnum() or each in "-_." else "-" for each in text)
    return kept.encode("utf-8", "replace")[:80] or b"client"


def _packet(at: float, data: Packet, comments: list[str]) -> bytes:
    high, low = divmod(round(at * 1e6), 1 << 32)
    head = struct.pack("<IIIII", 0, high, low, len(data), len(data) + data.missing)
    options = _options((_COMMENT, each.encode("utf-8", "replace")[:65_000]) for each in comments)
    return _block(_PACKET, head + _padded(data) + (options if comments else b""))


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def _options(options: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_option(code, value) for code, value in options) + _option(0, b"")


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
