"""Frames where they pass: a connection of the `websockets` library, watched through its extensions.

Law of the room: one connection is watched at a time, and what passes is not touched. Whether frames
can be seen is tried, not concluded from a version.

Every frame goes through all extensions of a connection, on its way in and out. So one that stands
before all others sees payloads uncompressed, and one behind them as they are on the wire.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, Final

from playground.traffic.frames import CONTROL, OPCODES, Frame
from playground.traffic.model import Sender

Saw = Callable[[Frame], None]
Over = Callable[[], None]

_ANOTHER: Final = (
    "No frames can be seen here: the server's WebSockets are not those of the websockets library. "
    "Messages are recorded as ever."
)
_MISSING: Final = (
    "No frames can be seen here: the websockets library is missing, or shows none. "
    "Messages are recorded as ever."
)


def watch(receive: Any, saw: Saw, over: Over) -> str:
    """Have all frames of a connection told from now on.

    Args:
        receive: The server's, as an app gets it.
        saw: Called with each frame, before anything comes of it.
        over: Called once when nothing more can come, on any thread.

    Returns:
        "", or as a sentence why none can be seen.
    """
    connection = getattr(getattr(receive, "__self__", None), "conn", None)
    if unseen():
        return unseen()
    if not _is_websockets(connection):
        return _ANOTHER
    _attach(connection, saw)
    weakref.finalize(connection, over).atexit = False
    return ""


@functools.cache
def unseen() -> str:
    """Return as a sentence why no frames can be seen, whatever the connection; "" if they can."""
    try:
        seen = _tried()
    except Exception:  # whatever another version of the library makes of it
        return _MISSING
    return "" if seen == ["ping", "pong", "text"] else _MISSING


def _tried() -> list[str]:
    """Return which frames are seen of a ping, its pong and a message between two ends."""
    from websockets.protocol import Protocol, Side

    server, client = Protocol(Side.SERVER), Protocol(Side.CLIENT)
    seen: list[str] = []
    _attach(server, lambda frame: seen.append(frame.opcode))
    client.send_ping(b"")
    server.receive_data(b"".join(client.data_to_send()))
    server.send_text(b"")
    return seen


def _is_websockets(connection: Any) -> bool:
    from websockets.protocol import Protocol

    return isinstance(connection, Protocol)


def _attach(connection: Any, saw: Saw) -> None:
    eye = _Eye(saw, connection.side.name == "SERVER")
    connection.extensions = [_Near(eye), *connection.extensions, _Far(eye)]


class _Eye:
    """Puts together what is seen of a frame on either side of the compression."""

    def __init__(self, saw: Saw, on_server: bool) -> None:
        self.saw = saw
        self.here: Sender = "server" if on_server else "client"
        self.there: Sender = "client" if on_server else "server"
        self.arriving: Any = None
        self.leaving = 0

    def understood(self, frame: Any) -> None:
        """Tell of a frame that has arrived, whose payload is known now."""
        raw, self.arriving = self.arriving or frame, None
        self.saw(_seen(raw, self.there, len(frame.data))._replace(taken=_is_valid(frame)))

    def leaves(self, frame: Any) -> None:
        """Tell of a frame that leaves; and before it, of the one that broke off the connection."""
        if self.arriving is not None:
            raw, self.arriving = self.arriving, None
            self.saw(_seen(raw, self.there, len(raw.data))._replace(taken=False))
        self.saw(_seen(frame, self.here, self.leaving))


class _Near:
    """The extension that stands before the others, beside the app."""

    name = "playground-near"

    def __init__(self, eye: _Eye) -> None:
        self.eye = eye

    def decode(self, frame: Any, *, max_size: int | None = None) -> Any:
        """See a frame that has arrived, uncompressed."""
        self.eye.understood(frame)
        return frame

    def encode(self, frame: Any) -> Any:
        """See a frame that is about to leave, uncompressed."""
        self.eye.leaving = len(frame.data)
        return frame


class _Far:
    """The extension that stands behind the others, beside the wire."""

    name = "playground-far"

    def __init__(self, eye: _Eye) -> None:
        self.eye = eye

    def decode(self, frame: Any, *, max_size: int | None = None) -> Any:
        """See a frame that has arrived, as it was on the wire."""
        self.eye.arriving = frame
        return frame

    def encode(self, frame: Any) -> Any:
        """See a frame that leaves, as it will be on the wire."""
        self.eye.leaves(frame)
        return frame


def _is_valid(frame: Any) -> bool:
    """Return whether a frame is what the protocol allows; the library closes if it is not."""
    try:
        frame.check()
    except Exception:
        return False
    return True


def _seen(frame: Any, sender: Sender, size: int) -> Frame:
    bits = (frame.rsv1, frame.rsv2, frame.rsv3)
    opcode = OPCODES[int(frame.opcode)]
    return Frame(
        sender,
        opcode,
        fin=frame.fin,
        size=size,
        wire=len(frame.data),
        reserved=tuple(number for number, bit in enumerate(bits, 1) if bit),
        # RFC 6455 5.1: all of a client's are, and none of a server's; the library refuses others.
        masked=sender == "client",
        payload=bytes(frame.data[:125]) if opcode in CONTROL else b"",
    )
