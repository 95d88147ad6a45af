"""What recording costs a WebSocket message and a request, beside the same stage without a recorder.

Run with ``python -m benchmarks.recording``. An echo app stands on a stage: driven in process, where
CPU time counts, and behind a real server in a process of its own, where a client waits for each
answer. Rounds with and without the recorder take turns. The log is full from the start, so each row
lets an old one go.

A third server records frames too, and its rounds take turns with those of the second. To compare
with another state of the code, give its folder, which has dependencies of its own or none:
``python -m benchmarks.recording ../before``; its server with frames takes turns with ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from benchmarks.frameworks.uvicorn_stack import message_bytes
from micropie import App
from playground.recorder import Recorder
from playground.stage import Stage
from playground.traffic.log import Log
from playground.transports import frames

MESSAGES = 20_000
REQUESTS = 4_000
ROUND_TRIPS = 3_000
ROUNDS = 9

TEXT = '{"say": "hello"}'
GET = b"GET / HTTP/1.1\r\nhost: a\r\nuser-agent: benchmark\r\naccept: */*\r\n\r\n"
HANDSHAKE = (
    b"GET /echo HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


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
    event = {"type": "websocket.receive", "text": TEXT}
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


def echo_round_trip(port: int) -> float:
    """Return microseconds until a message is answered."""
    with _connected(port) as wire:
        _ask(wire, HANDSHAKE, b"\r\n\r\n")
        return _each(wire, message_bytes(TEXT), TEXT.encode())


def request_round_trip(port: int) -> float:
    """Return microseconds until a request is answered, over one kept connection."""
    with _connected(port) as wire:
        return _each(wire, GET, b"hello")


def _connected(port: int) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", port))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def _each(wire: socket.socket, question: bytes, end: bytes) -> float:
    began = time.perf_counter()
    for _ in range(ROUND_TRIPS):
        _ask(wire, question, end)
    return (time.perf_counter() - began) / ROUND_TRIPS * 1e6


def _ask(wire: socket.socket, question: bytes, end: bytes) -> None:
    wire.sendall(question)
    answer = wire.recv(4096)
    while not answer.endswith(end):
        answer += wire.recv(4096)


async def apps() -> tuple[Any, Any]:
    """Return the stage alone, and behind a recorder whose log is full."""
    stage = Stage()
    await stage.swap(Echo())
    log = Log()
    for _ in range(log.max_entries):
        log.append(0.0, 0, "lab", "lab", "x", 1)
    return stage, Recorder(stage, log, revision=stage.revision_now, locate=_place)


def _place(filename: str) -> str | None:
    return "here" if filename == __file__ else None


async def serve(which: str) -> None:
    """Serve one of them, and print the port."""
    bare, recorded = await apps()
    if which == "frames":
        recorded.watch = frames.watch
    app = bare if which == "bare" else recorded
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(
            app, lifespan="off", log_level="critical", access_log=False, ws="websockets-sansio"
        )
        await uvicorn.Server(config).serve(sockets=[listening])


async def in_process() -> None:
    """Print what recording costs where nothing else does."""
    bare, recorded = await apps()
    for name, measure, rows in (("a message", converse, 2), ("a request", request, 1)):
        rounds = [(await measure(bare), await measure(recorded)) for _ in range(ROUNDS)]
        without, with_ = map(statistics.median, zip(*rounds, strict=True))
        print(f"in process: {without:.2f} µs without a recorder, ", end="")
        print(f"{with_:.2f} µs with one: +{(with_ - without) / rows:.2f} µs {name}")


def over_sockets() -> None:
    """Print how many round trips are left of those without a recorder, and with frames."""
    with _served("bare") as bare, _served("recorded") as recorded, _served("frames") as watched:
        _compare(("without a recorder", bare), ("with one", recorded), http=True)
        _compare(("with a recorder", recorded), ("with its frames", watched))


def beside(folder: str) -> None:
    """Print how the round trips with frames compare with those of another state of the code."""
    with _served("frames", folder) as before, _served("frames") as after:
        _compare((f"with the frames of {folder}", before), ("with ours", after))


@contextlib.contextmanager
def _served(which: str, folder: str = ".") -> Iterator[int]:
    """Serve an app from a process of its own, which imports what is in a folder."""
    command = [sys.executable, "-P", str(Path(__file__).resolve()), which]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((folder, "."))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            yield _port(process)
        finally:
            process.terminate()


def _port(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def _compare(before: tuple[str, int], after: tuple[str, int], *, http: bool = False) -> None:
    measures: list[tuple[str, Callable[[int], float]]] = [("WebSocket", echo_round_trip)]
    if http:
        measures.append(("HTTP", request_round_trip))
    for name, measure in measures:
        rounds = [(measure(before[1]), measure(after[1])) for _ in range(ROUNDS)]
        first, second = map(statistics.median, zip(*rounds, strict=True))
        rate = statistics.median(one / other for one, other in rounds)
        print(f"over sockets: {name} {first:.0f} µs a round trip {before[0]}, ", end="")
        print(f"{second:.0f} µs {after[0]}: × {rate:.2f} the rate")


def main() -> None:
    """Print all figures, or serve."""
    given = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if given and given[0] in ("bare", "recorded", "frames"):
            runner.run(serve(given[0]))
            return
        if not given:
            runner.run(in_process())
    if given:
        beside(given[0])
    else:
        over_sockets()


if __name__ == "__main__":
    main()
