"""New code takes over both legs: no message lost, none twice, and the far side notices nothing."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from micropie import App
from playground import Lab, Upstream
from tests.playground.upstream.far import LONG, address, dialled, echo, far_side, led_to, until

pytestmark = pytest.mark.live


class Marked(Upstream):
    mark = ""

    async def from_server(self, message: Any, client: str) -> Any:
        return f"{self.mark}{message}"


def marked(mark: str) -> type[Upstream]:
    return type("Marked", (Marked,), {"mark": mark})


class Counted:
    """A far side that counts who came, and how they left."""

    def __init__(self) -> None:
        self.came = 0
        self.left: list[int | None] = []

    async def __call__(self, ws: ServerConnection) -> None:
        self.came += 1
        await echo(ws)
        await ws.wait_closed()
        self.left.append(ws.close_code)


async def test_a_swap_keeps_both_legs_open() -> None:
    counted = Counted()
    async with far_side(counted) as url:
        lab = led_to(url, marked("old "))
        alice = await lab.connect("/", client="alice")
        await alice.send("hi")
        assert await alice.receive() == "old hi"
        lab.swap(marked("new ")(url))
        await alice.send("hi")
        assert await alice.receive() == "new hi"
        assert (alice.state, counted.came, counted.left) == ("open", 1, [])
    assert "1 socket handed over" in str(lab.log.filter("kind:swap")[-1].data)


async def test_after_a_swap_to_another_address_an_open_socket_keeps_its_far_leg() -> None:
    first, second = Counted(), Counted()
    async with far_side(first) as one, far_side(second) as other:
        lab = led_to(one)
        alice = await lab.connect("/", client="alice")
        lab.swap(marked("new ")(other))
        await alice.send("hi")
        assert await alice.receive() == "new hi"
        await lab.connect("/", client="bob")
        assert (first.came, second.came) == (1, 1)


class Own(App):
    async def ws_index(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"own {message}")


async def test_after_a_swap_to_another_kind_of_app_the_far_leg_ends() -> None:
    counted = Counted()
    async with far_side(counted) as url:
        lab = led_to(url)
        alice = await lab.connect("/", client="alice")
        lab.swap(Own)
        await alice.send("hi")
        assert await alice.receive() == "own hi"
        await until(lambda: counted.left)
        assert counted.left == [1001]
        lab.swap(marked("back ")(url))
        await alice.send("hi")
        assert await alice.receive() == "back hi"
        assert counted.came == 2


async def test_a_handshake_that_is_under_way_is_taken_over_with_its_far_leg() -> None:
    came, go = 0, asyncio.Event()

    async def wait(ws: ServerConnection, request: Any) -> None:
        nonlocal came
        came += 1
        await go.wait()

    async with far_side(process_request=wait) as url:
        lab = led_to(url, marked("old "))
        connecting = asyncio.create_task(lab.connect("/", client="alice", timeout=LONG))
        await until(lambda: came)
        await asyncio.to_thread(lab.swap, marked("new ")(url))
        go.set()
        alice = await connecting
        await alice.send("hi")
        assert await alice.receive() == "new hi"
        assert came == 1


async def test_what_comes_while_the_old_code_is_at_work_is_the_new_codes() -> None:
    class Slow(Upstream):
        async def from_server(self, message: Any, client: str) -> Any:
            await asyncio.sleep(0.05)
            return f"old {message}"

    async with far_side() as url:
        lab = led_to(url, Slow)
        alice = await lab.connect("/", client="alice")
        for number in range(10):
            await alice.send(str(number))
        await asyncio.to_thread(lab.swap, marked("new ")(url))
        got = [str(await alice.receive()).split() for _ in range(10)]
        assert [number for _, number in got] == [str(number) for number in range(10)]
        assert got[-1][0] == "new"


async def test_a_message_that_waits_for_a_client_to_read_outlives_the_swap() -> None:
    async def talk(ws: ServerConnection) -> None:
        for number in range(300):
            await ws.send(number.to_bytes(4, "big") + b"x" * 65_536)
        await ws.wait_closed()

    async with far_side(talk, compression=None) as url:
        lab = led_to(url)
        async with dialled(address(lab), compression=None, max_queue=1) as ws:
            # The hand-over takes its grace period: what the old code has is for the new one.
            await asyncio.to_thread(lab.swap, Upstream(url))
            got = [int.from_bytes((await ws.recv())[:4], "big") for _ in range(300)]  # type: ignore[arg-type]
            assert got == list(range(300))


async def run(messages: int, swaps: int, clients: int) -> tuple[Lab, Counted]:
    """Have clients talk while the code is swapped; check that each hears its own, in order."""
    counted = Counted()
    each = messages // clients
    async with far_side(counted) as url:
        lab = led_to(url)
        sockets = [await dialled(address(lab)) for _ in range(clients)]

        async def send(ws: Any) -> None:
            for number in range(each):
                await ws.send(str(number))

        async def hear(ws: Any) -> list[int]:
            return [int(str(await ws.recv()).split()[-1]) for _ in range(each)]

        talk = asyncio.gather(*map(send, sockets), *map(hear, sockets))
        chance = random.Random(5)
        for number in range(swaps):
            await asyncio.to_thread(lab.swap, marked(f"{number} ")(url))
            # Some come before the code before them has begun.
            await asyncio.sleep(chance.choice((0, 0, chance.random() * 0.01)))
        heard = [found for found in await asyncio.wait_for(talk, 600) if found is not None]
        assert heard == [list(range(each))] * clients
        assert (counted.came, counted.left) == (clients, [])
        for ws in sockets:
            await ws.close()
    return lab, counted


async def test_two_thousand_messages_across_swaps_come_once_and_in_order() -> None:
    await run(2000, 8, 4)


@pytest.mark.soak
async def test_a_hundred_thousand_messages_across_a_hundred_swaps_come_once_and_in_order() -> None:
    await run(100_000, 100, 10)
