"""Socket.IO beside an App: on one server, as the outermost app and as a mounted one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import socketio

from micropie import App
from micropie.mounts import mount
from micropie.types import ASGIApp
from tests.micropie.peers import DEADLINE
from tests.micropie.servers import uvicorn_server

pytestmark = pytest.mark.live


class Site(App):
    """The App's own half: it must not notice its neighbour."""

    def __init__(self) -> None:
        super().__init__(session_cookie_secure=False)
        self.events: list[str] = []
        self.startup_handlers.append(lambda: self.events.append("start"))
        self.shutdown_handlers.append(lambda: self.events.append("stop"))

    async def login(self, name):
        self.request.session["name"] = name
        return "in"

    async def who(self):
        return str(self.request.session.get("name"))

    async def post(self, a="none"):
        return f"got {a}"

    async def ws_echo(self, ws, name="nobody"):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{name}: {message}")


@dataclass
class Chat:
    """A Socket.IO server and what it saw."""

    sio: Any = field(
        # Clients that vanish are noticed, and the tasks of those that left are over, in a moment.
        default_factory=lambda: socketio.AsyncServer(
            async_mode="asgi", ping_interval=0.1, ping_timeout=2
        )
    )
    connected: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    left_over: list[asyncio.Task[Any]] | None = None

    def __post_init__(self) -> None:
        for name in ("connect", "disconnect", "echo", "join", "tell", "stop"):
            self.sio.on(name, getattr(self, f"on_{name}"))

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        if auth == "wrong":
            raise socketio.exceptions.ConnectionRefusedError("wrong key")
        self.connected.append(sid)
        self.scopes.append(environ["asgi.scope"])

    async def on_disconnect(self, sid: str, reason: str) -> None:
        self.gone.append(reason)
        # Answers the last poll of who left; python-engineio lets it wait for its time-out.
        await self.sio.emit("left")

    async def on_echo(self, sid: str, data: Any) -> Any:
        return data

    async def on_join(self, sid: str, room: str) -> None:
        await self.sio.enter_room(sid, room)

    async def on_tell(self, sid: str, room: str | None, news: Any) -> None:
        await self.sio.emit("news", news, room=room)

    async def on_stop(self, sid: str) -> None:
        await self.sio.disconnect(sid)

    async def end(self) -> None:
        """Stop, and note the tasks that are left when all clients are gone."""
        before = asyncio.all_tasks()
        await self.sio.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DEADLINE):
                while self._own(before):
                    await asyncio.sleep(0.005)
        self.left_over = self._own(before)

    def _own(self, tasks: set[asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
        return [each for each in tasks if not each.done() and "engineio" in str(each.get_coro())]


@dataclass
class Place:
    """Where both are."""

    site: Site
    chat: Chat
    socketio_path: str = "socket.io"
    url: str = ""


def put_together(how: str) -> tuple[ASGIApp, Place]:
    """Make an App and a Socket.IO server, and the one app that is served."""
    site, chat = Site(), Chat()
    site.shutdown_handlers.append(chat.end)
    if how == "outermost":
        return socketio.ASGIApp(chat.sio, other_asgi_app=site), Place(site, chat)
    path = "live/chat" if how == "mounted elsewhere" else "socket.io"
    mount(site, f"/{path}", socketio.ASGIApp(chat.sio, socketio_path=None))
    return site, Place(site, chat, path)


@contextlib.contextmanager
def served(app: ASGIApp, place: Place, caplog: pytest.LogCaptureFixture) -> Iterator[Place]:
    """Serve it with uvicorn; at the end no task is left, and nothing is logged."""
    with uvicorn_server(app, http="h11", ws="websockets-sansio") as port:
        place.url = f"http://127.0.0.1:{port}"
        yield place
    assert place.site.events == ["start", "stop"]
    assert place.chat.left_over == []
    assert [each for each in caplog.records if each.levelname in ("WARNING", "ERROR")] == []


@pytest.fixture(params=["outermost", "mounted"])
def place(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[Place]:
    """Each way to put them together, on a server."""
    with served(*put_together(request.param), caplog) as place:
        yield place


@pytest.fixture(params=["websocket", "polling", "upgrade"])
def transports(request: pytest.FixtureRequest) -> list[str]:
    """WebSocket alone, long-polling alone, and what a client does by default."""
    return ["polling", "websocket"] if request.param == "upgrade" else [request.param]


async def get(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        return await answer.text()


async def until(condition: Any) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session
        # The client of python-socketio does not wait for the answers to its last posts.
        connector = session.connector
        assert connector is not None
        await until(lambda: not connector._acquired)
    await until(lambda: len(asyncio.all_tasks()) == 1)


class Visitor:
    """A connected client and the news it got."""

    def __init__(self, client: socketio.AsyncClient) -> None:
        self.client = client
        self.news: asyncio.Queue[Any] = asyncio.Queue()
        self.left = asyncio.Event()
        client.on("news", self.news.put_nowait)
        client.on("disconnect", lambda reason: self.left.set())

    async def call(self, event: str, *data: Any) -> Any:
        return await self.client.call(event, data, timeout=DEADLINE)

    async def hear(self) -> Any:
        return await asyncio.wait_for(self.news.get(), DEADLINE)


@contextlib.asynccontextmanager
async def visit(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> AsyncIterator[Visitor]:
    client = socketio.AsyncClient(http_session=http, reconnection=False)
    visitor = Visitor(client)
    path = place.socketio_path
    await client.connect(place.url, transports=transports, socketio_path=path)
    try:
        yield visitor
    finally:
        await client.disconnect()


async def test_events_are_acknowledged(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> None:
    async with visit(place, transports, http) as visitor:
        assert visitor.client.transport() == transports[-1]
        for data in ("text", {"ünï": [1, None, 2.5]}, b"\x00\xff", [b"1", "2"], "x" * 30_000):
            assert await visitor.call("echo", data) == data
    await until(lambda: len(place.chat.gone) == 1)


async def test_rooms_and_broadcasts_reach_whom_they_concern(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> None:
    async with (
        visit(place, transports, http) as ada,
        visit(place, ["websocket"], http) as bob,
        visit(place, ["polling"], http) as eve,
    ):
        await ada.call("join", "tea")
        await bob.call("join", "tea")
        await eve.call("tell", "tea", "for the room")
        await ada.call("tell", None, "for all")
        assert [await ada.hear(), await ada.hear()] == ["for the room", "for all"]
        assert [await bob.hear(), await bob.hear()] == ["for the room", "for all"]
        assert await eve.hear() == "for all"


async def test_either_side_may_disconnect(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> None:
    async with visit(place, transports, http) as visitor:
        await visitor.client.emit("stop")
        await asyncio.wait_for(visitor.left.wait(), DEADLINE)
        # Its client says so before it has hung up. To hang up once more in between empties its
        # queue, and from Python 3.12 on its writer then waits for half a minute.
        await until(lambda: visitor.client.eio.state == "disconnected")
    await until(lambda: len(place.chat.gone) == 1)


async def test_a_refused_client_gets_the_reason(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> None:
    client = socketio.AsyncClient(http_session=http, reconnection=False)
    refusals: list[Any] = []
    client.on("connect_error", refusals.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(
            place.url, transports=transports, socketio_path=place.socketio_path, auth="wrong"
        )
    assert refusals == [{"message": "wrong key"}]
    assert place.chat.connected == []


async def test_the_app_beside_it_works_as_ever(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> None:
    async with visit(place, transports, http) as visitor:
        assert await get(http, f"{place.url}/who") == "None"
        assert await get(http, f"{place.url}/login/Ada") == "in"
        async with http.post(f"{place.url}/post", data={"a": "form"}) as answer:
            assert await answer.text() == "got form"
        async with http.ws_connect(f"{place.url}/echo") as ws:
            await ws.send_str("hello")
            assert await ws.receive_str(timeout=DEADLINE) == "Ada: hello"
        async with http.get(f"{place.url}/nothing") as answer:
            assert (answer.status, await answer.text()) == (404, "404 Not Found")
        assert await visitor.call("echo", "still here") == "still here"
    assert await get(http, f"{place.url}/who") == "Ada"


async def test_socketio_leaves_the_apps_session_and_its_cookie_alone(
    place: Place, transports: list[str], http: aiohttp.ClientSession
) -> None:
    await get(http, f"{place.url}/login/Ada")
    cookies = {each.key: each.value for each in http.cookie_jar}
    async with visit(place, transports, http) as visitor:
        # A request of the App's in the middle of a poll: the poll's end must not undo it.
        await get(http, f"{place.url}/login/Eve")
        await visitor.call("echo", "x")
        await visitor.call("echo", "y")
        assert await get(http, f"{place.url}/who") == "Eve"
    assert await get(http, f"{place.url}/who") == "Eve"
    assert {each.key: each.value for each in http.cookie_jar} == cookies
    seen = place.chat.scopes[0].get("session")
    assert seen in (None, {"name": "Ada"})
    assert (seen is None) == (place.site.middlewares == [])


async def test_it_may_be_mounted_anywhere(
    transports: list[str], http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(served(*put_together("mounted elsewhere"), caplog))
        async with visit(place, transports, http) as visitor:
            assert await visitor.call("echo", "x") == "x"
        async with http.get(f"{place.url}/socket.io/") as answer:
            assert answer.status == 404
        await asyncio.to_thread(stack.close)


async def test_a_client_that_vanishes_is_gone_for_the_others(place: Place) -> None:
    async with aiohttp.ClientSession() as http:
        url = f"{place.url}/{place.socketio_path}/?EIO=4&transport=websocket"
        async with http.ws_connect(url) as ws:
            assert (await ws.receive_str(timeout=DEADLINE)).startswith("0{")
            await ws.send_str("40")
            assert (await ws.receive_str(timeout=DEADLINE)).startswith("40{")
            connection = ws._response.connection
            assert connection is not None
            assert connection.transport is not None
            connection.transport.abort()
            await until(lambda: place.chat.gone == ["transport close"])


@pytest.mark.parametrize("how", ["outermost", "mounted"])
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_server_stops_while_clients_are_connected(
    how: str, transport: str, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    app, place = put_together(how)
    server = served(app, place, caplog)
    with contextlib.ExitStack() as stack:
        stack.enter_context(server)
        async with visit(place, [transport], http) as visitor:
            await asyncio.to_thread(stack.close)
            await asyncio.wait_for(visitor.left.wait(), DEADLINE)


def test_a_server_that_would_never_answer_below_its_mount_is_refused_with_what_to_write() -> None:
    made = socketio.ASGIApp(socketio.AsyncServer(async_mode="asgi"))
    with pytest.raises(ValueError, match="socketio_path=None"):
        mount(App(), "/ws", made)
    mount(App(), "/", made)
    mount(App(), "/socket.io", made)
    mount(App(), "/ws", socketio.ASGIApp(made.engineio_server, socketio_path="ws/socket.io"))
    mount(App(), "/ws", socketio.ASGIApp(made.engineio_server, other_asgi_app=App()))
