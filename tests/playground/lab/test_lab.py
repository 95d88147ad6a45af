"""The lab as its user holds it: a short list of names, each for users and each explained."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from playground import Lab
from tests.playground.lab_apps import Echo, Loud, on_both, serving, swapped


@pytest.fixture
async def names() -> list[str]:
    return [name for name in dir(await serving(Echo, "memory")) if not name.startswith("_")]


async def test_tab_shows_a_list_that_can_be_read(names: list[str]) -> None:
    assert len(names) <= 56


async def test_every_name_says_what_it_is_for(names: list[str]) -> None:
    assert {"name", "log"} <= set(names)  # attributes: the class's docstring has them
    explained = [getattr(Lab, name) for name in names if name not in ("name", "log")]
    assert [each for each in explained if not each.__doc__] == []


async def test_the_map_has_each_name_in_one_place(names: list[str]) -> None:
    lines = (each[4:] for each in inspect.getdoc(Lab).splitlines() if each.startswith("    "))  # type: ignore[union-attr]
    found = [name for line in lines for name in line[:22].replace(",", " ").split()]
    assert sorted(found) == sorted(names)


@on_both
async def test_what_becomes_of_sockets_can_be_changed_while_it_serves(transport: str) -> None:
    lab: Any = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    lab.on_swap = "close"
    before = lab.log.last
    await swapped(lab, Loud)
    await lab.until("client:alice kind:accept", after=before)
    await alice.send("hi")
    assert await alice.receive() == "HI"
    assert any(entry.kind == "close" and entry.code == 1012 for entry in lab.log)
