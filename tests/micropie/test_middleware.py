"""Code around requests and connections."""

from __future__ import annotations

from typing import Any

import pytest

from micropie import App, HttpMiddleware, WebSocketMiddleware
from tests.micropie.drive import LEAVE, connect, form, request, text


class Site(App):
    async def index(self, name="nobody"):
        return {"name": name}

    async def fail(self):
        raise KeyError("fail")

    async def stream(self):
        yield "x"

    async def _hidden(self, *path):
        return "/".join(path)

    async def ws_index(self, ws, name="nobody"):
        await ws.accept()
        await ws.send_text(name)

    async def ws_wait(self, ws):
        await ws.accept()
        await ws.receive_text()

    async def ws_fail(self, ws):
        raise KeyError("fail")


class Recording(HttpMiddleware):
    """Notes what it is given; does what it is told."""

    def __init__(self, before: Any = None, after: Any = None) -> None:
        self.before = before
        self.after = after
        self.seen: list[Any] = []

    async def before_request(self, request):
        self.seen.append(request.method)
        return self.before(request) if callable(self.before) else self.before

    async def after_request(self, request, status_code, response_body, extra_headers):
        self.seen.append((status_code, response_body))
        extra_headers.append(("X-Seen", str(status_code)))
        return self.after() if callable(self.after) else self.after


def site(*middlewares: Any) -> Site:
    app = Site()
    for middleware in middlewares:
        kind = isinstance(middleware, WebSocketMiddleware)
        (app.ws_middlewares if kind else app.middlewares).append(middleware)
    return app


async def test_the_base_class_changes_nothing() -> None:
    app = site(HttpMiddleware(), WebSocketMiddleware())
    assert (await request(app, "GET", "/")).json() == {"name": "nobody"}
    assert (await connect(app, "/")).messages == ["nobody"]


@pytest.mark.parametrize(
    ("path", "status", "shown"),
    [
        ("/", 200, '{"name":"nobody"}'),
        ("/fail", 500, "500 Internal Server Error"),
        ("/nothing/", 404, "404 Not Found"),
    ],
)
async def test_after_request_runs_for_every_response(path: str, status: int, shown: str) -> None:
    class Exact(Site):
        async def index(self):  # type: ignore[override]
            return {"name": "nobody"}

    middleware = Recording()
    app = Exact()
    app.middlewares.append(middleware)
    answer = await request(app, "GET", path)
    assert middleware.seen == ["GET", (status, shown)]
    assert (answer.status, answer.header("x-seen")) == (status, str(status))


async def test_before_request_answers_at_once() -> None:
    first = Recording({"status_code": 403, "body": {"no": 1}, "headers": [("X-A", "1")]})
    second = Recording()
    answer = await request(site(first, second), "GET", "/")
    assert (answer.status, answer.json(), answer.header("x-a")) == (403, {"no": 1}, "1")
    assert answer.header("content-type") == "application/json"
    assert (first.seen, second.seen) == (["GET"], [])
    answer = await request(site(Recording({"body": "x"})), "GET", "/")
    assert (answer.status, answer.text) == (200, "x")


async def test_after_request_may_change_the_response() -> None:
    changes = {"status_code": 202, "body": {"new": True}, "headers": [("X-B", "2")]}
    answer = await request(site(Recording(after=changes)), "GET", "/")
    assert (answer.status, answer.json(), answer.header("x-b")) == (202, {"new": True}, "2")
    assert answer.header("x-seen") is None
    answer = await request(site(Recording(after={"body": "text"})), "GET", "/stream")
    assert (answer.text, answer.header("content-length")) == ("text", "4")


async def test_the_headers_of_a_short_circuit_are_not_added_to() -> None:
    shared = {"body": "x", "headers": [("X-A", "1")]}
    app = site(Recording(shared))
    await request(app, "GET", "/")
    assert shared["headers"] == [("X-A", "1")]


def fails(*_: Any) -> Any:
    raise ValueError("hook")


