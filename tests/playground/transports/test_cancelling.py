"""Who cancels all tasks is refused, and nobody's is; who cancels one of another's does so soon."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from contextvars import Context, ContextVar, copy_context
from typing import Any

import pytest

from playground.transports.held_loop import HeldLoop, Watcher

exchange: ContextVar[object] = ContextVar("exchange", default=None)
WATCHER = Watcher(
    is_apps=lambda context: context.get(exchange) is not None,
    whose=lambda context: context.get(exchange),
)


def held(work: Any) -> Any:
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        return HeldLoop(loop, WATCHER).run(work)


def of(name: str) -> Context:
    context = copy_context()
    context.run(exchange.set, name)
    return context


async def rest() -> None:
    await asyncio.sleep(100)


def test_another_exchanges_task_is_cancelled_a_moment_later() -> None:
    async def work() -> None:
        task = asyncio.create_task(rest(), context=of("bob"))
        await asyncio.sleep(0)
        assert of("ann").run(task.cancel)
        assert task.cancelling() == 0
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not of("ann").run(task.cancel)

    held(work())


@pytest.mark.parametrize("goes_on", [False, True])
def test_who_cancels_all_tasks_cancels_nobodys_but_its_own(goes_on: bool) -> None:
    async def work() -> None:
        others = [asyncio.create_task(rest(), context=of(str(number))) for number in range(9)]
        servers = asyncio.create_task(rest(), context=Context())
        own = asyncio.create_task(rest(), context=of("ann"))
        await asyncio.sleep(0)

        def cancel_all() -> None:
            for task in [*others[:5], servers, *others[5:], own]:
                with contextlib.suppress(*([RuntimeError] if goes_on else [])):
                    task.cancel()

        with contextlib.suppress(RuntimeError):
            of("ann").run(cancel_all)
        await asyncio.sleep(0.001)
        assert not any(each.cancelling() for each in [*others, servers])
        assert bool(own.cancelling()) is goes_on or own.cancelled() is goes_on
        for each in [*others, servers, own]:
            each.cancel()
        await asyncio.wait([*others, servers, own])

    held(work())


# As a server's: what ends the app's code is answered after a while.
_SERVED = """
async def served(work):
    try:
        return await work
    except RuntimeError as error:
        for _ in range(3):
            await asyncio.sleep(0)
        return str(error)
"""


async def all_but_whom(others: Iterable[asyncio.Task[Any]]) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    for each in others:
        each.cancel()


def test_who_cancels_itself_on_the_way_to_all_others_is_told_and_goes_on() -> None:
    names: dict[str, Any] = {"asyncio": asyncio}
    exec(compile(_SERVED, asyncio.__file__, "exec"), names)

    async def work() -> str:
        servers = asyncio.create_task(rest(), context=Context())
        own = asyncio.create_task(names["served"](all_but_whom([servers])), context=of("ann"))
        told: str = await own
        servers.cancel()
        return told

    assert "one of the server's" in held(work())


def test_who_goes_on_after_what_refuses_it_has_cancelled_itself_all_the_same() -> None:
    async def work() -> None:
        servers = asyncio.create_task(rest(), context=Context())
        bobs = asyncio.create_task(rest(), context=of("bob"))

        async def whatever_they_say() -> None:
            with contextlib.suppress(RuntimeError):
                await all_but_whom([bobs, servers])
            await rest()

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(whatever_they_say(), context=of("ann"))
        assert not bobs.cancelled()
        servers.cancel()
        bobs.cancel()

    held(work())


def test_who_cancels_itself_alone_or_sets_a_deadline_is_ended_by_it() -> None:
    async def ends() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await rest()

    async def is_late() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await rest()

    async def work() -> None:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(ends(), context=of("ann"))
        await asyncio.create_task(is_late(), context=of("ann"))

    held(work())
