"""Records to test formats with: a chat that has everything, and any record at all."""

from __future__ import annotations

from hypothesis import strategies as st

from playground.traffic.log import Log
from playground.traffic.model import Entry, Exchange
from playground.traffic.record import Selection

START = 1_767_225_600.0

HEADERS = (("host", "127.0.0.1:8000"), ("cookie", "[redacted]"), ("user-agent", "Python/3.11"))


def chat() -> Log:
    """Return a log of two who chat, one who is refused, a request, a swap, and a timer."""
    log = Log()
    alice = _opened(log, "alice", "/chat?name=Ada", 0.0)
    bob = _opened(log, "bob", "/chat", 0.1, ("json", "text"))
    said = _add(log, 0.5, alice, "text", "client", '{"say": "hi; #1"}')
    for each in (alice, bob):
        _add(log, 0.51, each, "text", "server", "alice: hi <b>ö</b>", cause=said, where="In[5]:12")
    _add(log, 0.52, alice, "print", "server", "sent\nto 2", cause=said, note="stdout")
    asked = _add(log, 0.7, bob, "binary", "client", b"\x89PNG\x00" + bytes(70_000))
    _add(log, 0.71, bob, "binary", "server", bytes(range(256)), cause=asked, where="In[5]:14")
    _requested(log, 0.8)
    _refused(log, 0.9)
    log.append(START + 1.0, 0, "swap", "lab", "revision 2 on stage", 19, revision=2)
    _add(log, 1.5, alice, "text", "server", "tick")
    wrong = _add(log, 1.6, bob, "text", "client", "crash")
    trace = "In[5], line 15, in ws_chat\n    1 / 0"
    _add(log, 1.61, bob, "exception", "server", "ZeroDivisionError", cause=wrong, note=trace)
    _add(log, 1.62, bob, "close", "server", "sorry", cause=wrong, code=1011, note="clean")
    _add(log, 2.0, alice, "close", "client", "", code=1000, note="clean")
    return log


def _opened(
    log: Log, client: str, path: str, after: float, subprotocols: tuple[str, ...] = ()
) -> int:
    exchange = log.open(
        "websocket", client, path=path, headers=HEADERS, subprotocols=subprotocols,
        opened=START + after,
    )  # fmt: skip
    opened = _add(
        log, after, exchange.id, "open", "client", path, note=", ".join(subprotocols) or None
    )
    _add(
        log,
        after + 0.01,
        exchange.id,
        "accept",
        "server",
        next(iter(subprotocols), None),
        cause=opened,
    )
    return exchange.id


def _requested(log: Log, after: float) -> None:
    exchange = log.open(
        "http",
        "curl",
        method="POST",
        path="/greet/Ada?x=1&x=",
        headers=HEADERS,
        opened=START + after,
    )
    asked = _add(log, after, exchange.id, "request", "client", exchange.path, note="POST")
    _add(log, after, exchange.id, "body", "client", "name=Ada")
    _add(
        log,
        after + 0.02,
        exchange.id,
        "response",
        "server",
        "Hello ",
        cause=asked,
        code=200,
        note="text/html",
    )
    _add(log, after + 0.03, exchange.id, "body", "server", "Ada", cause=asked)


def _refused(log: Log, after: float) -> None:
    exchange = log.open("websocket", "carol", path="/chta", headers=HEADERS, opened=START + after)
    opened = _add(log, after, exchange.id, "open", "client", "/chta")
    _add(
        log, after + 0.01, exchange.id, "refuse", "server", "no such route", cause=opened, code=404
    )


def _add(log: Log, after: float, exchange: int, kind, sender, data, **fields) -> int:  # type: ignore[no-untyped-def]
    size = len(data) if isinstance(data, bytes) else len((data or "").encode())
    seq = log.append(START + after, exchange, kind, sender, data, size, revision=1, **fields)
    assert seq is not None
    return seq


# Half a surrogate pair is text too, and so is what a line could be split at.
TEXT = st.text(max_size=6) | st.sampled_from(["\u2028", "\r\n", "\ud800", "\x85", '"; #%'])
MAYBE = st.none() | TEXT
SECONDS = st.floats(0, 4e9)
NUMBER = st.integers(0, 100_000)

EXCHANGE = st.builds(
    Exchange,
    id=st.integers(1, 3),
    protocol=st.sampled_from(["http", "websocket"]),
    client=TEXT.filter(bool),
    method=st.sampled_from(["GET", "POST"]),
    path=TEXT,
    headers=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    subprotocols=st.lists(TEXT, max_size=2).map(tuple),
    opened=SECONDS,
)
KINDS = (
    "open", "accept", "refuse", "text", "binary", "close", "request", "response", "body",
    "exception", "print", "state", "frame", "link", "pause", "swap", "lab",
)  # fmt: skip
ENTRY = st.builds(
    Entry,
    seq=NUMBER,
    at=SECONDS,
    exchange=st.integers(0, 3),
    kind=st.sampled_from(KINDS),
    sender=st.sampled_from(["client", "server", "lab"]),
    data=MAYBE | st.binary(max_size=6),
    size=NUMBER,
    cause=st.none() | NUMBER,
    revision=NUMBER,
    where=MAYBE,
    code=st.none() | st.integers(0, 65_535),
    note=MAYBE,
    raw=st.none() | st.binary(max_size=78),
)


@st.composite
def records(draw: st.DrawFn) -> Selection:
    """Draw a record: entries with rising numbers, of exchanges that are known or have gone."""
    entries = draw(st.lists(ENTRY, max_size=4))
    steps = draw(st.lists(st.integers(1, 3), min_size=4, max_size=4))
    numbered = [each._replace(seq=sum(steps[: i + 1])) for i, each in enumerate(entries)]
    exchanges = draw(st.lists(EXCHANGE, max_size=2, unique_by=lambda each: each.id))
    last = draw(st.integers(12, 100))
    return Selection(numbered, exchanges, last=last, dropped=draw(NUMBER), unrecorded=draw(NUMBER))
