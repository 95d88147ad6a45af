"""An exchange with all its entries: how it was opened, what was sent, how it ended.

For the formats that consist of exchanges, not of entries: HAR, packets, a test.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from playground.traffic.model import MESSAGES, Entry, Exchange, Kind, Sender
from playground.traffic.record import Record, Selection

# The host of an exchange whose client named none: a test, or a client in this process.
NOWHERE: Final = "localhost"

# RFC 9110 15: those that are met in practice; a reason phrase may be left out.
STATUS_PHRASES: Final[dict[int, str]] = {
    101: "Switching Protocols",
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    206: "Partial Content",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    426: "Upgrade Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Conversation(NamedTuple):
    """An exchange with its entries.

    Of a long one the log may have let the beginning go; what is known of it then is what the
    exchange itself says.
    """

    exchange: Exchange
    entries: tuple[Entry, ...]

    def first(self, *kinds: Kind) -> Entry | None:
        """Return the first entry of one of these kinds."""
        return next((each for each in self.entries if each.kind in kinds), None)

    @property
    def accepted(self) -> bool:
        """Whether the opening handshake of a WebSocket succeeded."""
        return self.exchange.protocol == "websocket" and any(
            each.kind == "accept" or each.kind in MESSAGES or each.kind == "close"
            for each in self.entries
        )

    @property
    def status(self) -> int:
        """The HTTP status that the client saw; 0 if there was no answer."""
        answer = self.first("response", "refuse")
        if answer is not None:
            return answer.code or 0
        return 101 if self.accepted else 0

    @property
    def subprotocol(self) -> str:
        """What the server chose to speak; "" for nothing."""
        accept = self.first("accept")
        return text_of(accept.data) if accept is not None else ""

    @property
    def content_type(self) -> str:
        """The content type of the answer's body; "" if it was not given."""
        answer = self.first("response")
        return (answer.note if answer is not None else None) or ""

    def body(self, sender: Sender) -> bytes:
        """Return the body of the request ("client") or of the answer ("server")."""
        kinds = ("body", "event", "response", "refuse") if sender == "server" else ("body",)
        parts = (each for each in self.entries if each.sender == sender and each.kind in kinds)
        return b"".join(bytes_of(each.data) for each in parts)

    @property
    def began(self) -> float:
        """When it was opened, in seconds since the Unix epoch."""
        first = self.entries[0].at if self.entries else 0.0
        return self.exchange.opened or first

    @property
    def ended(self) -> float:
        """When its last entry was made, in seconds since the Unix epoch."""
        return max([self.began, *(each.at for each in self.entries)])

    @property
    def host(self) -> str:
        """The host that the client asked for, as its ``host`` header names it."""
        return next((value for name, value in self.exchange.headers if name == "host"), NOWHERE)


def conversations(record: Record) -> list[Conversation]:
    """Return the exchanges of a record with their entries, in the order they were opened."""
    entries: dict[int, list[Entry]] = {each.id: [] for each in record.exchanges}
    for entry in record:
        if entry.exchange in entries:
            entries[entry.exchange].append(entry)
    return [Conversation(each, tuple(entries[each.id])) for each in record.exchanges]


_TURNED: Final[dict[Sender, Sender]] = {"client": "server", "server": "client", "lab": "lab"}


def as_opened(conversation: Conversation) -> Conversation:
    """Return a conversation in which who has opened it is the client, as other programs see it.

    The app itself has opened one to a server elsewhere (`Exchange.far`).
    """
    if not conversation.exchange.far:
        return conversation
    return conversation._replace(entries=tuple(map(turned, conversation.entries)))


def turned(entry: Entry) -> Entry:
    """Return an entry that came from the other side."""
    return entry._replace(sender=_TURNED[entry.sender])


def near(record: Record) -> Record:
    """Return what clients of the lab said and heard, without what its app said to others."""
    far = {each.id for each in record.exchanges if each.far}
    if not far:
        return record
    return Selection(
        [each for each in record if each.exchange not in far],
        [each for each in record.exchanges if each.id not in far],
        last=record.last,
        dropped=record.dropped,
        unrecorded=record.unrecorded,
    )


def text_of(data: str | bytes | None) -> str:
    """Return a payload as text; what is no UTF-8 in it becomes a question mark."""
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data or ""


def bytes_of(data: str | bytes | None) -> bytes:
    """Return a payload as the bytes that went over the wire."""
    return data if isinstance(data, bytes) else (data or "").encode("utf-8", "replace")
