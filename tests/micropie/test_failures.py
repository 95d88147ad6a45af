"""What counts as a failure: whatever the code lets go, but nothing that comes from outside."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from micropie import App, WebSocket
from micropie.exceptions import ConnectionClosed
from micropie.failures import is_failure
from micropie.testing import (
    Client,
    LifespanFailed,
    ResponseIncomplete,
    WebSocketRefused,
    WebSocketSession,
)
from tests.micropie.drive import connect, logged


class Own(BaseException):
    """One of the learner's."""


def _interrupt() -> None:
    raise KeyboardInterrupt


def _end_generator() -> None:
    raise GeneratorExit


def _own() -> None:
    raise Own


ESCAPES: dict[str, Callable[[], Any]] = {
    "sys.exit": sys.exit,
    "KeyboardInterrupt": _interrupt,
    "GeneratorExit": _end_generator,
    "a BaseException": _own,
}
escaping = pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES)


class Leaving(App):
    """Leaves in every way, from every place."""

    def __init__(self, escape: Callable[[], Any], place: str = "") -> None:
        super().__init__()
        self._escape = escape
        self._places: dict[str, list[Any]] = {
            "startup": self.startup_handlers,
            "shutdown": self.shutdown_handlers,
            "error hook": self.error_hooks,
        }
        if place in self._places:
            self._places[place].append(self._leave)
        elif place:
            around: Any = self
            self.middlewares.append(around)
            self.ws_middlewares.append(around)
        self._place = place

    def _leave(self, *given: Any) -> None:
        self._escape()

    async def before_request(self, request: Any) -> None:
        if self._place == "before":
            self._escape()

    async def after_request(self, *given: Any) -> None:
        if self._place == "after":
            self._escape()

    before_websocket = before_request
    after_websocket = after_request

    async def index(self) -> str:
        return "here"

    async def page(self) -> None:
        self._escape()

    def sync(self) -> None:
        self._escape()

    async def broken(self) -> None:
        raise KeyError("x")

    async def poured(self) -> AsyncIterator[str]:
        yield "half"
        self._escape()

    def dripped(self) -> Iterator[str]:
        yield "half"
        self._escape()

    async def grouped(self) -> None:
        async with asyncio.TaskGroup():
            self._escape()

    async def ws_here(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text("here")

    async def ws_at_once(self, ws: Any) -> None:
        self._escape()

    async def ws_later(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            self._escape()


def raised_in(client: Client) -> list[str]:
    """Return of which kinds the errors are that a client has kept."""
    return [type(error).__name__ for error in client.errors]


async def refused(client: Client, path: str) -> int:
    """Return the status with which a handshake is refused."""
    with pytest.raises(WebSocketRefused) as refusal:
        await client.connect(path)
    return refusal.value.status


async def closed(session: WebSocketSession) -> int:
    """Return the code with which a connection is closed."""
    try:
        while True:
            await session.receive()
    except ConnectionClosed as end:
        return end.code


def name_of(escape: Callable[[], Any]) -> str:
    """Return the kind of what an escape raises."""
    try:
        escape()
    except BaseException as error:
        return type(error).__name__
    raise AssertionError


@escaping
@pytest.mark.parametrize("path", ["/page", "/sync", "/grouped"])
async def test_leaving_a_page_answers_500(escape: Callable[[], Any], path: str) -> None:
    async with Client(Leaving(escape)) as client:
        assert (await client.get(path)).status == 500
        assert (await client.get("/")).text == "here"
    assert raised_in(client)[-1] in (name_of(escape), "BaseExceptionGroup")


@escaping
@pytest.mark.parametrize("path", ["/poured", "/dripped"])
async def test_leaving_a_streamed_body_breaks_it_off(escape: Callable[[], Any], path: str) -> None:
    async with Client(Leaving(escape)) as client:
        with pytest.raises(ResponseIncomplete):
            await client.get(path)
        assert (await client.get("/")).text == "here"
    assert name_of(escape) in raised_in(client)


@escaping
async def test_leaving_a_websocket_closes_it_with_1011(escape: Callable[[], Any]) -> None:
    async with Client(Leaving(escape)) as client:
        here = await client.connect("/later")
        there = await client.connect("/later")
        await there.send("go")
        assert await closed(there) == 1011
        assert here.state == "open"
        assert await refused(client, "/at_once") == 500
    assert set(raised_in(client)) == {name_of(escape)}


@escaping
@pytest.mark.parametrize("place", ["before", "after"])
async def test_leaving_a_middleware_fails_that_exchange(
    escape: Callable[[], Any], place: str
) -> None:
    async with Client(Leaving(escape, place)) as client:
        assert (await client.get("/")).status == 500
        if place == "before":
            assert await refused(client, "/here") == 500
        else:
            assert await closed(await client.connect("/here")) == 1011
    assert set(raised_in(client)) == {name_of(escape)}


@escaping
@pytest.mark.parametrize("place", ["startup", "shutdown"])
async def test_leaving_a_lifespan_handler_fails_it(escape: Callable[[], Any], place: str) -> None:
    with pytest.raises(LifespanFailed, match=name_of(escape)):
        async with Client(Leaving(escape, place)):
            pass


@escaping
async def test_leaving_an_error_hook_is_logged(
    escape: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with Client(Leaving(escape, "error hook")) as client:
        assert (await client.get("/broken")).status == 500
    assert "An error hook failed." in caplog.text


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (KeyError("x"), True),
        (OSError(), True),
        (SystemExit(), True),
        (KeyboardInterrupt(), False),
        (GeneratorExit(), False),
    ],
)
async def test_what_may_come_from_outside_is_no_failure_unless_it_is_raised(
    error: BaseException, failed: bool
) -> None:
    assert is_failure(error) is failed


async def test_a_cancellation_is_a_failure_where_nobody_cancels() -> None:
    async def awaits_what_others_cancelled() -> bool:
        other = asyncio.get_running_loop().create_future()
        other.cancel()
        try:
            await other
        except asyncio.CancelledError as error:
            return is_failure(error)
        return False

    async def is_cancelled() -> bool:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            return is_failure(error)
        return True

    assert await awaits_what_others_cancelled()
    task = asyncio.ensure_future(is_cancelled())
    await asyncio.sleep(0)
    task.cancel()
    assert not await task


async def test_a_time_out_that_is_over_leaves_no_cancellation_behind() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
    assert is_failure(asyncio.CancelledError())


async def test_a_coroutine_that_is_closed_has_not_failed() -> None:
    seen = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        except GeneratorExit as error:
            seen.append(is_failure(error))
            raise

    coroutine = waits()
    coroutine.send(None)
    coroutine.close()
    assert seen == [False]


class Grouped(App):
    """Listens in a group of tasks, and may fail in it too."""

    async def ws_talk(self, ws: WebSocket, fault: str = "") -> None:
        await ws.accept()
        async with asyncio.TaskGroup():
            try:
                await ws.receive()
            except ConnectionClosed as gone:
                if fault:
                    raise ExceptionGroup("", [gone, ValueError(fault)]) from None
                raise


@pytest.mark.parametrize(("path", "told"), [("/talk", 0), ("/talk?fault=its+own", 1)])
async def test_a_client_that_leaves_a_group_of_tasks_is_no_failure_of_it(
    path: str, told: int
) -> None:
    with logged() as records:
        await connect(Grouped(), path, {"type": "websocket.disconnect", "code": 1006})
    assert len(records) == told
