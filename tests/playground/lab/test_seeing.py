"""Each change of what an app's attributes hold is a row, with its cause, and can be had back."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from pathlib import Path
from typing import Any, ClassVar

import pytest

from micropie import App
from playground import Lab
from playground.lab import parts_of
from playground.sight.moments import STRETCH
from playground.traffic.log import Log
from playground.traffic.model import Entry
from tests.playground.lab_apps import TRANSPORTS, on_both, serving, swapped, until


class Thing:
    pass


class Chat(App):
    shared: ClassVar[list[int]] = []

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, set[Any]] = {}
        self.count = 0
        self.go = asyncio.Event()

    async def index(self) -> str:
        self.count += 1
        return "hello"

    async def ws_chat(self, ws: Any, room: str = "lobby") -> None:
        await ws.accept()
        self.rooms.setdefault(room, set()).add(ws)
        try:
            async for message in ws:
                await self.does(ws, room, message)
        finally:
            self.rooms[room].discard(ws)

    async def does(self, ws: Any, room: str, message: str) -> None:
        if message == "timer":
            asyncio.get_running_loop().call_soon(setattr, self, "count", 100)
            return
        if message == "sleeps":
            self.count += 1
            await self.go.wait()
        if message == "thing":
            self.rooms["things"] = {Thing()}
        self.count += 10
        for each in self.rooms[room]:
            await each.send_text(message)

    @property
    def computed(self) -> int:
        raise AssertionError("code of the app's was run")


class Other(Chat):
    """New code, which has other state."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 7


@pytest.fixture(params=TRANSPORTS)
async def lab(request: pytest.FixtureRequest) -> Lab:
    return await serving(Chat, request.param, see=["rooms", "count"])


def told(lab: Lab, which: str = "") -> list[Any]:
    return [each.data for each in lab.log.filter(f"kind:state {which}".strip())]


async def changed(lab: Lab, line: str) -> Entry:
    """Wait for the row that says it."""
    return await lab.until(lambda entry: entry.kind == "state" and line in str(entry.data))


async def test_a_change_is_due_to_the_message_at_which_it_is_made(lab: Lab) -> None:
    bob = await lab.connect("/chat", client="bob")
    joined = await changed(lab, "+ rooms.lobby: bob")
    opened = next(each for each in lab.log if each.kind == "open")
    assert (joined.cause, joined.sender) == (opened.seq, "server")
    assert lab.log.exchange(joined.exchange).client == "bob"  # type: ignore[union-attr]
    await bob.send("hi")
    await bob.receive()
    counted = await changed(lab, "count: 1 → 11")
    message = next(each for each in lab.log.filter("client:bob dir:client kind:text"))
    assert (counted.cause, counted.revision) == (message.seq, 1)
    assert counted.where is not None
    # It stands where it was made: before what the handler sent next.
    answer = next(each for each in lab.log.filter("dir:server kind:text"))
    assert message.seq < counted.seq < answer.seq
    await bob.close()
    left = await changed(lab, "- rooms.lobby: bob")
    assert lab.log.entry(left.cause or 0).kind == "close"  # type: ignore[union-attr]


async def test_a_request_changes_too(lab: Lab) -> None:
    await lab.get("/", client="cid")
    await changed(lab, "count: 1 → 2")
    last = list(lab.log.filter("client:cid"))[-3:]
    assert [each.kind for each in last] == ["request", "state", "response"]
    assert last[1].cause == last[0].seq


async def test_what_there_is_at_first_is_no_change(lab: Lab) -> None:
    assert told(lab) == ["count: 0 → 1"]  # the first request's
    assert [str(each.data) for each in lab.log.filter("kind:lab")] == [
        "from here on each change of rooms, count is a row"
    ]


async def test_what_a_timer_changes_is_due_to_nothing(lab: Lab) -> None:
    bob = await lab.connect("/chat", client="bob")
    await bob.send("timer")
    row = await changed(lab, "→ 100")
    assert (row.cause, row.exchange, row.where) == (None, 0, None)


async def test_who_sleeps_over_a_message_has_changed_it(lab: Lab) -> None:
    ann = await lab.connect("/chat", client="ann")
    bob = await lab.connect("/chat?room=other", client="bob")
    await ann.send("sleeps")
    row = await changed(lab, "count: 1 → 2")
    message = next(iter(lab.log.filter("client:ann kind:text dir:client")))
    assert row.cause == message.seq
    # What another does meanwhile is that one's.
    await bob.send("hi")
    await bob.receive()
    other = await changed(lab, "count: 2 → 12")
    assert lab.log.exchange(other.exchange).client == "bob"  # type: ignore[union-attr]
    parts_of(lab).staging.app.go.set()


async def test_the_state_as_of_a_row_can_be_had(lab: Lab) -> None:
    before = lab.log.last
    ann = await lab.connect("/chat", client="ann")
    await changed(lab, "ann")
    between = lab.log.last
    bob = await lab.connect("/chat", client="bob")
    await changed(lab, "bob")
    assert lab.state(before) == {"rooms": {}, "count": 1}
    assert lab.state(between) == {"rooms": {"lobby": ["ann"]}, "count": 1}
    assert lab.state() == {"rooms": {"lobby": ["ann", "bob"]}, "count": 1}
    with pytest.raises(LookupError, match="a known state, got 999999; it is known from #"):
        lab.state(999_999)
    with pytest.raises(TypeError, match=r"lab\.state\(12\)"):
        lab.state("12")  # type: ignore[arg-type]
    await ann.close()
    await bob.close()


