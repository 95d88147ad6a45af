"""Whatever an app does, no task of it is left and the loop goes on."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from micropie.testing import Client
from micropie.types import Receive, Scope, Send
from tests.micropie.testing_apps import ACCEPT, START, message


async def test_a_task_that_swallows_cancellation_once_is_ended() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    client = Client(app, timeout=0.01)
    with pytest.raises(TimeoutError):
        await client.get("/")
    await client.stop()


async def test_a_task_that_cannot_be_ended_is_told() -> None:
    release = False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while not release:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    client = Client(app, timeout=0.01)
    with pytest.raises(TimeoutError):
        await client.get("/")
    with pytest.raises(RuntimeError, match="expected the app to end when cancelled"):
        await client.stop()
    release = True
    await client.stop()


@pytest.mark.parametrize("what", ["receive", "send", "send wrongly"])
async def test_an_app_that_never_lets_go_does_not_stop_the_loop(what: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        event = {"type": "nonsense"} if what == "send wrongly" else message("x")
        await send(ACCEPT)
        while True:
            with contextlib.suppress(Exception):
                await (receive() if what == "receive" else send(event))

    client = Client(app, timeout=0.05)
    session = await client.connect("/")
    await session.close()
    await client.stop()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_endless_response_meets_the_deadline(method: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        while True:
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})

    client = Client(app, timeout=0.05)
    if method == "HEAD":
        assert (await client.request("HEAD", "/")).status == 200
    else:
        with pytest.raises(TimeoutError):
            await client.get("/")
    await client.stop()


async def test_a_cancelled_request_is_a_client_that_left() -> None:
    saw: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        saw.append((await receive())["type"])
        saw.append((await receive())["type"])

    client = Client(app)
    asking = asyncio.create_task(client.get("/"))
    async with asyncio.timeout(1):
        while not saw:
            await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await client.stop()
    assert saw == ["http.request", "http.disconnect"]


async def test_an_app_that_raises_cancelled_error_by_itself_has_failed() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    client = Client(app)
    assert (await client.get("/")).status == 500
    assert isinstance(client.errors[0], asyncio.CancelledError)
    await client.stop()
