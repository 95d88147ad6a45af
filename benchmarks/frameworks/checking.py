"""No contender is timed before its answer is right."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import httptools

from benchmarks.frameworks import inprocess, uvicorn_stack
from benchmarks.frameworks.workloads import MESSAGE, Question, Workload


async def check(workload: Workload, app: Any) -> tuple[Any, str | None]:
    """Ask once.

    Returns:
        What drives the workload, and what is wrong with the answer, if anything.
    """
    side = uvicorn_stack if workload.through_uvicorn else inprocess
    question = workload.question
    if workload.kind == "connect":
        drive: Any = inprocess.connections(app, question)
        sent = [event["type"] for event in (await drive(1)).sent]
        return drive, _difference(sent, ["websocket.accept", "websocket.close"])
    if workload.kind == "echo":
        drive = side.messages(app, question)
        return drive, _difference(_echoed(await drive(3)), MESSAGE)
    headers = list(question.headers)
    if workload.kind == "session":
        return await _check_session(app, question)
    drive = side.requests(app, question, headers)
    status, _, body = _response(await drive(1))
    return drive, _wrong(question, status, body)


async def _check_session(app: Any, question: Question) -> tuple[Any, str | None]:
    """Visit three times, and keep the cookie for more: it has to count."""
    headers = list(question.headers)
    for visit in (b"1", b"2", b"3"):
        drive = inprocess.requests(app, question, headers)
        status, received, body = _response(await drive(1))
        wrong = _wrong(dataclasses.replace(question, answer=visit), status, body)
        if wrong is not None:
            return drive, wrong
        cookie = {name.lower(): value for name, value in received}.get(b"set-cookie")
        if cookie is not None:
            headers = [*question.headers, (b"cookie", cookie.partition(b";")[0])]
    return inprocess.requests(app, question, headers), None


def _response(answered: Any) -> tuple[int, list[Any], bytes]:
    if isinstance(answered, uvicorn_stack.Transport):
        return _parsed(bytes(answered.before) + bytes(answered.last))
    start, *rest = answered.sent
    return start["status"], list(start["headers"]), b"".join(each.get("body", b"") for each in rest)


def _parsed(data: bytes) -> tuple[int, list[Any], bytes]:
    reader = _Reader()
    parser = httptools.HttpResponseParser(reader)
    parser.feed_data(data)
    return parser.get_status_code(), reader.headers, reader.body


class _Reader:
    """What httptools tells of a response."""

    def __init__(self) -> None:
        self.headers: list[Any] = []
        self.body = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self.body += body


def _echoed(answered: Any) -> Any:
    if isinstance(answered, uvicorn_stack.Transport):
        return bytes(answered.last)[2:].decode()
    return answered.last.get("text")


def _wrong(question: Question, status: int, body: bytes) -> str | None:
    if status != question.status:
        return _difference(status, question.status)
    if question.answer is None:
        return None
    try:
        got = body if isinstance(question.answer, bytes) else json.loads(body)
    except ValueError:
        got = body
    return _difference(got, question.answer)


def _difference(got: object, expected: object) -> str | None:
    return None if got == expected else f"expected {expected!r}, got {got!r}"
