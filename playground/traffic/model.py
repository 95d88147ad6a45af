"""What traffic is made of: one immutable `Entry` a row, one `Exchange` a conversation.

Law of the room: pure values. No clock, no socket, no thread; who records brings the time along.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal[
    "open",
    "accept",
    "refuse",
    "text",
    "binary",
    "close",
    "request",
    "response",
    "body",
    "exception",
    "print",
    "frame",
    "swap",
    "lab",
]
Sender = Literal["client", "server", "lab"]

MESSAGES: Final = frozenset({"text", "binary"})
"""Kinds that are one WebSocket message (RFC 6455 1.2)."""

# The name of a close code, as a person should read it: RFC 6455 7.4.1 and the IANA registry.
CLOSE_PHRASES: Final[dict[int, str]] = {
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1005: "no status received",
    1006: "abnormal closure",
    1007: "invalid payload data",
    1008: "policy violation",
    1009: "message too big",
    1010: "mandatory extension",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS handshake failure",
}


class Entry(NamedTuple):
    """One row of the log. It never changes once it is written.

    Attributes:
        seq: Its number in this log, from 1, without gaps.
        at: Seconds since the Unix epoch, on one clock that never runs backwards.
        exchange: The `Exchange.id` it belongs to; 0 for what belongs to the lab itself.
        kind: What happened; for each kind `data`, `code` and `note` hold:

            ========= ============================ ================ =======================
            kind      data                         code             note
            ========= ============================ ================ =======================
            open      path and query               –                subprotocols offered
            accept    subprotocol chosen           –                –
            refuse    the body or reason           HTTP status      –
            text      the message (str)            –                –
            binary    the message (bytes)          –                –
            close     the reason                   close code       "clean" or "not clean"
            request   path and query               –                method
            response  the (first part of the) body HTTP status      content type
            body      one part of a body           –                –
            exception ``KeyError: 'room'``         –                the traceback, trimmed
            print     the text                     –                "stdout" or "stderr"
            frame     a control frame's payload    close code       which, as `note_of` says
            swap      a sentence                   –                –
            lab       a sentence                   –                –
            ========= ============================ ================ =======================
        sender: The side it came from; the client's name is its exchange's.
        data: Text or bytes as it went over the wire, whole.
        size: Payload bytes (UTF-8 for text); a frame's before compression.
        cause: `seq` of the entry that set this one off, on whichever exchange; None if nothing did.
        revision: Number of the app's code that was at work, from 1; 0 before any.
        where: The line of the user's code it was sent from, as ``In[5]:12``, if known.
        code: HTTP status or WebSocket close code.
        note: See the table.
    """

    seq: int
    at: float
    exchange: int
    kind: Kind
    sender: Sender
    data: str | bytes | None = None
    size: int = 0
    cause: int | None = None
    revision: int = 0
    where: str | None = None
    code: int | None = None
    note: str | None = None

    @property
    def spontaneous(self) -> bool:
        """Whether the server sent this message without any message having caused it (a timer)."""
        return self.cause is None and self.sender == "server" and self.kind in MESSAGES


class Exchange(NamedTuple):
    """An HTTP request with its response, or one WebSocket connection.

    Attributes:
        id: Its number in this log, from 1.
        protocol: ``"http"`` or ``"websocket"``.
        client: The client's name: ``alice`` if it was given one, else such as ``browser-2``.
        method: The HTTP method (``GET`` for a handshake).
        path: Path and query as the client wrote it, credentials redacted.
        headers: Request headers in order, lower-case names, credentials redacted.
        subprotocols: Offered in the opening handshake.
        opened: Seconds since the Unix epoch.
    """

    id: int
    protocol: Literal["http", "websocket"]
    client: str
    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    opened: float = 0.0


def close_phrase(code: int) -> str:
    """Return what a close code means, in words; "" for one that has no registered meaning."""
    if 3000 <= code <= 3999:
        return "registered application code"
    if 4000 <= code <= 4999:
        return "private application code"
    return CLOSE_PHRASES.get(code, "")
