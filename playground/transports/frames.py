"""See each frame of a connection of the `websockets` library, by extensions that look and pass on.

Law of the room: one connection is watched at a time, and what passes is not touched. Whether frames
can be seen is tried, not concluded from a version.

Every frame goes through all extensions of a connection, on its way in and out. So one that stands
before all others sees payloads uncompressed, and one behind them as they are on the wire. Headers
and masks are made and undone beyond them all: they are seen where bytes are read, piece by piece,
and in what a frame that leaves has become.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, Final

from playground.traffic.frames import Frame
from playground.traffic.heads import HEAD, header_size
from playground.traffic.model import Sender
from playground.transports.frame_bytes import Reads, Way, broken, note_reads
from playground.transports.server_internals import newest_write, protocol_of, websocket_of

Saw = Callable[[Frame], None]
Over = Callable[[], None]

_CLOSE: Final = 0x8

_ANOTHER: Final = (
    "No frames can be seen here: the server's WebSockets are not those of the websockets library. "
    "Messages are recorded as ever."
)
_MISSING: Final = (
    "No frames can be seen here: the websockets library is missing, or shows none. "
    "Messages are recorded as ever."
)


def watch(receive: Any, saw: Saw, over: Over) -> str:
    """Call back with each frame of a connection from now on.

    Args:
        receive: The server's, as an app gets it.
        saw: Called with each frame, before anything comes of it.
        over: Called once when nothing more can come, on any thread.

    Returns:
        "", or as a sentence why none can be seen.
    """
    connection = websocket_of(protocol_of(receive))
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
    """Return the frames that are seen when a ping, its pong and a message pass between two ends."""
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
    eye = _Eye(saw, connection.side.name == "SERVER", note_reads(connection))
    connection.extensions = [_Near(eye), *connection.extensions, _Far(eye)]
    # By a weak reference: the connection would else be garbage that only a collector can find.
    connection.send_frame = functools.partial(_send, weakref.ref(connection), eye)


def _send(connection: weakref.ref[Any], eye: _Eye, frame: Any) -> None:
    """Be a connection's `send_frame`: see the bytes that it makes of a frame."""
    watched: Any = connection()
    eye.waits = True
    try:
        type(watched).send_frame(watched, frame)
    finally:
        eye.waits = False
    eye.has_left(newest_write(watched))


class _Eye:
    """Put together what is seen of a frame before and after compression, and as bytes.

    Attributes:
        arriving: A frame that has come, as it was on the wire, until it is uncompressed.
        leaving: One that goes, as it will be on the wire, until its bytes are there.
        plain: The payload of that one, uncompressed.
        waits: Whether a frame that leaves is told of when its bytes are there, which comes next.
    """

    def __init__(self, saw: Saw, on_server: bool, reads: Reads) -> None:
        self.saw = saw
        self.here: Sender = "server" if on_server else "client"
        self.there: Sender = "client" if on_server else "server"
        self.reads = reads
        self.arriving: Any = None
        self.leaving: Any = None
        self.plain: Any = b""
        self.waits = False
        self._coming, self._going = Way(), Way()

    def understood(self, frame: Any) -> None:
        """Call back with a frame that has arrived, now that its payload is uncompressed."""
        wire, self.arriving = self.arriving or frame, None
        self._arrived(wire, frame.data, _is_valid(frame))

    def _arrived(self, wire: Any, plain: Any, taken: bool) -> None:
        self.saw(self._coming.frame(self.there, wire, plain, taken, *self.reads.taken()))

    def may_answer(self, frame: Any) -> None:
        """Call back with the bad frame that a frame answers which is to leave, if it does."""
        if self.arriving is not None:
            wire, self.arriving = self.arriving, None
            self._arrived(wire, wire.data, False)
        elif frame.opcode == _CLOSE and self.reads.is_broken_off():
            self.saw(broken(self.there, self.reads.rest()))

    def has_left(self, data: bytes) -> None:
        """Call back with the frame that has left, and was these bytes."""
        wire, self.leaving = self.leaving, None
        if wire is not None:
            size = header_size(data)
            seen = data[:size], data[size : size + HEAD]
            self.saw(self._going.frame(self.here, wire, self.plain, True, *seen))


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
        eye = self.eye
        eye.plain = frame.data
        if eye.arriving is not None or frame.opcode == _CLOSE:
            eye.may_answer(frame)
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
        eye = self.eye
        eye.leaving = frame
        if not eye.waits:  # the library sends in a way of its own: its bytes are not seen
            eye.has_left(b"")
        return frame


def _is_valid(frame: Any) -> bool:
    """Return whether a frame is what the protocol allows; the library closes if it is not."""
    try:
        frame.check()
        if frame.opcode == _CLOSE:
            from websockets.frames import Close

            Close.parse(frame.data)
    except Exception:
        return False
    return True
