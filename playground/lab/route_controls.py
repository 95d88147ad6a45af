"""What the panel can do with a route besides trying it: break it on purpose, and fill its form."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from playground.describing import example
from playground.describing.seen import Place, seen
from playground.fuzzing import Finding, Findings
from playground.traffic.escapes import escaped
from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.widgets.controls import Done

if TYPE_CHECKING:
    from playground.lab.parts import Parts

SECONDS: Final = 3.0
"""How long a route is broken from the panel."""

# Things that are wrong, shown with a ladder each; how many are left out is said.
_MOST: Final = 3

# Pixels: as wide as a narrow panel, so that its words are not made small.
_WIDTH: Final = 560

# Entries that are looked through for an example: a form opens at once.
_NEWEST: Final = 2_000

_LONGEST: Final = 4_000

Start = Callable[[Callable[[], Coroutine[Any, Any, Any]], Done], None]


class RouteControls:
    """The panel's side of a lab's routes.

    Args:
        lab: The parts of the lab.
        start: Starts what takes long.
    """

    def __init__(self, lab: Parts, start: Start) -> None:
        self._lab = lab
        self._start = start

    def fuzz(self, route: str, done: Done) -> None:
        """Have odd conversations at a route, apart from the stage; the result says what is wrong.

        It is ``{"said": "…", "notes": […], "more": 0, "findings": [{"sentence": "…",
        "acts": […], "ladder": "data:…"}]}``.
        """

        async def work() -> dict[str, Any]:
            return told(await self._lab.fuzzing.fuzz(route, SECONDS, None, False))

        self._start(work, done)

    def example(self, kind: str, path: str, method: str) -> str:
        """Return a message or body that clients have sent there, without credentials, as JSON.

        Args:
            kind: ``"http"`` or ``"websocket"``.
            path: Of the route.
            method: The HTTP method; not looked at for a WebSocket.
        """
        place = Place(kind, path)
        places = [Place(each.kind, each.path) for each in self._lab.staging.routes()]
        found = [
            shape
            for way, shapes in seen(_Newest(self._lab.log), places).items()
            if way.place == place and way.sender == "client" and way.method in ("", method)
            for _, shape in shapes
        ]
        usual = max(found, key=lambda shape: shape.count, default=None)
        if usual is None:
            return ""
        text = json.dumps(example(usual), ensure_ascii=False)
        return text if len(text) <= _LONGEST else ""


class _Newest:
    """The newest entries of a log, with what they belong to."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._entries: Sequence[Entry] = list(log)[-_NEWEST:]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def exchange(self, exchange: int, /) -> Exchange | None:
        return self._log.exchange(exchange)


def told(findings: Findings) -> dict[str, Any]:
    """Return what came of breaking a route as a view is told it."""
    return {
        "said": findings.covered,
        "notes": list(findings.notes),
        "more": max(0, len(findings) - _MOST),
        "findings": [_told(each) for each in findings[:_MOST]],
    }


def _told(finding: Finding) -> dict[str, Any]:
    ladder = b64encode(finding.ladder.svg(_WIDTH).encode()).decode()
    return {
        "sentence": escaped(finding.sentence),
        "acts": [escaped(each) for each in finding.conversation],
        "ladder": f"data:image/svg+xml;base64,{ladder}",
    }
