"""Write a connection's frames (RFC 6455 5) to the log, and which of them answers which.

What a handler sends is due to what it works on. A pong is due to its ping and the second half of a
closing handshake to the first, whichever side they come from.
"""

from __future__ import annotations

import contextlib
from typing import Final

from playground.recorder.causes import current_cause
from playground.recorder.tap import Desk, now
from playground.recorder.websocket import SERVER_CODES
from playground.traffic.frames import CONTROL, Frame, code_of, data_of, note_of, raw_of
from playground.traffic.model import Sender

# A side may ping without ever being answered; so many are remembered.
MOST_PINGS: Final = 32

# RFC 6455 8.1.
_NO_UTF8: Final = 1007

_OTHER: Final[dict[Sender, Sender]] = {"client": "server", "server": "client"}

_Key = tuple[str, Sender, bytes]


class Witness:
    """Write the frames of one connection to the log.

    Args:
        desk: The recorder's.
        exchange: Whose frames they are.
    """

    def __init__(self, desk: Desk, exchange: int) -> None:
        self._desk = desk
        self._exchange = exchange
        # What may be answered, by what it is and who sent it, with the entry that tells of it.
        self._asked: dict[_Key, int] = {}
        self._refused: int | None = None
        self._heard: int | None = None
        self._halves = 0
        self._app_has_left = False
        # Whoever takes it out ends the exchange: that may be a garbage collector, on any thread.
        self._open = [exchange]

    def saw(self, frame: Frame) -> None:
        """Write a frame to the log, with its cause."""
        if frame.opcode in CONTROL:
            self._saw_control(frame)
            return
        cause, revision = (None, 0) if frame.sender == "client" else current_cause()
        seq = self._desk.log.append(
            now(), self._exchange, "frame", frame.sender, None, frame.size, cause,
            revision or self._desk.revision(), None, None, note_of(frame), raw_of(frame),
        )  # fmt: skip
        if not frame.taken:
            self._refused = seq
        elif frame.sender == "client":
            self._heard = seq

    def _saw_control(self, frame: Frame) -> None:
        cause, revision = self._due(frame)
        seq = self._desk.log.append(
            now(), self._exchange, "frame", frame.sender, data_of(frame), frame.size, cause,
            revision or self._desk.revision(), None, code_of(frame), note_of(frame),
            raw_of(frame),
        )  # fmt: skip
        if frame.opcode in ("ping", "close") and seq is not None:
            self._remember(frame, seq)
        if not frame.taken:
            self._refused = seq
        if frame.opcode == "close":
            self._halves += 1
            self._end_if_over()

    def leave(self) -> None:
        """Note that the app has ended; the other half of the closing handshake may still come."""
        self._app_has_left = True
        self._end_if_over()

    def over(self) -> None:
        """Let the log forget the exchange when its rows go."""
        with contextlib.suppress(IndexError):  # it has been told already
            self._desk.log.finish(self._open.pop())

    def _end_if_over(self) -> None:
        if self._app_has_left and self._halves > 1:
            self.over()

    def _due(self, frame: Frame) -> tuple[int | None, int]:
        """Return the entry that has caused a control frame, and the revision (0: ask)."""
        other = _OTHER[frame.sender]
        if frame.opcode == "pong":
            return self._asked.pop(("ping", other, frame.payload), None), 0
        if frame.opcode == "close" and ("close", other, b"") in self._asked:
            return self._asked["close", other, b""], 0
        # The server has these by itself, and closes so for what a client has sent: for a frame
        # that was not taken, or (text that is no UTF-8) for a message, when its last frame came.
        code = code_of(frame)
        if code in SERVER_CODES:
            return self._heard if code == _NO_UTF8 else self._refused, 0
        # A ping of the server's own is sent in the context of whichever handler came first, and
        # what a client sends arrives in any.
        if frame.sender == "client" or frame.opcode == "ping":
            return None, 0
        return current_cause()

    def _remember(self, frame: Frame, seq: int) -> None:
        while len(self._asked) >= MOST_PINGS:
            del self._asked[next(iter(self._asked))]
        payload = frame.payload if frame.opcode == "ping" else b""
        self._asked[frame.opcode, frame.sender, payload] = seq
