"""Both transports are the same to a client, but for the table in docs/transports.md."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.transports import Transport
from playground.transports.memory import MemoryTransport
from playground.transports.memory_thread import ThreadedMemoryTransport
from playground.transports.server import ServerTransport
from tests.playground import transport_scenarios as scenarios

pytestmark = pytest.mark.live

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "transports.md"
ROW = re.compile(r"^\| ([^|`]+) \| `([^`]*)` \| `([^`]*)` \|$", re.MULTILINE)
DIFFERENCES = {what: (server, memory) for what, server, memory in ROW.findall(DOCUMENT.read_text())}


async def observed(made: Callable[..., Transport], name: str) -> Any:
    """Return what a client observes over a transport."""
    tried = scenarios.ALL[name]
    transport = made(tried.app, **({"on_trouble": str} if made is ServerTransport else {}))
    transport.start()
    try:
        async with asyncio.timeout(2 * scenarios.DEADLINE):
            return await transport.run(tried.observe(transport))
    finally:
        if transport.port:
            await asyncio.to_thread(transport.stop, scenarios.DEADLINE)
        else:
            transport.stop(scenarios.DEADLINE)


@pytest.mark.parametrize("name", scenarios.ALL)
async def test_a_client_observes_the_same_or_what_the_document_says(name: str) -> None:
    over_server = await observed(ServerTransport, name)
    in_memory = await observed(ThreadedMemoryTransport, name)
    assert in_memory == await observed(MemoryTransport, name), "a thread of its own shows"
    if name in DIFFERENCES:
        assert (over_server, in_memory) == DIFFERENCES[name]
        assert over_server != in_memory, f"{name!r} is no difference any more; take its row away"
    else:
        assert over_server == in_memory, f"{name!r} needs a row in docs/transports.md, or mending"


def test_the_document_lists_scenarios_and_nothing_else() -> None:
    assert set(DIFFERENCES) <= set(scenarios.ALL)
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| ")]
    assert len(rows) - 1 == len(DIFFERENCES), "a row does not read as name, `server`, `memory`"


# What some of the observations are: two transports might be wrong in the same way.
KNOWN = {
    "the app chooses a subprotocol": ("two", "one two three"),
    "a close before accept refuses": (403, ""),
    "a response refuses with its status": (401, "who are you?"),
    "texts and bytes arrive as they were": [True] * len(scenarios.MESSAGES),
    "messages keep their order": [str(number) for number in range(500)],
    "a client that does not read holds the app up": (True, 4000, "halted: True"),
    "an app that does not read holds the client up": (True, scenarios.PLENTY, "all of it"),
    "the app closes with code and reason": (4003, "that is all — ü"),
    "the app returns without closing": (1006, ""),
    "a handler that only sends hears how its client closed": (4001, "enough"),
    "closing twice is closing once": (4001, "first"),
    "the app hears that a request was given up": "http.disconnect",
    "a response without content": (204, b""),
    "an exception before the response": (500, "Internal Server Error"),
    "an open socket is handed over": (["1: 0", "1: 1", "1: 2"], ["2: 0", "2: 1", "2: 2"]),
}


@pytest.mark.parametrize("name", KNOWN)
async def test_what_is_observed_is_right(name: str) -> None:
    assert await observed(MemoryTransport, name) == KNOWN[name]


async def test_a_handler_that_raises_is_1011() -> None:
    name = "a handler that raises ends its connection with 1011"
    code, _ = await observed(MemoryTransport, name)
    assert code == 1011
