"""What the panel can see and do of a crowd, done for a lab."""

from __future__ import annotations

from collections.abc import Callable

from playground.lab.crowding import Crowding
from playground.lab.sentences import sentence
from playground.swarm.crowd import edges
from playground.swarm.histogram import shown_ms
from playground.swarm.plan import MOST
from playground.traffic.escapes import escaped
from playground.widgets.controls import Done
from playground.widgets.crowd import CrowdView

_MISHAPS = 4
# The slider goes further than what was asked for, but not out of reach of a mouse.
_FURTHER = 2


class CrowdControls:
    """The panel's side of a crowd.

    Args:
        crowding: Has crowds talk to the lab.
    """

    def __init__(self, crowding: Crowding) -> None:
        self._crowding = crowding

    def view(self) -> CrowdView:
        """Return how the crowd is now, or was at its end."""
        running, last = self._crowding.running, self._crowding.last
        if running is None:
            return CrowdView()
        tally, times = running.tally, running.tally.latency
        errors = tally.errors if last is None else last.errors
        opens, mishaps = (0.0, 0.0) if running.over else running.rates()
        worst_first = sorted(dict(errors).items(), key=lambda each: -each[1])
        return CrowdView(
            key=running.number,
            over=running.over,
            path=escaped(running.plan.path),
            seconds=running.seconds,
            wanted=running.wanted,
            most=min(MOST, max(_FURTHER * running.plan.clients, 10)),
            open=tally.open,
            opened=tally.opened,
            failed=tally.failed,
            messages=tally.messages,
            opens=round(opens),
            errors=round(mishaps),
            p50=shown_ms(times.p50),
            p99=shown_ms(times.p99),
            worst=shown_ms(times.worst),
            bars=tuple((edges(each), each.times) for each in times.bars()),
            mishaps=tuple(worst_first[:_MISHAPS]),
            told="" if last is None else last.sentence(),
        )

    def resize(self, clients: int, done: Done) -> None:
        """Have more clients come, or the newest leave."""
        self._do(lambda: self._crowding.resize(clients), done)

    def stop(self, done: Done) -> None:
        """Have all of them leave."""
        self._do(lambda: self._crowding.stop("it was stopped in the panel"), done)

    def dismiss(self, done: Done) -> None:
        """Forget the crowd that is over."""
        self._do(self._crowding.forget, done)

    def _do(self, action: Callable[[], None], done: Done) -> None:
        try:
            action()
        except Exception as error:
            done(sentence(error), None)
        else:
            done(None, None)
