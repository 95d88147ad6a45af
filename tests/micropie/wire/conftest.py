"""Each test on the wire runs against every server, and asks afterwards what it has left over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.micropie.raw_client import get
from tests.micropie.wire_site import PLACES, Place, everywhere


@pytest.fixture(scope="package")
def servers() -> Iterator[dict[str, Place]]:
    with everywhere() as places:
        yield places


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, servers: dict[str, Place]) -> Place:
    found = servers[request.param]
    found.reset()
    return found


@pytest.fixture(autouse=True)
async def no_task_is_left(place: Place) -> AsyncIterator[None]:
    """Whatever a test did to a server, it still answers, and has nothing left to do."""
    yield
    async with asyncio.timeout(5):
        while (await place.ask(get("/tasks"))).body != b"0":
            await asyncio.sleep(0.001)


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What has been logged as an error, by anybody."""

    def logged() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]

    return logged
