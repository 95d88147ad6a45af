"""A far side's message goes to its client in the step in which it comes, if the client takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from playground import Upstream
from playground.transports.at_once import Inbox
from playground.upstream.bridge import BELONGINGS, Bridge, Passage
from playground.upstream.ending import End
from playground.upstream.untapped import Untapped


class Far:
    """A far leg of the test's."""

    subprotocol = None
    headers = ()
    is_full = False
    straight: Any = None

    def __init__(self) -> None:
        self.inbox: Inbox[Any] = Inbox(asyncio.get_running_loop(), lambda item: None)
        self.closed: list[Any] = []

    async def opened(self) -> None: ...
    async def drained(self) -> None: ...
    def take(self) -> Awaitable[Any]:
        return self.inbox.get()

    def nudge(self) -> None:
        self.inbox.put_nowait(None)

    def send(self, message: str | bytes) -> bool:
        return True

    def close(self, code: int | None, reason: str = "") -> None:
        self.closed.append(code)

    def abort(self) -> None:
        self.closed.append("aborted")

    def says(self, message: str | bytes) -> bool:
        """Say something, as the real one does; return whether it went straight."""
        if self.straight is not None and self.inbox.empty() and self.straight(message):
            return True
        self.inbox.put_nowait(message)
        return False


class Kept:
    """What a stage keeps for a connection."""

    def __init__(self) -> None:
        self.leaving, self.thing = False, None

    def take(self) -> Any:
        return self.thing

    def keep(self, thing: Any) -> None:
        self.thing = thing


class Client:
    """A client's leg, which takes messages or not."""

    def __init__(self, far: Far, kind: type[Upstream] = Upstream) -> None:
        self.far, self.kept = far, Kept()
        self.upstream = kind("ws://127.0.0.1:9")
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self.sent: list[Any] = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.is_gone = False

    async def send(self, event: Any) -> None:
        await self.takes.wait()
        if self.is_gone:
            raise OSError("gone")
        self.sent.append(event.get("text", event["type"]))

    async def begin(self) -> Passage:
        return Passage(self.far, Untapped())

    async def handled(self) -> asyncio.Task[None]:
        """Have code handle the connection, until it waits for both sides."""
        scope = {"type": "websocket", "extensions": {}, BELONGINGS: self.kept}
        self.events.put_nowait({"type": "websocket.connect"})
        bridge = Bridge(
            self.upstream, scope, self.events.get, self.send, self.begin, lambda headers: headers
        )
        task = asyncio.create_task(bridge.lead())
        await settled()
        return task

    async def leaves(self, task: asyncio.Task[None]) -> None:
        self.events.put_nowait({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(10):
            await task


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def client() -> Client:
    return Client(Far())


async def test_it_is_there_before_the_call_returns(client: Client) -> None:
    task = await client.handled()
    for message in "ab":
        assert client.far.says(message)
    assert client.sent == ["websocket.accept", "a", "b"]
    await client.leaves(task)
    assert (client.far.straight, client.far.closed) == (None, [1000])


async def test_what_the_client_does_not_take_goes_on_and_the_next_ones_behind_it(
    client: Client,
) -> None:
    task = await client.handled()
    client.takes.clear()
    assert [client.far.says(message) for message in "abc"] == [True, False, False]
    await settled()
    assert client.sent == ["websocket.accept"]
    client.takes.set()
    await settled()
    assert client.far.says("d")
    assert client.sent == ["websocket.accept", *"abcd"]
    await client.leaves(task)


@pytest.mark.parametrize("has_gone_on", [False, True])
async def test_what_was_begun_is_sent_by_the_next_code_and_once(
    client: Client, has_gone_on: bool
) -> None:
    task = await client.handled()
    client.takes.clear()
    assert [client.far.says(message) for message in "ab"] == [True, False]
    if has_gone_on:
        await settled()
    client.kept.leaving = True
    assert not client.far.says("c")
    task.cancel()
    await asyncio.wait({task})
    client.kept.leaving = False
    client.takes.set()
    task = await client.handled()
    assert client.far.says("d")
    assert client.sent == ["websocket.accept", "websocket.accept", *"abcd"]
    await client.leaves(task)


async def test_a_client_that_is_gone_ends_it_as_it_says(client: Client) -> None:
    task = await client.handled()
    client.is_gone = True
    assert client.far.says("a")
    await settled()
    assert not task.done()
    await client.leaves(task)
    assert client.far.closed == [1000]


async def test_the_end_comes_behind_what_has_come(client: Client) -> None:
    task = await client.handled()
    client.takes.clear()
    client.far.says("a")
    client.far.inbox.put_nowait(End(4000, "enough"))
    client.takes.set()
    async with asyncio.timeout(10):
        await task
    assert client.sent == ["websocket.accept", "a", "websocket.close"]


async def test_a_hook_is_asked_in_a_task() -> None:
    class Asking(Upstream):
        async def from_server(self, message: Any, client: str) -> Any:
            async with asyncio.timeout(10):
                await asyncio.sleep(0)
                return message.upper()

    client = Client(Far(), Asking)
    task = await client.handled()
    assert not client.far.says("a")
    await settled()
    assert client.sent == ["websocket.accept", "A"]
    await client.leaves(task)
