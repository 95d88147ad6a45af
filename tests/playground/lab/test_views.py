"""How a lab is looked at: its ladder shows what really passed."""

from __future__ import annotations

from pathlib import Path

from playground.widgets import Ladder, TrafficTable
from tests.playground.lab_apps import Echo, on_both, serving


@on_both
async def test_the_ladder_shows_an_echo_and_its_cause(transport: str, tmp_path: Path) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    await alice.receive()
    lines = repr(lab.ladder).split("\n")
    picture = lab.ladder.save(tmp_path / "echo.svg", "client:alice").read_text("utf-8")
    for told in ("opened /echo", "accepted", "hi", "Echo: hi"):
        assert any(line.endswith(f"  {told}") for line in lines), told
    said = next(entry.seq for entry in lab.log if entry.data == "hi")
    assert f"#{said} alice to server: text hi, caused 1 message<" in picture
    assert f"server to alice: text Echo: hi, caused by #{said}<" in picture


@on_both
async def test_table_and_ladder_are_faces_of_one_log(transport: str) -> None:
    lab = await serving(Echo, transport)
    assert isinstance(lab.ladder, Ladder)
    assert isinstance(lab.traffic, TrafficTable)
    assert lab.ladder is lab.ladder
    assert lab.ladder.of == lab.traffic.of
    assert lab.ladder.names is lab.traffic.names
