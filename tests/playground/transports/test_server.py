"""The server transport starts at once, ends in time, and keeps its complaints to itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from playground.transports import ClientClosed
from playground.transports.server import ServerTransport
from playground.transports.server_internals import tasks_of

pytestmark = pytest.mark.live


async def slow(scope: Any, receive: Any, send: Any) -> None:
    """Answer ``/`` at once, never ``/never``; a WebSocket is accepted and only ever pushed to."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.Event().wait()
    if scope["path"] == "/never":
        await asyncio.Event().wait()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


class Served:
    def __init__(self) -> None:
        self.troubles: list[str] = []
        self.closed = threading.Event()
        self.transport = ServerTransport(slow, 0, self.troubles.append, self._closing)

    async def _closing(self) -> None:
        self.closed.set()


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    made.transport.start()
    yield made
    made.transport.stop()


def port_is_free(port: int | None) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port or 0)) != 0


async def test_the_port_answers_when_start_returns_and_is_free_when_stop_does(
    served: Served,
) -> None:
    transport = served.transport
    answer = await transport.run(transport.request("GET", "/"))
    assert (answer.status, answer.text) == (200, "ok")
    threads = threading.active_count()
    transport.stop()
    assert port_is_free(transport.port)
    assert threading.active_count() < threads
    assert served.closed.is_set()
    assert not transport.running


async def test_stop_cuts_what_does_not_end_and_counts_it(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    transport = served.transport
    wire = await transport.run(transport.connect("/push"))
    hanging = asyncio.create_task(transport.run(transport.request("GET", "/never")))
    open_ = transport._thread
    assert open_ is not None
    while len(tasks_of(open_.server)) < 2:
        await asyncio.sleep(0)
    began = time.monotonic()
    cut = await asyncio.to_thread(transport.stop)
    assert str(cut) == "1 socket closed with 1012, 1 request cancelled"
    assert time.monotonic() - began < 4
    assert (await hanging).status == 500
    with pytest.raises(ClientClosed) as end:
        await wire.receive()
    assert end.value.code == 1012
    assert not served.troubles
    assert not caplog.get_records("call")


async def test_connections_are_closed_in_the_order_they_were_opened(served: Served) -> None:
    transport, order = served.transport, []

    async def until_closed(number: int, wire: Any) -> None:
        with contextlib.suppress(ClientClosed):
            await wire.receive()
        order.append(number)

    async def listen() -> list[asyncio.Task[None]]:
        wires = [await transport.connect(f"/{number}") for number in range(20)]
        return [asyncio.create_task(until_closed(*pair)) for pair in enumerate(wires)]

    await transport.run(listen())
    await asyncio.to_thread(transport.stop)
    assert order == list(range(20))


def test_who_connects_while_it_stops_is_let_go_too() -> None:
    """One may be accepted in the very turn in which the server stops: its socket is closed too."""
    for _ in range(15):
        transport = ServerTransport(slow)
        transport.start()
        there: list[socket.socket] = []
        come = threading.Thread(target=connect_on_and_on, args=(transport.port, there))
        come.start()
        while len(there) < 20:
            come.join(0.001)
        transport.stop()
        come.join()
        for each in there:
            each.close()


def connect_on_and_on(port: int, there: list[socket.socket]) -> None:
    """Connect again and again, until nobody listens."""
    with contextlib.suppress(OSError):
        for _ in range(200):
            there.append(socket.create_connection(("127.0.0.1", port), 5))


def test_stopping_twice_or_before_the_start_does_nothing(served: Served) -> None:
    served.transport.stop()
    assert str(served.transport.stop()) == "nothing was open"
    assert str(ServerTransport(slow).stop()) == "nothing was open"


def test_it_comes_back_on_the_same_port(served: Served) -> None:
    port = served.transport.port
    for _ in range(5):
        served.transport.stop()
        served.transport.start()
        assert served.transport.port == port
        assert not port_is_free(port)


def test_a_call_that_takes_too_long_is_a_timeout_and_the_server_goes_on(served: Served) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    async def soon() -> str:
        return "done"

    with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
        served.transport.call(forever(), 0.05)
    assert served.transport.call(soon(), 5) == "done"


def test_what_uvicorn_complains_about_goes_to_on_trouble_only(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        socket.create_connection(("127.0.0.1", served.transport.port or 0)) as raw,
    ):
        raw.sendall(b"rubbish\r\n\r\n")
        assert b"400" in raw.recv(1000)
        served.transport.stop()  # it complains after it has answered
    assert served.troubles == ["Invalid HTTP request received."]
    assert not [r for r in caplog.records if r.name.startswith("uvicorn")]


def test_a_stopped_server_names_the_remedy() -> None:
    async def anything() -> None: ...

    with pytest.raises(RuntimeError, match=r"lab\.restart\(\)"):
        ServerTransport(slow).call(anything(), 1)


async def test_only_loopback_is_bound(served: Served) -> None:
    thread = served.transport._thread
    assert thread is not None
    assert thread.bound.getsockname()[0] == "127.0.0.1"


def test_threads_that_handlers_start_keep_their_context(served: Served) -> None:
    import contextvars

    variable = contextvars.ContextVar("variable", default="lost")

    async def work() -> str:
        variable.set("kept")
        return await asyncio.get_running_loop().run_in_executor(None, variable.get)

    assert served.transport.call(work(), 5) == "kept"
