"""Path → handler, request → arguments."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from micropie import App
from micropie.core import Core
from micropie.listing import routes
from tests.micropie.drive import connect, form, json_body, request


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


class Decorated:
    """A decorator that is a class, and binds."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)

    def __get__(self, app: Any, kind: Any = None) -> Any:
        return Decorated(self.function.__get__(app, kind))


class Answering:
    """A descriptor that cannot be called, and binds to a function."""

    def __get__(self, app: Any, kind: Any = None) -> Any:
        return lambda word: f"answering {word}"


class Machine:
    """A client of something: it can be called."""

    def __call__(self, *args: Any) -> Any:
        raise AssertionError("called")

    def fetch(self, word: str) -> str:
        return f"fetched {word}"


class Late:
    """A descriptor that makes what it is read as."""

    def __get__(self, app: Any, kind: Any = None) -> Any:
        return Machine()


class Called(App):
    """What can be called: the one half answers, the other merely happens to be callable."""

    @functools.cache  # noqa: B019
    def cached(self, word):
        return f"cached {word}"

    @Decorated
    def decorated(self, word):
        return f"decorated {word}"

    answering = Answering()
    alone = functools.partial(lambda greeting, word: f"{greeting} {word}", "hello")
    given = staticmethod(lambda word: f"given {word}")

    machine = Machine()
    wrapped_machine = staticmethod(machine)
    late = Late()
    shout = str.upper
    write = print
    written = staticmethod(print)
    again = functools.partialmethod(print, "x")
    whole: Any = classmethod(print)
    number = int
    numbered = staticmethod(int)
    repeat = functools.partial(print, "x")

    def __init__(self) -> None:
        super().__init__()
        self.client = Machine()
        self.log = print
        self.upper = str.upper
        self.exec_ = exec
        self.add: Any = [].append
        self.tell = functools.partial(print, "x")
        self.build = Machine
        self.fetch = Machine().fetch
        self.later = functools.partial(self.fetch)
        self.kept = functools.cache(lambda word: f"kept {word}")


ANSWERS = {
    "cached": "cached x",
    "decorated": "decorated x",
    "answering": "answering x",
    "alone": "hello x",
    "given": "given x",
    "fetch": "fetched x",
    "later": "fetched x",
    "kept": "kept x",
}
HAPPENS = [
    *("machine", "wrapped_machine", "late", "shout", "write", "written", "again", "whole"),
    *("number", "numbered", "repeat", "client", "log", "upper", "exec_", "add", "tell", "build"),
]


async def test_functions_methods_partials_and_what_binds_are_handlers() -> None:
    app = Called()
    for name, text in ANSWERS.items():
        answer = await request(app, "GET", f"/{name}/x")
        assert (answer.status, answer.text) == (200, text), name
    assert [route.handler for route in routes(app)] == list(ANSWERS)


async def test_what_merely_happens_to_be_callable_is_none(capsys: Any) -> None:
    app = Called()
    setattr(app, "ws_log", print)  # noqa: B010
    for name in HAPPENS:
        answer = await request(app, "GET", f"/{name}/print(1)")
        assert (answer.status, answer.text) == (404, "404 Not Found"), name
    assert (await connect(app, "/log")).closing == (1008, "No matching WebSocket route")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/only/3", {"number": "3", "more": "none"}),
        ("/only/3?number=4", {"number": "3", "more": "none"}),
        ("/only?number=4", {"number": "4", "more": "none"}),
        ("/only/3/4", {"number": "3", "more": "4"}),
        ("/only/3?more=5", {"number": "3", "more": "5"}),
        ("/after/1/2/3", {"first": "1", "second": 2, "third": "3"}),
        ("/after/1?third=3", {"first": "1", "second": 7, "third": "3"}),
        ("/rest/1/2?number=3", {"rest": ["1", "2"], "number": "3"}),
        ("/rest/1/2", {"rest": ["1", "2"], "number": "none"}),
    ],
)
async def test_keyword_only_parameters_take_path_segments(path: str, expected: Any) -> None:
    class Site(App):
        async def only(self, *, number, more="none"):
            return {"number": number, "more": more}

        async def after(self, first, *, second: int = 7, third):
            return {"first": first, "second": second, "third": third}

        async def rest(self, *rest, number="none"):
            return {"rest": rest, "number": number}

        async def ws_only(self, ws, *, number, more="none"):
            await ws.accept()
            await ws.send({"number": number, "more": more})

        async def ws_after(self, ws, first, *, second: int = 7, third):
            await ws.accept()
            await ws.send({"first": first, "second": second, "third": third})

        async def ws_rest(self, ws, *rest, number="none"):
            await ws.accept()
            await ws.send({"rest": rest, "number": number})

    assert (await request(Site(), "GET", path)).json() == expected
    (message,) = (await connect(Site(), path)).messages
    assert json.loads(message) == expected
    assert [route.path for route in routes(Site)][:3] == [
        "/only/{number}/{more}",
        "/after/{first}/{second}/{third}",
        "/rest/{rest…}",
    ]


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
    Site.page = lambda self, word="two": word  # type: ignore[method-assign,misc]
    assert (await request(app, "GET", "/page/2")).text == "2"
    app.page = lambda: "three"  # type: ignore[method-assign]
    assert (await request(app, "GET", "/page")).text == "three"
    del app.page
    del Site.page
    assert (await request(app, "GET", "/page")).status == 404


async def test_handlers_of_an_instance_are_routes() -> None:
    app = Shop()
    app.late = lambda word: f"late {word}"  # type: ignore[attr-defined]
    app.number = 3  # type: ignore[attr-defined]
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
        def broken():  # type: ignore[misc]
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
    assert socket.sent[0]["status"] == status
    assert socket.sent[1]["body"].decode().partition(": ")[0] == reason


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("/nothing", ""),
        ("/text", "text answers HTTP; a WebSocket needs async def ws_text(self, ws)"),
        ("/bare", "write async def ws_bare(self, ws)"),
        ("/plain", "ws_plain is not async; write async def ws_plain(self, ws)"),
        ("/streamed", "ws_streamed yields; send with await ws.send_text(…) in its place"),
        ("/silent", "call await ws.accept() in ws_silent"),
    ],
)
async def test_a_refusal_says_what_to_do_where_there_is_room_for_it(path: str, remedy: str) -> None:
    class Wrong(Chat):
        async def text(self): ...

        def ws_plain(self, ws): ...

        async def ws_streamed(self, ws):
            yield "x"

        async def ws_silent(self, ws): ...

    socket = await connect(Wrong(), path, extensions={"websocket.http.response": {}})
    assert socket.sent[1]["body"].decode().partition(": ")[2] == remedy


async def test_http_at_a_path_of_websockets_is_told_to_upgrade_unless_index_takes_it() -> None:
    answer = await request(Chat(), "GET", "/room/lobby")
    assert (answer.status, answer.header("upgrade")) == (426, "websocket")
    assert "ws_room answers WebSockets" in answer.text

    class Open(Chat):
        async def index(self, *segments):
            return "/".join(segments)

    assert (await request(Open(), "GET", "/room/lobby")).text == "room/lobby"


async def test_a_handler_without_self_is_told_what_it_lacks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Selfless(App):
        async def page(): ...  # type: ignore[misc]

        @staticmethod
        async def static():
            return "static"

    app = Selfless()
    for _ in range(2):
        assert (await request(app, "GET", "/page")).status == 500
    assert "Selfless.page has no self; write page(self)" in caplog.text
    assert (await request(app, "GET", "/static")).text == "static"
