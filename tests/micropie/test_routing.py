"""Path → handler, request → arguments."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from drive import connect, form, json_body, request

from micropie import App
from micropie.core import Core


def traced(function: Any) -> Any:
    @functools.wraps(function)
    async def wrapper(app: Any, *args: Any, **kwargs: Any) -> Any:
        return await function(app, *args, **kwargs)

    return wrapper


class Shop(App):
    colour = "red"

    class Nested:
        pass

    async def index(self):
        return "index"

    def greet(self, name, greeting="hello"):
        return f"{greeting} {name}"

    async def many(self, first, *rest, flag="no", **others):
        return {"first": first, "rest": rest, "flag": flag, "others": others}

    async def self_taken(self, **others):
        return others

    @traced
    async def wrapped(self, **others):
        return others

    @property
    def secret(self):
        raise AssertionError("a property was read")

    @functools.cached_property
    def dear(self):
        raise AssertionError("a cached property was read")

    @staticmethod
    def static(word):
        return word

    @classmethod
    def classy(cls, word):
        return f"{cls.__name__} {word}"

    def _private(self):
        return "private"

    def ws_index(self, ws):
        return "websocket"

    partial = functools.partialmethod(greet, "partial")

    @functools.singledispatchmethod
    def dispatched(self, word):
        return f"dispatched {word}"


class Everything(App):
    async def index(self, *path):
        return "/".join(path)

    async def about(self):
        return "about"

    limit = 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", "index"),
        ("", "index"),
        ("/index", "index"),
        ("/greet/Ada", "hello Ada"),
        ("/greet/Ada/", "hello Ada"),
        ("/greet/Ada/hi", "hi Ada"),
        ("/greet/Ada/hi/more", "hi Ada"),
        ("/greet/Ada?greeting=hi", "hi Ada"),
        ("/greet?name=Bob", "hello Bob"),
        ("/greet/Ada?name=Bob", "hello Ada"),
        ("/greet?name=Bob&name=Eve", "hello Bob"),
        ("/static/word", "word"),
        ("/classy/word", "Shop word"),
        ("/partial/hi", "hi partial"),
        ("/dispatched/x", "dispatched x"),
    ],
)
async def test_a_path_leads_to_its_handler(path: str, body: str) -> None:
    for _ in range(2):
        answer = await request(Shop(), "GET", path)
        assert (answer.status, answer.text) == (200, body)


@pytest.mark.parametrize(
    "name",
    [
        *("nothing", "_private", "__init__", "ws_index", "secret", "dear", "colour", "Nested"),
        *("mro", "__class__", "request", "env", "middlewares", "session_id_factory", "_routes"),
        *("session_backend", "startup_handlers", "_redirect", "_report", "wrapped.__name__"),
    ],
)
async def test_what_is_no_handler_is_not_found(name: str) -> None:
    app = Shop()
    for _ in range(2):
        answer = await request(app, "GET", f"/{name}")
        assert (answer.status, answer.text) == (404, "404 Not Found")


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/a/b/c", 200, "a/b/c"),
        ("/about", 200, "about"),
        ("/limit", 404, "404 Not Found"),
        ("/request", 404, "404 Not Found"),
        ("/_a", 404, "404 Not Found"),
        ("/ws_a", 404, "404 Not Found"),
    ],
)
async def test_index_takes_unknown_paths_only(path: str, status: int, body: str) -> None:
    answer = await request(Everything(), "GET", path)
    assert (answer.status, answer.text) == (status, body)


def test_reserved_names_are_what_the_framework_sets() -> None:
    assert {name for name in vars(App()) if not name.startswith("_")} == Core._reserved_names


async def test_replacing_a_handler_takes_effect_at_once() -> None:
    class Site(App):
        def page(self):
            return "one"

    app = Site()
    assert (await request(app, "GET", "/page")).text == "one"
    Site.page = lambda self, word="two": word
    assert (await request(app, "GET", "/page/2")).text == "2"
    app.page = lambda: "three"
    assert (await request(app, "GET", "/page")).text == "three"
    del app.page
    del Site.page
    assert (await request(app, "GET", "/page")).status == 404


async def test_handlers_of_an_instance_are_routes() -> None:
    app = Shop()
    app.late = lambda word: f"late {word}"
    app.number = 3
    assert (await request(app, "GET", "/late/x?self=1")).text == "late x"
    assert (await request(app, "GET", "/number")).status == 404


async def test_any_method_runs_the_handler() -> None:
    for method in ("GET", "DELETE", "POST", "OPTIONS", "BREW"):
        assert (await request(Shop(), method, "/greet/Ada")).text == "hello Ada"


async def test_a_missing_parameter_is_named() -> None:
    answer = await request(Shop(), "GET", "/greet")
    assert (answer.status, answer.text) == (
        400,
        "400 Bad Request: Missing required parameter 'name'",
    )


@pytest.mark.parametrize(
    ("path", "more", "expected"),
    [
        ("/many/1/2/3?flag=yes&x=4", {}, ["1", ["2", "3"], "yes", {"x": "4"}]),
        ("/many?first=1", form("first=2&x=3&x=4"), ["1", [], "no", {"x": "3"}]),
        ("/many?x=1", json_body('{"first": [1], "x": 2, "y": null}'), [[1], [], "no", None]),
    ],
)
async def test_parameters_are_filled_in_order(path: str, more: Any, expected: Any) -> None:
    answer = (await request(Shop(), "POST", path, **more)).json()
    expected[3] = expected[3] or {"x": "1", "y": None}
    assert [answer[key] for key in ("first", "rest", "flag", "others")] == expected


@pytest.mark.parametrize("path", ["/self_taken", "/wrapped"])
async def test_names_of_the_handlers_own_do_not_collide(path: str) -> None:
    app = Shop()
    answer = await request(app, "GET", f"{path}?self=1&app=2&x=3")
    assert answer.status == 200
    assert answer.json()["x"] == "3"
    answer = await request(app, "POST", path, **json_body('{"self": 1, "x": 3}'))
    assert answer.json() == {"x": 3}


@pytest.mark.parametrize(
    ("root", "path", "more", "body"),
    [
        ("/base", "/base/a/b", {}, "a/b"),
        ("/base/", "/base/a", {}, "a"),
        ("/base", "/a", {}, "a"),
        ("/base", "/basement", {}, "basement"),
        ("/base", "/base", {}, ""),
        ("", "/a/b/c", {"raw_path": b"/a%2Fb/c"}, "a/b|c"),
        ("/x y", "/x y/a/b", {"raw_path": b"/x%20y/a%2fb?q=1"}, "a/b"),
        ("", "/ä/b", {"raw_path": b"/%C3%A4%2fb"}, "ä/b"),
    ],
)
async def test_the_path_below_root_path_is_routed(
    root: str, path: str, more: Any, body: str
) -> None:
    class Site(App):
        async def index(self, *path):
            return "|".join(path)

    answer = await request(Site(), "GET", path, root_path=root, **more)
    assert answer.text == (body if "%" in str(more) else body.replace("/", "|"))


async def test_a_method_without_self_is_a_logged_500(caplog: pytest.LogCaptureFixture) -> None:
    class Site(App):
        def broken():
            return ""

    assert (await request(Site(), "GET", "/broken")).status == 500
    assert "Unhandled exception in GET /broken" in caplog.text


class Chat(App):
    async def ws_index(self, ws):
        await ws.accept()
        await ws.send_text("root")

    async def ws_room(self, connection, room, name="Guest", *rest, **others):
        await connection.accept()
        await connection.send_json([room, name, rest, others])

    async def ws_bare(self):
        raise AssertionError("called")

    async def ws_keyword(self, *, ws):
        raise AssertionError("called")

    async def ws_variadic(self, *args):
        await args[0].accept()
        await args[0].send_json(args[1:])

    ws_text = "no handler"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/", "root"),
        ("/room/lobby", '["lobby","Guest",[],{}]'),
        ("/room/lobby/Ada/x?y=1&y=2", '["lobby","Ada",["x"],{"y":"1"}]'),
        ("/room?room=a&name=b", '["a","b",[],{}]'),
        ("/room/a?self=1&connection=2&ws=3", '["a","Guest",[],{"ws":"3"}]'),
        ("/variadic/a/b", '["a","b"]'),
    ],
)
async def test_a_path_leads_to_its_websocket_handler(path: str, message: str) -> None:
    socket = await connect(Chat(), path)
    assert socket.messages == [message]


@pytest.mark.parametrize(
    ("path", "code", "reason", "status"),
    [
        ("/nothing", 1008, "No matching WebSocket route", 404),
        ("/ws_room", 1008, "No matching WebSocket route", 404),
        ("/text", 1008, "No matching WebSocket route", 404),
        ("/_private", 1008, "Private handler not allowed", 403),
        ("/room", 1008, "Missing required parameter 'room'", 400),
        ("/bare", 1011, "WebSocket handler must accept a connection argument", 500),
        ("/keyword", 1011, "WebSocket handler must accept a connection argument", 500),
    ],
)
async def test_a_refusal_says_why(path: str, code: int, reason: str, status: int) -> None:
    socket = await connect(Chat(), path)
    assert (socket.kinds, socket.closing) == (["close"], (code, reason))
    socket = await connect(Chat(), path, extensions={"websocket.http.response": {}})
    assert socket.kinds == ["http.response.start", "http.response.body"]
    assert (socket.sent[0]["status"], socket.sent[1]["body"].decode()) == (status, reason)
