"""What `allow_nested_run` costs: echoes through a lab, and tasks in the kernel's own loop.

Each figure is a ratio to the same in a process where asyncio is unchanged, in interleaved rounds.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time

ROUNDS = 7
ECHOES = 3000
TASKS = 20_000


async def echoes() -> float:
    """Return seconds of processor time that the server's thread takes for an echo."""
    from micropie import App
    from playground import serve
    from playground.lab import parts_of

    class Echo(App):
        async def ws_echo(self, ws):  # type: ignore[no-untyped-def]
            await ws.accept()
            async for message in ws:
                await ws.send_text(message)

    lab = serve(Echo)
    client = await lab.connect("/echo")
    begin = await parts_of(lab).transport.run(_thread_time())
    for _ in range(ECHOES):
        await client.send("hello")
        await client.receive()
    spent = await parts_of(lab).transport.run(_thread_time()) - begin
    lab.stop()
    return spent / ECHOES


async def _thread_time() -> float:
    return time.thread_time()


async def tasks() -> float:
    """Return seconds of processor time for a task in this loop."""
    begin = time.process_time()
    for _ in range(TASKS // 100):
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(100)))
    return (time.process_time() - begin) / TASKS


async def once(nested: bool) -> None:
    if nested:
        from playground import allow_nested_run

        allow_nested_run()
    print(await echoes(), await tasks())


def measure(nested: bool) -> tuple[float, float]:
    """Return both figures of a process of its own."""
    argument = "nested" if nested else "plain"
    done = subprocess.run(
        [sys.executable, __file__, argument], capture_output=True, text=True, check=True
    )
    echo, task = map(float, done.stdout.split())
    return echo, task


def main() -> None:
    rounds = [(measure(False), measure(True)) for _ in range(ROUNDS)]
    for index, what in enumerate(
        ("an echo, in the server's thread", "a task, in the kernel's loop")
    ):
        plain = statistics.median(before[index] for before, _ in rounds)
        ratio = statistics.median(after[index] / before[index] for before, after in rounds)
        print(f"{what:32} {plain * 1e6:7.1f} µs plain, × {ratio:.2f} while nested runs are allowed")


if __name__ == "__main__":
    if sys.argv[1:]:
        asyncio.run(once(sys.argv[1] == "nested"))
    else:
        main()
