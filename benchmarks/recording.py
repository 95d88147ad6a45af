"""What recording costs a WebSocket message and a request, beside the same stage without a recorder.

Run with ``python benchmarks/recording.py``. An echo app stands on a stage, driven in process;
rounds with and without the recorder take turns, and CPU time is what counts. The log is full from
the start, so each row lets an old one go. A real server adds its own cost to both.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from micropie import App
from playground.recorder import Recorder
from playground.stage import Stage
from playground.traffic.log import Log

MESSAGES = 20_000
REQUESTS = 4_000
ROUNDS = 9


class Echo(App):
    """Answers."""

    async def index(self) -> str:
        """Answer a request."""
        return "hello"

    async def ws_echo(self, ws: Any) -> None:
        """Answer a message."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)


async def converse(app: Any) -> float:
    """Return CPU microseconds a message received and answered."""
    left = MESSAGES
    event = {"type": "websocket.receive", "text": '{"say": "hello"}'}
    connect = [{"type": "websocket.connect"}]

    async def receive() -> Any:
        nonlocal left
        if connect:
            return connect.pop()
        left -= 1
        return event if left >= 0 else {"type": "websocket.disconnect", "code": 1000}

    async def send(event: Any) -> None: ...

    scope = {"type": "websocket", "path": "/echo", "raw_path": b"/echo", "headers": []}
    began = time.process_time()
    await app(scope, receive, send)
    return (time.process_time() - began) / MESSAGES * 1e6


async def request(app: Any) -> float:
    """Return CPU microseconds a request."""
    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "headers": []}

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(event: Any) -> None: ...

    began = time.process_time()
    for _ in range(REQUESTS):
        await app(scope, receive, send)
    return (time.process_time() - began) / REQUESTS * 1e6


def full_log() -> Log:
    """Return a log that lets a row go for each it takes."""
    log = Log()
    for _ in range(log.max_entries):
        log.append(0.0, 0, "lab", "lab", "x", 1)
    return log


async def main() -> None:
    """Print the table."""
    stage = Stage()
    await stage.swap(Echo())
    recorder = Recorder(stage, full_log(), revision=stage.revision_now, locate=_place)
    for name, measure in (("WebSocket round trip", converse), ("HTTP request", request)):
        without, with_ = [], []
        for _ in range(ROUNDS):
            without.append(await measure(stage))
            with_.append(await measure(recorder))
        bare, recorded = statistics.median(without), statistics.median(with_)
        each = (recorded - bare) / (2 if measure is converse else 1)
        unit = "a message" if measure is converse else "a request"
        print(f"{name:22} {bare:6.2f} µs bare, {recorded:6.2f} µs recorded: +{each:.2f} µs {unit}")


def _place(filename: str) -> str | None:
    return "here" if filename == __file__ else None


if __name__ == "__main__":
    asyncio.run(main())
