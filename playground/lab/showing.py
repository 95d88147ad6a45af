"""How what this package raises, and what was let go of, is shown in a notebook: set when imported.

IPython asks an exception itself how it is shown.
"""

from __future__ import annotations

from playground.clients.awaiting import NotThere, NotUsedSo
from playground.clients.misnamed import RESPONSE, says_the_right_name
from playground.live.tracebacks import interrupted, shorten
from playground.notebook import output
from playground.traffic.filter import FilterError
from playground.transports import (
    ClientClosed,
    HandshakeRefused,
    LoopBlocked,
    Response,
    ResponseBroken,
)
from playground.transports.executor import origin_of
from playground.transports.interrupts import render_by
from playground.transports.waiting import Late, LeftBehind

render_by(interrupted)
says_the_right_name("answer", RESPONSE)(Response)
shorten(FilterError, ClientClosed, HandshakeRefused, Late, LeftBehind, LoopBlocked, ResponseBroken)
shorten(NotUsedSo, NotThere)
output.dropped.origin_of = origin_of
