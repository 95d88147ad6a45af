"""A lab shows frames to whoever asks: ping, pong, pieces, compression and closes, through swaps."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import websockets

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of
from playground.traffic.model import Entry
from tests.playground.lab_apps import Echo, Loud, serving, swapped, until

pytestmark = pytest.mark.live


class Closing(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        await ws.receive_text()
        await ws.close(4000, "enough")


def frames(lab: Lab, client: str = "") -> list[Entry]:
    return list(lab.log.filter(f"kind:frame client:{client}" if client else "kind:frame"))


def told(lab: Lab) -> list[str]:
    return [f"{entry.sender} {entry.note}" for entry in frames(lab)]


def mine(lab: Lab, **options: Any) -> Any:
    """Connect as a learner does who brings a client of their own."""
    options = {"compression": None, "proxy": None, **options}
    return websockets.connect(f"ws://127.0.0.1:{lab.port}/echo", **options)


async def test_a_lab_records_no_frames_unless_asked_to() -> None:
    lab = await serving(Echo)
    async with mine(lab, compression="deflate") as client:
        await client.send("hi")
        await client.recv()
        assert client.protocol.extensions == []
    assert frames(lab) == []


async def test_each_frame_says_what_it_is_and_a_payload_is_kept_once() -> None:
    lab = await serving(Echo, frames=True)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    await alice.receive()
    first, second = frames(lab, "alice")
    assert (first.sender, first.note, first.size, first.data) == (
        "client", "text, FIN, masked", 2, None,
    )  # fmt: skip
    assert (second.sender, second.note, second.size, second.data) == (
        "server", "text, FIN", len("Echo: hi"), None,
    )  # fmt: skip
    message = next(entry for entry in lab.log if entry.data == "hi")
    assert second.cause == message.seq
    assert first.exchange == second.exchange == message.exchange


async def test_the_pieces_of_a_message_are_frames_of_their_own() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        await client.send(["one, ", "two, ", "three"])
        assert await client.recv() == "Echo: one, two, three"
    assert [(entry.note, entry.size) for entry in frames(lab)][:4] == [
        ("text, masked", 5), ("continuation, masked", 5), ("continuation, masked", 5),
        ("continuation, FIN, masked", 0),
    ]  # fmt: skip
    texts = [entry.data for entry in lab.log if entry.kind == "text"]
    assert texts == ["one, two, three", "Echo: one, two, three"]


async def test_a_pong_is_due_to_the_ping_it_answers() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        await (await client.ping(b"there?"))
        ping, pong = frames(lab)
    assert (ping.sender, ping.data, ping.cause) == ("client", "there?", None)
    assert (pong.sender, pong.data, pong.cause) == ("server", "there?", ping.seq)


async def test_the_pings_that_keep_a_connection_alive_are_seen_and_nobodys_doing() -> None:
    lab = await serving(Echo, frames=True)
    parts_of(lab).transport._thread.server.config.ws_ping_interval = 0.02  # type: ignore[attr-defined]
    async with mine(lab) as client:
        await client.send("hi")
        await client.recv()
        await until(lambda: sum("pong" in each for each in told(lab)) >= 2)
        pings = [entry for entry in frames(lab) if str(entry.note).startswith("ping")]
        pongs = [entry for entry in frames(lab) if str(entry.note).startswith("pong")]
    assert {(entry.sender, entry.cause, entry.size) for entry in pings} == {("server", None, 4)}
    assert pongs[0].sender == "client"
    assert [entry.cause for entry in pongs] == [entry.seq for entry in pings[: len(pongs)]]


async def test_compression_is_seen_where_the_client_offers_it() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab, compression="deflate") as client:
        await client.send("x" * 500)
        await client.recv()
    heard, said = frames(lab)[:2]
    assert (heard.size, said.size) == (500, 506)
    for entry in (heard, said):
        assert "RSV1" in str(entry.note)
        assert "compressed to" in str(entry.note)


async def test_a_close_from_the_client_is_echoed_and_that_is_its_cause() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        await client.close(4001, "bye")
    await lab.until("kind:close", timeout=20)
    theirs, ours = frames(lab)
    assert (theirs.sender, theirs.code, theirs.data) == ("client", 4001, "bye")
    assert (ours.sender, ours.code, ours.cause) == ("server", 4001, theirs.seq)


async def test_a_close_from_the_handler_is_due_to_its_message_and_answered() -> None:
    lab = await serving(Closing, frames=True)
    async with mine(lab) as client:
        await client.send("go")
        await client.wait_closed()
    await until(lambda: len(frames(lab)) == 3)
    message = next(entry for entry in lab.log if entry.data == "go")
    _, ours, theirs = frames(lab)
    assert (ours.sender, ours.code, ours.data, ours.cause) == (
        "server", 4000, "enough", message.seq,
    )  # fmt: skip
    assert (theirs.sender, theirs.code, theirs.cause) == ("client", 4000, ours.seq)
    assert lab.log.exchange(theirs.exchange) is not None


async def test_a_swap_does_not_interrupt_the_watch() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        await client.send("hi")
        assert await client.recv() == "Echo: hi"
        await swapped(lab, Loud)
        await client.send("hi")
        assert await client.recv() == "HI"
        await (await client.ping())
    kinds = [str(entry.note).partition(",")[0] for entry in frames(lab)]
    assert kinds[:6] == ["text"] * 4 + ["ping", "pong"]
    assert [entry.revision for entry in frames(lab)][:4] == [1, 1, 2, 2]
    assert len({entry.exchange for entry in frames(lab)}) == 1


async def test_a_stop_is_seen_as_the_close_it_sends() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        lab.stop()
        await client.wait_closed()
    assert any(entry.sender == "server" and entry.code == 1012 for entry in frames(lab))


async def test_a_learners_own_client_is_not_touched() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        assert client.protocol.extensions == []
        assert "recv_frame" not in vars(client.protocol)
        assert "send_frame" not in vars(client.protocol)


async def test_served_again_without_frames_new_connections_show_none() -> None:
    lab = await serving(Echo, frames=True)
    assert await serving(Echo) is lab
    async with mine(lab, compression="deflate") as client:
        await client.send("hi")
        await client.recv()
        assert client.protocol.extensions == []
    assert frames(lab) == []
    serve(Echo, frames=True)
    async with mine(lab) as client:
        await client.send("hi")
        await client.recv()
    assert len(frames(lab)) >= 2


async def test_without_a_wire_it_is_said_and_messages_are_recorded() -> None:
    lab = await serving(Echo, "memory", frames=True)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    await alice.receive()
    await serving(Echo, "memory", frames=True)
    said = [entry.data for entry in lab.log if entry.kind == "lab"]
    assert said == [
        "There are no frames with transport='memory': messages are handed over in the kernel, "
        "over no wire. They are recorded as ever."
    ]
    assert frames(lab) == []
    assert [entry.data for entry in lab.log if entry.kind == "text"] == ["hi", "Echo: hi"]
    assert lab.doctor()["frames"].said.startswith("There are no frames with transport='memory'")


async def test_the_doctor_knows_whether_frames_are_recorded() -> None:
    lab = await serving(Echo)
    finding = (await asyncio.to_thread(lab.doctor))["frames"]
    assert (finding.state, finding.remedy) == ("aside", "serve(…, frames=True) records them.")
    lab.frames = True
    assert (await asyncio.to_thread(lab.doctor))["frames"].state == "right"


async def test_many_who_talk_at_once_keep_their_frames_apart() -> None:
    lab = await serving(Echo, frames=True)

    async def talk(number: int) -> None:
        async with mine(lab, compression="deflate" if number % 2 else None) as client:
            for length in range(1, 20):
                await client.send("x" * length * number)
                assert len(await client.recv()) == length * number + len("Echo: ")

    await asyncio.gather(*(talk(number) for number in range(1, 9)))
    for exchange in {entry.exchange for entry in frames(lab)}:
        of_one = [entry for entry in lab.log if entry.exchange == exchange]
        sizes = [entry.size for entry in of_one if entry.kind == "text"]
        data = [
            entry.size
            for entry in of_one
            if entry.kind == "frame" and str(entry.note).startswith("text")
        ]
        assert data == sizes
        assert len(sizes) == 38


async def test_a_close_for_a_broken_frame_is_due_to_that_frame() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        await client.send("hi")
        await client.recv()
        client.transport.write(bytes([0x09, 0x81, 0, 0, 0, 0, 0x41]))  # a ping in pieces
        await client.wait_closed()
    await lab.until("kind:close", timeout=20)
    broken, close = frames(lab)[2:4]
    assert (broken.note, broken.data) == ("ping, masked, not taken", "A")
    assert (close.sender, close.code, close.cause) == ("server", 1002, broken.seq)


async def test_what_a_saved_notebook_shows_counts_the_frames_and_leaves_them_out() -> None:
    lab = await serving(Echo, frames=True)
    async with mine(lab) as client:
        await (await client.ping())
        stills = [lab.traffic.still_text(), lab.traffic.still_html(), lab.ladder.still_text()]
        for still in (*stills, lab.ladder._still_picture()):
            assert "2 frames not shown" in still
            assert "ping" not in still
        assert "frame ping" in repr(lab.log[:])
