"""The follower: it keeps the faces of a lab up with its log.

Law of the room: the log calls nobody, so somebody must look; at most 15 times a second, from a
thread of its own where there are threads. (Through the kernel's event loop nothing would move while
a cell runs.)
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from playground.traffic.log import Log
from playground.widgets.pace import Pace, new_pace
from playground.widgets.tally import Tally

TICKS_A_SECOND: Final = 15

# A view that hears nothing for six seconds says that its kernel is gone.
HEARTBEAT_SECONDS: Final = 2.0


class Following(Protocol):
    """What a follower needs of a face."""

    def keep_up(self, moved: bool) -> None:
        """Tell the views what is new."""

    def tell(self, message: dict[str, Any]) -> None:
        """Send one message to every view."""

    def trouble(self, error: BaseException, doing: str) -> None:
        """Log an exception and tell it to the views."""


class Follower:
    """Look at a log now and then and let faces tell what is new.

    It begins with the first face that is attached and ends with `stop` or the last face.

    Args:
        log: The log to look at. Only ever read.
        faces: Faces to attach at once.
        pace: Makes what it looks by, given a name: a thread, or in a browser the event loop.

    Attributes:
        tally: How many messages the log has seen, for all faces; `count` brings it up to date.
    """

    def __init__(self, log: Log, *faces: Following, pace: Callable[[str], Pace] = new_pace) -> None:
        self.log = log
        self.tally = Tally(log)
        self._faces: tuple[Following, ...] = ()
        self._lock = threading.Lock()
        self._new_pace = pace
        self._pace = pace(self._name)
        self._state: tuple[Any, ...] = ()
        self._beaten = 0.0
        for face in faces:
            self.attach(face)

    @property
    def running(self) -> bool:
        """Whether it looks at the log."""
        return self._pace.going

    def count(self) -> Tally:
        """Return the tally, brought up to date."""
        self.tally.look(time.monotonic())
        return self.tally

    def attach(self, face: Following) -> None:
        """Keep a face up with the log, from now on."""
        with self._lock:
            if face not in self._faces:
                self._faces = (*self._faces, face)
            if not self._pace.going:
                self._start()

    def detach(self, face: Following) -> None:
        """Leave a face alone. With the last one the following ends."""
        with self._lock:
            self._faces = tuple(other for other in self._faces if other is not face)
            if not self._faces:
                self._pace.stop()

    def stop(self, timeout: float = 1.0) -> bool:
        """End the following and wait for that; return whether it ended within `timeout` seconds."""
        with self._lock:
            self._faces = ()
            self._pace.stop()
        return self._pace.ended(timeout)

    @property
    def _name(self) -> str:
        return f"playground-follower-{id(self)}"

    def _start(self) -> None:
        # One of its own, so that one that is just ending cannot be revived by mistake.
        self._pace, self._beaten = self._new_pace(self._name), time.monotonic()
        self._pace.start(1 / TICKS_A_SECOND, self._look)

    def _look(self) -> None:
        self._tick()
        if time.monotonic() - self._beaten >= HEARTBEAT_SECONDS:
            self._beaten = time.monotonic()
            self._beat()

    def _tick(self) -> None:
        log = self.log
        state = (log.last, log.first, log.recording, log.unrecorded)
        moved, self._state = state != self._state, state
        self.count()
        for face in self._faces:
            try:
                face.keep_up(moved)
            except Exception as error:
                self._report(face, error)

    def _beat(self) -> None:
        for face in self._faces:
            try:
                face.tell({"kind": "beat"})
            except Exception as error:
                self._report(face, error)

    @staticmethod
    def _report(face: Following, error: BaseException) -> None:
        # Telling may be what failed; then the log of the kernel is all there is.
        try:
            face.trouble(error, "keeping up with the log")
        except Exception:
            logging.getLogger(__name__).exception("a face could not be told of its trouble")
