"""What is asked of every contender, what it has to answer, and the bars that are set for us."""

from __future__ import annotations

from dataclasses import dataclass

RawHeader = tuple[bytes, bytes]

HEADERS: tuple[RawHeader, ...] = (
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"benchmark"),
    (b"accept", b"*/*"),
)
# What a browser sends along.
BROWSER_HEADERS: tuple[RawHeader, ...] = (
    (b"host", b"127.0.0.1:8000"),
    (b"connection", b"keep-alive"),
    (b"cache-control", b"max-age=0"),
    (b"sec-ch-ua", b'"Chromium";v="140", "Not=A?Brand";v="24"'),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"sec-ch-ua-platform", b'"Linux"'),
    (b"upgrade-insecure-requests", b"1"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"sec-fetch-site", b"none"),
    (b"sec-fetch-mode", b"navigate"),
    (b"sec-fetch-dest", b"document"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"accept-language", b"en-GB,en;q=0.9"),
)

MESSAGE = '{"say": "hello"}'
ORDER = b'{"name": "Ada", "count": 3}'
USER = {"id": 7, "name": "Ada Lovelace", "active": True, "tags": ["engine", "notes"]}


@dataclass(frozen=True)
class Question:
    """A request, and what is the right answer to it.

    Attributes:
        answer: The body; anything but bytes is compared as JSON. None where any will do.
    """

    path: str
    answer: object = None
    method: str = "GET"
    query: bytes = b""
    headers: tuple[RawHeader, ...] = HEADERS
    body: bytes = b""
    status: int = 200


@dataclass(frozen=True)
class Workload:
    """One thing that is measured.

    Attributes:
        title: What the tables call it.
        kind: ``http``, ``session``, ``connect`` or ``echo``.
        app: Which of a contender's apps it asks: ``plain``, ``sessions``, or a number of routes.
        cpu: The ratio of CPU time to raw ASGI that our framework has to reach.
        instructions: The same for instructions.
        through_uvicorn: Whether bytes go into uvicorn's protocol classes, or events into the app.
    """

    title: str
    kind: str
    question: Question
    app: str = "plain"
    cpu: float | None = None
    instructions: float | None = None
    through_uvicorn: bool = False


HELLO = Question("/hello", b"Hello World!")
FROM_A_BROWSER = Question("/hello", b"Hello World!", headers=BROWSER_HEADERS)
USER_AS_JSON = Question("/json", USER)
GREET = Question("/greet/Ada", b"Hello, Ada!", query=b"greeting=Hello")
ADD = Question(
    "/add",
    b"3 for Ada",
    method="POST",
    headers=(
        *HEADERS,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(ORDER)).encode()),
    ),
    body=ORDER,
)
FIRST_VISIT = Question("/visit", b"1")
NEXT_VISIT = Question("/visit")
OPEN = Question("/open")
ECHO = Question("/echo")
MISSING = Question("/missing", status=404)


WORKLOADS: dict[str, Workload] = {
    "hello": Workload("hello", "http", HELLO, cpu=2.4, instructions=2.1),
    "headers14": Workload("hello, 14 headers", "http", FROM_A_BROWSER, cpu=2.7, instructions=2.3),
    "json": Workload("JSON", "http", USER_AS_JSON, cpu=1.4, instructions=1.25),
    "params": Workload("path + query", "http", GREET, cpu=1.8, instructions=1.5),
    "post": Workload("POST JSON", "http", ADD, cpu=2.3, instructions=2.0),
    "ws_connect": Workload("WS connect + close", "connect", OPEN, cpu=5.0, instructions=4.0),
    "ws_echo": Workload("WS echo, a message", "echo", ECHO, cpu=1.6, instructions=1.5),
    "session_new": Workload(
        "session, new", "http", FIRST_VISIT, "sessions", cpu=1.8, instructions=1.6
    ),
    "session_rw": Workload(
        "session, read/write", "session", NEXT_VISIT, "sessions", cpu=3.5, instructions=3.0
    ),
    "routes10": Workload("last of 10 routes", "http", Question("/route_9", b"Hello World!"), "10"),
    "routes1000": Workload(
        "last of 1000 routes", "http", Question("/route_999", b"Hello World!"), "1000"
    ),
    "missing1000": Workload("404 beside 1000 routes", "http", MISSING, "1000"),
    "uv_hello": Workload(
        "uvicorn: hello", "http", HELLO, cpu=1.20, instructions=1.12, through_uvicorn=True
    ),
    "uv_json": Workload(
        "uvicorn: JSON", "http", USER_AS_JSON, cpu=1.15, instructions=1.10, through_uvicorn=True
    ),
    "uv_params": Workload(
        "uvicorn: path + query", "http", GREET, cpu=1.30, instructions=1.12, through_uvicorn=True
    ),
    "uv_post": Workload(
        "uvicorn: POST JSON", "http", ADD, cpu=1.50, instructions=1.25, through_uvicorn=True
    ),
    "uv_ws_echo": Workload(
        "uvicorn: WS echo", "echo", ECHO, cpu=1.05, instructions=1.05, through_uvicorn=True
    ),
}
