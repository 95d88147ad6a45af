"""A face that shows a small state of a lab and passes commands on to it.

Law of the room: a state is a small dict, told when it has changed and never more often than the
face's pace; a command is taken at once, and its reply comes when it has ended, from any thread.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar, Final

from playground.widgets.controls import Controls
from playground.widgets.follower import Follower
from playground.widgets.watched import Watched, text_of, view_of

# A page in a frame in a frame: more of them than any notebook has.
_MOST_AROUND: Final = 20


class Controlled(Watched):
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
        self._told: dict[str, Any] | None = None
        self._due = 0.0
        super().__init__(follower, **traits)

    def state(self) -> dict[str, Any]:
        """Return what the views show, as something JSON can say."""
        raise NotImplementedError

    def keep_up(self, moved: bool) -> None:
        """Look at the lab if it is time, and tell the views if something has changed."""
        now = time.monotonic()
        welcome = self.welcome.due(now)
        if welcome or (self.watched and now >= self._due):
            self._due = now + self.pace
            self._tell_state(self.state(), only_news=not welcome)

    def heard_hello(self, message: dict[str, Any], buffers: object) -> None:
        """Tell a view that was just rendered everything, and that it was heard."""
        self._tell_state(self.state(), only_news=False, greeted=view_of(message))
        self.arrived(message)

    def trust(self, message: dict[str, Any]) -> None:
        """Let the page that a view was rendered on talk to the app from now on."""
        origin = text_of(message, "origin", 300)
        # A page without an origin of its own says "null", and so may any other.
        if "://" in origin:
            self.controls.trust(origin, _around(message))

    def heard_reached(self, message: dict[str, Any], buffers: object) -> None:
        """Note where a view has reached the lab, which had no address to tell."""
        self.controls.told(text_of(message, "url", 300))

    def settled(self) -> None:
        """Look at the lab at the next tick.

        The follower looks, not this thread: it may be the one the lab's own state waits for.
        """
        self._due = 0.0

    def _tell_state(self, state: dict[str, Any], *, only_news: bool, greeted: str = "") -> None:
        """Tell all views a state; the one that is `greeted` knows that its hello was heard."""
        with self.lock:
            if only_news and state == self._told:
                return
            self._told = state
            self.tell({"kind": "state", **state, **({"greeted": greeted} if greeted else {})})


def _around(message: dict[str, Any]) -> list[str]:
    """Return the origins of the pages in whose frames a view's own page is."""
    said = message.get("around")
    known = [str(each)[:300] for each in said[:_MOST_AROUND]] if isinstance(said, list) else []
    return [each for each in known if each == "*" or "://" in each]
