"""Sessions as an application's visitors have them, wherever they are kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from micropie import App, ConnectionClosed, SessionBackend
from micropie.backends.redis import RedisSessionBackend
from micropie.backends.sqlite import SQLiteSessionBackend
from micropie.testing import Client, Response, WebSocketRefused
from tests.micropie.drive import with_cookie
from tests.micropie.redis_server import redis_server
from tests.micropie.session_stores import Store


class Site(App):
    arrived: asyncio.Event
    go_on: asyncio.Event

    async def login(self, user):
        self.request.session["user"] = user
        return "in"

    async def who(self):
        return str(self.request.session.get("user"))

    async def logout(self):
        self.request.session.clear()
        return "out"

    async def slow(self, renew: bool = False):
        self.request.session["slow"] = True
        self.arrived.set()
        await self.go_on.wait()
        if renew:
            self.request.regenerate_session()
        return "slow"

    async def read(self):
        self.arrived.set()
        await self.go_on.wait()
        return str(self.request.session["user"])

    async def odd(self):
        self.request.session["odd"] = {1, 2}
        return "odd"

    async def renew(self, odd: bool = False):
        self.request.session["new"] = {1, 2} if odd else 1
        self.request.regenerate_session()
        return "renewed"

    async def ws_room(self, ws, user="nobody"):
        await ws.accept()
        await ws.send_text(user)
        async for message in ws:
            key, _, value = message.partition("=")
            self.request.session[key] = value

    async def ws_end(self, ws):
        await ws.accept()
        self.request.session["mine"] = 1


def id_of(answer: Response) -> str:
    return str(answer.header("set-cookie")).partition(";")[0].removeprefix("session_id=")


Workers = tuple[Client, Client]


@pytest.fixture
async def workers(store: Store) -> AsyncIterator[Workers]:
    """Clients of two workers that share a store."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Client(Site(store.open()))) for _ in range(2)]
        yield clients[0], clients[1]


async def test_a_visitor_is_known_to_every_worker(workers: Workers) -> None:
    one, other = workers
    visitor = with_cookie(id_of(await one.get("/login/Ada")))
    assert (await other.get("/who", headers=visitor)).text == "Ada"
    async with await other.connect("/room", headers=visitor) as socket:
        assert await socket.receive() == "Ada"
    assert (await other.get("/logout", headers=visitor)).status == 200
    assert (await one.get("/who", headers=visitor)).text == "None"


async def test_open_sockets_keep_what_each_of_them_changed(workers: Workers, store: Store) -> None:
    one, other = workers
    session_id = id_of(await one.get("/login/Ada"))
    sockets = [
        await client.connect("/room", headers=with_cookie(session_id)) for client in (one, other)
    ]
    for number, socket in enumerate(sockets):
        await socket.send(f"key{number}={number}")
        await socket.close()
        await socket.ended()
    backend = store.open()
    assert await backend.load(session_id) == {"user": "Ada", "key0": "0", "key1": "1"}
    await backend.close()


async def test_an_open_socket_never_revives_who_logged_out(workers: Workers) -> None:
    one, other = workers
    visitor = with_cookie(id_of(await one.get("/login/Ada")))
    socket = await one.connect("/room", headers=visitor)
    await socket.send("mine=1")
    await other.get("/logout", headers=visitor)
    await socket.close()
    await socket.ended()
    assert (await other.get("/who", headers=visitor)).text == "None"


async def test_a_slow_request_never_revives_who_logged_out(workers: Workers) -> None:
    one, other = workers
    site = one.app
    assert isinstance(site, Site)
    site.arrived, site.go_on = asyncio.Event(), asyncio.Event()
    visitor = with_cookie(id_of(await one.get("/login/Ada")))
    slow = asyncio.create_task(one.get("/slow", headers=visitor))
    await site.arrived.wait()
    await other.get("/logout", headers=visitor)
    site.go_on.set()
    assert (await slow).text == "slow"
    assert (await other.get("/who", headers=visitor)).text == "None"


async def test_a_socket_begins_a_session(workers: Workers) -> None:
    one, other = workers
    socket = await one.connect("/room")
    cookie = next(value for name, value in socket.headers if name == "set-cookie")
    await socket.send("user=Eve")
    await socket.close()
    await socket.ended()
    session_id = cookie.partition(";")[0].removeprefix("session_id=")
    assert (await other.get("/who", headers=with_cookie(session_id))).text == "Eve"


async def test_the_end_of_an_app_closes_its_backend(tmp_path: Path) -> None:
    app = Site(SQLiteSessionBackend(tmp_path / "sessions.db"))
    async with Client(app) as client:
        await client.get("/login/Ada")
        assert len(os.listdir(tmp_path)) > 1
    # Without its write-ahead log.
    assert os.listdir(tmp_path) == ["sessions.db"]


