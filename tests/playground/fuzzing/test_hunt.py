"""Faults that nobody meets who talks as one should: each is found, made small, and told once."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App
from micropie.listing import routes
from micropie.testing.one_order import Watch
from playground.fuzzing import Finding
from playground.fuzzing.acts import conversation_of
from playground.fuzzing.hunt import Bounds, Hunt
from playground.fuzzing.trial import PATIENCE, Trial
from playground.fuzzing.usual import Usual, usual
from playground.traffic.log import Log
from tests.playground.fuzzing.fuzz_faults import FAULTS, Fault

SEED = 1


def usual_of(fault: Fault, app: type[App]) -> list[Usual]:
    """Return what is usual at its routes, as if a log had seen it."""
    return [
        each._replace(
            addresses=(fault.path or each.addresses[0],),
            messages=fault.said or each.messages,
            is_seen=bool(fault.said),
        )
        for each in usual(Log(), routes(app))
    ]


def hunted(fault: Fault, app: type[App], examples: int, *, orders: bool = False) -> list[Finding]:
    known = usual_of(fault, app)
    with Watch(PATIENCE) as watch:
        trial = Trial(app, lambda file: None, watch)
        hunt = Hunt(trial, known, Bounds(120.0, examples, SEED, orders))
        hunt.run()
    assert not hunt.refused
    return [Finding(each, known, app) for each in hunt.caught]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_made_small(name: str) -> None:
    fault = FAULTS[name]
    found = hunted(fault, fault.faulty, 36)
    meant = [each for each in found if fault.says in each.why]
    assert len(meant) == 1, [each.why for each in found]
    assert len(meant[0].acts) <= 4
    assert meant[0].severity == fault.severity


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_found_in_its_repair(name: str) -> None:
    fault = FAULTS[name]
    assert [each.why for each in hunted(fault, fault.repaired, 18)] == []


def test_the_same_seed_finds_the_same() -> None:
    fault = FAULTS["a lock is held"]
    one, other = hunted(fault, fault.faulty, 36), hunted(fault, fault.faulty, 36)
    assert [(each.why, each.conversation) for each in one] == [
        (each.why, each.conversation) for each in other
    ]
    assert one


def test_the_worst_comes_first_and_each_is_told_once() -> None:
    class Both(App):
        def __init__(self) -> None:
            super().__init__()
            self.people: list[Any] = []

        async def ws_talk(self, ws: Any) -> None:
            await ws.accept()
            self.people.append(ws)
            async for message in ws:
                await ws.send_text(message[:1].upper() + f"{1 / len(message):g}")

    found = hunted(Fault(Both, Both, "", ""), Both, 18)
    assert [each.severity for each in found] == ["server", "socket", "socket"]
    assert "self.people keeps a socket" in found[0].why
    assert sorted(type(each.error).__name__ for each in found[1:]) == [
        "TypeError",
        "ZeroDivisionError",
    ]


def test_a_fault_that_only_another_order_shows_is_found_with_orders() -> None:
    class Lost(App):
        def __init__(self) -> None:
            super().__init__()
            self.people: dict[int, Any] = {}

        async def ws_chat(self, ws: Any) -> None:
            await ws.accept()
            self.people[id(ws)] = ws
            try:
                async for _ in ws:
                    for each in self.people.values():
                        await each.send("x")
            finally:
                del self.people[id(ws)]

    fault = Fault(Lost, Lost, "", "")
    found = hunted(fault, Lost, 18, orders=True)
    changed = [each for each in found if "dictionary changed size" in each.why]
    assert changed
    assert changed[0].order is not None or any(act.at_once for act in changed[0].acts)


def test_what_only_another_order_shows_is_made_small_and_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class First(App):
        def __init__(self) -> None:
            super().__init__()
            self.said: list[Any] = []

        async def ws_chat(self, ws: Any) -> None:
            await ws.accept()
            async for message in ws:
                self.said.append(message)
                if message == "a" and "b" in self.said:
                    raise LookupError("b was first")
                await ws.send("x")

    acts = conversation_of(
        [
            ("ada", "connects", "/chat"), ("bob", "connects", "/chat"), ("ada", "sends", "hi"),
            ("ada", "sends", "a"), ("bob", "sends", "hi"), ("bob", "sends", "b"),
            ("cleo", "connects", "/chat"), ("cleo", "sends", "hi"), ("bob", "leaves"),
        ]
    )  # fmt: skip
    monkeypatch.setattr(Hunt, "_conversations", lambda hunt: iter([acts]))
    found = hunted(Fault(First, First, "", ""), First, 0, orders=True)
    assert [len(each.acts) <= 5 for each in found] == [True]
    # Made small, it may take no departure any more: only that nobody waits for another.
    is_marked = "out of turn" in repr(found[0].ladder)
    assert found[0].why.startswith("bob" if is_marked else "nobody waits for another; ")
