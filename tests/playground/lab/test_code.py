"""A lab's code: swapped live, gone back to, and left as it was when the new one fails."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import httpx
import pytest
from lab_apps import TRANSPORTS, Echo, Loud, on_both, serving, swapped

from micropie import App
from playground import Lab, NotOnStage, StartupFailed, serve


class Broken(Echo):
    def __init__(self) -> None:
        super().__init__()
        self.startup_handlers.append(self._connect)

    def _connect(self) -> None:
        raise OSError("no database")


async def let_go(*references: weakref.ref[Any]) -> None:
    """Wait until nobody holds any of these."""
    async with asyncio.timeout(3):
        while any(each() is not None for each in references):
            gc.collect()
            await asyncio.sleep(0.01)


@pytest.fixture(params=TRANSPORTS)
async def transport_lab(request: pytest.FixtureRequest) -> Lab:
    return await serving(Echo, request.param)


@on_both
async def test_a_swap_is_answered_on_the_same_open_socket(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    await alice.send("hi")
    assert await alice.receive() == "HI"
    assert lab.revision == 2
    swap = [entry for entry in lab.log if entry.kind == "swap"][-1]
    assert swap.data == "revision 2 on stage · lab_apps.py · 1 socket handed over"


@on_both
async def test_close_makes_our_own_clients_connect_again(transport: str) -> None:
    lab = await serving(Echo, transport, on_swap="close")
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    async with asyncio.timeout(3):
        while [entry.kind for entry in lab.log].count("accept") < 2 or alice.state != "open":
            await asyncio.sleep(0)
    await alice.send("hi")
    assert await alice.receive() == "HI"


@on_both
async def test_keep_leaves_open_sockets_on_the_old_code(transport: str) -> None:
    lab = await serving(Echo, transport, on_swap="keep")
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"


@on_both
async def test_a_failed_start_up_leaves_the_old_code_serving(transport: str) -> None:
    lab = await serving(Echo, transport)
    alice = await lab.connect("/echo")
    with pytest.raises(StartupFailed, match="no database"):
        await swapped(lab, Broken)
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    assert lab.note == "Revision 2 did not start; revision 1 still serves: OSError: no database"


def test_a_constructor_that_raises_is_noted_and_the_old_code_goes_on() -> None:
    class Bad(App):
        def __init__(self) -> None:
            raise KeyError("settings")

    lab = serve(Echo)
    with pytest.raises(NotOnStage, match="revision 2 did not start") as failure:
        lab.swap(Bad)
    assert isinstance(failure.value.__cause__, KeyError)
    assert lab.note == "Revision 2 did not start; revision 1 still serves: KeyError: 'settings'"
    assert lab.log[-1].data == lab.note
    assert httpx.get(lab.local_url).text == "hello"


def test_sources_and_diffs_of_revisions_are_kept() -> None:
    lab = serve(Echo)
    lab.swap(Loud)
    assert lab.source(1).startswith("class Echo(App)")
    assert "message.upper()" in lab.source()
    assert "+class Loud(App):" in lab.diff(1, 2)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_source_is_there_as_soon_as_the_app_is_served(transport: Any) -> None:
    lab = serve(Echo, transport=transport)
    assert lab.source().startswith("class Echo(App)")


async def test_going_back_is_the_same_revision_with_its_code(transport_lab: Lab) -> None:
    lab = transport_lab
    alice = await lab.connect("/echo")
    await swapped(lab, Loud)
    await swapped(lab, revision=1)
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    assert lab.revision == 1
    assert lab.source() == lab.source(1)
    row = [entry.data for entry in lab.log if entry.kind == "swap"][-1]
    assert row == (
        "back from revision 2 · revision 1 on stage · lab_apps.py · 1 socket handed over"
    )
    await swapped(lab, Loud)
    assert lab.revision == 3


async def test_what_was_let_go_and_has_no_source_cannot_be_gone_back_to() -> None:
    served = type("Chat", (Echo,), {})
    lab, old = serve(served, name="Chat"), weakref.ref(served)
    del served
    lab.swap(Loud)
    await let_go(old)
    with pytest.raises(LookupError, match="run the cell that defined it again"):
        lab.swap(revision=1)
    assert lab.revision == 2


@on_both
async def test_old_code_is_let_go_once_no_socket_uses_it(transport: str) -> None:
    space: dict[str, Any] = {"Echo": Echo, "__name__": "__main__"}
    text = "class Chat(Echo):\n    def greet(self): return 1\n"
    exec(text, space)
    lab = await serving(space.pop("Chat"), transport)
    alice = await lab.connect("/echo")
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    old = weakref.ref(lab.app), weakref.ref(type(lab.app))
    exec(text.replace("1", "2"), space)
    await swapped(lab, space["Chat"], on_swap="keep")
    await alice.send("hi")
    assert await alice.receive() == "Echo: hi"
    gc.collect()
    assert old[0]() is not None
    await alice.close()
    await let_go(*old)


def test_a_swap_needs_one_thing_to_put_on_stage() -> None:
    lab = serve(Echo)
    for options in ({}, {"app": Loud, "revision": 1}):
        with pytest.raises(TypeError, match="expected an app or a revision"):
            lab.swap(**options)
    with pytest.raises(LookupError, match="from 1 to 1, got 5"):
        lab.swap(revision=5)
    with pytest.raises(ValueError, match="on_swap"):
        lab.swap(Loud, on_swap="melt")  # type: ignore[arg-type]


async def test_a_failure_that_nobody_awaits_is_told_and_one_that_is_awaited_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lab = await serving(Echo, "memory")
    done = lab.swap(Broken)
    assert not isinstance(done, int)
    await lab.get("/")
    assert capsys.readouterr().err.startswith(
        "NotOnStage: revision 2 did not start; revision 1 still serves: OSError: no database"
    )
    with pytest.raises(NotOnStage):
        await done
    await lab.get("/")
    with pytest.raises(NotOnStage):
        await lab.swap(Broken)  # type: ignore[misc]
    assert capsys.readouterr().err == ""


def test_a_start_up_that_blocks_the_server_is_given_up_and_never_takes_the_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_go_on = threading.Event()

    class Blocking(Echo):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(lambda: may_go_on.wait(10))

    lab = serve(Echo)
    monkeypatch.setattr("playground.lab.code.STARTUP_DEADLINE", -1.9)
    with pytest.raises(NotOnStage, match="its start-up blocks the server"):
        lab.swap(Blocking)
    may_go_on.set()
    assert httpx.get(lab.local_url).text == "hello"
    assert lab.revision == 1


def test_a_class_without_handlers_does_not_replace_one_with() -> None:
    class Empty(App): ...

    lab = serve(Echo)
    with pytest.raises(NotOnStage, match="Empty has no handler any more"):
        lab.swap(Empty)
    assert serve(Empty).revision == 1


def test_what_an_old_apps_shutdown_complains_of_is_in_the_log() -> None:
    class Untidy(Echo):
        def __init__(self) -> None:
            super().__init__()
            self.shutdown_handlers.append(self.fail)

        def fail(self) -> None:
            raise OSError("still in use")

    lab = serve(Untidy)
    lab.swap(Loud)
    lab.stop()
    said = [entry.data for entry in lab.log if entry.kind == "lab"]
    assert "revision 1, shutdown: OSError: still in use" in said


async def test_swaps_that_are_asked_for_at_once_come_one_after_the_other() -> None:
    lab = await serving(Echo, "memory")
    first, second = lab.swap(Loud), lab.swap(Echo)
    assert await second == 3  # type: ignore[misc]
    assert await first == 2  # type: ignore[misc]
    assert [each.number for each in lab._programme.revisions.kept] == [1, 2, 3]


async def test_the_same_class_served_twice_at_once_is_one_revision() -> None:
    lab = await serving(Echo, "memory", name="one")
    for _ in range(2):
        assert serve(Loud, transport="memory", name="one") is lab
    await lab.get("/")
    assert (lab.revision, len(lab._programme.revisions.kept)) == (2, 2)