async def test_a_value_that_is_no_json_is_the_same_logged_500_everywhere(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with Client(Site(store.open())) as client:
        visitor = with_cookie(id_of(await client.get("/login/Ada")))
        for headers in ([], visitor):
            assert (await client.get("/odd", headers=headers)).status == 500
        assert (await client.get("/who", headers=visitor)).text == "Ada"
    told = "TypeError: expected a JSON value in session['odd'], got set; keep str, int,"
    assert caplog.text.count(told) == 2


async def test_a_session_that_cannot_be_renewed_is_there_still(
    workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = workers
    visitor = with_cookie(id_of(await one.get("/login/Ada")))
    assert (await one.get("/renew/true", headers=visitor)).status == 500
    assert (await other.get("/who", headers=visitor)).text == "Ada"
    renewed = with_cookie(id_of(await one.get("/renew", headers=visitor)))
    assert (await other.get("/who", headers=visitor)).text == "None"
    assert (await other.get("/who", headers=renewed)).text == "Ada"
    assert "session['new'], got set" in caplog.text


async def test_a_renewed_session_has_what_others_changed_meanwhile(workers: Workers) -> None:
    one, other = workers
    site = one.app
    assert isinstance(site, Site)
    site.arrived, site.go_on = asyncio.Event(), asyncio.Event()
    visitor = with_cookie(id_of(await one.get("/login/Ada")))
    slow = asyncio.create_task(one.get("/slow?renew=1", headers=visitor))
    await site.arrived.wait()
    await other.get("/login/Eve", headers=visitor)
    site.go_on.set()
    renewed = with_cookie(id_of(await slow))
    assert (await other.get("/who", headers=renewed)).text == "Eve"


async def test_a_file_that_breaks_is_a_logged_500_and_1011_until_it_is_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "sessions.db"
    site = Site(SQLiteSessionBackend(path))
    async with Client(site) as client:
        visitor = with_cookie(id_of(await client.get("/login/Ada")))
        socket = await client.connect("/room", headers=visitor)
        await site.session_backend.close()
        whole = path.read_bytes()
        path.write_bytes(b"no database at all" * 100)
        await socket.send("mine=1")
        await socket.close()
        await socket.ended()
        await assert_broken(client, visitor)
        path.write_bytes(whole)
        assert (await client.get("/who", headers=visitor)).text == "Ada"
    assert caplog.text.count("file is not a database") >= 4
    assert "Unhandled exception in the session backend" in caplog.text


@pytest.mark.live
async def test_a_server_that_dies_is_a_logged_500_and_1011_until_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with redis_server() as server:
        async with Client(Site(RedisSessionBackend(server.url))) as client:
            visitor = with_cookie(id_of(await client.get("/login/Ada")))
            socket = await client.connect("/room", headers=visitor)
            server.kill()
            await socket.send("mine=1")
            await socket.close()
            await socket.ended()
            await assert_broken(client, visitor)
            server.start()
            assert (await client.get("/login/Ada")).status == 200
    assert caplog.text.count("expected the Redis server at unix://") >= 4
    assert "Unhandled exception in the session backend" in caplog.text


async def assert_broken(client: Client, visitor: list[tuple[str, str]]) -> None:
    assert (await client.get("/who", headers=visitor)).status == 500
    assert (await client.get("/login/Ada")).status == 500
    with pytest.raises(WebSocketRefused) as refused:
        await client.connect("/room", headers=visitor)
    assert (refused.value.status, refused.value.reason) == (500, "Internal server error")
    # Who comes without a session gets in, and the end of the conversation tells what is lost.
    socket = await client.connect("/end")
    with pytest.raises(ConnectionClosed) as closed:
        await socket.receive()
    assert (closed.value.code, closed.value.reason) == (1011, "Internal server error")


class Plain(SessionBackend):
    """No more than a backend must have."""

    def __init__(self, kept: dict[str, dict[str, Any]] | None = None) -> None:
        self.kept: dict[str, dict[str, Any]] = {} if kept is None else kept

    async def load(self, session_id: str) -> dict[str, Any]:
        return dict(self.kept.get(session_id, {}))

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        self.kept.pop(session_id, None)
        if data and timeout > 0:
            self.kept[session_id] = dict(data)


async def test_a_backend_needs_load_and_save_alone() -> None:
    backend = Plain()
    async with Client(Site(backend)) as client:
        session_id = id_of(await client.get("/login/Ada"))
        visitor = with_cookie(session_id)
        assert (await client.get("/login/Eve", headers=visitor)).status == 200
        socket = await client.connect("/room", headers=visitor)
        await socket.send("mine=1")
        await socket.close()
        await socket.ended()
        assert backend.kept == {session_id: {"user": "Eve", "mine": "1"}}
        await client.get("/logout", headers=visitor)
    assert backend.kept == {}


@pytest.mark.parametrize(
    ("meanwhile", "kept"),
    [
        ("/logout", None),
        ("/login/Eve", {"user": "Eve", "slow": True}),
        ("/who", {"user": "Ada", "slow": True}),
    ],
)
async def test_with_load_and_save_alone_nothing_slow_undoes_what_another_process_did(
    meanwhile: str, kept: dict[str, Any] | None
) -> None:
    shared: dict[str, dict[str, Any]] = {}
    site = Site(Plain(shared))
    site.arrived, site.go_on = asyncio.Event(), asyncio.Event()
    async with Client(site) as one, Client(Site(Plain(shared))) as other:
        session_id = id_of(await one.get("/login/Ada"))
        visitor = with_cookie(session_id)
        slow = asyncio.create_task(one.get("/slow", headers=visitor))
        await site.arrived.wait()
        await other.get(meanwhile, headers=visitor)
        site.go_on.set()
        assert (await slow).status == 200
    assert shared.get(session_id) == kept


async def test_what_another_process_ended_is_not_brought_back_by_who_only_read_it() -> None:
    shared: dict[str, dict[str, Any]] = {}
    site = Site(Plain(shared))
    site.arrived, site.go_on = asyncio.Event(), asyncio.Event()
    async with Client(site) as one, Client(Site(Plain(shared))) as other:
        visitor = with_cookie(id_of(await one.get("/login/Ada")))
        reading = asyncio.create_task(one.get("/read", headers=visitor))
        await site.arrived.wait()
        await other.get("/logout", headers=visitor)
        site.go_on.set()
        assert (await reading).text == "Ada"
    assert shared == {}
