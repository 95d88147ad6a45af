"""What the lab's own clients do is logged to nobody; what the user does is, as ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import httpx2
import pytest
import websockets

from playground.transports.quiet import quietly
from playground.transports.server import ServerTransport
from tests.playground.lab_apps import Echo

pytestmark = pytest.mark.live


class Wrong(logging.Handler):
    """Notes what it is given, and ends the program."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.threadName == "MainThread":
            return  # the test's own loop
        self.given.append(f"{record.name}: {record.getMessage()}")
        raise SystemExit(3)


@pytest.fixture
def wrong(caplog: pytest.LogCaptureFixture) -> Iterator[Wrong]:
    """A handler that is told of everything, and raises."""
    root, handler = logging.getLogger(), Wrong()
    with caplog.at_level(1):
        root.addHandler(handler)
        yield handler
        root.removeHandler(handler)


async def test_nothing_of_the_labs_own_clients_is_logged(wrong: Wrong) -> None:
    transport = ServerTransport(Echo())
    await asyncio.to_thread(transport.start)
    try:
        headers = [("authorization", "secret")]
        response = await transport.run(transport.request("GET", "/", headers=headers), 5)
        wire = await transport.run(transport.connect("/echo", headers=headers), 5)
        await transport.run(wire.send("hi"), 5)
        assert await transport.run(wire.receive(), 5) == "Echo: hi"
        await transport.run(wire.close(1000, ""), 5)
    finally:
        await asyncio.to_thread(transport.stop)
    assert response.status == 200
    assert wrong.given == []


async def test_what_the_user_does_with_the_same_libraries_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    transport = ServerTransport(Echo())
    await asyncio.to_thread(transport.start)
    try:
        with caplog.at_level(logging.DEBUG):
            await transport.run(transport.request("GET", "/"), 5)
            async with httpx2.AsyncClient(trust_env=False) as client:
                await client.get(f"http://127.0.0.1:{transport.port}/mine")
            async with websockets.connect(f"ws://127.0.0.1:{transport.port}/echo", proxy=None):
                pass
    finally:
        await asyncio.to_thread(transport.stop)
    assert [each.getMessage().split()[3] for each in caplog.records if each.name == "httpx2"] == [
        f"http://127.0.0.1:{transport.port}/mine"
    ]
    assert "websockets.client" in {each.name for each in caplog.records}


def test_it_is_quiet_before_the_filters_of_the_user(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("httpx2")

    def wrong(record: logging.LogRecord) -> bool:
        raise SystemExit

    logger.addFilter(wrong)
    try:
        with quietly():
            logger.error("ours")
    finally:
        logger.removeFilter(wrong)
    logger.error("theirs")
    assert [each.message for each in caplog.records] == ["theirs"]
