"""A held loop goes on whatever leaves the code that runs on it; only its owner ends it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar
from typing import Any

import pytest

from playground.transports import held_loop
from playground.transports.held_loop import HeldLoop, Watcher
from playground.transports.loop_thread import new_loop

in_app: ContextVar[bool] = ContextVar("in_app", default=False)
KINDS = {"asyncio": asyncio.new_event_loop, "the fastest": new_loop}


class Held:
    """A loop of a kind, and what was told while it ran."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.escaped: list[tuple[BaseException, object]] = []
        self.trouble: list[str] = []

    def run(self, work: Any) -> Any:
        def escaped(error: BaseException, source: object) -> bool:
            self.escaped.append((error, source))
            return True

        def is_apps(context: Context) -> bool:
            return context.get(in_app, False)

        watcher = Watcher(is_apps, escaped, trouble=self.trouble.append)
        return HeldLoop(self.loop, watcher).run(work)

    @property
    def kinds(self) -> list[type[BaseException]]:
        return [type(error) for error, _ in self.escaped]


@pytest.fixture(params=KINDS)
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    with contextlib.closing(KINDS[request.param]()) as loop:
        yield Held(loop)


async def leave(kind: type[BaseException]) -> None:
    raise kind


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_a_program_ends_its_task_alone(held: Held, kind: type[BaseException]) -> None:
    async def work() -> str:
        task = asyncio.create_task(leave(kind))
        await asyncio.wait({task})
        assert isinstance(task.exception(), kind)
        await asyncio.sleep(0)
        return "done"

    assert held.run(work()) == "done"
    assert held.kinds == [kind]


@pytest.mark.parametrize("begun", ["call_soon", "call_soon_threadsafe"])
@pytest.mark.parametrize("leaves", [sys.exit, interrupt])
def test_what_ends_a_program_ends_its_callback_alone(
    held: Held, begun: str, leaves: Callable[[], None]
) -> None:
    async def work() -> str:
        getattr(asyncio.get_running_loop(), begun)(leaves)
        await asyncio.sleep(0)
        return "done"

    assert held.run(work()) == "done"
    assert len(held.escaped) == 1


def test_everything_else_that_was_due_is_done_all_the_same(held: Held) -> None:
    done: list[int] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        for number in range(5):
            loop.call_soon(done.append, number)
            loop.call_soon(sys.exit)
        await asyncio.sleep(0)

    held.run(work())
    assert done == [0, 1, 2, 3, 4]
    assert SystemExit in held.kinds  # uvloop keeps only the last of those that come at once


def test_stopping_the_loop_is_refused_and_by_force_it_goes_on(held: Held) -> None:
    async def work() -> str:
        loop = asyncio.get_running_loop()
        with pytest.raises(RuntimeError, match="a handler does not end the server"):
            loop.stop()
        as_it_was.stop(loop)
        await asyncio.sleep(0.01)
        return "done"

    as_it_was = type(held.loop)
    assert held.run(work()) == "done"
    assert len(held.trouble) == 1
    held.loop.run_until_complete(asyncio.sleep(0))  # as ever, once it is not held


def test_the_apps_code_cancels_its_own_tasks_and_none_of_the_servers(held: Held) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    async def handler(servers: asyncio.Task[None]) -> None:
        in_app.set(True)
        own = asyncio.create_task(forever())
        assert own.cancel()
        with pytest.raises(RuntimeError, match=r"got one of the server's"):
            servers.cancel()
        async with asyncio.timeout(0):
            await forever()

    async def work() -> None:
        servers = asyncio.create_task(forever())
        with pytest.raises(TimeoutError):
            await asyncio.create_task(handler(servers))
        assert servers.cancel(), "whoever is not the app may"
        await asyncio.wait({servers})

    held.run(work())


def test_what_nobody_caught_is_told_once_with_its_task(held: Held) -> None:
    async def work() -> None:
        asyncio.create_task(leave(KeyError))  # noqa: RUF006
        await asyncio.sleep(0.01)

    held.run(work())
    ((error, source),) = held.escaped
    assert isinstance(error, KeyError)
    assert isinstance(source, asyncio.Task)


def test_a_task_that_is_kept_is_told_of_too(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_loop, "_UNHEARD", 0.0)

    async def work() -> list[asyncio.Task[None]]:
        in_app.set(True)
        kept = [asyncio.create_task(leave(kind)) for kind in (ValueError, KeyError)]
        kept[1].add_done_callback(asyncio.Task.exception)  # whoever asks is told by that
        async with asyncio.timeout(10):
            while not held.escaped:
                await asyncio.sleep(0.01)
        return kept

    kept = held.run(work())
    assert held.escaped == [(kept[0].exception(), kept[0])]


def test_its_own_work_may_fail(held: Held) -> None:
    with pytest.raises(SystemExit):
        held.run(leave(SystemExit))
    assert held.escaped == []


def test_a_callback_that_leaves_is_known_where_the_loop_shows_it() -> None:
    async def work() -> None:
        asyncio.get_running_loop().call_soon(sys.exit)
        await asyncio.sleep(0)

    with contextlib.closing(asyncio.new_event_loop()) as loop:
        held = Held(loop)
        held.run(work())
    ((_, callback),) = held.escaped
    assert isinstance(callback, asyncio.Handle)


def test_a_loop_that_cannot_go_on_ends_with_the_reason(held: Held) -> None:
    def fails() -> None:
        raise OSError("the selector is closed")

    vars(held.loop)["run_forever"] = fails
    with pytest.raises(RuntimeError, match="broken from within: OSError: the selector is closed"):
        held.run(asyncio.sleep(0))
    del vars(held.loop)["run_forever"]
    held.loop.run_until_complete(asyncio.sleep(0))  # what was begun ends


def test_it_goes_on_where_something_has_left_it_once(held: Held) -> None:
    run = held.loop.run_forever
    left = iter([ValueError("of a handler of logging")])

    def run_forever() -> None:
        for error in left:
            raise error
        run()

    async def work() -> str:
        return "done"

    vars(held.loop)["run_forever"] = run_forever
    assert held.run(work()) == "done"
    assert held.kinds == [ValueError]
