"""The server: whether it is there, takes connections, has a loop that answers, and is recorded."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from playground.doctor.report import Finding, aside, right, wrong
from playground.notebook import kernel
from playground.traffic.log import Log
from playground.traffic.record import let_go
from playground.transports import Line, Pulse, Transport

# A loop that has not answered for so many seconds is held up by something.
PULSE_SECONDS: Final = 1.0

_RESTART: Final = "lab.restart() starts it again"


def server(transport: Transport) -> Finding:
    """Look whether anything serves."""
    if not transport.running:
        return wrong("server", "the lab is stopped", f"{_RESTART}.")
    if transport.port is None:
        return right("server", "none is needed: clients reach the app in memory")
    return right("server", f"uvicorn {version('uvicorn')} serves")


def life(transport: Transport) -> Iterator[Finding]:
    """Try the port, and the loop on its thread."""
    pulse = transport.pulse(PULSE_SECONDS)
    if transport.port is not None:
        yield _port(transport.port)
    elif not pulse.thread:
        yield _own_loop(pulse)
        return
    yield _loop(pulse)
    yield right("thread", f"{pulse.thread} is alive")


def _port(port: int) -> Finding:
    began = time.perf_counter()
    try:
        socket.create_connection(("127.0.0.1", port), PULSE_SECONDS).close()
    except OSError as error:
        said = f"127.0.0.1:{port} takes no connection: {error.strerror or error}"
        return wrong("port", said, f"Something on this machine is in the way; {_RESTART}.")
    return right("port", f"127.0.0.1:{port} takes connections ({_since(began)})")


def _since(began: float) -> str:
    return _milliseconds(time.perf_counter() - began)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _own_loop(pulse: Pulse) -> Finding:
    if not pulse.loop:
        return wrong("loop", "the loop of this lab has ended", f"{_RESTART} in the present one.")
    return right(
        "loop", f"{pulse.loop}, the cell's own: handlers run while a cell awaits something"
    )


def _loop(pulse: Pulse) -> Finding:
    if pulse.seconds is not None:
        return right(
            "loop", f"{pulse.loop}, answers within {_milliseconds(max(pulse.seconds, 1e-4))}"
        )
    return wrong(
        "loop",
        f"{pulse.loop}, has not answered for {PULSE_SECONDS:g} s: {_holder(pulse.at)}",
        "Await what takes long, or give it to asyncio.to_thread; until it ends nobody is served.",
    )


def _holder(at: tuple[Line, ...]) -> str:
    """Return in words which line holds the loop: the innermost of the user's own."""
    for line in at:
        place = kernel.place_of(line.filename)
        if place is not None:
            return f"{place}, line {line.number}, in {line.function}, holds it"
    if not at:
        return "its thread has ended"
    return f"{at[0].function} holds it, which is not the notebook's own code"


def frames(transport: Transport, wanted: bool) -> Finding:
    """Look whether WebSocket frames can be seen, if they are to be recorded."""
    if not wanted:
        return aside(
            "frames", "not recorded: nobody asked for them", "serve(…, frames=True) records them."
        )
    why = transport.frames_unseen()
    if why:
        return aside("frames", why.rstrip("."))
    return right("frames", "recorded: ping, pong, close, and each piece of a message")


def recorder(log: Log) -> Finding:
    """Look whether traffic is recorded, and how much of it is kept."""
    kept = f"{len(log):,} {'entry' if len(log) == 1 else 'entries'} kept"
    gone = f", {let_go(log.dropped)}" if log.dropped else ""
    if not log.recording:
        missed = f"off; {log.unrecorded:,} not recorded since, {kept}{gone}"
        return wrong("recorder", missed, "lab.log.recording = True switches it on.")
    more = "serve(…, max_entries=…, max_bytes=…) keeps more." if log.dropped else ""
    return right("recorder", f"on, {kept}{gone}", more)
