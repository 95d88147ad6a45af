"""Another ASGI application under a path of this one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie import App, HttpMiddleware, WebSocketMiddleware
from micropie.mounts import mount
from micropie.testing import Client, WebSocketRefused
from tests.micropie.drive import (
    CONNECT,
    LEAVE,
    connect,
    cookie_of,
    form,
    http_scope,
    request,
    text,
    waits_for_ever,
    with_cookie,
)


class Mount(HttpMiddleware):
    """Sends what is below `/api` to another application."""

    def __init__(self, app: Any, inside: bool = True) -> None:
        self.app = app
        self.inside = inside

    def mount(self, request: Any) -> None:
        path = request.scope["path"].removeprefix(request.scope["root_path"])
        if path.startswith("/api"):
            request._subapp = self.app
            request._subapp_mount_path = "/api"
            if self.inside:
                request._subapp_path = path.removeprefix("/api") or "/"

    async def before_request(self, request):
        self.mount(request)

    async def after_request(self, request, status_code, response_body, extra_headers):
        extra_headers.append(("X-Outer", str(status_code)))


class SocketMount(Mount, WebSocketMiddleware):
    async def before_websocket(self, request):
        self.mount(request)


class Inner(App):
    async def index(self, *path):
        return "inner " + "/".join(path)

    async def login(self, user):
        self.request.session = {"user": user}
        return "in"

    async def post(self, a="none"):
        return [a, self.request.scope["root_path"], self.request.scope["path"]]

    async def upload(self, doc):
        return await doc["content"].get()

    async def ws_echo(self, ws, user="nobody"):
        await ws.accept()
        await ws.send_text(user)
        self.request.session["seen"] = True

    async def ws_fail(self, ws):
        await ws.accept()
        raise KeyError("inner")


class Outer(App):
    async def who(self):
        return str(self.request.session)


def mounted(inner: Any, inside: bool = True) -> Outer:
    app = Outer()
    middleware = SocketMount(inner, inside)
    app.middlewares.append(middleware)
    app.ws_middlewares.append(middleware)
    return app


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("root", ["", "/base"])
async def test_a_mounted_app_routes_what_is_below_its_path(inside: bool, root: str) -> None:
    app = mounted(Inner(), inside)
    answer = await request(app, "GET", f"{root}/api/a/b", root_path=root)
    assert (answer.text, answer.header("x-outer")) == ("inner a/b", "200")
    assert (await request(app, "GET", f"{root}/api", root_path=root)).text == "inner "
    answer = await request(app, "POST", f"{root}/api/post", root_path=root, **form("a=1"))
    assert answer.json() == ["1", f"{root}/api", f"{root}/api/post"]
    assert (await request(app, "GET", "/who")).text == "{}"


async def test_any_app_gets_a_body_it_can_read() -> None:
    seen: list[Any] = []

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            event = await receive()
            seen.append(event["body"])
            more = event["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    app = mounted(plain)
    answer = await request(app, "POST", "/api/x", chunks=[b"a=1", b"&b=2"])
    assert (answer.text, b"".join(seen)) == ("/api/x", b"a=1&b=2")
    seen.clear()
    headers = [("content-type", "multipart/form-data; boundary=b")]
    chunks = [b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1", b"\r\n--b--\r\n"]
    for slow in (True, False):
        await request(app, "POST", "/api/x", headers=headers, chunks=chunks, slow=slow)
        assert b"".join(seen) == b"".join(chunks)
        seen.clear()


async def test_a_mounted_app_shares_the_session() -> None:
    app = mounted(Inner())
    answer = await request(app, "GET", "/api/login/Ada")
    headers = with_cookie(cookie_of(answer))
    assert (await request(app, "GET", "/who", headers=headers)).text == "{'user': 'Ada'}"
    socket = await connect(app, "/api/echo", LEAVE, headers=headers)
    assert socket.messages == ["Ada"]
    assert "seen" in (await request(app, "GET", "/who", headers=headers)).text


async def test_a_mounted_websocket_gets_its_cookie_and_its_end() -> None:
    app = mounted(Inner())
    socket = await connect(app, "/api/echo")
    assert socket.cookie is not None
    assert await app.session_backend.load(socket.cookie) == {"seen": True}
    assert (await connect(app, "/api/fail")).closing == (1011, "Internal server error")
    assert (await connect(app, "/api/nothing")).closing == (1008, "No matching WebSocket route")


async def test_a_foreign_websocket_app_that_fails_is_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        assert await receive() == CONNECT
        await send({"type": "websocket.accept"})
        assert (await receive())["text"] == "hi"
        raise KeyError("inner")

    socket = await connect(mounted(plain), "/api", text("hi"))
    assert socket.closing == (1011, "Internal server error")
    assert "KeyError: 'inner'" in caplog.text


@pytest.mark.parametrize("late", [True, False])
async def test_a_foreign_app_that_fails_is_a_logged_500(
    late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if late:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("inner")

    answer = await request(mounted(plain), "GET", "/api")
    assert (answer.status, answer.complete) == ((200, False) if late else (500, True))
    assert "KeyError: 'inner'" in caplog.text


async def test_a_mounted_apps_lifespan_is_within_the_outer_one() -> None:
    events = []
    inner = Inner()
    inner.startup_handlers.append(lambda: events.append("start"))
    inner.shutdown_handlers.append(lambda: events.append("stop"))
    async with Client(mounted(inner)) as client:
        for _ in range(2):
            assert (await client.get("/api/x")).text == "inner x"
        assert events == ["start"]
    assert events == ["start", "stop"]


async def test_an_app_without_lifespan_is_served_without() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"plain"})

    async with Client(mounted(plain)) as client:
        assert (await client.get("/api")).text == "plain"


async def test_a_mounted_app_that_does_not_start_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    inner = Inner()
    inner.startup_handlers.append(lambda: 1 / 0)
    async with Client(mounted(inner)) as client:
        assert (await client.get("/api")).status == 500
    assert "a mounted app failed to start" in caplog.text


async def test_a_mounted_app_gets_its_state() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["x"] = b"made at start"
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["state"]["x"]})

    async with Client(mounted(plain)) as client:
        assert (await client.get("/api")).text == "made at start"


async def echo_scope(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what the inner application sees of the path."""
    seen = f"{scope['root_path']}|{scope['path']}|{scope['raw_path'].decode()}"
    if scope["type"] == "websocket":
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": seen, "bytes": None})
        await send({"type": "websocket.close"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": seen.encode()})


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/live", "/live|/live/|/live/"),
        ("/live/", "/live|/live/|/live/"),
        ("/live/a/?q=1", "/live|/live/a/|/live/a/"),
        ("/live/a%2Fb/%C3%BC", "/live|/live/a/b/ü|/live/a%2Fb/%C3%BC"),
    ],
)
async def test_mount_gives_an_app_what_is_below_its_path(path: str, seen: str) -> None:
    app = Outer()
    mount(app, "/live", echo_scope)
    async with Client(app) as client:
        assert (await client.get(path)).text == seen
        async with await client.connect(path) as socket:
            assert await socket.receive() == seen
        assert (await client.get("/who")).text == "{}"
        assert (await client.get("/lively")).status == 404
        with pytest.raises(WebSocketRefused, match="No matching WebSocket route"):
            await client.connect("/lively")


