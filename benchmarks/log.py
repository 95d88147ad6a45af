"""What a million messages do to the log: its memory once it is full, and how fast it takes one.

Run with ``python -m benchmarks.log``. Memory must be flat after the ring is full (within 5 MB), and
appending as fast at the end as at the start. A part of the time is the benchmark's own loop and the
making of each text; CPU time is what counts.
"""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playground.exports.spill import Spill
from playground.traffic.log import Log

MESSAGES = 1_000_000
STRETCH = 50_000
CLIENTS = 50

# Messages that one connection has before its client comes back on another.
CONNECTION = 500


def resident() -> float:
    """Return what this process has in memory, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def conversation(log: Log) -> Iterator[None]:
    """Let many clients chat for ever, each on one connection after the other."""
    exchanges = [0] * CLIENTS
    number = 0
    while True:
        client = number % CLIENTS
        if number // CLIENTS % CONNECTION == 0:
            if exchanges[client]:
                log.finish(exchanges[client])
            headers = (("host", "127.0.0.1"), ("user-agent", f"client {client} {number}"))
            exchanges[client] = log.open("websocket", f"client-{client}", headers=headers).id
        text = f"message {number} of the conversation"
        log.append(number / 1e4, exchanges[client], "text", "client", text, len(text), None, 1)
        number += 1
        yield


def stretches(log: Log) -> tuple[list[float], list[float]]:
    """Return, for each stretch, µs a message and MB in memory after it."""
    times, memory = [], []
    talk = conversation(log)
    for _ in range(MESSAGES // STRETCH):
        began = time.process_time()
        for _ in range(STRETCH):
            next(talk)
        times.append((time.process_time() - began) / STRETCH * 1e6)
        memory.append(resident())
    return times, memory


def report(name: str, log: Log) -> None:
    """Print a row: the cost at the start and at the end, and the memory."""
    before = resident()
    times, memory = stretches(log)
    # The second stretch is the first that lets an old row go for each new one.
    start, end = statistics.median(times[1:5]), statistics.median(times[-4:])
    print(
        f"{name:16} {start:5.2f} µs at the start, {end:5.2f} µs at the end: × {end / start:.2f}"
        f" · full with {memory[0] - before:5.1f} MB, at last {memory[-1] - memory[1]:+.1f} MB"
        f" · {len(log):,} kept, {log.dropped:,} let go"
    )


def spilled(run: Callable[[Log], None], log: Log) -> None:
    """Run something while the log is written to a file."""
    with tempfile.TemporaryDirectory() as folder:
        spill = Spill(log, Path(folder) / "log.jsonl", print)
        spill.start()
        run(log)
        began = time.perf_counter()
        spill.stop()
        size = spill.path.stat().st_size / 1e6
        print(f"{'':16} {size:.0f} MB on disk, {time.perf_counter() - began:.1f} s after the last")


def reading(log: Log) -> None:
    """Print what it costs to look: the tail as a view does, a filter, a file."""
    for name, look in {
        "newest 1,000": lambda: log.since(log.last - 1_000),
        "1,000 in the middle": lambda: log.since(log.last - 25_000, 1_000),
        "filter, a word": lambda: log.filter("999999"),
        "filter, fields": lambda: log.filter("client:client-7 size>10"),
        "to_jsonl": log.to_jsonl,
        "to_har": log.to_har,
    }.items():
        began = time.process_time()
        look()
        print(f"{name:20} {(time.process_time() - began) * 1e3:8.2f} ms")


def main() -> None:
    """Print the table."""
    log = Log(lock=threading.Lock())
    report("a log", log)
    spilled(lambda log: report("and to a file", log), Log(lock=threading.Lock()))
    print()
    reading(log)


if __name__ == "__main__":
    main()
