"""A crowd's own process: it is told what to do on standard input, and reports on standard output.

Law of the room: each report is a line of JSON behind one character that no print has. It ends with
its standard input; should its code not let it, its keeper does. While its loop does not turn, it
says where it stands, for whoever began it to judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from playground.swarm import mishaps
from playground.swarm.limits import make_room
from playground.swarm.plan import Plan
from playground.swarm.swarming import Swarm
from playground.swarm.travelling import unpacked
from playground.transports.forking import runs_on_this_thread
from playground.transports.loop_thread import new_loop

MARK: Final = "\x1e"
"""What a report begins with (RFC 7464 has it so)."""

# Seconds from one report to the next: a panel shows at least five a second, on a busy machine too.
_PACE: Final = 0.1
# Should memory be short, this process is ended before the kernel that began it (Linux).
_FIRST_TO_GO: Final = "1000"

_STOPPED: Final = "its script stopped the event loop; `return` ends one client"
_CANCELLED: Final = "its script cancelled the crowd's tasks too; cancel those that it has made"


def main() -> None:
    """Be a crowd: the first line of standard input says which."""
    lines = _lines()
    order = json.loads(next(lines, "null"))
    if order is None:
        return
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write(_FIRST_TO_GO)
    out = _Out(order["still"])
    try:
        script = unpacked(*order["script"]) if order["script"] else None
    except BaseException as error:
        out.say({"broken": f"its script could not be run: {mishaps.told(error)}"})
        return
    plan = Plan(**order["plan"])
    if order["bytes"]:
        plan = plan._replace(message=bytes.fromhex(str(plan.message)))
    make_room(plan.clients)
    swarm = Swarm(_Afar(order["base"]), plan, script)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_crowd(swarm, lines, out))
    except asyncio.CancelledError:
        out.say({"broken": _CANCELLED})
    except RuntimeError:
        if not swarm.over:
            out.say({"broken": _STOPPED})


def order(plan: Plan, base: str, script: tuple[str, str] | None, still: float) -> str:
    """Return the line that says which crowd to be.

    Args:
        plan: What it does.
        base: Where the server is, as ``"ws://127.0.0.1:8000"``.
        script: A script's name, and the text of a module that has it.
        still: Seconds without a turn of its loop after which it says where it stands, and again.
    """
    message = plan.message
    said = plan._replace(message=message.hex()) if isinstance(message, bytes) else plan
    told = {"plan": said._asdict(), "bytes": isinstance(message, bytes)}
    return json.dumps({**told, "base": base, "script": script, "still": still})


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


async def _crowd(swarm: Swarm, lines: Iterator[str], out: _Out) -> None:
    loop = asyncio.get_running_loop()
    runs_on_this_thread(loop)  # a child that a script forks is none of the crowd
    # Clients that are cut off while they connect are no news to anybody.
    loop.set_exception_handler(lambda loop, context: None)
    hearing = threading.Thread(
        target=_hear, args=(swarm, lines, loop.call_soon_threadsafe), name="hear", daemon=True
    )
    hearing.start()
    running = asyncio.ensure_future(swarm.run())
    while not running.done():
        out.expect_turn()
        await asyncio.wait({running}, timeout=_PACE)
        out.say({"tally": swarm.tally.report()})
    running.result()
    out.say({"over": True})


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


class _Out:
    """Where reports go: standard output, even if a script closes that.

    Args:
        still: Seconds without a turn of the loop after which it is said where it stands.
    """

    def __init__(self, still: float) -> None:
        self._file = os.dup(1)
        self._still = still

    def say(self, report: dict[str, Any]) -> None:
        """Write a report."""
        # What a script prints may stand before it, without an end of its line.
        left = f"\n{MARK}{json.dumps(report)}\n".encode()
        with contextlib.suppress(BrokenPipeError):
            while left:
                left = left[os.write(self._file, left) :]

    def expect_turn(self) -> None:
        """Have it said where everything stands if this is not called again soon.

        No thread of Python's says it: a call of C may hold the lock that it would need.
        """
        faulthandler.dump_traceback_later(self._still, repeat=True, file=self._file)