async def test_mount_below_a_root_path() -> None:
    app = Outer()
    mount(app, "live/deep/", echo_scope)
    async with Client(app, root_path="/base") as client:
        seen = "/base/live/deep|/base/live/deep/a|/base/live/deep/a"
        assert (await client.get("/live/deep/a")).text == seen
        assert (await client.get("/live/a")).status == 404


@pytest.mark.parametrize("paths", [("/", "/a", "/a/b"), ("/a/b", "/a", "/")])
async def test_of_several_mounts_the_longest_answers(paths: tuple[str, ...]) -> None:
    app = Outer()
    for path in paths:
        mount(app, path, echo_scope)
    async with Client(app) as client:
        for path, root in [("/x/y", ""), ("/a/x", "/a"), ("/a/b", "/a/b"), ("/a/b/c", "/a/b")]:
            assert (await client.get(path)).text.partition("|")[0] == root


async def test_a_mounted_app_that_takes_long_undoes_nothing_others_did_to_the_session() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def poll(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await go_on.wait()
        if scope["path"].endswith("mine"):
            scope["session"]["mine"] = 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    app = mounted(Inner())
    mount(app, "/poll", poll)
    for path, left in (("/poll", {"user": "Eve"}), ("/poll/mine", {"user": "Eve", "mine": 1})):
        async with Client(app) as client:
            asked.clear()
            go_on.clear()
            cookie = (await client.get("/api/login/Ada")).header("set-cookie")
            session_id = str(cookie).partition(";")[0].removeprefix("session_id=")
            headers = with_cookie(session_id)
            polling = asyncio.create_task(client.get(path, headers=headers))
            await asked.wait()
            await client.get("/api/login/Eve", headers=headers)
            go_on.set()
            assert (await polling).status == 200
            assert await app.session_backend.load(session_id) == left


@pytest.mark.parametrize("end", ["ends", "leaves", "fails"])
async def test_what_any_mounted_app_changes_once_its_answer_has_begun_is_kept(
    end: str,
) -> None:
    class Gone(Exception):
        """What an app may make of a client that has left."""

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        scope["session"]["seen"] = 1
        try:
            await send({"type": "http.response.body", "body": b"chunk", "more_body": True})
        except OSError:
            raise Gone from None
        if end == "fails":
            raise KeyError("on purpose")
        await send({"type": "http.response.body"})
        scope["session"]["after"] = 1

    app = mounted(Inner())
    mount(app, "/stream", stream)
    session_id = cookie_of(await request(app, "GET", "/api/login/Ada"))

    async def send(event: Any) -> None:
        if end == "leaves" and event["type"] == "http.response.body":
            raise OSError

    scope = http_scope("GET", "/stream", with_cookie(session_id))
    await app(scope, waits_for_ever, send)
    kept = {"ends": {"seen": 1, "after": 1}, "leaves": {"seen": 1}, "fails": {}}[end]
    assert await app.session_backend.load(session_id) == {"user": "Ada", **kept}


async def test_a_mounted_handler_that_fails_keeps_nothing_of_the_session() -> None:
    class Failing(App):
        async def index(self):
            self.request.session["seen"] = 1
            raise KeyError("on purpose")

    app = mounted(Inner())
    mount(app, "/failing", Failing())
    headers = with_cookie(cookie_of(await request(app, "GET", "/api/login/Ada")))
    assert (await request(app, "GET", "/failing", headers=headers)).status == 500
    assert (await request(app, "GET", "/who", headers=headers)).text == "{'user': 'Ada'}"
