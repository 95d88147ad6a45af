"""Every order of a script, played against fresh instances of an app, with a log to look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from micropie.testing.one_order import Setting
from micropie.testing.orders import Exploration, explore_all, explore_order
from micropie.testing.places import Place
from micropie.testing.search import Bounds
from playground.clients.pool import ClientPool
from playground.clients.reasons import NoReasons
from playground.replays.apart import Apart, Reasoning, called
from playground.replays.marks import marked
from playground.traffic.log import Log

Part = Callable[[Apart, ClientPool], Awaitable[None]]
"""A script: given the app that it plays with, and its clients."""

# How often the order that was found is played for its log, until it comes out as it did.
_TRIES = 3


class Script(NamedTuple):
    """What is played.

    Attributes:
        name: What it is called.
        part: What its clients do.
        made: What it was made of: a name, or a function.
        told: Returns what to say of an exception that it has raised; "" for what is said of any.
    """

    name: str
    part: Part
    made: str | Callable[..., Any]
    told: Callable[[BaseException], str]


class Seen(NamedTuple):
    """What came of an exploration, with the traffic of the order.

    Attributes:
        result: What was found, or tried.
        log: The traffic of the order that was found; of the first, if nothing was.
        marked: The numbers of the rows that came out of turn.
    """

    result: Exploration
    log: Log
    marked: tuple[int, ...]


class Player:
    """Plays a script in many orders, each with an app of its own.

    Args:
        make: Makes an app.
        locate: Returns what to call a source file, such as ``In[5]``; None for no code of a user's.
        reasons: Given the log and what returns the routes, knows why the app failed.
        revision: The number of the code.
    """

    def __init__(
        self,
        make: Callable[[], Any],
        locate: Callable[[str], str | None],
        reasons: Reasoning = lambda log, routes: NoReasons(),
        revision: int = 0,
    ) -> None:
        self._make = make
        self._locate = locate
        self._reasons = reasons
        self._revision = revision
        self._apart: Apart

    def explore(self, script: Script, bounds: Bounds) -> Seen:
        """Play it in every order within bounds, until something is wrong."""
        setting = self._setting(script)
        return self._seen(setting, explore_all(setting, bounds))

    def again(self, script: Script, order: Sequence[str]) -> Exploration:
        """Play it in one order."""
        return explore_order(self._setting(script), order)

    def _setting(self, script: Script) -> Setting:
        async def play(client: Any) -> None:
            apart = self._apart
            await script.part(apart, apart.pool(client))

        return Setting(
            make_app=self._fresh,
            script=play,
            naming=called,
            locate=self._place,
            told=script.told,
            inner=lambda apart: apart.app,
            on_step=lambda: self._apart.seen.append(self._apart.log.last),
            on_end=lambda: self._apart.end(),
        )

    def _fresh(self) -> Any:
        self._apart = Apart(self._make, self._locate, self._reasons, self._revision)
        return self._apart

    def _place(self, place: Place) -> str:
        return f"{self._locate(place.file) or str(place).partition(':')[0]} line {place.line}"

    def _seen(self, setting: Setting, result: Exploration) -> Seen:
        """Play the order once more, for its log."""
        for _ in range(_TRIES):
            again = explore_order(setting, result.order)
            if again.steps == result.steps or not result.found:
                break
        apart = self._apart
        rows = marked(apart, ((step, again.happening(step)) for step in again.departures))
        return Seen(result, apart.whole(), rows)
