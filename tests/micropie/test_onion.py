"""Hooks are an onion: whoever let a request in sees it leave, whatever became of it, and once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from micropie import App, HttpMiddleware, InMemorySessionBackend, WebSocketMiddleware
from micropie.mounts import mount
from micropie.testing import Client
from tests.micropie.drive import (
    CONNECT,
    LEAVE,
    Socket,
    connect,
    cookie_of,
    form,
    http_scope,
    request,
    text,
    with_cookie,
)


class Site(App):
    async def page(self, word):
        return word

    async def fail(self):
        self.request.session["handler"] = 1
        raise KeyError("fail")

    async def refuse(self):
        self.request.session["handler"] = 1
        return 403, "not you"

    async def wait(self):
        await asyncio.Event().wait()

    async def upload(self, doc):
        return await doc["content"].get()

    async def login(self):
        self.request.session["user"] = "Ada"
        return "in"

    async def ws_room(self, ws, word="hi"):
        await ws.accept()
        await ws.receive_text()

    async def ws_need(self, ws, word):
        await ws.accept()

    async def ws_fail(self, ws):
        raise KeyError("fail")


class Layer(HttpMiddleware, WebSocketMiddleware):
    """Writes down when it is passed, in and out; its name says what else it does."""

    def __init__(self, name: str, trail: list[str], *, before: Any = None, after: Any = None):
        self.name = name
        self.trail = trail
        self.before = before
        self.after = after

    def _pass(self, direction: str, do: Any, request: Any) -> Any:
        self.trail.append(f"{direction} {self.name}")
        return do(request) if callable(do) else do

    async def before_request(self, request: Any) -> Any:
        return self._pass("in", self.before, request)

    async def after_request(self, request: Any, status: int, body: Any, headers: Any) -> Any:
        self.trail.append(str(status))
        return self._pass("out", self.after, request)

    async def before_websocket(self, request: Any) -> Any:
        return self._pass("in", self.before, request)

    async def after_websocket(self, request: Any) -> Any:
        result = self._pass("out", self.after, request)
        if asyncio.iscoroutine(result):
            await result


def fails(_: Any) -> None:
    raise ValueError("hook")


def layered(**changes: Any) -> tuple[Site, list[str]]:
    """Return a site in three layers, the second of which does what is said."""
    app, trail = Site(), list[str]()
    for name in "abc":
        layer = Layer(name, trail, **(changes if name == "b" else {}))
        app.middlewares.append(layer)
        app.ws_middlewares.append(layer)
    return app, trail


ALL_IN = ["in a", "in b", "in c"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/page/x", 200), ("/page", 400), ("/nothing/x/y", 404), ("/fail", 500), ("/room", 426)],
)
async def test_whoever_let_a_request_in_sees_it_leave_the_last_first(
    path: str, status: int
) -> None:
    app, trail = layered()
    assert (await request(app, "GET", path)).status == status
    said = str(status)
    assert trail == [*ALL_IN, said, "out c", said, "out b", said, "out a"]


@pytest.mark.parametrize(("before", "status"), [({"status_code": 401}, 401), (fails, 500)])
async def test_who_answers_or_fails_is_no_layer_of_that_request(before: Any, status: int) -> None:
    app, trail = layered(before=before)
    assert (await request(app, "GET", "/page/x")).status == status
    assert trail == ["in a", "in b", str(status), "out a"]


async def test_a_request_that_is_refused_before_the_hooks_passes_none() -> None:
    app, trail = layered()
    app.max_body_size = 1
    assert (await request(app, "POST", "/page/x", **form("word=1"))).status == 413
    assert trail == []


async def test_a_layer_that_fails_on_the_way_out_hides_its_failure_from_none() -> None:
    app, trail = layered(after=fails)
    assert (await request(app, "GET", "/page/x")).status == 500
    assert trail == [*ALL_IN, "200", "out c", "200", "out b", "500", "out a"]


async def test_an_outer_layer_sees_what_an_inner_one_made_of_the_response() -> None:
    app, trail = layered(after={"status_code": 202, "body": "changed"})
    answer = await request(app, "GET", "/page/x")
    assert (answer.status, answer.text, trail[-2:]) == (202, "changed", ["202", "out a"])


async def test_a_request_that_is_cancelled_leaves_through_every_layer() -> None:
    app, trail = layered()
    running = asyncio.ensure_future(request(app, "GET", "/wait"))
    while len(trail) < 3:
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    assert trail == [*ALL_IN, "503", "out c", "503", "out b", "503", "out a"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_hook_that_is_cancelled_keeps_no_other_from_running(kind: str) -> None:
    async def waits(*_: Any) -> None:
        trail.append("waits")
        await asyncio.Event().wait()

    app, trail = layered()
    layer = app.middlewares[1]
    layer.after_request = layer.after_websocket = waits  # type: ignore[assignment,attr-defined]
    visit: Any = request(app, "GET", "/page/x")
    if kind == "websocket":
        visit.close()
        visit = connect(app, "/fail")
    running = asyncio.ensure_future(visit)
    while "waits" not in trail:
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    assert trail[-1] == "out a"


async def test_a_client_that_leaves_in_its_upload_leaves_through_every_layer() -> None:
    app, trail = layered()
    headers = [("content-type", "multipart/form-data; boundary=b")]
    start = b'--b\r\nContent-Disposition: form-data; name="doc"; filename="a.txt"\r\n\r\n'
    gone = {"type": "http.disconnect"}
    answer = await request(app, "POST", "/upload", headers=headers, chunks=[start], then=gone)
    assert answer.status == 0
    assert trail == [*ALL_IN, "400", "out c", "400", "out b", "400", "out a"]


@pytest.mark.parametrize("answers", [True, False])
async def test_a_mounted_app_is_within_the_layers(answers: bool) -> None:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        trail.append("inner")
        if answers:
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body"})

    def choose(request: Any) -> None:
        request._subapp = inner

    app, trail = layered(before=choose)
    said = "418" if answers else "400"
    assert (await request(app, "GET", "/")).status == (418 if answers else 0)
    assert trail == [*ALL_IN, "inner", said, "out c", said, "out b", said, "out a"]


async def test_middleware_that_comes_in_meanwhile_is_no_layer_yet() -> None:
    def grow(_: Any) -> None:
        app.middlewares.clear()

    app, trail = layered()
    app.middlewares[2].before = grow  # type: ignore[attr-defined]
    await request(app, "GET", "/page/x")
    assert trail == [*ALL_IN, "200", "out c", "200", "out b", "200", "out a"]


# WebSockets.


@pytest.mark.parametrize(
    ("path", "events"),
    [("/room", [text("x")]), ("/room", [LEAVE]), ("/need", []), ("/fail", []), ("/nothing", [])],
)
async def test_whoever_let_a_socket_in_sees_it_end_the_last_first(path: str, events: Any) -> None:
    app, trail = layered()
    await connect(app, path, *events)
    assert trail == [*ALL_IN, "out c", "out b", "out a"]


@pytest.mark.parametrize(
    ("before", "closing"),
    [({"code": 4000, "reason": "no"}, (4000, "no")), (fails, (1011, "Internal server error"))],
)
async def test_who_refuses_a_socket_or_fails_is_no_layer_of_it(before: Any, closing: Any) -> None:
    app, trail = layered(before=before)
    assert (await connect(app, "/room")).closing == closing
    assert trail == ["in a", "in b", "out a"]


async def test_a_socket_that_is_cancelled_ends_through_every_layer() -> None:
    app, trail = layered()
    socket = Socket(CONNECT)
    scope = {**http_scope("GET", "/room"), "type": "websocket"}
    running = asyncio.ensure_future(app(scope, socket.receive, socket.send))
    while not socket.accepted:
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert trail == [*ALL_IN, "out c", "out b", "out a"]
    assert socket.closing == (1001, "")


# Sessions.


def marks(request: Any) -> None:
    request.session["mark"] = 1


def refuses_marked(request: Any) -> Any:
    request.session["mark"] = 1
    return {"status_code": 403, "body": "no token"}


def forgets(request: Any) -> Any:
    request.session.clear()
    return {"status_code": 401}


class Told(InMemorySessionBackend):
    """Writes down what is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[dict[str, Any]] = []

    async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
        self.saved.append(data)
        await super().save(session_id, data, timeout)


