"""What traffic is made of: one immutable `Entry` a row, one `Exchange` a conversation.

Law of the room: pure values. No clock, no socket, no thread; the recorder passes the time.
"""

from __future__ import annotations

import os
from os import PathLike
from typing import Any, Final, Literal, NamedTuple, Protocol

from playground.traffic.escapes import escaped

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
    "event",
    "exception",
    "print",
    "state",
    "frame",
    "link",
    "pause",
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
            body      one part of a body           –                what is to be said of it
            event     a server-sent event, raw     –                its type
            exception ``KeyError: 'room'``         –                the traceback, trimmed
            print     the text                     –                "stdout" or "stderr"
            state     a line for each change       –                –
            frame     a control frame's payload    close code       which, as `note_of` says
            link      what became of a message     –                "held", "delivered" …
            pause     what a handler stands before –                "paused", "resumed" …
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
        raw: Of a frame, its header and the first 64 bytes of its payload as they passed the wire,
            if they were seen; credentials among them are covered.
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
    raw: bytes | None = None

    @property
    def spontaneous(self) -> bool:
        """Whether the server sent this message without any message having caused it (a timer)."""
        return self.cause is None and self.sender == "server" and self.kind in MESSAGES

    def save(self, path: str | PathLike[str]) -> None:
        """Write the data to a file as it went over the wire: bytes as they are, text in UTF-8.

        Args:
            path: Such as ``"picture.png"``; a file that is there is replaced. A new one is its
                owner's alone.

        Raises:
            ValueError: If the entry has no data.
        """
        if self.data is None:
            raise ValueError(
                f"expected an entry with data, got #{self.seq}, a {self.kind} that has none"
            )
        data = self.data.encode("utf-8", "replace") if isinstance(self.data, str) else self.data
        with open(path, "wb", opener=_for_its_owner) as file:
            file.write(data)

    def __repr__(self) -> str:
        return _shown("Entry", self._asdict())


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
        far: Whether the app itself has opened it, to a server elsewhere: `client` then is what that
            server is called, and entries of the sender ``"client"`` came from there.
    """

    id: int
    protocol: Literal["http", "websocket"]
    client: str
    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    opened: float = 0.0
    far: bool = False

    def __repr__(self) -> str:
        return _shown("Exchange", self._asdict())


def _shown(kind: str, fields: dict[str, Any]) -> str:
    return escaped(f"{kind}({', '.join(f'{name}={value!r}' for name, value in fields.items())})")


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


LAB_STOPPED: Final = "the lab was stopped"
"""The reason that a lab's clients have for 1012 where nothing starts again by itself."""


def meaning_beside(code: int, reason: str) -> str:
    """Return what a close code means, where its reason stands beside it and says nothing else."""
    return "" if reason == LAB_STOPPED else close_phrase(code)


def close_phrase(code: int, reason: str = "") -> str:
    """Return what a close code means, in words; "" for one that has no registered meaning.

    Args:
        code: The code.
        reason: The reason beside it, if that may say otherwise.
    """
    if reason == LAB_STOPPED:
        return reason
    if 3000 <= code <= 3999:
        return "registered application code"
    if 4000 <= code <= 4999:
        return "private application code"
    return CLOSE_PHRASES.get(code, "")


def beside(status: int, body: str) -> str:
    """Return what a refusal says beside its status, which often stands at its beginning."""
    first, _, rest = body.partition(" ")
    return rest if first == str(status) else body


class Reading(Protocol):
    """What a decoder made of a message (`decoding.Decoded`)."""

    @property
    def by(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def problem(self) -> str: ...


class Exchanges(Protocol):
    """Something that knows the exchanges of entries and reads their messages, such as a record."""

    def exchange(self, exchange: int, /) -> Exchange | None: ...
    def decoded(self, entry: Entry, /) -> Reading | None: ...
