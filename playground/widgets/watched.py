"""A face that knows whether somebody looks at it, and passes commands on.

Law of the room: a view says ``hello`` when it is rendered, but a kernel hears nothing while a cell
runs. So whoever is just displayed is welcomed from the follower's thread until it was heard; nobody
waits behind the cell that showed them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from playground.widgets.controls import Done
from playground.widgets.face import Face
from playground.widgets.follower import Follower

# A cell may run that long after it has displayed a face; then nobody is thought to look.
WELCOME_SECONDS: Final = 600.0

# A browser needs a moment to render what is displayed, and whoever waits sees an empty face.
SOON: Final = 0.25
PATIENT: Final = 2.0
PATIENT_AFTER: Final = 10.0

_log = logging.getLogger(__name__)


class Welcome:
    """When to tell everything to a view that was displayed and has not been heard yet."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._due = 0.0

    def expect(self, now: float) -> None:
        """Note that a view was displayed."""
        self._since, self._due = now, now

    def heard(self) -> None:
        """Note that a view has said hello: the kernel hears again."""
        self._since = None

    def waiting(self, now: float) -> bool:
        """Return whether a view may be waiting that has not been heard."""
        return self._since is not None and now - self._since < WELCOME_SECONDS

    def due(self, now: float) -> bool:
        """Return whether to tell it everything now; then not again for a while."""
        if not self.waiting(now) or now < self._due:
            return False
        patient = self._since is not None and now - self._since > PATIENT_AFTER
        self._due = now + (PATIENT if patient else SOON)
        return True


class Watched(Face):
    """A face over a follower, which keeps it up while somebody looks.

    Args:
        follower: Who looks at the lab's log now and then; shared by the faces of a lab.
        traits: Values of the face's own traits.
    """

    def __init__(self, follower: Follower, **traits: Any) -> None:
        self.follower = follower
        self.welcome = Welcome()
        self._views: set[str] = set()
        super().__init__(**traits)

    @property
    def watched(self) -> bool:
        """Whether somebody looks, or is about to."""
        return bool(self._views) or self.welcome.waiting(time.monotonic())

    def displayed(self, *, within: bool = False) -> None:
        """Keep up with the log from now on, for the view that will be rendered."""
        self.welcome.expect(time.monotonic())
        self.follower.attach(self)

    @property
    def follows(self) -> bool:
        """Whether it is to be kept up."""
        return True

    def arrived(self, message: dict[str, Any]) -> None:
        """Note a view that has said hello, and have the face kept up."""
        with self.lock:
            self._views.add(view_of(message))
            self.welcome.heard()
            if self.follows:
                self.follower.attach(self)

    def heard_bye(self, message: dict[str, Any], buffers: object) -> None:
        """Forget a view that is gone; when nobody looks, nobody needs to follow."""
        with self.lock:
            self._views.discard(view_of(message))
            if self.watched:
                return
        self.follower.detach(self)

    def command(self, message: dict[str, Any], act: Callable[[Done], None]) -> None:
        """Do what a view asked for and let its view know: at once that it was heard, later the end.

        Args:
            message: What the view said; its `id` and `view` come back with the reply.
            act: Called with the `Done` to report through.
        """
        reply = {"id": message.get("id"), "view": view_of(message)}
        self.tell({"kind": "taken", **reply})
        done = self._once(reply)
        try:
            act(done)
        except Exception as error:
            if not isinstance(error, ValueError):
                _log.error("a command of the panel failed", exc_info=error)
            done(str(error) or type(error).__name__, None)

    def settled(self) -> None:
        """Note that a command has ended. It may be called on any thread."""

    def close(self) -> None:
        """Close the widget and stop following."""
        with self.lock:
            self._views.clear()
            self.welcome.heard()
        self.follower.detach(self)
        super().close()

    def _once(self, reply: dict[str, Any]) -> Done:
        ended: list[bool] = []

        def done(error: str | None, result: Any) -> None:
            with self.lock:
                if ended:
                    return
                ended.append(True)
            self.settled()
            self.tell({"kind": "reply", **reply, "error": error, "result": result})

        return done


def view_of(message: dict[str, Any]) -> str:
    """Return what a view that said something calls itself."""
    return str(message.get("view", ""))[:64]


def text_of(message: dict[str, Any], key: str, most: int = 1_000_000) -> str:
    """Return a text that a view sent.

    Raises:
        ValueError: If it is no text, or longer than `most` characters.
    """
    value = message.get(key, "")
    if not isinstance(value, str) or len(value) > most:
        got = repr(value)[:80]
        raise ValueError(f"expected a text of at most {most} characters as {key!r}, got {got}")
    return value


def numbers_of(message: dict[str, Any], key: str, most: int = 1000) -> list[int]:
    """Return numbers that a view sent.

    Raises:
        ValueError: If they are no whole numbers of at least 0, or too many.
    """
    values = message.get(key, [])
    if not isinstance(values, list) or len(values) > most:
        raise ValueError(f"expected at most {most} numbers as {key!r}, got {values!r:.100}")
    return [number_of({key: each}, key) for each in values]


def number_of(message: dict[str, Any], key: str) -> int:
    """Return a number that a view sent; 0 if it sent none.

    Raises:
        ValueError: If it is no whole number of at least 0.
    """
    value = message.get(key, 0)
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"expected a number of at least 0 as {key!r}, got {value!r}")
    return value
