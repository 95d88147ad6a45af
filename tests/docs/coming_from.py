"""What stays different from MicroPie on purpose: the rows of a page, each with what shows it.

Makes the page "Coming from MicroPie" of them: `python -m tests.docs.coming_from`.
"""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import micropie
from micropie import App, HttpMiddleware, InMemorySessionBackend, WebSocketMiddleware
from tests.micropie.drive import (
    connect,
    cookie_of,
    form,
    json_body,
    logged,
    request,
    with_cookie,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "coming-from-micropie.md"


class Row(NamedTuple):
    """One difference.

    Attributes:
        what: What it is about.
        there: What MicroPie does.
        here: What this framework does.
        tried: Returns what is seen here.
        seen: What that is.
    """

    what: str
    there: str
    here: str
    tried: Callable[[], Awaitable[Any]]
    seen: Any


ROWS: list[Row] = []


def row(what: str, there: str, here: str, seen: Any) -> Callable[[Any], Any]:
    """Make a row of what a function finds."""

    def add(tried: Callable[[], Awaitable[Any]]) -> Any:
        ROWS.append(Row(what, there, here, tried, seen))
        return tried

    return add


class Machine:
    """What can be called, and is no handler."""

    def __call__(self) -> str:
        return "called"


class After(HttpMiddleware):
    """Keeps the status that each answer has."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    async def after_request(
        self, request: Any, status_code: Any, response_body: Any, extra_headers: Any
    ) -> Any:
        self.seen.append(status_code)


class Failing(HttpMiddleware):
    """Raises."""

    async def before_request(self, request: Any) -> Any:
        raise KeyError("on purpose")


class Choosing(WebSocketMiddleware):
    """Says itself what the path is."""

    async def before_websocket(self, request: Any) -> Any:
        request.path_params = ["Ada"]


class Site(App):
    """The handlers that the rows are about."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.machine = Machine()

    async def typed(self, n: int) -> Any:
        return {"n": n}

    async def nothing(self) -> Any:
        return None

    async def status(self) -> Any:
        return 99, "x"

    async def empty(self) -> Any:
        return 204, ""

    async def login(self, name: Any) -> Any:
        self.request.session["name"] = name
        return "in"

    async def logout(self) -> Any:
        self.request.session.clear()
        return "out"

    async def greet(self, name: Any = "nobody") -> Any:
        return f"hello {name}"

    async def headed(self) -> Any:
        return 200, "x", [("X-Name", "value")]

    async def function(self) -> Any:
        return print

    async def itself(self) -> Any:
        return self

    async def texts(self) -> Any:
        return {"one"}

    async def pair(self) -> Any:
        return "a", "b"

    async def inner_set(self) -> Any:
        return {"a": {1}}

    async def buffer(self) -> Any:
        return bytearray(b"ab")

    async def number(self) -> Any:
        yield "a"
        yield 1

    async def renew(self) -> Any:
        yield "a"
        self.request.regenerate_session()

    async def unsafe(self) -> Any:
        return 200, "x", [("X-Bad", "a\r\nb")]

    async def upload(self, doc: Any) -> Any:
        while await doc["content"].get() is not None:
            pass
        return [doc["filename"]]

    async def ws_greet(self, ws: Any, name: Any) -> Any:
        await ws.accept()
        await ws.send_text(f"hello {name}")

    async def ws_echo(self, ws: Any) -> Any:
        await ws.accept()
        await ws.send_text(await ws.receive_text())


CAN_REFUSE: dict[str, Any] = {"extensions": {"websocket.http.response": {}}}


@row(
    "A WebSocket handler's parameter, and a session that has a value of that name",
    "1008 `Missing required parameter`: read `request.session`",
    "The value fills it, after path and query. For HTTP the session fills none, as there.",
    ["hello Ada"],
)
async def session_values() -> Any:
    app = Site()
    cookie = with_cookie(cookie_of(await request(app, "GET", "/login/Ada")))
    return (await connect(app, "/greet", headers=cookie)).messages


@row(
    "An annotation: `n: int`",
    "The value stays `str`",
    "`int`, `float` and `bool` convert; what does not convert is 400.",
    [{"n": 5}, 400],
)
async def typed_parameters() -> Any:
    right, wrong = [await request(Site(), "GET", f"/typed/{n}") for n in ("5", "five")]
    return [right.json(), wrong.status]


@row(
    "`receive_text()` of bytes that are no UTF-8",
    "They are dropped",
    "Each becomes U+FFFD, so that it shows.",
    ["a\ufffdb"],
)
async def replaced() -> Any:
    return (
        await connect(Site(), "/echo", {"type": "websocket.receive", "bytes": b"a\xffb"})
    ).messages


@row("A handler that returns `None`", "The text `None`", "An empty body.", (200, b""))
async def none() -> Any:
    answer = await request(Site(), "GET", "/nothing")
    return answer.status, answer.body


@row(
    "A handler that returns a function, a class, an exception, a coroutine",
    "Its text",
    "500, and the log says what to do: call it, make an object of it, raise it, await it.",
    500,
)
async def code() -> Any:
    return (await request(Site(), "GET", "/function")).status


@row(
    "A handler that returns an object without a text of its own: `return self`",
    "`<Site object at 0x7f…>`",
    "500, and the log says what to do. One that has `__str__` or `__repr__` is answered as its "
    "text, as there.",
    500,
)
async def textless() -> Any:
    return (await request(Site(), "GET", "/itself")).status


@row(
    "A handler that returns a set",
    "Its items are sent, in any order",
    "500, and the log says what to do: return a list.",
    500,
)
async def unordered() -> Any:
    return (await request(Site(), "GET", "/texts")).status


@row(
    'A tuple that is no answer: `return "a", "b"`',
    'Its first item goes to the server as the status: `"a"`',
    "500, and the log says what to do.",
    500,
)
async def pairs() -> Any:
    return (await request(Site(), "GET", "/pair")).status


@row(
    'A value that JSON cannot hold: `return {"a": {1}}`',
    "The exception reaches the server",
    "500, logged as that of a handler.",
    500,
)
async def no_json() -> Any:
    return (await request(Site(), "GET", "/inner_set")).status


@row(
    "A handler that returns a `bytearray` or a `memoryview`",
    "Each of its bytes goes to the server, as a number",
    "It is answered as `bytes` are.",
    b"ab",
)
async def buffers() -> Any:
    return (await request(Site(), "GET", "/buffer")).body


@row(
    "A stream that yields neither text nor bytes: `yield 1`",
    "It goes to the server as it is",
    "The stream fails, is not ended, and the log says what to yield.",
    [b"a", False],
)
async def chunks() -> Any:
    answer = await request(Site(), "GET", "/number")
    return [answer.body, answer.complete]


@row(
    "`regenerate_session()` in a stream",
    "Nothing happens",
    "`RuntimeError`: [the response has begun](keep-sessions.md#in-a-stream).",
    ["RuntimeError"],
)
async def renewed() -> Any:
    with logged() as records:
        await request(Site(), "GET", "/renew")
    return [type(record.exc_info[1]).__name__ for record in records if record.exc_info]


@row(
    "A status that none is: `return 99, …`",
    "It goes to the server",
    "500, and the log names it.",
    500,
)
async def statuses() -> Any:
    return (await request(Site(), "GET", "/status")).status


@row(
    "204 and 304",
    "They have a `Content-Type`",
    "They have no body, and no header of one.",
    [(), ()],
)
async def bodiless() -> Any:
    answer = await request(Site(), "GET", "/empty")
    return [tuple(answer.all("content-type")), tuple(answer.all("content-length"))]


@row(
    "How long an answer is",
    "The server sends it in chunks",
    "What is no stream has a `content-length`.",
    ["12"],
)
async def lengths() -> Any:
    return (await request(Site(), "GET", "/greet")).all("content-length")


@row(
    "Names of response headers, as ASGI has them",
    "As they were given",
    "In lower case, as ASGI asks.",
    [b"content-type", b"content-length", b"x-name"],
)
async def names() -> Any:
    return [name for name, _ in (await request(Site(), "GET", "/headed")).headers]


@row(
    "How the session's cookie is written",
    "`…; Secure;`",
    "`…; Secure`, without the last semicolon.",
    ["Path=/; SameSite=Lax; HttpOnly; Secure"],
)
async def notation() -> Any:
    cookies = (await request(Site(), "GET", "/login/Ada")).all("set-cookie")
    return [cookie.partition("; ")[2] for cookie in cookies]


@row(
    "A session that is emptied",
    "The cookie stays",
    "The cookie expires too.",
    [True],
)
async def logged_out() -> Any:
    app = Site()
    cookie = with_cookie(cookie_of(await request(app, "GET", "/login/Ada")))
    answer = await request(app, "GET", "/logout", headers=cookie)
    return ["Max-Age=0" in each for each in answer.all("set-cookie")]


@row(
    "`after_request`, when there is no handler, or it raises",
    "Nothing that it adds is sent",
    "It runs, and what it adds is sent.",
    [404, 500],
)
async def hooks() -> Any:
    app, after = Site(), After()
    app.middlewares.append(after)
    for path in ("/nowhere", "/status"):
        await request(app, "GET", path)
    return after.seen


@row(
    "Middleware or a session backend that raises",
    "The exception reaches the server",
    "500, logged as that of a handler.",
    500,
)
async def raising() -> Any:
    app = Site()
    app.middlewares.append(Failing())
    return (await request(app, "GET", "/greet")).status


@row(
    "`path_params` that WebSocket middleware sets",
    "The path's own count",
    "They fill the parameters.",
    ["hello Ada"],
)
async def chosen() -> Any:
    app = Site()
    app.ws_middlewares.append(Choosing())
    return (await connect(app, "/greet/Bob")).messages


@row(
    "A WebSocket at a path without a handler",
    "403",
    "404, where the server can say it; the close code is 1008, as there.",
    404,
)
async def unknown() -> Any:
    return (await connect(Site(), "/nowhere", **CAN_REFUSE)).sent[0]["status"]


@row(
    "HTTP at a path where only a WebSocket handler is",
    "404",
    "426, and what to do.",
    426,
)
async def upgrade() -> Any:
    return (await request(Site(), "GET", "/echo")).status


@row(
    "A page of another origin opens a WebSocket, and brings the session's cookie",
    "It is accepted",
    "It is refused with 403, unless `App(allowed_origins=…)` has its origin.",
    [403, ["hi"]],
)
async def origins() -> Any:
    seen: list[Any] = []
    for allowed in (None, ["https://other.example"]):
        app = Site(allowed_origins=allowed)
        cookie = with_cookie(cookie_of(await request(app, "GET", "/login/Ada")))
        headers = [*cookie, ("host", "site.example"), ("origin", "https://other.example")]
        hello = {"type": "websocket.receive", "text": "hi"}
        socket = await connect(app, "/echo", hello, headers=headers, **CAN_REFUSE)
        seen.append(socket.messages or socket.sent[0]["status"])
    return seen


@row(
    "A slash at the end: `/greet/`",
    "An empty segment, which fills a parameter",
    "The same as `/greet`.",
    "hello nobody",
)
async def slashes() -> Any:
    return (await request(Site(), "GET", "/greet/")).text


@row(
    "An encoded slash in a segment: `/greet/a%2Fb`",
    "It splits the segment",
    "It does not: the parameter has it.",
    "hello a/b",
)
async def encoded() -> Any:
    return (await request(Site(), "GET", "/greet/a/b", raw_path=b"/greet/a%2Fb")).text


@row(
    "A public attribute that merely can be called: a client, `print`, a class",
    "It is a route",
    "404: [only handlers are routes](../explanation/security.md).",
    404,
)
async def attributes() -> Any:
    return (await request(Site(), "GET", "/machine")).status


@row(
    "How many fields, parts and JSON keys a body may have",
    "Any number",
    "1000, 1000 and 100,000; more are 413. `App(max_form_fields=…)` and so on; `None` is no limit.",
    [413, 413],
)
async def many() -> Any:
    fields = await request(Site(), "POST", "/greet", **form("a=1&" * 1000))
    keys = await request(Site(max_json_keys=1), "POST", "/greet", **json_body('{"a":1,"b":2}'))
    return [fields.status, keys.status]


@row(
    "JSON that is compressed, or in UTF-16",
    "400 `Bad JSON`",
    "415, and the reason.",
    [415, 415],
)
async def unread() -> Any:
    sent = json_body("")
    wide = await request(Site(), "POST", "/greet", **{**sent, "body": "{}".encode("utf-16")})
    headers = [*sent["headers"], ("content-encoding", "gzip")]
    packed = await request(Site(), "POST", "/greet", headers=headers, body=gzip.compress(b"{}"))
    return [wide.status, packed.status]


@row(
    "The body of a DELETE, or of any method but GET, HEAD, OPTIONS, TRACE, CONNECT",
    "It is not read",
    "It is read as a POST's.",
    "hello Ada",
)
async def methods() -> Any:
    return (await request(Site(), "DELETE", "/greet", **json_body('{"name": "Ada"}'))).text


@row(
    "A middleware that has one hook of two",
    "`TypeError`: both are abstract",
    "The other does nothing.",
    {},
)
async def half() -> Any:
    return vars(type("Half", (HttpMiddleware,), {})())


@row(
    "The name of an uploaded file",
    "As the client sent it: `../../a.txt`",
    "One component of a path: `a.txt`.",
    ["a.txt"],
)
async def paths() -> Any:
    head = 'Content-Disposition: form-data; name="doc"; filename="../../a.txt"'
    body = f"--b\r\n{head}\r\n\r\nx\r\n--b--\r\n".encode()
    headers = [("content-type", "multipart/form-data; boundary=b")]
    return (await request(Site(), "POST", "/upload", headers=headers, body=body)).json()


@row(
    "What begins with an underscore, such as `app._parse_cookies`",
    "It can be called and replaced, and is documented nowhere",
    "It is not there, but for `_redirect` and `_render_template`.",
    [True, True, False],
)
async def private() -> Any:
    return [hasattr(App, name) for name in ("_redirect", "_render_template", "_parse_cookies")]


@row(
    "The modules that its module has imported: `micropie.time`, `micropie.json`",
    "They are there to be patched",
    "`micropie` has the names of `__all__`.",
    [False, False],
)
async def modules() -> Any:
    return [hasattr(micropie, name) for name in ("time", "json")]


@row(
    "What `InMemorySessionBackend` keeps: `sessions`, `timeouts`, `last_access`",
    "Dicts that a test may change",
    "`sessions` and `timeouts` are copies to look at, and `last_access` is not there: a test gives "
    "a clock of its own, `InMemorySessionBackend(clock)`.",
    [{"a": {"x": 1}}, False, {}],
)
async def kept() -> Any:
    now = [0.0]
    backend = InMemorySessionBackend(lambda: now[0])
    await backend.save("a", {"x": 1}, 10)
    backend.sessions.clear()
    seen = [backend.sessions, hasattr(backend, "last_access")]
    now[0] = 11
    return [*seen, await backend.load("a")]


@row(
    "`JINJA_INSTALLED` and `MULTIPART_INSTALLED`, patched by a test",
    "Templates and forms are served as if the package were there, or were not",
    "They say what is there, and change nothing.",
    True,
)
async def patched() -> Any:
    with patch("micropie.JINJA_INSTALLED", False):
        return Site().env is not None


@row(
    "How the log words it: a header that is not sent, a broken upload, a package that is missing",
    "`Rejected response header …`",
    "In sentences of its own, of the same logger, `micropie`, and level: `Dropped the response "
    "header …`.",
    [("micropie", "WARNING", "Dropped the response header")],
)
async def wording() -> Any:
    with logged() as records:
        await request(Site(), "GET", "/unsafe")
    return [(each.name, each.levelname, each.getMessage()[:27]) for each in records]


BEGINNING = """\
# Coming from MicroPie

An app that is written for [MicroPie](https://github.com/patx/micropie) 0.32 runs here as it is: the
same import, the same `App`. What stays different, on purpose, is this table. Each row is a test.

| What | MicroPie 0.32 | Here |
|---|---|---|
"""

ENDING = """
## Both installed

The released distribution is called `micropie`, this one `micropie-playground`, and both own the
import name `micropie`. Where both are installed into one folder, `import micropie` is ours: of a
package and a module of the same name, Python takes the package. Where ours is installed in place
(`pip install --editable`), its folder comes later on the path, and theirs wins; `import playground`
then says so and stops. `lab.doctor()` names the other one while it is there. `pip uninstall
micropie` takes theirs away, and leaves ours.
"""


def page() -> str:
    """Return the page, in Markdown."""
    rows = "".join(f"| {each.what} | {each.there} | {each.here} |\n" for each in ROWS)
    return BEGINNING + rows + ENDING


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
