"""An exchange as a TCP connection: the bytes that each entry becomes, and their side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

from playground.exports.conversations import STATUS_PHRASES, Conversation, bytes_of, text_of
from playground.exports.packets import (
    Address,
    Packet,
    Stream,
    handshake_answer,
    handshake_key,
    http_head,
    websocket_frame,
)
from playground.exports.recorded_frames import RecordedFrames
from playground.traffic.frames import frame_of
from playground.traffic.model import Entry, Kind

_TEXT: Final = 1
_BINARY: Final = 2
_CLOSE: Final = 8
_PINGS: Final = {"ping": 9, "pong": 10}

# RFC 6455 7.4.1: these never stand in a frame. The first is a close frame with nothing in it, the
# others mean that there was none.
_NO_STATUS: Final = 1005
_NO_FRAME: Final = frozenset({1006, 1015})

# Headers that are written again, to fit what is sent.
_OWN: Final = frozenset(
    {
        "connection", "upgrade", "content-length", "transfer-encoding", "sec-websocket-key",
        "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol",
    }
)  # fmt: skip


class Flow:
    """Turns the entries of an exchange into packets, in their order.

    Args:
        conversation: The exchange, whole: the length of a body stands before it.
        client, server: The addresses.
    """

    def __init__(self, conversation: Conversation, client: Address, server: Address) -> None:
        self._conversation = conversation
        self._exchange = conversation.exchange
        self._stream = Stream(client, server)
        self._begun = self._upgraded = self._over = False
        self._key = handshake_key(self._exchange.id)
        self._recorded = RecordedFrames(conversation.entries)
        self._say: dict[Kind, Callable[[Entry], list[Packet]]] = {
            "accept": self._accept,
            "refuse": self._answer,
            "response": self._answer,
            "body": lambda entry: self._stream.send(entry.sender, bytes_of(entry.data)),
            "event": lambda entry: self._stream.send(entry.sender, bytes_of(entry.data)),
            "text": lambda entry: self._frame(entry, _TEXT),
            "binary": lambda entry: self._frame(entry, _BINARY),
            "close": self._close,
            "frame": self._recorded_frame,
        }

    def packets(self, entry: Entry) -> list[Packet]:
        """Return the packets that an entry becomes; none for what no packet can carry."""
        if self._over or entry.sender == "lab":
            return []
        if entry.kind in ("open", "request"):
            return self._begin() if not self._begun else []
        if entry.kind not in self._say:
            return []
        made = [*self._before(entry), *self._say[entry.kind](entry)]
        return made + self._after(entry)

    def _before(self, entry: Entry) -> list[Packet]:
        """Return what the log has let go of: the opening of a connection that is long open."""
        opening = [] if self._begun else self._begin()
        answers = entry.kind in ("accept", "refuse") or self._exchange.protocol == "http"
        return opening if answers or self._upgraded else [*opening, *self._accept(entry)]

    def _after(self, entry: Entry) -> list[Packet]:
        """Return the end of the connection, if this was the last of an HTTP exchange."""
        answered = self._conversation.first("response", "refuse") is not None
        ends = answered and entry.seq == self._conversation.entries[-1].seq
        if self._over:
            return []
        if entry.kind == "refuse" or (ends and self._exchange.protocol == "http"):
            self._over = True
            return self._stream.finish("server")
        return []

    def _begin(self) -> list[Packet]:
        self._begun = True
        exchange = self._exchange
        headers = [("host", self._conversation.host)] if not self._has_host() else []
        headers += [pair for pair in exchange.headers if pair[0].lower() not in _OWN]
        if exchange.protocol == "websocket":
            headers += self._upgrading()
        elif self._conversation.body("client"):
            headers.append(("content-length", str(len(self._conversation.body("client")))))
        # What a path cannot hold would end the line early.
        asked = exchange.path
        if exchange.far:  # an address, of which the first line has the path
            asked = "/" + asked.partition("://")[2].partition("/")[2]
        path = quote(asked or "/", safe="/?#[]@!$&'()*+,;=:%~", errors="replace")
        first = f"{exchange.method or 'GET'} {path} HTTP/1.1"
        return self._stream.connect() + self._stream.send("client", http_head(first, headers))

    def _has_host(self) -> bool:
        return any(name.lower() == "host" for name, _ in self._exchange.headers)

    def _upgrading(self) -> list[tuple[str, str]]:
        offered = ", ".join(self._exchange.subprotocols)
        headers = [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", self._key),
        ]
        return [*headers, ("sec-websocket-protocol", offered)] if offered else headers

    def _accept(self, entry: Entry) -> list[Packet]:
        if self._upgraded:  # something was seen on the wire before that row was written
            return []
        self._upgraded = True
        headers = [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-accept", handshake_answer(self._key)),
        ]
        if self._conversation.subprotocol:
            headers.append(("sec-websocket-protocol", self._conversation.subprotocol))
        return self._answered(101, headers)

    def _answer(self, entry: Entry) -> list[Packet]:
        body = self._conversation.body("server")
        kind = entry.note if entry.kind == "response" else "text/plain; charset=utf-8"
        headers = [("content-type", kind)] if kind else []
        headers.append(("content-length", str(len(body))))
        head = self._answered(entry.code or 0, headers)
        return head + self._stream.send("server", bytes_of(entry.data))

    def _answered(self, status: int, headers: Iterable[tuple[str, str]]) -> list[Packet]:
        first = f"HTTP/1.1 {status:03} {STATUS_PHRASES.get(status, '')}"
        return self._stream.send("server", http_head(first, headers))

    def _frame(self, entry: Entry, opcode: int) -> list[Packet]:
        if entry.seq in self._recorded.carried:
            return []
        return self._framed(entry.sender, entry.seq, opcode, bytes_of(entry.data))

    def _recorded_frame(self, entry: Entry) -> list[Packet]:
        """Return a frame as it was; where its bytes were not seen, one that says the same."""
        data, missing = self._recorded.bytes_of(entry)
        if not data:
            return self._control(entry)
        return self._stream.send(entry.sender, data, missing) + self._ended(entry)

    def _ended(self, entry: Entry) -> list[Packet]:
        """Return the end of the connection, if this was the last of its closing handshake."""
        if entry.seq != self._recorded.last_close:
            return []
        self._over = True
        return self._stream.finish("server")

    def _control(self, entry: Entry) -> list[Packet]:
        """Return a ping or a pong; what other frames carried is made of messages and closes."""
        frame = frame_of(entry)
        if frame is None or frame.opcode not in _PINGS:
            return []
        return self._framed(entry.sender, entry.seq, _PINGS[frame.opcode], frame.payload[:125])

    def _framed(self, sender: str, number: int, opcode: int, payload: bytes) -> list[Packet]:
        # A key that is the same each time the record is saved, and never nought.
        mask = number * 0x9E3779B1 | 1 if sender == "client" else None
        return self._stream.send(sender, websocket_frame(opcode, payload, mask))

    def _close(self, entry: Entry) -> list[Packet]:
        """Return both halves of the closing handshake, or a connection that breaks."""
        if self._recorded.last_close and entry.code not in _NO_FRAME:
            return self._ended(entry)
        self._over = True
        if entry.code in _NO_FRAME or self._exchange.protocol == "http":
            return self._stream.reset(entry.sender)
        payload = b""
        if entry.code is not None and entry.code != _NO_STATUS:
            payload = entry.code.to_bytes(2, "big") + text_of(entry.data).encode("utf-8", "replace")
        other = "server" if entry.sender == "client" else "client"
        halves = [
            packet
            for sender in (entry.sender, other)
            for packet in self._framed(sender, entry.seq, _CLOSE, payload[:125])
        ]
        return halves + self._stream.finish("server")
