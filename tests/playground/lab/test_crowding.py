"""A crowd at a lab: in its own process or in memory, bounded in the log, never left behind."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from micropie import App
from playground import Lab
from playground.lab import parts_of
from playground.swarm import Crowd, Histogram
from playground.swarm.mishaps import HELD
from playground.swarm.tally import Tally
from tests.playground.kernels import Kernel
from tests.playground.lab_apps import Echo, Loud, on_both, serving, until

# How long a crowd talks must not decide a test: it is stopped, or ends with its last client.
CROWD: dict[str, Any] = {"clients": 8, "ramp": 0.2, "seconds": 600.0, "every": 0.1}


async def talked(lab: Lab, path: str, enough: Callable[[Tally], bool], **options: Any) -> Crowd:
    """Have a crowd talk until it has said enough."""
    crowd = asyncio.create_task(lab.swarm(path, **{**CROWD, **options}))
    crowding = parts_of(lab).crowding
    await until(lambda: crowding.running is not None and enough(crowding.running.tally))
    crowding.stop("it has said enough")
    return await crowd


class Wrong(App):
    async def ws_raises(self, ws: Any) -> None:
        await ws.accept()
        raise KeyError(await ws.receive_text())

    async def ws_silent(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            print("heard", _)

    async def ws_refuses(self, ws: Any) -> None:
        await ws.close(4403, "members only")


@on_both
async def test_a_crowd_is_answered_and_the_log_has_five_of_it_and_one_row(transport: str) -> None:
    lab = await serving(Echo, transport)
    crowd = await talked(lab, "/echo", lambda tally: tally.opened == 8 and tally.answered > 16)
    assert (crowd.opened, crowd.failed, crowd.clients) == (8, 0, 8)
    assert crowd.messages >= crowd.heard > 16
    assert 0 < crowd.p50 <= crowd.p99 <= crowd.worst
    assert dict(crowd.errors) == {}
    names = {each.client for each in lab.log.exchanges if each.protocol == "websocket"}
    assert names == {f"crowd-{number}" for number in range(1, 6)}
    rows = [each for each in lab.log if each.kind == "lab"]
    assert [str(each.data) for each in rows] == [f"a crowd: {crowd.sentence()}"]
    assert repr(crowd).startswith("<Crowd: 8 clients at /echo, open in ")
    assert "█" in repr(crowd)
    assert "8 clients at /echo" in crowd._repr_html_()
    await until(lambda: lab.sockets == 0)


@on_both
async def test_a_crowd_ends_by_itself(transport: str) -> None:
    lab = await serving(Echo, transport)
    crowd = await lab.swarm("/echo", clients=3, ramp=0.0, seconds=0.1, every=0.05)
    assert (crowd.why, dict(crowd.errors)) == ("", {})
    await until(lambda: lab.sockets == 0)


@on_both
async def test_a_sample_is_written_down_until_its_share_is_full(transport: str) -> None:
    lab = await serving(Echo, transport)
    few = {"clients": 1, "ramp": 0.0, "every": 0.005}
    crowd = await talked(lab, "/echo", lambda tally: tally.answered > 120, **few)
    assert crowd.messages > 120
    await until(lambda: lab.sockets == 0)
    kinds = [each.kind for each in lab.log if each.exchange]
    assert kinds.count("text") <= 100
    assert kinds[-1] == "close"
    assert lab.log.unrecorded == 0


@on_both
async def test_what_handlers_do_wrong_is_counted_by_kind(transport: str) -> None:
    lab = await serving(Wrong, transport)
    crowd = await lab.swarm("/raises", **CROWD)
    assert [kind for kind in crowd.errors if kind.startswith("a handler raised KeyError: 'hi' (at")]
    assert sorted(crowd.errors.values()) == [8, 8]
    assert crowd.errors["closed by the app with 1011 (internal error): Internal server error"] == 8
    refused = await lab.swarm("/refuses", **CROWD)
    assert (refused.opened, refused.failed) == (0, 8)
    (kind,) = refused.errors
    assert kind.startswith("refused with 403")


@on_both
async def test_an_app_that_answers_nothing_is_told_so(
    transport: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = await serving(Wrong, transport)
    crowd = await talked(lab, "/silent", lambda tally: tally.opened == 8 and tally.messages > 16)
    assert crowd.unanswered == crowd.messages > 16
    await until(lambda: lab.sockets == 0)
    assert "none answered: the app sends nothing back" in repr(crowd)
    # What those print that are not written down is not shown either.
    printed = [each for each in lab.log if each.kind == "print"]
    assert 0 < len(printed) == capsys.readouterr().out.count("heard hi") < crowd.messages


class Watches(App):
    """Answers, and collects what each client's own watch says."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            if message.startswith("["):
                self.times += json.loads(message)
            else:
                await ws.send_text(message)


