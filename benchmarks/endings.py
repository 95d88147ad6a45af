"""Whether a lab ends, swaps, restarts and is interrupted while messages are paused or on their way.

Run with ``python -m benchmarks.endings``: 50 rounds of each of these, on each transport, while a
handler is paused, a message held both ways, or every message delayed. What hangs longer than a
minute ends the program with where every thread stands. After each round the lab still serves, or
says that it is stopped; a message that a model says is not lost was answered once.

``python -m benchmarks.endings --rounds 2`` is a short one.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from micropie import App
from playground import ClientClosed, Lab, serve

# Seconds after which a round counts as one that hangs.
HANGS = 60.0

SAID = ("one", "two", "three")


class Echo(App):
    """Answers."""

    async def ws_echo(self, ws: Any) -> None:
        """Echo each message."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)


class Other(Echo):
    """New code."""


async def paused(lab: Lab, client: Any) -> None:
    """Have the handler stand still before its answer to the first message."""
    lab.break_at("client:bob one")
    for text in SAID:
        await client.send(text)
    await lab.paused(timeout=30)


async def held(lab: Lab, client: Any) -> None:
    """Hold two messages to the app and an answer to the client."""
    lab.network.hold("bob", "to client")
    await client.send(SAID[0])
    await lab.until("client:bob dir:server kind:text", timeout=30)
    lab.network.hold("bob")
    for text in SAID[1:]:
        await client.send(text)


async def delayed(lab: Lab, client: Any) -> None:
    """Have messages on their way, both ways."""
    lab.network("bob", delay=0.05, jitter=0.05, seed=1)
    for text in SAID:
        await client.send(text)


STATES: dict[str, Callable[[Lab, Any], Awaitable[None]]] = {
    "paused": paused,
    "held": held,
    "delayed": delayed,
}


def free(lab: Lab) -> None:
    """End every breakpoint and rule."""
    for point in lab.breakpoints:
        point.remove()
    lab.network.calm()


async def answers(client: Any, most: int = len(SAID)) -> list[str]:
    """Return what comes until all was answered, or the connection is over."""
    heard: list[str] = []
    try:
        while len(heard) < most:
            heard.append(str(await client.receive(timeout=30)))
    except ClientClosed:
        heard.append("closed")
    return heard


async def stop(lab: Lab, client: Any) -> str:
    """Stop it; whoever is open hears that."""
    lab.stop()
    heard = await answers(client, len(SAID) + 1)
    return "" if heard[-1] == "closed" and not lab.running else f"stopped, heard {heard}"


async def restart(lab: Lab, client: Any) -> str:
    """Restart it: it serves again, with nothing in the way of what comes."""
    lab.restart()
    free(lab)
    again = await lab.connect("/echo", client="bob")
    await again.send("again")
    heard = await again.receive(timeout=30)
    return "" if heard == "again" else f"restarted, heard {heard!r}"


async def swap(lab: Lab, client: Any) -> str:
    """Put new code on stage; each message is answered once, in order, but what a pause had."""
    done = lab.swap(Other)
    if not isinstance(done, int):
        await done
    free(lab)
    heard = await answers(client) if not lab.log.filter("kind:pause") else await rest(client)
    expected = list(SAID) if len(heard) == len(SAID) else list(SAID[1:])
    return "" if heard == expected else f"swapped, heard {heard}"


async def rest(client: Any) -> list[str]:
    """Return what comes up to the last message: a handler that was cut off has lost its own."""
    heard: list[str] = []
    while heard[-1:] != [SAID[-1]]:
        heard.append(str(await client.receive(timeout=30)))
    return heard


DEEDS: dict[str, Callable[[Lab, Any], Awaitable[str]]] = {
    "stop": stop,
    "restart": restart,
    "swap": swap,
}


async def one(transport: Any, state: str, deed: str) -> str:
    """Play one round; return what is wrong with it, or "" if nothing is."""
    lab = serve(Echo, name=f"endings {transport}", transport=transport)
    try:
        await lab.get("/")
        client = await lab.connect("/echo", client="bob")
        await STATES[state](lab, client)
        return await DEEDS[deed](lab, client)
    finally:
        lab.stop()


def interrupted(transport: Any, state: str) -> str:
    """Interrupt a cell that waits for what does not come; return what is wrong then."""

    async def begin() -> Lab:
        lab = serve(Echo, name=f"endings {transport}", transport=transport)
        await lab.get("/")
        return lab

    async def wait(lab: Lab) -> None:
        client = await lab.connect("/echo", client="bob")
        await STATES[state](lab, client)
        threading.Timer(0.01, signal.raise_signal, (signal.SIGINT,)).start()
        while True:
            await client.receive(timeout=HANGS)

    async def again(lab: Lab) -> str:
        try:
            free(lab)
            client = await lab.connect("/echo", client="cid")
            await client.send("again")
            return str(await client.receive(timeout=30))
        finally:
            lab.stop()

    # One loop for all of them, as a kernel has it for its cells.
    with asyncio.Runner() as runner:
        lab = runner.run(begin())
        try:
            runner.run(wait(lab))
        except KeyboardInterrupt:
            heard = runner.run(again(lab))
            return "" if heard == "again" else f"interrupted, heard {heard}"
    return "the interrupt was lost"


def main() -> None:
    """Print what came of it."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=50)
    rounds = options.parse_args().rounds
    for transport in ("memory", "server"):
        for state in STATES:
            for deed in (*DEEDS, "interrupt"):
                wrong, longest = [], 0.0
                for _ in range(rounds):
                    faulthandler.dump_traceback_later(HANGS, exit=True)
                    began = time.perf_counter()
                    if deed == "interrupt":
                        found = interrupted(transport, state)
                    else:
                        found = asyncio.run(one(transport, state, deed))
                    longest = max(longest, time.perf_counter() - began)
                    wrong += [found] if found else []
                faulthandler.cancel_dump_traceback_later()
                told = f"{rounds} rounds, {len(wrong)} wrong, the longest took {longest:.1f} s"
                print("\n    ".join([f"{transport}, {state}, {deed}: {told}", *wrong[:5]]))


if __name__ == "__main__":
    main()