@on_both
async def test_sockets_that_are_open_are_seen_from_when_it_is_asked_for(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/chat", client="bob")
    assert all(each.witness is None for each in parts_of(lab).stage.connections)
    assert lab.see("rooms") == ("rooms",)
    assert lab.see("count") == ("rooms", "count")
    assert lab.state() == {"rooms": {"lobby": ["bob"]}, "count": 1}
    await bob.send("hi")
    await bob.receive()
    row = await changed(lab, "count: 1 → 11")
    assert lab.log.exchange(row.exchange).client == "bob"  # type: ignore[union-attr]
    assert lab.see() == ()
    await until(lambda: all(each.witness is None for each in parts_of(lab).stage.connections))
    await bob.send("hi")
    await bob.receive()
    assert told(lab) == ["count: 1 → 11"]
    with pytest.raises(RuntimeError, match=r'write lab\.see\("rooms"\) first'):
        lab.state()


async def test_a_swap_is_a_change_of_all_that_is_not_carried(lab: Lab) -> None:
    bob = await lab.connect("/chat", client="bob")
    await changed(lab, "bob")
    await swapped(lab, Other, carry=["rooms"])
    row = await changed(lab, "count: 1 → 7")
    assert lab.log.entry(row.cause or 0).kind == "swap"  # type: ignore[union-attr]
    # The old handler has left the room that is carried, and the new one let bob in again.
    joined = await lab.until('kind:state "+ rooms.lobby: bob"', after=row.seq)
    await swapped(lab, Chat)
    row = await changed(lab, "count: 7 → 0")
    assert "- rooms.lobby" in str(row.data)
    await lab.until('kind:state "+ rooms.lobby: bob"', after=max(row.seq, joined.seq))
    await bob.send("hi")
    await bob.receive()
    await changed(lab, "count: 0 → 10")


async def test_a_restart_begins_anew(lab: Lab) -> None:
    bob = await lab.connect("/chat", client="bob")
    await bob.send("hi")
    await bob.receive()
    lab.restart()
    await lab.get("/")
    await changed(lab, "count: 0 → 1")
    assert lab.state() == {"rooms": {}, "count": 1}
    lab.stop()
    assert lab.state()["rooms"] == {}


@on_both
async def test_serving_again_sees_what_was_seen_unless_told(transport: str) -> None:
    lab = await serving(Chat, transport, see=["rooms"])
    assert (await serving(Chat, transport)) is lab
    assert parts_of(lab).seeing.names == ("rooms",)
    await serving(Chat, transport, see=["count"])
    assert parts_of(lab).seeing.names == ("count",)
    await serving(Chat, transport, see=[])
    assert parts_of(lab).seeing.names == ()


async def test_what_cannot_be_seen_is_said(lab: Lab) -> None:
    with pytest.raises(TypeError, match=r"got 'rooms'; write see=\['rooms'\]"):
        await serving(Chat, see="rooms")
    with pytest.raises(TypeError, match="got 7; write it as text"):
        lab.see(7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"got 'rooms\['"):
        lab.see("rooms[")
    lab.see("computed", "shared", "go")
    said = [str(each.data) for each in lab.log.filter("kind:lab")]
    assert any("has no attribute computed that could be seen" in each for each in said)
    assert lab.state()["shared"] == []
    assert "computed" not in lab.state()


async def test_nothing_that_is_seen_is_kept_alive(lab: Lab) -> None:
    bob = await lab.connect("/chat", client="bob")
    await bob.send("thing")
    await bob.receive()
    await changed(lab, "+ rooms.things: <Thing>")
    gone = weakref.ref(next(iter(lab.app.rooms["things"])))
    del lab.app.rooms["things"]
    await changed(lab, "- rooms.things: <Thing>")
    gc.collect()
    assert gone() is None


async def test_a_file_holds_the_changes(lab: Lab, tmp_path: Path) -> None:
    bob = await lab.connect("/chat", client="bob")
    await changed(lab, "bob")
    lab.log.save(tmp_path / "chat.jsonl")
    loaded = Log.load(tmp_path / "chat.jsonl")
    assert list(loaded.filter("kind:state")) == list(lab.log.filter("kind:state"))
    lab.log.save(tmp_path / "chat.har")
    # There they are no messages, and only for us.
    har = json.loads((tmp_path / "chat.har").read_text())
    assert "rooms.lobby" not in str(
        [
            each["_webSocketMessages"]
            for each in har["log"]["entries"]
            if "_webSocketMessages" in each
        ]
    )
    assert list(Log.load(tmp_path / "chat.har").filter("kind:state")) == list(
        lab.log.filter("kind:state")
    )
    assert "rooms.lobby" not in lab.log.to_pytest("chat:Chat")
    await bob.close()


async def test_very_many_changes_are_kept_within_the_bounds_of_the_log() -> None:
    lab = await serving(Chat, "memory", see=["count"], max_entries=1_000, max_bytes=100_000)
    for number in range(3_000):
        lab.app.count = number
        parts_of(lab).seeing._state.ticks()
    moments = parts_of(lab).seeing._state.moments
    assert len(moments) <= 1_000 + STRETCH
    assert moments.weight <= 100_000 // 4
    with pytest.raises(LookupError, match="known from #"):
        lab.state(3)
    assert lab.state() == {"count": 2_999}


async def test_unrecorded_changes_are_in_the_state(lab: Lab) -> None:
    lab.log.recording = False
    await lab.get("/")
    lab.log.recording = True
    assert lab.state()["count"] == 2
