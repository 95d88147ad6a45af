"""What holds for a few holds for very many: for `make soak`; their small sisters run always."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any, Literal

import pytest

from micropie import App, ConnectionClosed
from playground import serve
from tests.playground.kernels import Kernel

pytestmark = [pytest.mark.soak, pytest.mark.live]

MESSAGES = 100_000
CLIENTS = 1_000
KERNELS = 30


class Room(App):
    """Answers, and passes on to all."""

    def __init__(self) -> None:
        super().__init__()
        self.here: set[Any] = set()

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)

    async def ws_room(self, ws: Any) -> None:
        await ws.accept()
        self.here.add(ws)
        try:
            async for message in ws:
                for other in list(self.here):
                    await other.send_text(message)
        except ConnectionClosed:
            pass
        finally:
            self.here.discard(ws)


@pytest.mark.parametrize("transport", ["memory", "server"])
async def test_every_message_is_answered_and_logged_or_counted(
    transport: Literal["memory", "server"],
) -> None:
    lab = serve(Room, transport=transport)
    alice = await lab.connect("/echo", client="alice")
    for start in range(0, MESSAGES, 100):
        for number in range(start, start + 100):
            await alice.send(str(number))
        for number in range(start, start + 100):
            assert await alice.receive() == str(number)
    await alice.close()
    await lab.until("client:alice kind:close")
    # An exchange, its handshake and its close beside two entries of each message.
    assert len(lab.log) + lab.log.dropped >= 2 * MESSAGES


async def test_a_broadcast_reaches_a_thousand_clients_and_all_are_let_go() -> None:
    lab = serve(Room)
    clients = []
    for _ in range(CLIENTS // 50):
        clients += await asyncio.gather(*(lab.connect("/room") for _ in range(50)))
    await clients[0].send("all of you")
    heard = await asyncio.gather(*(client.receive() for client in clients))
    assert heard == ["all of you"] * CLIENTS
    await asyncio.gather(*(client.close() for client in clients))
    assert [client.state for client in clients if client.state != "closed"] == []


SERVE = """
from micropie import App
from playground import serve
class Chat(App):
    async def index(self):
        return "kernel NUMBER"
lab = serve(Chat)
"""


def test_thirty_kernels_each_serve_their_own_app() -> None:
    with ExitStack() as stack:
        kernels = [stack.enter_context(Kernel()) for _ in range(KERNELS)]
        for number, kernel in enumerate(kernels):
            kernel.run(SERVE.replace("NUMBER", str(number)))
        urls = {kernel.run("lab.local_url").value for kernel in kernels}
        assert len(urls) == KERNELS
        for number, kernel in enumerate(kernels):
            assert kernel.run("(await lab.get('/')).text").value == f"'kernel {number}'"
