"""A lab's code: swapped live, gone back to, and left as it was when the new one fails."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import httpx2
import pytest

from micropie import App
from playground import Lab, NotOnStage, StartupFailed, serve
from playground.lab import TransportName, parts_of
from tests.playground.lab_apps import TRANSPORTS, Echo, Loud, on_both, serving, swapped


class Broken(Echo):
    def __init__(self) -> None:
        super().__init__()
        self.startup_handlers.append(self._connect)

    def _connect(self) -> None:
        raise OSError("no database")


async def let_go(*references: weakref.ref[Any]) -> None:
    """Wait until nobody holds any of these."""
    # To collect is slow where much is alive, as after a thousand other tests.
    async with asyncio.timeout(30):
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
    note = parts_of(lab).staging.note
    assert note == "Revision 2 did not start; revision 1 still serves: OSError: no database"


@pytest.mark.live
def test_a_constructor_that_raises_is_noted_and_the_old_code_goes_on() -> None:
    class Bad(App):
        def __init__(self) -> None:
            raise KeyError("settings")

    lab = serve(Echo)
    with pytest.raises(NotOnStage, match="revision 2 did not start") as failure:
        lab.swap(Bad)
    assert isinstance(failure.value.__cause__, KeyError)
    note = parts_of(lab).staging.note
    assert note == "Revision 2 did not start; revision 1 still serves: KeyError: 'settings'"
    assert lab.log[-1].data == parts_of(lab).staging.note
    assert httpx2.get(lab.local_url).text == "hello"


@pytest.mark.live
def test_sources_and_diffs_of_revisions_are_kept() -> None:
    lab = serve(Echo)
    lab.swap(Loud)
    assert lab.source(1).startswith("class Echo(App)")
    assert "message.upper()" in lab.source()
    assert "+class Loud(App):" in lab.diff(1, 2)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_source_is_there_as_soon_as_the_app_is_served(transport: TransportName) -> None:
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


@pytest.mark.live
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


@pytest.mark.live
def test_a_swap_needs_one_thing_to_put_on_stage() -> None:
    lab = serve(Echo)
    neither_or_both: list[dict[str, Any]] = [{}, {"app": Loud, "revision": 1}]
    for options in neither_or_both:
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


@pytest.mark.live
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
    assert httpx2.get(lab.local_url).text == "hello"
    assert lab.revision == 1


async def test_a_deadline_holds_while_a_start_up_waits_in_memory(
    capsys: pytest.CaptureFixture[str],
) -> None:
    may_go_on = asyncio.Event()

    class Waiting(Echo):
        def __init__(self) -> None:
            super().__init__()
            self.startup_handlers.append(self.up)

        async def up(self) -> None:
            while not may_go_on.is_set():
                await asyncio.sleep(0.001)
            raise OSError("no database")

    lab = await serving(Echo, "memory")
    alice = await lab.connect("/echo")
    coming = lab.swap(Waiting)
    for asks in (lab.get("/", timeout=0.05), alice.send("x", timeout=0.05)):
        with pytest.raises(TimeoutError, match=r"new code was not on stage within 0\.05 s"):
            await asks
    may_go_on.set()
    with pytest.raises(NotOnStage, match="no database"):
        await coming  # type: ignore[misc]
    gc.collect()
    assert (await lab.get("/")).text == "hello"
    assert "never retrieved" not in capsys.readouterr().err


@pytest.mark.live
def test_a_class_without_handlers_does_not_replace_one_with() -> None:
    class Empty(App): ...

    lab = serve(Echo)
    with pytest.raises(NotOnStage, match="Empty has no handler any more"):
        lab.swap(Empty)
    assert serve(Empty).revision == 1


@pytest.mark.live
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
    assert [each.number for each in parts_of(lab).staging.revisions.kept] == [1, 2, 3]


async def test_the_same_class_served_twice_at_once_is_one_revision() -> None:
    lab = await serving(Echo, "memory", name="one")
    for _ in range(2):
        assert serve(Loud, transport="memory", name="one") is lab
    await lab.get("/")
    assert (lab.revision, len(parts_of(lab).staging.revisions.kept)) == (2, 2)


class Slow(Echo):
    begun = threading.Event()
    may_go_on = threading.Event()

    def __init__(self) -> None:
        super().__init__()
        self.startup_handlers.append(self._start)

    async def _start(self) -> None:
        self.begun.set()
        while not self.may_go_on.is_set():
            await asyncio.sleep(0.01)

    async def index(self) -> str:
        return "slow"


async def test_the_old_code_answers_others_while_the_new_starts_up_slowly() -> None:
    lab = await serving(Echo, "memory")
    old = await lab.connect("/echo")
    swap, asked = asyncio.Event(), asyncio.Event()
    heard: list[str] = []

    async def older() -> None:
        await swap.wait()
        heard.append((await lab.get("/")).text)
        await old.send("hi")
        heard.append(str(await old.receive()))
        asked.set()

    async def elsewhere() -> str:
        return (await lab.get("/")).text

    task = asyncio.create_task(older())
    await asyncio.sleep(0)
    swapping = lab.swap(Slow)
    await asyncio.to_thread(Slow.begun.wait, 5)
    swap.set()
    async with asyncio.timeout(5):
        await asked.wait()
    heard.append(await asyncio.to_thread(asyncio.run, elsewhere()))
    assert heard == ["hello", "Echo: hi", "hello"]
    newer = asyncio.create_task(elsewhere())
    await asyncio.sleep(0)
    Slow.may_go_on.set()
    assert await newer == "slow", "the cell that asked for it, and what comes after, waits"
    assert await swapping == 2  # type: ignore[misc]
    await task