async def visited(before: Any, path: str, *, known: bool) -> tuple[list[str], list[Any]]:
    """Return the cookies that an answer sets, and what was saved for it."""
    backend = Told()
    app = Site(backend)
    headers = with_cookie(cookie_of(await request(app, "GET", "/login"))) if known else []
    app.middlewares.append(Layer("a", [], before=before))
    del backend.saved[:]
    answer = await request(app, "GET", path, headers=headers)
    return answer.all("set-cookie"), backend.saved


@pytest.mark.parametrize(
    ("before", "path"),
    [
        (refuses_marked, "/login"),
        (marks, "/page"),
        (marks, "/nothing"),
        (marks, "/fail"),
        ({"status_code": 200}, "/login"),
        ({"status_code": 403}, "/login"),
    ],
)
async def test_a_refusal_and_an_early_answer_begin_no_session(before: Any, path: str) -> None:
    assert await visited(before, path, known=False) == ([], [])


@pytest.mark.parametrize(
    ("before", "path"),
    [({"status_code": 200}, "/"), ({"status_code": 403}, "/"), (None, "/page"), (None, "/nothing")],
)
async def test_a_session_that_no_handler_saw_and_nothing_changed_is_not_saved(
    before: Any, path: str
) -> None:
    assert await visited(before, path, known=True) == ([], [])


