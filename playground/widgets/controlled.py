"""A face that shows a small state of a lab and passes commands on to it.

Law of the room: a state is a small dict, told when it has changed and never more often than the
face's pace; a command is taken at once, and its reply comes when it has ended, from any thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

from playground.widgets.controls import Controls, Done
from playground.widgets.face import Face
from playground.widgets.follower import Follower

_log = logging.getLogger(__name__)


class Controlled(Face):
    """A face over a lab's controls. A subclass gives its `state` and answers commands.

    Args:
        controls: The lab, as a panel sees it.
        follower: Who looks at the lab's log now and then; shared by the faces of a lab.
        traits: Values of the face's own traits.
    """

    pace: ClassVar[float] = 0.25
    """Seconds between two looks at the lab; a command that ends makes the next one come at once."""

    def __init__(self, controls: Controls, follower: Follower, **traits: Any) -> None:
        self.controls = controls
        self.follower = follower
        self._views: set[str] = set()
        self._told: dict[str, Any] | None = None
        self._due = 0.0
        super().__init__(**traits)

    def state(self) -> dict[str, Any]:
        """Return what the views show, as something JSON can say."""
        raise NotImplementedError

    def keep_up(self, moved: bool) -> None:
        """Look at the lab if it is time, and tell the views if something has changed."""
        if self._views and time.monotonic() >= self._due:
            self._due = time.monotonic() + self.pace
            self._tell_state(self.state(), only_news=True)

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Tell a view that was just rendered everything."""
        with self.lock:
            self._views.add(_view(message))
        self._tell_state(self.state(), only_news=False)
        self.follower.attach(self)

    def heard_bye(self, message: dict[str, Any], buffers: object) -> None:
        """Forget a view that is gone; when nobody looks, nobody needs to follow."""
        with self.lock:
            self._views.discard(_view(message))
            if self._views:
                return
        self.follower.detach(self)

    def command(self, message: dict[str, Any], act: Callable[[Done], None]) -> None:
        """Do what a view asked for and let its view know: at once that it was heard, later the end.

        Args:
            message: What the view said; its `id` and `view` come back with the reply.
            act: Called with the `Done` to report through.
        """
        reply = {"id": message.get("id"), "view": _view(message)}
        self.tell({"kind": "taken", **reply})
        done = self._once(reply)
        try:
            act(done)
        except Exception as error:
            if not isinstance(error, ValueError):
                _log.error("a command of the panel failed", exc_info=error)
            done(str(error) or type(error).__name__, None)

    def close(self) -> None:
        """Close the widget and stop following."""
        with self.lock:
            self._views.clear()
        self.follower.detach(self)
        super().close()

    def _once(self, reply: dict[str, Any]) -> Done:
        ended: list[bool] = []

        def done(error: str | None, result: Any) -> None:
            with self.lock:
                if ended:
                    return
                ended.append(True)
            # The follower looks, not this thread: it may be the one the lab's own state waits for.
            self._due = 0.0
            self.tell({"kind": "reply", **reply, "error": error, "result": result})

        return done

    def _tell_state(self, state: dict[str, Any], *, only_news: bool) -> None:
        with self.lock:
            if only_news and state == self._told:
                return
            self._told = state
            self.tell({"kind": "state", **state})


def _view(message: dict[str, Any]) -> str:
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
