"""What of an app's state goes on when its code changes: what was said, and every session."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from playground import NotOnStage, serve
from playground.lab import parts_of
from tests.playground.lab_apps import Echo, on_both, serving, swapped


class Rooms(App):
    def __init__(self) -> None:
        super().__init__()
        self.rooms: list[str] = []
        self.visits = 0
        self.at_start: list[str] | None = None
        self.startup_handlers.append(self.look)

    def look(self) -> None:
        self.at_start = list(self.rooms)

    async def index(self) -> dict[str, Any]:
        return {"rooms": self.rooms, "visits": self.visits, "at_start": self.at_start}

    async def enter(self, room: str) -> str:
        self.rooms.append(room)
        self.visits += 1
        return "in"

    async def count(self) -> dict[str, int]:
        session = self.request.session
        session["times"] = session.get("times", 0) + 1
        return {"times": session["times"]}

    async def ws_count(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            session = self.request.session
            session["times"] = session.get("times", 0) + 1
            await ws.send_json(session["times"])


class More(Rooms):
    added = True


@on_both
@pytest.mark.parametrize(
    ("carry", "state"),
    [
        (False, {"rooms": [], "visits": 0, "at_start": []}),
        (["rooms"], {"rooms": ["a"], "visits": 0, "at_start": ["a"]}),
        (True, {"rooms": ["a"], "visits": 1, "at_start": ["a"]}),
    ],
)
async def test_what_is_carried_is_there_before_the_start_up(
    transport: str, carry: Any, state: dict[str, Any]
) -> None:
    lab = await serving(Rooms, transport, carry=carry)
    await lab.get("/enter/a")
    await swapped(lab, More)
    assert (await lab.get("/")).json() == state


@on_both
async def test_a_swap_may_carry_something_else_for_once(transport: str) -> None:
    lab = await serving(Rooms, transport)
    await lab.get("/enter/a")
    await swapped(lab, More, carry=["visits"])
    assert (await lab.get("/")).json()["visits"] == 1
    row = [entry.data for entry in lab.log if entry.kind == "swap"][-1]
    assert str(row).endswith("· visits carried over")
    await swapped(lab, Rooms)
    assert (await lab.get("/")).json()["visits"] == 0


@on_both
async def test_an_attribute_that_is_not_there_leaves_the_old_code_serving(transport: str) -> None:
    lab = await serving(Rooms, transport)
    await lab.get("/enter/a")
    with pytest.raises(NotOnStage, match=r"expected an attribute of Rooms to carry, got 'romos'"):
        await swapped(lab, More, carry=["romos"])
    assert (await lab.get("/")).json()["rooms"] == ["a"]
    note = parts_of(lab).staging.note
    assert note.startswith("Revision 2 did not start; revision 1 still serves")


@on_both
async def test_a_restart_starts_fresh(transport: str) -> None:
    lab = await serving(Rooms, transport, carry=True)
    await lab.get("/enter/a")
    lab.restart()
    assert (await lab.get("/")).json()["rooms"] == []


@on_both
async def test_a_session_goes_on_over_http(transport: str) -> None:
    lab = await serving(Rooms, transport)
    first = await lab.get("/count")
    cookie = {"Cookie": str(first.header("set-cookie")).partition(";")[0]}
    await swapped(lab, More)
    assert (await lab.get("/count", headers=cookie)).json() == {"times": 2}


@on_both
async def test_a_session_goes_on_over_a_socket_whose_handshake_began_it(transport: str) -> None:
    lab = await serving(Rooms, transport)
    alice = await lab.connect("/count")
    for number in range(1, 4):
        await alice.send("?")
        assert await alice.receive_json() == number
        await swapped(lab, More if number % 2 else Rooms)


@pytest.mark.live
def test_what_to_carry_is_checked_before_anything_is_served() -> None:
    with pytest.raises(TypeError, match=r"write carry=\['rooms'\]"):
        serve(Rooms, carry="rooms")
    lab = serve(Rooms)
    with pytest.raises(TypeError, match="carry"):
        lab.swap(More, carry="rooms")


@on_both
async def test_code_that_introduces_what_is_to_be_carried_is_served(transport: str) -> None:
    lab = await serving(Echo, transport, carry=["visits"])
    await swapped(lab, Rooms)
    assert lab.revision == 2
    assert any(
        str(entry.data).startswith("visits not carried over: Echo had none") for entry in lab.log
    )
    await lab.get("/enter/a")
    await swapped(lab, More)
    assert (await lab.get("/")).json()["visits"] == 1
