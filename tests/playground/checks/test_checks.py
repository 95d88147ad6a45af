"""Checks of a lab: what they leave alone, when they are made again, and that they always end."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from micropie import App
from playground import Lab, check, exercise, serve
from playground.checks import Play, exercises
from playground.checks import checks as checks_room
from playground.lab import parts_of
from tests.playground.lab_apps import Echo, Loud, on_both, serving, swapped

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def _own_exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    exercises.names()
    monkeypatch.setattr(exercises, "_known", dict(exercises._known))


class Counter(App):
    """Counts in its instance; says so when it starts and ends."""

    started: int = 0
    ended: int = 0

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.startup_handlers.append(self.start)
        self.shutdown_handlers.append(self.end)

    async def start(self) -> None:
        Counter.started += 1

    async def end(self) -> None:
        Counter.ended += 1

    async def index(self) -> str:
        self.count += 1
        return str(self.count)


@on_both
async def test_an_app_is_checked_and_checked_again_when_it_changes(transport: str) -> None:
    lab = await serving(Echo, transport)
    checks = await check("echo-upper", lab)
    assert checks["echo-upper"].fault == "sent 'hi', expected 'HI', got 'Echo: hi'"
    assert not checks.done
    await swapped(lab, Loud)
    assert (await checks).done
    assert checks["echo-upper"].revision == 2
    await swapped(lab, revision=1)
    assert (await checks)["echo-upper"].state == "open"


async def test_code_that_is_still_on_its_way_to_the_stage_is_what_is_checked() -> None:
    class Slow(Loud):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(lambda: asyncio.sleep(0.2))

    lab = await serving(Echo, "memory")
    lab.swap(Slow)
    checks = await check("echo-upper", lab)
    assert (checks.done, checks["echo-upper"].revision) == (True, 2)


def test_with_a_server_it_has_been_checked_when_the_call_returns() -> None:
    lab = serve(Loud)
    assert check("echo-upper", lab).done


def test_a_learner_sees_what_is_done_and_what_is_open_as_text() -> None:
    @exercise("quiet", "Say nothing.")
    async def quiet(play: Play) -> None:
        client = await play.connect("/echo")
        await client.send("psst")
        await client.expect_silence()

    assert repr(check(["echo-upper", "quiet"], serve(Loud))) == (
        "Exercises · 1 of 2 done\n"
        "  ✓ echo-upper  Answer each message at /echo in capitals.\n"
        "  ○ quiet       Say nothing.\n"
        "      Sent 'psst', expected to hear nothing more, got 'PSST'."
    )


@on_both
async def test_nothing_happens_to_the_app_and_its_clients(transport: str) -> None:
    @exercise("count", "Count from one.")
    async def count(play: Play) -> None:
        (await play.get("/")).expect("1")

    Counter.started = Counter.ended = 0
    lab = serve(Counter, transport=transport)  # type: ignore[arg-type]
    assert (await lab.get("/")).text == "1"
    for _ in range(2):
        assert (await check("count", lab)).done
    assert (await lab.get("/")).text == "2"
    assert (Counter.started, Counter.ended) == (3, 2)
    requests = list(lab.log.filter("kind:request"))
    callers = [exchange.client for exchange in lab.log.exchanges]
    assert (len(requests), callers) == (4, ["notebook", "check", "check", "notebook"])
    assert lab.clients == {}
    assert lab.revision == 1


@on_both
async def test_its_traffic_can_be_told_from_the_learners(transport: str) -> None:
    lab = await serving(Loud, transport)
    alice = await lab.connect("/echo", client="alice")
    await check("echo-upper", lab)
    await alice.send("still here")
    assert await alice.receive() == "STILL HERE"
    assert len(alice.messages) == 1
    checked = list(lab.log.filter("client:check"))
    assert [entry.data for entry in checked if entry.sender == "client"][:2] == ["/echo", "hi"]
    own = [entry.data for entry in lab.log.filter("-client:check kind:text")]
    assert own == ["still here", "STILL HERE"]


def test_a_handler_that_would_go_on_for_ever_ends_with_the_check() -> None:
    ended = threading.Event()

    class Endless(App):
        async def ws_echo(self, ws: Any) -> None:
            await ws.accept()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    @exercise("in", "Let somebody in.")
    async def enter(play: Play) -> None:
        await play.connect("/echo")

    assert check("in", serve(Endless)).done
    assert ended.wait(20)


async def test_an_app_that_cannot_be_made_anew_is_checked_as_it_stands() -> None:
    lab = await serving(Loud(), "memory")
    assert (await check("echo-upper", lab)).done


async def test_the_app_sees_nothing_of_the_mark_of_a_check() -> None:
    seen: list[bytes] = []

    class Nosy(App):
        async def index(self) -> str:
            seen.extend(name for name, _ in self.request.scope["headers"])
            return "ok"

    @exercise("ok", "Say ok.")
    async def ok(play: Play) -> None:
        (await play.get("/")).expect("ok")

    assert check("ok", serve(Nosy)).done
    assert [name for name in seen if b"playground" in name] == []


def test_what_does_not_start_is_said() -> None:
    class Once(App):
        made = 0

        def __init__(self) -> None:
            super().__init__()
            Once.made += 1
            if Once.made > 1:
                raise OSError("the port is mine")

        async def index(self) -> str:
            return "hello"

    result = check("echo-upper", serve(Once))["echo-upper"]
    assert result.state == "failed"
    assert result.fault == "a fresh instance of the app did not start: OSError: the port is mine"


def test_a_stopped_lab_is_not_checked_and_a_restarted_one_is() -> None:
    lab = serve(Loud)
    lab.stop()
    checks = check("echo-upper", lab)
    assert checks["echo-upper"].fault == checks_room.STOPPED
    lab.restart()
    checks.wait()
    assert checks.done


def test_a_restart_checks_nothing_again_that_was_checked() -> None:
    lab = serve(Loud)
    assert check("echo-upper", lab).done
    played = len(lab.log.filter("client:check* kind:open"))
    lab.restart()
    assert check("echo-twice", lab)["echo-upper"].done
    said = [entry.data for entry in lab.log.filter("client:check* kind:open")]
    assert len([path for path in said if path == "/echo"]) == played


def test_a_handler_that_blocks_the_server_is_named_and_the_call_returns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks_room, "_AROUND", 0.2)
    free = threading.Event()

    class Blocking(App):
        async def ws_echo(self, ws: Any) -> None:
            free.wait(30)

    @exercise("it", "Do it.", deadline=0.2)
    async def it(play: Play) -> None:
        await play.connect("/echo")

    try:
        assert check("it", serve(Blocking))["it"].fault == checks_room.BLOCKED
    finally:
        free.set()


def test_newer_code_is_checked_in_place_of_what_it_replaces() -> None:
    begun, go_on, given_up = threading.Event(), threading.Event(), threading.Event()

    @exercise("slow", "Be slow.")
    async def slow(play: Play) -> None:
        if play.lab.revision == 1:
            begun.set()
            try:
                await (await play.connect("/wait")).receive()
            except asyncio.CancelledError:
                given_up.set()
                raise
        await (await play.connect("/echo")).close()

    class Waiting(Loud):
        async def ws_wait(self, ws: Any) -> None:
            await ws.accept()
            await ws.receive_text()

    def other_code(lab: Lab) -> None:
        begun.wait(20)
        lab.swap(Loud)
        go_on.set()

    lab = serve(Waiting)
    thread = threading.Thread(target=other_code, args=(lab,))
    thread.start()
    checks = check("slow", lab)
    go_on.wait(20)
    thread.join()
    checks.wait()
    assert (checks["slow"].state, checks["slow"].revision) == ("done", 2)
    assert given_up.wait(20)


def test_an_unknown_name_names_the_near_ones() -> None:
    lab = serve(Echo)
    with pytest.raises(ValueError, match="got 'echo-uper'; did you mean 'echo-upper'"):
        check("echo-uper", lab)
    with pytest.raises(ValueError, match=r"got 'zzzz'; there are .*echo-upper"):
        check("zzzz", lab)


def test_only_a_lab_can_be_checked() -> None:
    with pytest.raises(TypeError, match=r"expected a lab, got .*; pass what serve"):
        check("echo-upper", Echo)  # type: ignore[arg-type]


def test_an_exercise_is_async_and_a_teachers_own_comes_first() -> None:
    with pytest.raises(TypeError, match="write async def"):
        exercise("it", "Do it.")(lambda play: None)  # type: ignore[arg-type,return-value]

    @exercise("echo-upper", "Another task.")
    async def script(play: Play) -> None:
        await play.connect("/echo")

    assert exercises.find("echo-upper").task == "Another task."


def test_a_board_waits_for_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = serve(Loud)
    checks = check("echo-upper", lab)
    monkeypatch.setattr(parts_of(lab).transport, "spawn", lambda work: work.close())
    checks.again()
    assert checks["echo-upper"].state == "checking"
    checks._round.until = time.monotonic() - 1
    assert checks["echo-upper"].fault == checks_room.BLOCKED
