"""Any body, any handler, any client: one legal response, or none to a client that has left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropie import App, HttpMiddleware
from tests.micropie.drive import http_scope, logged
from tests.micropie.model_http import CHUNKS, MAX_BODY, OUTCOMES, Failing, Line, Sent, Told, do

SENT = st.builds(
    Sent,
    method=st.sampled_from(["GET", "POST", "POST", "HEAD"]),
    media=st.sampled_from(["", "application/x-www-form-urlencoded", "application/json"]),
    chunks=st.lists(st.sampled_from([b"", b"1", b"{}", b"a=1", b"\xff%", b"x" * 8])).map(tuple),
    ending=st.sampled_from(["complete", "complete", "complete", "disconnect", "silence"]),
    leaves_after=st.none() | st.integers(0, 6),
    gone=st.sampled_from(["OSError", "silence"]),
)
# What hooks raise that fail on the way out.
AFTER = {"after fails": Failing, "after spoils": TypeError}
HOOKS = ("none", "quiet", "before", "before fails", "after fails", "after spoils")


class Hooks(HttpMiddleware):
    """Middleware that does one thing, or nothing.

    Attributes:
        shown: The statuses that it was shown.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.shown: list[int] = []

    async def before_request(self, request: Any) -> Any:
        if self.what == "before":
            return {"status_code": 401, "body": "who?"}
        if self.what == "before fails":
            raise Failing
        return None

    async def after_request(self, request: Any, status: int, body: Any, headers: list[Any]) -> None:
        self.shown.append(status)
        if self.what == "after fails":
            raise Failing
        if self.what == "after spoils":
            headers.append("no header")


class Play:
    """One exchange, served by an app whose handler does what is asked of it."""

    def __init__(self, sent: Sent, hooks: str, what: str) -> None:
        stalls = sent.reads and sent.ending == "silence"
        self.line, self.told, self.hooks = Line(sent), Told(), Hooks(hooks)
        self.sent, self.what = sent, what
        self.app = App(max_body_size=MAX_BODY, body_timeout=0.001 if stalls else 60)
        self.app.error_hooks.append(self.told.hear)
        if hooks != "none":
            self.app.middlewares.append(self.hooks)
        self.app.play = self.handler  # type: ignore[attr-defined]

    async def handler(self) -> Any:
        request = self.app.request
        assert (request.body_params, request.json()) is not None
        return do(self.what, self.told)

    async def run(self) -> None:
        headers = [("content-type", self.sent.media)] if self.sent.media else []
        scope = http_scope(self.sent.method, "/play", headers)
        async with asyncio.timeout(5):
            await self.app(scope, self.line.receive, self.line.send)

    def expected(self) -> tuple[int, bytes, type[BaseException] | None]:
        """Say what has to come out, for a client that stays: status, body, and what is reported."""
        refused = self.sent.refused()
        failed = (500, b"500 Internal Server Error")
        error: type[BaseException] | None
        if refused is not None:
            texts = {400: b"400 Bad Request: Bad JSON", 413: b"413 Payload Too Large"}
            texts[408] = b"408 Request Timeout: Failed to receive body"
            status, body, error = refused, texts.get(refused, b""), None
        elif self.hooks.what == "before":
            status, body, error = 401, b"who?", None
        elif self.hooks.what == "before fails":
            status, body, error = *failed, Failing
        else:
            status, body, error = OUTCOMES[self.what]
            error = error if self.is_streamed() or status == 500 else None
        return status, body, error

    def begins(self) -> bool:
        """Whether the middleware lets the request pass, and so is to see what comes of it."""
        passing = self.hooks.what not in ("none", "before", "before fails")
        return passing and self.sent.refused() is None

    def is_streamed(self) -> bool:
        """Whether the handler's stream becomes the response."""
        reached = self.sent.refused() is None and self.hooks.what in ("none", "quiet")
        return reached and self.what.startswith(("stream", "steps"))


def check_reports(play: Play, error: type[BaseException] | None) -> None:
    """Check that everybody was told of what failed, and of nothing else."""
    expected = [] if error is None else [error]
    if play.begins() and play.hooks.what in AFTER:
        expected.append(AFTER[play.hooks.what])
    got = [type(each) for each in play.told.errors]
    cut = play.line.gone or play.sent.method == "HEAD"
    assert got == expected or (play.is_streamed() and cut and got == [])


def check_response(play: Play, status: int, body: bytes) -> None:
    """Check a response to a client that stayed."""
    line = play.line
    lengths = [int(value) for name, value in line.headers if name == b"content-length"]
    if play.begins() and play.hooks.what in AFTER:
        status, body = 500, b"500 Internal Server Error"
    assert line.status == status
    broken = play.is_streamed() and "fail" in play.what and play.sent.method != "HEAD"
    assert line.complete is not broken
    assert line.body == (b"" if play.sent.method == "HEAD" else body)
    streamed = play.is_streamed() or status == 204
    assert lengths == ([] if streamed else [len(body)])


async def play_and_check(sent: Sent, hooks: str, what: str) -> None:
    """Serve one exchange, and hold it against the model."""
    play = Play(sent, hooks, what)
    before = asyncio.all_tasks()
    with logged() as records:
        await play.run()
    status, body, error = play.expected()
    assert play.line.complaints == []
    assert asyncio.all_tasks() == before
    assert play.told.closed == play.told.began
    if status == 0:
        assert (play.line.events, play.told.errors, play.hooks.shown) == ([], [], [])
        return
    check_reports(play, error)
    if not play.line.gone:
        check_response(play, status, body)
    assert play.hooks.shown == ([status] if play.begins() else [])
    warned = what == "odd headers" and "Dropped" in str(records and records[0].msg)
    assert warned or records == []


@pytest.mark.parametrize("what", sorted(OUTCOMES.keys() - {"stream waits"}))
async def test_whatever_a_handler_does_middleware_sees_it(what: str) -> None:
    for hooks in HOOKS:
        for method in ("GET", "POST", "HEAD"):
            await play_and_check(Sent(method), hooks, what)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(SENT, st.sampled_from(HOOKS), st.sampled_from(sorted(OUTCOMES)))
async def test_an_exchange_does_what_the_model_says(sent: Sent, hooks: str, what: str) -> None:
    stays = sent.leaves_after is None
    await play_and_check(sent, hooks, "stream" if what == "stream waits" and stays else what)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(SENT, st.sampled_from(HOOKS), st.sampled_from(sorted(OUTCOMES)), st.integers(1, 15))
async def test_a_cancelled_exchange_closes_its_stream_and_breaks_no_rule(
    sent: Sent, hooks: str, what: str, turns: int
) -> None:
    play = Play(sent, hooks, "stream waits" if what.startswith("st") else what)
    before = asyncio.all_tasks()
    running = asyncio.ensure_future(play.run())
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    with logged() as records:
        await asyncio.wait({running})
    assert running.cancelled() or running.exception() is None
    assert play.line.complaints == []
    assert asyncio.all_tasks() == before
    assert play.told.closed == play.told.began
    assert records == [] or what == "odd headers"


def test_the_streams_of_the_model_are_what_they_say() -> None:
    told = Told()
    assert list(told.steps(None)) == list(CHUNKS)
    assert (told.began, told.closed) == (1, 1)
