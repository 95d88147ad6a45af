"""A face over a log: it follows, or it stands as it stood when a later cell showed the next one.

Law of the file: what a view that stands is asked is answered from its own rows, at once and without
the follower; everything else is as in a view that follows.
"""

from __future__ import annotations

from typing import Any, Final, Self

import traitlets

from playground.traffic.log import Log
from playground.widgets.controls import Controls, Done
from playground.widgets.drawing import name_of
from playground.widgets.follower import Follower
from playground.widgets.names import Names
from playground.widgets.showing import Showing
from playground.widgets.stood import Stood
from playground.widgets.watched import Watched
from playground.widgets.within import in_output, show

STANDS: Final = "This view stands as it stood. Follow goes on with what is new."


class Logged(Watched):
    """A face of a log, which may stand.

    Args:
        log, names, follower, controls, showing: See `TrafficTable`.

    Attributes:
        kind: Its class, as others have it too.
        closed: Whether nothing shows it any more, as when its cell was run again.
    """

    look = traitlets.Dict().tag(sync=True)
    """How a person has set up the view that was changed last, for a page that is loaded again."""

    of = traitlets.Unicode().tag(sync=True)
    """Names the log, and the cell: views that one cell shows share what is selected."""

    stands = traitlets.Dict().tag(sync=True)
    """Empty while it follows. Else `last`, the newest row there was, and `before` which cell; and
    `gone`, if its rows were let go since."""

    def __init__(
        self,
        log: Log,
        names: Names | None,
        follower: Follower | None,
        controls: Controls | None,
        showing: Showing | None,
    ) -> None:
        # A widget that adds traits to itself gets a class of its own.
        self.kind = type(self)
        super().__init__(follower if follower is not None else Follower(log), of=name_of(log))
        self._live = log  # `log` is a trait of every widget: its logger
        self._log = log  # what it shows: that, or the part of it with which it stands
        self._cursor = 0
        self._stood: Stood | None = None
        self._controls = controls
        self._showing = showing
        self.closed = False
        self.names = names if names is not None else Names()

    @property
    def follows(self) -> bool:
        """Whether it keeps up with its log; else it stands."""
        return self._stood is None

    @property
    def sight(self) -> object:
        """What its Code face looks at: the lab, or what was at work."""
        return self._controls if self._stood is None else self._stood

    @property
    def shows_code(self) -> bool:
        """Whether a person has turned it to the code."""
        return bool(self.look.get("picture") == "Code")

    def displayed(self, *, within: bool = False) -> None:
        """Keep up with the log from now on, and have the views of earlier cells stand."""
        with self.lock:
            if not self.watched:
                self._cursor = self._log.last
        if self._showing is not None:
            self.of = f"{name_of(self._live)}-{self._showing.group}"
            self._showing.shown(self, within=within or in_output())
        super().displayed()
        if not self.follows:
            self._follow_again()

    def close(self) -> None:
        """Close the widget, and hold no rows any more."""
        self.closed = True
        with self.lock:
            self._log, self._stood = self._live, None
            self.begun_anew()
        super().close()

    def look_up(self) -> None:
        """See whether a cell has cleared the log, and stand then."""
        if self._showing is not None and self.follows:
            self._showing.look()

    def begun_anew(self) -> None:
        """Note that the rows are others from now on: it stands, or follows again."""

    def stand(self, stood: Stood, before: str) -> None:
        """Show these rows from now on, and follow no more.

        Args:
            stood: The rows, and what was at work.
            before: The cell before which it was so; "" if that is not known.
        """
        self.names.learn(self._live, self._live.last_exchange)
        with self.lock:
            self._log, self._stood, self._cursor = stood.log, stood, stood.last
            self.begun_anew()
            self.welcome.heard()
            self.follower.detach(self)
        self.stands = {"last": stood.last, "before": before}

    def let_go(self) -> None:
        """Hold the rows no more that it stands with; a page that shows them keeps them."""
        with self.lock:
            if self._stood is None or self.stands.get("gone"):
                return
            self._log = Log.restored(self._log[:0])
        self.stands = {**self.stands, "gone": True}

    def heard_follow(self, message: dict[str, Any], buffers: object) -> None:
        """Go on with the log."""
        self.command(message, self._follow)

    def _follow(self, done: Done) -> None:
        if self._showing is not None:
            self._showing.follow(self)
        self._follow_again()
        done(None, None)

    def _follow_again(self) -> None:
        with self.lock:
            self._log, self._stood, self._cursor = self._live, None, self._live.last
            self.begun_anew()
            self.follower.attach(self)
        self.stands = {}

    def to_show(self) -> Self:
        """Return this view; one like it, if an earlier cell has shown this one."""
        if self._showing is None or not (self._showing.is_past(self) or self.closed):
            return self
        made = self.kind(self._live, self.names, self.follower, self._controls, self._showing)
        made.look = {**made.look, "picture": self.look.get("picture", "")}
        return made

    def _ipython_display_(self) -> None:
        show(self.to_show())

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.to_show().bundle(**kwargs)
