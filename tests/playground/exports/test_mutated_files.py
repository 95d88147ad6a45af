"""A file that was tampered with loads and can be exported whole, or is a `FormatError`."""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.exports.ladder.text import characters
from playground.traffic import formats
from playground.traffic.formats import FORMATS, VIEWS, FormatError
from playground.traffic.log import Log
from playground.widgets.details import details
from playground.widgets.names import Names
from playground.widgets.wire import rows
from tests.playground.records import HEADERS, START, chat

SEED = 15

# What a field may hold that it should not.
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 5, -5, 1.5, 10**30, 10**400, -(10**400), 1 << 53, 65_536,
    float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 1e308, 1e12, 9.3e9, "", "x", "\0",
    "\ud800", "\u202e", "ä" * 300, "http://[", "ws://h:99999999/", "//", "data:,x", "A", "AAE=",
    "AAE", "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", "send",
    "receive", "error", "text", "binary", "close", "frame", "websocket", "http", "client",
    "server", "lab", "text/event-stream", "base64", "ping, FIN", "not taken", "1e400", "9" * 400,
    [], {}, [[]], [{}], [None], {"": ""}, {"name": "x"}, [["a", "b"]], [1, "x", {}],
]  # fmt: skip

NAMES = [
    "seq", "at", "exchange", "kind", "sender", "data", "base64", "size", "cause", "revision",
    "where", "code", "note", "protocol", "client", "method", "path", "headers", "subprotocols",
    "opened", "last", "dropped", "unrecorded", "time", "opcode", "type", "_seq", "url", "status",
    "startedDateTime", "text", "encoding", "_webSocketMessages", "_eventSourceMessages",
    "_playground", "_exchange", "_entries", "request", "response", "content", "postData", "params",
    "mimeType", "timings", "_client", "_resourceType", "playground log",
]  # fmt: skip


def busy() -> Log:
    """Return a short log with something of every kind."""
    log = Log()
    for entry in chat().filter(lambda each: each.size < 1000):
        if entry.exchange and log.exchange(entry.exchange) is None:
            found = chat().exchange(entry.exchange)
            assert found is not None
            log.begin(*found[1:])
        log.append(*entry[1:])
    streamed = log.open("http", "ann", path="/events?token=1", headers=HEADERS, opened=START).id
    kind = "text/event-stream"
    log.append(START, streamed, "response", "server", "data: x\n\n", 9, code=200, note=kind)
    log.append(START, 1, "frame", "client", b"\1\2\3\4", 4, note="ping, FIN, masked")
    return log


def theirs() -> dict[str, Any]:
    """Return a HAR as another program would write it."""
    whole: dict[str, Any] = json.loads(busy().to_har())
    del whole["log"]["_playground"]
    for entry in whole["log"]["entries"]:
        del entry["_exchange"], entry["_entries"]
        for message in entry.get("_webSocketMessages", []):
            for name in [each for each in message if each.startswith("_")]:
                del message[name]
    posted = {"mimeType": "multipart/form-data", "params": [{"name": "a", "fileName": "b"}]}
    whole["log"]["entries"][2]["request"]["postData"] = posted
    return whole


SOURCES: dict[str, list[Any]] = {
    ".jsonl": [json.loads(line) for line in busy().to_jsonl().splitlines()],
    "own.har": [json.loads(busy().to_har())],
    "their.har": [theirs()],
}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each list and object in a value with the keys of what it holds."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield value, key
        if isinstance(each, dict | list):
            yield from places(each)


def change(whole: Any, draw: random.Random) -> None:
    """Change one thing in a JSON value, in place."""
    holder, key = draw.choice(list(places(whole)))
    match draw.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[draw.choice(NAMES)] = draw.choice([*VALUES, holder[key]])
        case 2 if isinstance(holder, list):
            holder.insert(draw.randrange(len(holder) + 1), holder[key])
        case 3:
            other, there = draw.choice(list(places(whole)))
            # A deep copy, lest something should hold itself.
            holder[key] = json.loads(json.dumps(other[there]))
        case _:
            holder[key] = draw.choice(VALUES)


def mutated(name: str, draw: random.Random) -> str:
    """Return a file's text that differs from a good one in some places."""
    values = json.loads(json.dumps(SOURCES[name]))
    for _ in range(draw.choice([1, 1, 1, 2, 3, 8])):
        if any(places(values)):
            change(values, draw)
    text = "\n".join(json.dumps(each, ensure_ascii=True) for each in values) + "\n"
    if draw.random() < 0.1:
        start = draw.randrange(len(text))
        text = text[:start] + draw.choice(["", '"', "{", "\ufeff", "9" * 5000, "[" * 9999]) + text[
            start + draw.randrange(9) :
        ]  # fmt: skip
    return text


def loaded(text: str, name: str, folder: Path) -> Log | None:
    """Return the log that a file holds; None if it is refused, which says the place."""
    path = folder / f"mutated.{name.rpartition('.')[2]}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return Log.load(path)
        except FormatError as error:
            said = str(error)
    assert re.search(r"line \d|entry \d|expected", said)
    return None


def show(log: Log) -> None:
    """Write a log in every format, and show it in every way that needs no browser."""
    for suffix, known in FORMATS.items():
        known.write(log[:], **({"app": "chat:Chat"} if suffix == ".py" else {}))
    for view in VIEWS.values():
        view(log[:])
    assert repr(log)
    assert repr(log[:])
    assert characters(log[:])
    assert log._repr_html_()
    json.dumps(rows(log, Names(), 0, log.last), allow_nan=False)
    for entry in log:
        json.dumps(details(log, entry)[0], allow_nan=False)
    for suffix in (".jsonl", ".har"):
        read = FORMATS[suffix].read
        assert read is not None
        again = read(FORMATS[suffix].write(log[:]).encode("utf-8", "replace").decode())
        assert list(again) == list(log)


def try_files(count: int, folder: Path) -> None:
    """Load so many files that were changed, and export what is let in."""
    draw, taken = random.Random(SEED), 0
    for number in range(count):
        name = list(SOURCES)[number % len(SOURCES)]
        text = mutated(name, draw)
        try:
            log = loaded(text, name, folder)
            if log is not None:
                taken += 1
                show(log)
        except Exception as error:
            error.add_note(f"file {number}, {name}: {text[:20_000]}")
            raise
    # What is changed is not always broken, and not always whole.
    assert count / 4 < taken < count * 0.95


def test_files_that_were_tampered_with(tmp_path: Path) -> None:
    try_files(90, tmp_path)


@pytest.mark.soak
def test_thousands_of_files_that_were_tampered_with(tmp_path: Path) -> None:
    try_files(12_000, tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(name=st.sampled_from(list(SOURCES)), value=JSON, place=st.integers(0, 1 << 20))
def test_any_value_at_any_place(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any, place: int
) -> None:
    values = json.loads(json.dumps(SOURCES[name]))
    found = list(places(values))
    holder, key = found[place % len(found)]
    holder[key] = value
    text = "\n".join(json.dumps(each) for each in values) + "\n"
    log = loaded(text, name, tmp_path_factory.getbasetemp())
    if log is not None:
        show(log)


@given(st.binary(max_size=40), st.sampled_from([".jsonl", ".har"]))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises(FormatError):
            formats.load(path)