@pytest.mark.live
@pytest.mark.parametrize("clients", [12, pytest.param(1000, marks=pytest.mark.soak)])
async def test_the_times_are_those_that_the_clients_take_themselves(clients: int) -> None:
    lab = await serving(Watches)

    async def script(client: Any, number: int) -> None:
        import json
        from time import perf_counter

        times = []
        for _ in range(5):
            began = perf_counter()
            await client.send("hi", timeout=60)
            await client.receive(60)
            times.append(perf_counter() - began)
        await client.send(json.dumps(times))

    crowd = await lab.swarm("/echo", clients=clients, ramp=clients / 300, seconds=60, script=script)
    own = Histogram()
    for each in lab.app.times:
        own.add(each)
    assert (crowd.opened, dict(crowd.errors)) == (clients, {})
    assert len(crowd.latency) == len(own) == 5 * clients
    # A client has heard of an answer a moment after it came; a cell is one part in 128.
    for share in (0.5, 0.9, 0.99, 0.999, 1.0):
        assert crowd.latency.quantile(share) <= own.quantile(share) * 129 / 128 + 0.002
    assert lab.log.last <= 5 * 20 + 10
    print(f"{clients} clients open in {crowd.opening:.1f} s; {crowd.latency!r}; own: {own!r}")


GREETING = "good day"


def greeting(number: int) -> str:
    return f"{GREETING} {number}"


@on_both
async def test_a_script_travels_with_what_it_uses(transport: str) -> None:
    lab = await serving(Echo, transport)
    answer = "Echo: "

    async def script(client: Any, number: int) -> None:
        await client.send(greeting(number), timeout=60)
        if await client.receive(60) != answer + greeting(number):
            raise ValueError(number)

    crowd = await lab.swarm("/echo", script=script, **CROWD)
    assert (crowd.opened, crowd.messages, dict(crowd.errors)) == (8, 8, {})
    said = {each.data for each in lab.log if each.kind == "text" and each.sender == "client"}
    assert said == {f"good day {number}" for number in range(1, 6)}


@pytest.mark.live
async def test_what_cannot_travel_is_named_before_anything_is_begun() -> None:
    lab = await serving(Echo)

    async def script(client: Any, number: int) -> None:
        print(lab)

    with pytest.raises(ValueError, match="got 'lab', a Lab; make it within the script"):
        await lab.swarm("/echo", script=script)
    assert (await talked(lab, "/echo", lambda tally: tally.opened == 8)).opened == 8


@on_both
async def test_a_crowd_ends_with_the_lab(transport: str) -> None:
    lab = await serving(Echo, transport)
    crowd = asyncio.create_task(lab.swarm("/echo", **CROWD))
    await until(lambda: lab.sockets == 8)
    await asyncio.to_thread(lab.stop)
    assert "it ended early: the lab was stopped" in repr(await crowd)


@on_both
async def test_a_cell_that_is_interrupted_takes_its_crowd_along(transport: str) -> None:
    lab = await serving(Echo, transport)
    crowd = asyncio.create_task(lab.swarm("/echo", **CROWD))
    await until(lambda: lab.sockets == 8)
    crowd.cancel()
    with pytest.raises((asyncio.CancelledError, TimeoutError)):
        await crowd
    await until(lambda: lab.sockets == 0)
    assert "it was interrupted" in next(str(each.data) for each in lab.log if each.kind == "lab")


@on_both
async def test_one_crowd_talks_at_a_time_and_open_sockets_are_handed_over(transport: str) -> None:
    lab: Any = await serving(Echo, transport)
    crowd = asyncio.create_task(lab.swarm("/echo", **CROWD))
    await until(lambda: lab.sockets == 8)
    with pytest.raises(RuntimeError, match="one crowd at a time"):
        await lab.swarm("/echo")
    done = lab.swap(Loud)
    if not isinstance(done, int):
        await done
    await until(lambda: any(each.revision == 2 for each in lab.log if each.kind == "text"))
    parts_of(lab).crowding.stop("it has said enough")
    came = await crowd
    assert (came.opened, dict(came.errors)) == (8, {})
    assert {each.revision for each in lab.log if each.kind == "text"} == {1, 2}