@pytest.mark.parametrize("middleware", [Recording(before=fails), Recording(after=fails)])
@pytest.mark.parametrize("path", ["/", "/stream"])
async def test_a_hook_that_fails_is_a_logged_500(
    middleware: Recording, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    outer = Recording()
    answer = await request(site(outer, middleware), "GET", path)
    assert (answer.status, answer.text) == (500, "500 Internal Server Error")
    assert outer.seen[-1][0] == 500
    assert "ValueError: hook" in caplog.text


async def test_sync_hooks_work() -> None:
    class Sync:
        def before_request(self, request):
            return {"body": "sync"} if request.query("early") else None

        def after_request(self, request, status_code, response_body, extra_headers):
            extra_headers.append(("X-A", response_body))

    answer = await request(site(Sync()), "GET", "/stream?early=1")
    assert (answer.text, answer.header("x-a")) == ("sync", None)
    assert (await request(site(Sync()), "GET", "/")).header("x-a") == '{"name":"nobody"}'


async def test_the_form_is_read_before_the_hooks() -> None:
    middleware = Recording(lambda request: {"body": request.form("a")})
    assert (await request(site(middleware), "POST", "/", **form("a=1"))).text == "1"


@pytest.mark.parametrize("by_name", [True, False])
async def test_middleware_may_choose_the_handler_and_its_path(by_name: bool) -> None:
    app = Site()

    def choose(request: Any) -> None:
        request._route_handler = "_hidden" if by_name else app._hidden
        request.path_params = ["a", "b"]

    app.middlewares.append(Recording(choose))
    assert (await request(app, "GET", "/x/y")).text == "a/b"
    app.middlewares.clear()
    assert (await request(app, "GET", "/_hidden")).status == 404


async def test_a_chosen_handler_that_is_none_is_not_found() -> None:
    def choose(request: Any) -> None:
        request._route_handler = "nothing"

    assert (await request(site(Recording(choose)), "GET", "/")).status == 404


async def beside(ws: Any, room: str = "none") -> None:
    await ws.accept()
    await ws.send_text(room)


class Routed(App):
    async def none(self):
        return "none"

    async def two(self, a, b="b"):
        return a + b

    async def rest(self, *parts):
        return "+".join(parts)

    async def talk(self, ws, room="none"):
        await beside(ws, room)

    async def only(self, ws):
        await beside(ws)

    async def ws_all(self, ws, *rooms):
        await beside(ws, "+".join(rooms))


def routed(handler: Any, segments: list[Any] | None) -> Routed:
    """Return an app whose middleware sends everything to one handler."""

    def choose(request: Any) -> None:
        request._route_handler = request._ws_route_handler = handler
        if segments is not None:
            request.path_params = segments

    app = Routed()
    app.middlewares.append(Recording(choose))
    app.ws_middlewares.append(Gate(choose))
    return app


@pytest.mark.parametrize("how", ["name", "method", "function"])
@pytest.mark.parametrize(
    ("name", "segments", "text"),
    [
        ("none", None, "none"),
        ("none", ["a", "b"], "none"),
        ("two", None, "users5"),
        ("two", ["a", "x", "y"], "ax"),
        ("two", ["a"], "ab"),
        ("rest", ["a", "x", "y"], "a+x+y"),
        ("rest", [], ""),
    ],
)
async def test_a_chosen_handler_gets_only_what_it_takes(
    how: str, name: str, segments: Any, text: str
) -> None:
    app = routed(name, segments)
    if how != "name":
        chosen = getattr(app if how == "method" else Routed, name)
        app.middlewares[:] = routed(chosen, segments).middlewares
    assert (await request(app, "GET", "/api/users/5")).text == text


@pytest.mark.parametrize("how", ["name", "method", "function"])
@pytest.mark.parametrize(
    ("name", "segments", "message"),
    [
        ("talk", None, "lobby"),
        ("talk", ["a", "b"], "a"),
        ("talk", [], "none"),
        ("only", None, "none"),
        ("only", ["a", "b"], "none"),
        ("ws_all", ["a", "b"], "a+b"),
    ],
)
async def test_a_chosen_handler_of_any_name_gets_the_socket_first(
    how: str, name: str, segments: Any, message: str
) -> None:
    app = routed(name, segments)
    if how != "name":
        chosen = getattr(app if how == "method" else Routed, name)
        app.ws_middlewares[:] = routed(chosen, segments).ws_middlewares
    for _ in range(2):
        assert (await connect(app, "/chat/lobby")).messages == [message]


async def test_a_chosen_function_of_no_class_gets_the_socket_first() -> None:
    assert (await connect(routed(beside, ["a", "b"]), "/chat")).messages == ["a"]
    replaced = routed("talk", ["a"])
    assert (await connect(replaced, "/chat")).messages == ["a"]
    replaced.talk = lambda ws: beside(ws, "new")  # type: ignore[method-assign,assignment,misc]
    assert (await connect(replaced, "/chat")).messages == ["new"]


class Gate(WebSocketMiddleware):
    def __init__(self, before: Any = None, after: Any = None) -> None:
        self.before = before
        self.after = after
        self.ended = 0

    async def before_websocket(self, request):
        return self.before(request) if callable(self.before) else self.before

    async def after_websocket(self, request):
        self.ended += 1
        if self.after:
            self.after()


@pytest.mark.parametrize(
    ("answer", "code", "reason", "status"),
    [
        ({"code": 4001, "reason": "no"}, 4001, "no", 403),
        ({"x": 1}, 1008, "Middleware rejected", 403),
        ({"code": 1011}, 1011, "Middleware rejected", 500),
    ],
)
async def test_before_websocket_refuses(answer: Any, code: int, reason: str, status: int) -> None:
    socket = await connect(site(Gate(answer)), "/")
    assert socket.closing == (code, reason)
    socket = await connect(site(Gate(answer)), "/", extensions={"websocket.http.response": {}})
    assert (socket.sent[0]["status"], socket.sent[1]["body"].decode()) == (status, reason)


async def test_before_websocket_may_choose_handler_and_path_params() -> None:
    def choose(request: Any) -> None:
        request._ws_route_handler = "ws_index"
        request.path_params = ["Ada"]

    assert (await connect(site(Gate(choose)), "/wait")).messages == ["Ada"]

    def keep(request: Any) -> None:
        request.path_params = ["Bob"]

    assert (await connect(site(Gate(keep)), "/index")).messages == ["Bob"]


@pytest.mark.parametrize(
    ("path", "events"),
    [("/", []), ("/wait", [LEAVE]), ("/wait", [text("x")]), ("/fail", []), ("/nothing", [])],
)
async def test_after_websocket_runs_whatever_happened(path: str, events: Any) -> None:
    gate = Gate()
    await connect(site(gate), path, *events)
    assert gate.ended == 1


async def test_a_websocket_hook_that_fails_is_a_logged_1011(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for gate in (Gate(before=fails), Gate(after=fails)):
        outer = Gate()
        socket = await connect(site(outer, gate), "/")
        assert socket.closing == (1011, "Internal server error")
        assert outer.ended == 1
    assert caplog.text.count("ValueError: hook") == 2
