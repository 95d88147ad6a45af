"""A guest is a guest, whatever it calls itself: in the log, on the faces, and in what is saved."""

from __future__ import annotations

from typing import Any

import pytest
import websockets

from playground import check, exercise, serve
from playground.checks import Play
from tests.playground.lab_apps import Echo, serving


async def say(lab: Any, path: str, text: str, **options: Any) -> None:
    """Connect as another program does, and talk."""
    address = f"ws://127.0.0.1:{lab.port}{path}"
    async with websockets.connect(address, **options) as stranger:
        await stranger.send(text)
        await stranger.recv()


@pytest.mark.live
@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/echo", {"additional_headers": {"x-playground-client": "alice"}}),
        ("/.well-known/playground/open?to=/echo&as=alice", {}),
    ],
)
async def test_a_second_alice_is_a_guest_everywhere(path: str, options: dict[str, Any]) -> None:
    lab = await serving(Echo)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("mine")
    await alice.receive()
    await say(lab, path, "not mine", **options)
    await lab.until("client:alice-2 kind:close")
    spoken = {entry.data: lab.log.exchange(entry.exchange) for entry in lab.log.filter("kind:text")}
    assert {said: exchange and exchange.client for said, exchange in spoken.items()} == {
        "mine": "alice", "Echo: mine": "alice", "not mine": "alice-2", "Echo: not mine": "alice-2",
    }  # fmt: skip
    assert "alice-2" in lab.ladder.still_text()
    assert "alice_2.send" in lab.log.to_pytest("m:Echo")
    assert '"_client": "alice-2"' in lab.log.to_har()
    assert lab.guests == []


@pytest.mark.live
async def test_a_guest_is_seen_while_it_is_there_though_it_calls_itself_like_a_client() -> None:
    lab = await serving(Echo)
    await lab.connect("/echo", client="alice")
    named = {"x-playground-client": "alice"}
    async with websockets.connect(f"ws://127.0.0.1:{lab.port}/echo", additional_headers=named):
        assert [(each.name, each.path) for each in lab.guests] == [("alice-2", "/echo")]
        assert [each["name"] for each in lab.console().state()["guests"]] == ["alice-2"]
        assert "alice-2 · /echo · open, a guest" in lab.console().still_text()


@pytest.mark.live
async def test_a_guest_that_was_there_first_makes_way_for_an_own_client_of_its_name() -> None:
    lab = await serving(Echo)
    named = {"x-playground-client": "ada"}
    address = f"ws://127.0.0.1:{lab.port}/echo"
    async with websockets.connect(address, additional_headers=named) as stranger:
        await stranger.send("guest")
        await stranger.recv()
        assert [each.name for each in lab.guests] == ["ada"]
        own = await lab.connect("/echo", client="ada")
        await own.send("own")
        await own.receive()
        assert [each.name for each in lab.guests] == ["ada-2"]
        (wrote,) = lab.log.filter("client:ada-2 dir:client kind:text")
        assert wrote.data == "guest"


@pytest.mark.live
async def test_a_free_name_is_not_a_guests() -> None:
    lab = await serving(Echo)
    named = {"x-playground-client": "alice"}
    async with websockets.connect(f"ws://127.0.0.1:{lab.port}/echo", additional_headers=named):
        assert (await lab.connect("/echo")).name == "bob"


@exercise("guests-echo", "Answer each message at /echo with itself.")
async def guests_echo(play: Play) -> None:
    client = await play.connect("/echo")
    await client.send("hi")
    await client.expect("hi")
    seen.append([entry for entry in play.lab.log if entry.kind == "open"])
    assert play.lab.guests == []


seen: list[Any] = []


@pytest.mark.live
async def test_nobody_walks_into_a_rehearsal_whose_secret_is_not_kept_either() -> None:
    class Plain(Echo):
        async def ws_echo(self, ws: Any) -> None:
            await ws.accept()
            async for message in ws:
                await ws.send_text(message)

    lab = serve(Plain)
    assert (await check("guests-echo", lab)).done
    for number in range(4):
        told = {"x-playground-rehearsal": str(number)}
        with pytest.raises(websockets.InvalidStatus, match=r"403|503"):
            await say(lab, "/echo", "intruder", additional_headers=told)
    assert [name for each in lab.log.exchanges for name, _ in each.headers if "play" in name] == []
    assert {each.client for each in lab.log.exchanges} == {
        "check",
        "python-1",
        "python-2",
        "python-3",
        "python-4",
    }


@pytest.mark.live
async def test_a_client_says_no_more_than_can_be_seen() -> None:
    lab = await serving(Echo)
    client = await lab.connect("/echo?a=%E2%80%AE", client="a\u202ec\x1b[31m\u3164")
    assert repr(client).isascii()
    assert repr(lab.clients).isascii()
    await client.close(4000, "b\u202eye")
    with pytest.raises(ConnectionError) as closed:
        await client.send("x")
    assert str(closed.value).isascii()
    with pytest.raises(TimeoutError) as late:
        await (await lab.connect("/echo", client="l\u202eate")).receive(timeout=0.01)
    assert str(late.value).isascii()
    lab.stop()
