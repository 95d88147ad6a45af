"""What the panel can do to watch a server elsewhere, done for a lab."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from playground.lab.sentences import sentence
from playground.live.advice import name_of
from playground.notebook import kernel
from playground.upstream import Upstream
from playground.upstream.reaching import missing
from playground.widgets.controls import Done

if TYPE_CHECKING:
    from playground.lab.parts import Parts

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
_ITSELF: Final = (
    "expected the address of a server elsewhere, got this lab's own; "
    "write the one of the server that is to answer"
)
_IN_BROWSER: Final = " From Python in a browser WebSockets are led there; requests are not."

Start = Callable[[Callable[[], Coroutine[Any, Any, Any]], Done], None]
"""Does something where the app lives."""


class UpstreamControls:
    """The panel's way to a server elsewhere.

    Args:
        lab: The parts of the lab.
        start: Does something where the app lives: where there are no threads.
    """

    def __init__(self, lab: Parts, start: Start) -> None:
        self._lab = lab
        self._start = start

    def offer(self) -> str:
        """Return what becomes of the app on stage, as a sentence; "" if nothing is to be offered.

        One that leads elsewhere has its address in a cell, and one that is stopped serves nothing.
        """
        served = self._lab.staging.served
        if not self._lab.transport.running or isinstance(served, Upstream):
            return ""
        more = _IN_BROWSER if sys.platform == "emscripten" else ""
        return f"This lab then leads there in place of {name_of(served)}; {self._back()}.{more}"

    def lead(self, url: str, done: Done) -> None:
        """Lead to an address, if somebody answers there; nothing changes if not."""
        try:
            upstream = Upstream(url)
            self._check_elsewhere(upstream)
        except Exception as error:
            done(sentence(error), None)
            return

        def work() -> None:
            try:
                if why := missing(upstream):
                    done(why, None)
                    return
                result = asyncio.run(self._led(upstream))
            except Exception as error:
                done(sentence(error), None)
            else:
                done(None, result)

        try:
            threading.Thread(target=work, name="playground-upstream", daemon=True).start()
        except RuntimeError:  # no threads here, and a browser says too little of who answers
            self._start(lambda: self._led(upstream), done)

    async def _led(self, upstream: Upstream) -> str:
        """Put it on stage; return what was done, with the line of code for next time."""
        address, name, back = upstream.address, name_of(self._lab.staging.served), self._back()
        swapped: Any = self._lab.code.swap(upstream, None, None, None)
        if inspect.isawaitable(swapped):
            await swapped
        said = f"leads to {address} in place of {name}; {back}"
        self._lab.remarks.tell(
            f"{said}; in Python, a lab of its own: lab = serve(Upstream({address!r}))"
        )
        return f"{said[0].upper()}{said[1:]}."

    def _check_elsewhere(self, upstream: Upstream) -> None:
        address, port = upstream._address, self._lab.transport.port
        if address.port == port and address.host in _LOOPBACK:
            raise ValueError(_ITSELF)

    def _back(self) -> str:
        """Return how the code on stage is had back, as a clause."""
        staging = self._lab.staging
        if staging.followed.name and kernel.shell() is not None:
            return "run its cell again to have it back"
        if file := self._lab.files.source:
            return f"a change saved in {file} has it back"
        return f"lab.swap(revision={staging.number}) has it back"
