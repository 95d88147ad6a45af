"""The recorder writes down what passes, with cause, place and revision, and changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import MutableMapping
from typing import Any

from playground.recorder import Recorder, current_tap
from playground.traffic.log import Log
from playground.traffic.model import Entry
from tests.playground.stage.apps import Line, echo, say, websocket

Event = MutableMapping[str, Any]


def recorded(app: Any, **options: Any) -> tuple[Recorder, Log]:
    log = Log()
    here = {__file__: "test", websocket.__code__.co_filename: "apps"}
    return Recorder(app, log, locate=here.get, **options), log


def kinds(log: Log) -> list[str]:
    return [f"{entry.sender} {entry.kind}" for entry in log]


def only(log: Log, kind: str) -> list[Entry]:
    return [entry for entry in log if entry.kind == kind]


async def talk(recorder: Recorder, line: Line, *texts: str, leave: int = 1000) -> None:
    task = asyncio.create_task(recorder(line.scope, line.receive, line.send))
    for text in texts:
        await line.answer(text)
    line.leave(leave)
    await asyncio.wait_for(task, 2)


async def test_a_conversation_is_written_in_order_with_causes_and_places() -> None:
    recorder, log = recorded(echo("re:"), revision=lambda: 7)
    await talk(recorder, Line("/echo"), "a", "b")
    assert kinds(log) == [
        "client open", "server accept", "client text", "server text", "client text",
        "server text", "client close",
    ]  # fmt: skip
    texts = only(log, "text")
    assert [(each.data, each.cause) for each in texts] == [
        ("a", None), ("re: a", 3), ("b", None), ("re: b", 5),
    ]  # fmt: skip
    assert texts[1].where is not None
    assert texts[1].where.startswith("apps:")
    assert {entry.revision for entry in log} == {7}
    assert (log[-1].code, log[-1].note) == (1000, "clean")


async def test_the_copies_of_a_broadcast_point_at_the_message_that_set_it_off() -> None:
    room: list[Any] = []

    async def chat(receive: Any, send: Any) -> None:
        room.append(send)
        while (event := await receive())["type"] != "websocket.disconnect":
            for each in room:
                await say(each, event["text"])

    recorder, log = recorded(websocket(chat))
    alice, bob = Line(), Line()
    tasks = [
        asyncio.create_task(recorder(each.scope, each.receive, each.send)) for each in (alice, bob)
    ]
    while len(room) < 2:
        await asyncio.sleep(0)
    alice.put("hi")
    await bob.until(lambda: bob.texts == ["hi"])
    sent = next(entry for entry in only(log, "text") if entry.sender == "client")
    copies = [entry for entry in only(log, "text") if entry.sender == "server"]
    assert {copy.exchange for copy in copies} == {1, 2}
    assert {copy.cause for copy in copies} == {sent.seq}
    alice.leave()
    bob.leave()
    await asyncio.gather(*tasks)


async def test_a_task_started_for_a_message_keeps_its_cause_and_a_timer_is_spontaneous() -> None:
    tick = asyncio.Event()

    async def timed(receive: Any, send: Any) -> None:
        async def ticking() -> None:
            await tick.wait()
            await say(send, "tick")

        first = asyncio.create_task(ticking())
        event = await receive()
        await asyncio.create_task(say(send, event["text"]))
        tick.set()
        await first
        await receive()

    async def opened(receive: Any, send: Any) -> None:
        await timed(receive, send)

    recorder, log = recorded(websocket(opened))
    line = Line()
    await talk(recorder, line, "hi")
    replies = [entry for entry in only(log, "text") if entry.sender == "server"]
    assert [(each.data, each.cause) for each in replies] == [("hi", 3), ("tick", None)]


async def test_a_message_that_could_not_be_sent_is_not_written() -> None:
    async def late(receive: Any, send: Any) -> None:
        await say(send, "into the void")

    class Gone(Line):
        async def send(self, event: Event) -> None:
            if event["type"] == "websocket.send":
                raise OSError("client left")
            await super().send(event)

    recorder, log = recorded(websocket(late))
    line = Gone()
    line.leave(1001)
    with contextlib.suppress(OSError):
        await recorder(line.scope, line.receive, line.send)
    assert not only(log, "text")
    # The app never looked at the close; it is taken from what the server holds ready.
    assert [(entry.sender, entry.code) for entry in only(log, "close")] == [("client", 1001)]


async def test_a_client_that_vanishes_is_written_as_not_clean() -> None:
    recorder, log = recorded(echo(""))
    await talk(recorder, Line(), "a", leave=1006)
    assert (log[-1].code, log[-1].note) == (1006, "not clean")


async def test_a_refusal_shows_the_status_the_client_saw() -> None:
    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        start = {"type": "websocket.http.response.start", "status": 404, "headers": []}
        await send(start)
        await send({"type": "websocket.http.response.body", "body": b"no such room"})

    recorder, log = recorded(refusing)
    line = Line("/chat")
    await recorder(line.scope, line.receive, line.send)
    assert (log[-1].kind, log[-1].code, log[-1].data) == ("refuse", 404, "no such room")


async def test_the_name_header_names_the_client_and_the_app_does_not_see_it() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])

    recorder, log = recorded(app)
    line = Line()
    line.scope["headers"] = [
        (b"x-playground-client", b"J%C3%BCrgen"), (b"cookie", b"session_id=secret"),
    ]  # fmt: skip
    await recorder(line.scope, line.receive, line.send)
    assert seen == [(b"cookie", b"session_id=secret")]
    exchange = log.open("websocket", "probe")
    assert exchange.id == 2
    assert "secret" not in repr(list(log))


async def test_what_a_handler_prints_is_written_line_by_line_with_its_cause() -> None:
    async def printing(receive: Any, send: Any) -> None:
        tap = current_tap()
        assert tap is not None
        event = await receive()
        for part in ("got ", event["text"], "\nand ", "more"):
            tap.printed("stdout", part)
        await say(send, "done")
        await receive()

    recorder, log = recorded(websocket(printing))
    await talk(recorder, Line(), "it")
    printed = only(log, "print")
    assert [(each.data, each.note) for each in printed] == [
        ("got it", "stdout"), ("and more", "stdout"),
    ]  # fmt: skip
    assert printed[0].cause == 3


async def test_an_exception_is_written_with_the_line_that_raised_it() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            raise KeyError("room")
        except KeyError as error:
            scope["micropie.error_hook"](error)

    recorder, log = recorded(app)
    line = Line()
    await recorder(line.scope, line.receive, line.send)
    entry = only(log, "exception")[0]
    assert entry.data == "KeyError: 'room'"
    assert entry.where is not None
    assert entry.where.startswith("test:")
    assert "in app" in (entry.note or "")


async def test_a_traceback_shows_the_users_lines_alone() -> None:
    def reading(scope: Any) -> None:
        json.loads("not json")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            reading(scope)
        except ValueError as error:
            scope["micropie.error_hook"](error)

    recorder, log = recorded(app)
    line = Line()
    await recorder(line.scope, line.receive, line.send)
    trace = only(log, "exception")[0].note or ""
    assert [each.split(", ")[2] for each in trace.splitlines()[::2]] == ["in app", "in reading"]
    assert "decoder" not in trace


async def test_http_is_a_request_and_a_response_with_the_parts_of_a_stream() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        headers = [(b"Content-Type", b"text/plain")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    recorder, log = recorded(app)

    async def receive() -> Event:
        return {"type": "http.request", "body": b"sent", "more_body": False}

    async def send(event: Event) -> None: ...

    scope = {
        "type": "http", "method": "POST", "path": "/x", "raw_path": b"/x",
        "query_string": b"token=secret", "headers": [],
    }  # fmt: skip
    await recorder(scope, receive, send)
    assert [(each.kind, each.data, each.code) for each in log] == [
        ("request", "/x?token=[redacted]", None), ("body", "sent", None),
        ("response", "one", 201), ("body", "two", None),
    ]  # fmt: skip
    assert (log[0].note, log[2].note) == ("POST", "text/plain")


async def test_nothing_is_written_while_recording_is_off() -> None:
    recorder, log = recorded(echo(""))
    log.recording = False
    line = Line()
    await talk(recorder, line, "a")
    assert len(log) == 0
    assert line.texts == [" a"]
    assert log.unrecorded == 5
