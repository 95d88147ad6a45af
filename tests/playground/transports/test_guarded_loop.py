"""A guarded loop keeps its ways: the code of an app is refused at its line, others are not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.transports.loop_thread import new_loop
from tests.playground.transports.test_held_loop import KINDS, Held, in_app, leave


@pytest.fixture(params=KINDS)
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    with contextlib.closing(KINDS[request.param]()) as loop:
        yield Held(loop)


def run_in_app(held: Held, does: Callable[[Any], object]) -> None:
    """Run a function of the app's with the loop; then see that the loop goes on."""

    async def handler() -> None:
        in_app.set(True)
        does(asyncio.get_running_loop())

    async def work() -> str:
        await asyncio.create_task(handler())
        await asyncio.sleep(0)
        return await asyncio.create_task(answer())

    async def answer() -> str:
        await asyncio.sleep(0.001)
        return "answered"

    assert held.run(work()) == "answered"


NAMES = ("call_soon", "call_soon_threadsafe", "call_later", "create_task", "time", "stop")


@pytest.mark.parametrize("name", [*NAMES, "run_in_executor", "__class__"])
def test_what_a_loop_can_is_not_replaced(held: Held, name: str) -> None:
    def replaces(loop: Any) -> None:
        with pytest.raises(RuntimeError, match=rf"to be left as it is, got loop\.{name} = …"):
            setattr(loop, name, None)

    run_in_app(held, replaces)


def test_nor_taken_away(held: Held) -> None:
    def takes(loop: Any) -> None:
        with pytest.raises(RuntimeError, match=r"got del loop\.call_soon"):
            del loop.call_soon

    run_in_app(held, takes)


@pytest.mark.parametrize("name", ["shutdown_asyncgens", "shutdown_default_executor"])
def test_what_ends_things_of_everybodys_is_refused(held: Held, name: str) -> None:
    def ends(loop: Any) -> None:
        with pytest.raises(RuntimeError, match=name):
            getattr(loop, name)()

    run_in_app(held, ends)


def test_what_harms_nobody_is_done(held: Held) -> None:
    def does(loop: Any) -> None:
        loop.set_debug(True)
        assert loop.get_debug()
        loop.slow_callback_duration = 10.0
        loop.of_mine = "mine"
        assert loop.of_mine == "mine"
        del loop.of_mine

    run_in_app(held, does)


def test_who_is_not_the_app_may_do_anything(held: Held) -> None:
    async def work() -> str:
        loop: Any = asyncio.get_running_loop()
        loop.call_soon = loop.call_soon
        del loop.call_soon
        loop.set_task_factory(loop.get_task_factory())
        loop.set_exception_handler(loop.get_exception_handler())
        await loop.shutdown_asyncgens()
        return "done"

    assert held.run(work()) == "done"


def test_a_loop_is_as_it_was_once_it_is_not_held(held: Held) -> None:
    kind = type(held.loop)
    run_in_app(held, lambda loop: None)
    assert type(held.loop) is kind
    held.loop.run_until_complete(asyncio.sleep(0))


def fails(loop: Any, work: Any, **options: Any) -> Any:
    raise LookupError("no task")


def test_a_task_factory_that_fails_is_told_and_used_no_more(held: Held) -> None:
    async def handler() -> list[str]:
        in_app.set(True)
        loop = asyncio.get_running_loop()
        loop.set_task_factory(fails)
        assert loop.get_task_factory() is fails
        return [await asyncio.create_task(echo(word)) for word in ("one", "two")]

    async def echo(word: str) -> str:
        return word

    async def work() -> list[str]:
        return await asyncio.create_task(handler())

    assert held.run(work()) == ["one", "two"]
    assert held.kinds == [LookupError]


def test_a_task_factory_makes_the_apps_tasks_alone(held: Held) -> None:
    made: list[str] = []

    def factory(loop: Any, work: Any, **options: Any) -> Any:
        made.append(work.__name__)
        return asyncio.Task(work, loop=loop, **options)

    async def apps() -> None: ...
    async def servers() -> None: ...

    async def handler() -> None:
        in_app.set(True)
        asyncio.get_running_loop().set_task_factory(factory)
        await asyncio.create_task(apps())

    async def work() -> None:
        await asyncio.create_task(handler())
        await asyncio.create_task(servers())

    held.run(work())
    assert made == ["apps"]


@pytest.mark.parametrize("raises", [None, SystemExit, ValueError])
def test_an_exception_handler_of_the_apps_hides_nothing(
    held: Held, raises: type[BaseException] | None
) -> None:
    shown: list[Any] = []

    def handler(loop: Any, what: dict[str, Any]) -> None:
        shown.append(what["exception"])
        if raises is not None:
            raise raises

    async def begins() -> None:
        in_app.set(True)
        asyncio.get_running_loop().set_exception_handler(handler)
        asyncio.create_task(leave(KeyError))  # noqa: RUF006

    async def work() -> None:
        await asyncio.create_task(begins())
        await asyncio.sleep(0.01)

    held.run(work())
    assert [type(each) for each in shown] == [KeyError]
    assert held.kinds == [KeyError] + ([raises] if raises else [])


def test_the_kind_of_a_loop_is_still_told_by_its_module() -> None:
    with contextlib.closing(new_loop()) as loop:
        module = type(loop).__module__
        told: list[str] = []
        run_in_app(Held(loop), lambda loop: told.append(type(loop).__module__))
    assert told == [module]