@pytest.mark.parametrize(("before", "path"), [(refuses_marked, "/"), (marks, "/nothing")])
async def test_what_a_refusal_changed_of_a_session_is_kept(before: Any, path: str) -> None:
    assert await visited(before, path, known=True) == ([], [{"user": "Ada", "mark": 1}])


async def test_who_is_refused_may_be_logged_out() -> None:
    (cookie,), saved = await visited(forgets, "/", known=True)
    assert (cookie.startswith("session_id=;"), saved) == (True, [{}])


async def test_an_early_answer_that_is_no_refusal_may_begin_a_session() -> None:
    def signs_in(request: Any) -> Any:
        request.session["user"] = "Ada"
        return {"status_code": 302, "headers": [("Location", "/")]}

    cookies, saved = await visited(signs_in, "/", known=False)
    assert (len(cookies), saved) == (1, [{"user": "Ada"}])


async def test_a_handler_that_refuses_by_itself_begins_a_session() -> None:
    cookies, saved = await visited(None, "/refuse", known=False)
    assert (len(cookies), saved) == (1, [{"handler": 1}])


async def test_what_a_layer_changed_before_a_mounted_app_is_kept() -> None:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    def choose(request: Any) -> None:
        request.session["mark"] = 1
        request._subapp = inner

    assert (await visited(choose, "/", known=True))[1] == [{"user": "Ada", "mark": 1}]


@pytest.mark.parametrize(
    ("before", "path"), [(refuses_marked, "/login"), (marks, "/nothing"), (marks, "/page")]
)
async def test_a_refusal_within_a_mounted_app_begins_no_session(before: Any, path: str) -> None:
    backend = Told()
    inner, outer = Site(), Site(backend)
    inner.middlewares.append(Layer("a", [], before=before))
    mount(outer, "/inner", inner)
    answer = await request(outer, "GET", f"/inner{path}")
    assert answer.status in (400, 403, 404)
    assert (answer.all("set-cookie"), backend.saved) == ([], [])
    assert len((await request(outer, "GET", "/inner/refuse")).all("set-cookie")) == (
        before is not refuses_marked
    )


@pytest.mark.parametrize("change", [True, False])
async def test_a_refused_socket_saves_what_was_changed_and_nothing_else(change: bool) -> None:
    backend = Told()
    app = Site(backend)
    headers = with_cookie(cookie_of(await request(app, "GET", "/login")))
    refuses: Any = refuses_marked if change else {"code": 4000}
    app.ws_middlewares.append(Layer("a", [], before=refuses))
    del backend.saved[:]
    await connect(app, "/room", headers=headers)
    assert backend.saved == ([{"user": "Ada", "mark": 1}] if change else [])
    del backend.saved[:]
    assert (await connect(app, "/room")).cookie is None
    assert backend.saved == []


async def test_a_backend_without_close_ends_with_its_app() -> None:
    class Kept:
        async def load(self, session_id: str) -> dict[str, Any]:
            return {}

        async def save(self, session_id: str, data: dict[str, Any], timeout: float) -> None:
            return None

    async with Client(Site(Kept())) as client:  # type: ignore[arg-type]
        assert (await client.get("/login")).status == 200
