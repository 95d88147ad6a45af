"""A crowd's own process: it is told what to do on standard input, and reports on standard output.

Law of the room: each report is a line of JSON behind one character that no print has. It ends with
its standard input; should its code not let it, its keeper does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final

from playground.swarm.limits import make_room
from playground.swarm.plan import Plan
from playground.swarm.swarming import Swarm
from playground.swarm.travelling import unpacked
from playground.transports.loop_thread import new_loop

MARK: Final = "\x1e"
"""What a report begins with (RFC 7464 has it so)."""

# Seconds from one report to the next: a panel shows at least five a second.
_PACE: Final = 0.125


def main() -> None:
    """Be a crowd: the first line of standard input says which."""
    lines = _lines()
    order = json.loads(next(lines, "null"))
    if order is None:
        return
    try:
        script = unpacked(*order["script"]) if order["script"] else None
    except BaseException as error:
        _say({"broken": f"{type(error).__name__}: {error}"})
        return
    plan = Plan(**order["plan"])
    if order["bytes"]:
        plan = plan._replace(message=bytes.fromhex(str(plan.message)))
    make_room(plan.clients)
    _run(_crowd(Swarm(_Afar(order["base"]), plan, script), lines))


def order(plan: Plan, base: str, script: tuple[str, str] | None) -> str:
    """Return the line that says which crowd to be.

    Args:
        plan: What it does.
        base: Where the server is, as ``"ws://127.0.0.1:8000"``.
        script: A script's name, and the text of a module that has it.
    """
    message = plan.message
    said = plan._replace(message=message.hex()) if isinstance(message, bytes) else plan
    told = {"plan": said._asdict(), "bytes": isinstance(message, bytes)}
    return json.dumps({**told, "base": base, "script": script})


class _Afar:
    """Reaches an app over TCP."""

    def __init__(self, base: str) -> None:
        self._base = base

    async def connect(
        self, path: str, *, headers: Any = (), subprotocols: Sequence[str] = ()
    ) -> Any:
        """Do an opening handshake."""
        from playground.transports.sockets import connect

        return await connect(self._base, path, headers, subprotocols)


def _run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)


async def _crowd(swarm: Swarm, lines: Iterator[str]) -> None:
    loop = asyncio.get_running_loop()
    # Clients that are cut off while they connect are no news to anybody.
    loop.set_exception_handler(lambda loop, context: None)
    hearing = threading.Thread(
        target=_hear, args=(swarm, lines, loop.call_soon_threadsafe), name="hear", daemon=True
    )
    hearing.start()
    running = asyncio.ensure_future(swarm.run())
    while not running.done():
        await asyncio.wait({running}, timeout=_PACE)
        _say({"tally": swarm.tally.report()})
    running.result()
    _say({"over": True})


def _hear(swarm: Swarm, lines: Iterator[str], soon: Callable[..., object]) -> None:
    """Take commands, one a line, until there are none to come."""
    for line in lines:
        said = json.loads(line)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            if "clients" in said:
                soon(swarm.resize, said["clients"])
            if "stop" in said:
                soon(swarm.stop)


def _lines() -> Iterator[str]:
    """Yield the lines of standard input.

    Not from `sys.stdin`: a buffered reader's lock would be in the way when Python ends.
    """
    rest = b""
    while said := os.read(0, 65536):
        *lines, rest = (rest + said).split(b"\n")
        for line in lines:
            yield line.decode()


def _say(report: dict[str, Any]) -> None:
    # What a script prints may stand before it, without an end of its line.
    left = f"\n{MARK}{json.dumps(report)}\n".encode()
    with contextlib.suppress(BrokenPipeError):
        while left:
            left = left[os.write(1, left) :]
