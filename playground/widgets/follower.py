"""The follower: one thread that keeps the faces of a lab up with its log.

Law of the room: the log calls nobody, so somebody must look; at most 15 times a second, from a
thread of its own. (Through the kernel's event loop nothing would move while a cell runs.)
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final, Protocol

from playground.traffic.log import Log
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

    The thread starts with the first face that is attached and ends with `stop` or the last face.

    Args:
        log: The log to look at. Only ever read.
        faces: Faces to attach at once.

    Attributes:
        tally: How many messages the log has seen, for all faces; `count` brings it up to date.
    """

    def __init__(self, log: Log, *faces: Following) -> None:
        self.log = log
        self.tally = Tally(log)
        self._faces: tuple[Following, ...] = ()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._state: tuple[Any, ...] = ()
        for face in faces:
            self.attach(face)

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return not self._ended.is_set()

    def count(self) -> Tally:
        """Return the tally, brought up to date."""
        self.tally.look(time.monotonic())
        return self.tally

    def attach(self, face: Following) -> None:
        """Keep a face up with the log, from now on."""
        with self._lock:
            if face not in self._faces:
                self._faces = (*self._faces, face)
            if self._stopping.is_set() or self._ended.is_set():
                self._start()

    def detach(self, face: Following) -> None:
        """Leave a face alone. With the last one the thread ends."""
        with self._lock:
            self._faces = tuple(other for other in self._faces if other is not face)
            if not self._faces:
                self._stopping.set()

    def stop(self, timeout: float = 1.0) -> bool:
        """End the thread and wait for that.

        Returns:
            Whether it ended within `timeout` seconds. An `Event` says so: after an interrupted
            `join` some Pythons call a live thread dead.
        """
        with self._lock:
            self._faces = ()
            self._stopping.set()
        if threading.current_thread().name == self._name:
            return True
        return self._ended.wait(timeout)

    @property
    def _name(self) -> str:
        return f"playground-follower-{id(self)}"

    def _start(self) -> None:
        # Events of its own, so that a thread that is just ending cannot be revived by mistake.
        self._stopping, self._ended = threading.Event(), threading.Event()
        threading.Thread(
            target=self._run, args=(self._stopping, self._ended), name=self._name, daemon=True
        ).start()

    def _run(self, stopping: threading.Event, ended: threading.Event) -> None:
        beat = time.monotonic()
        try:
            while not stopping.wait(1 / TICKS_A_SECOND):
                self._tick()
                if time.monotonic() - beat >= HEARTBEAT_SECONDS:
                    beat = time.monotonic()
                    self._beat()
        finally:
            ended.set()

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