@on_both
async def test_the_panel_sees_it_at_work_and_can_change_it(transport: str) -> None:
    lab = await serving(Echo, transport)
    controls = parts_of(lab).views.controls.crowds  # type: ignore[attr-defined]
    assert controls.view().key == 0
    problems: list[str | None] = []
    crowd = asyncio.create_task(lab.swarm("/echo", **CROWD))
    await until(lambda: controls.view().open == 8)
    controls.resize(11, lambda problem, result: problems.append(problem))
    await until(lambda: controls.view().open == 11 and controls.view().bars)
    controls.resize(0, lambda problem, result: problems.append(problem))
    assert problems[1] is not None
    assert problems[1].startswith("Expected 1 to 10,000 clients, got 0")
    controls.stop(lambda problem, result: problems.append(problem))
    told = (await crowd).sentence()
    assert controls.view().told == told
    assert "it was stopped in the panel" in told
    assert "Crowd: 11 clients at /echo" in lab.panel.still_text()
    controls.dismiss(lambda problem, result: problems.append(problem))
    assert controls.view().key == 0


@pytest.mark.live
@pytest.mark.skipif(os.name == "nt", reason="asks ps")
def test_a_crowd_does_not_outlive_its_kernel() -> None:
    with Kernel() as kernel:
        kernel.run(
            "from tests.playground.lab_apps import Echo\n"
            "from playground import serve\n"
            "import asyncio\n"
            "lab = serve(Echo)\n"
            "task = asyncio.create_task(lab.swarm('/echo', clients=5, ramp=.1, seconds=600))\n"
            "while lab.sockets < 5: await asyncio.sleep(.01)"
        )
        found = kernel.run("print(lab._parts.crowding.running._program._keeper.pid)").out.strip()
        children = _children(found)
        assert len(children) == 1
        kernel.manager.shutdown_kernel(now=True)  # killed: it can do nothing about it
        _wait_until_gone(children[0])


def _children(pid: str) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", pid], capture_output=True, text=True)
    return [int(each) for each in listed.stdout.split()]


def _wait_until_gone(pid: int) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


@pytest.mark.live
async def test_a_script_that_does_not_await_is_ended_and_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("playground.swarm.process._STILL", 0.3)
    lab: Lab = await serving(Echo)

    async def script(client: Any, number: int) -> None:
        sum(range(10**12))  # no thread of Python's has a turn meanwhile either

    line = script.__code__.co_firstlineno + 1
    crowd = await lab.swarm("/echo", script=script, **CROWD)
    assert crowd.why == (
        f"its script did not await at test_crowding.py line {line}, so no client had a turn any "
        "more; await what takes long"
    )
    await until(lambda: lab.sockets == 0)


async def ends_the_process(client: Any, number: int) -> None:
    os._exit(3)


async def stops_the_loop(client: Any, number: int) -> None:
    asyncio.get_running_loop().stop()


async def cancels_everything(client: Any, number: int) -> None:
    for each in asyncio.all_tasks():
        each.cancel()


@pytest.mark.live
@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            ends_the_process,
            "its script ended the whole process, with code 3; `return` ends one client",
        ),
        (stops_the_loop, "its script stopped the event loop; `return` ends one client"),
        (
            cancels_everything,
            "its script cancelled the crowd's tasks too; cancel those that it has made",
        ),
    ],
)
async def test_a_script_that_ends_all_of_it_is_told_so(script: Any, why: str) -> None:
    lab: Lab = await serving(Echo)
    crowd = await lab.swarm("/echo", script=script, **CROWD)
    assert crowd.why == why
    await until(lambda: lab.sockets == 0)


@on_both
async def test_who_sends_without_end_lets_the_others_come(
    transport: str,
) -> None:
    lab = await serving(Echo, transport)

    async def script(client: Any, number: int) -> None:
        while True:
            await client.send("hi")

    crowd = await talked(lab, "/echo", lambda tally: tally.opened == 8, script=script)
    # A machine that is too busy holds up a step too, whatever the script does.
    other = [each for each in crowd.errors if not each.startswith(HELD.partition(":")[0])]
    assert (crowd.opened, other) == (8, [])


async def test_a_script_is_answered_even_if_it_does_not_wait_for_that() -> None:
    lab = await serving(Echo, "memory")

    async def script(client: Any, number: int) -> None:
        await client.send("hi")

    crowd = await lab.swarm("/echo", script=script, **CROWD)
    assert (crowd.messages, crowd.unanswered) == (8, 0)

    async def says_nothing(client: Any, number: int) -> None: ...

    crowd = await lab.swarm("/echo", script=says_nothing, **CROWD)
    assert "; no message sent: the script came to send none>" in repr(crowd)
