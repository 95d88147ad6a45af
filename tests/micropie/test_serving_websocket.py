"""Any order of events and of operations: every answer is legal, and the client gets one."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from micropie import App, ConnectionClosed, WebSocket, WebSocketMiddleware
from micropie.testing.websocket import Accepted, Refused
from tests.micropie.drive import logged
from tests.micropie.model_websocket import OPERATIONS, Manners, Model, Wire, done, is_gone, same

Step = tuple[str, str, Any]

MANNERS = st.builds(
    Manners,
    gone=st.sampled_from(["OSError", "RuntimeError", "silence"]),
    told=st.sampled_from(["again", "once"]),
    refuses=st.booleans(),
    pauses=st.sampled_from(["never", "before", "after"]),
    keys=st.booleans(),
)
MESSAGES = st.sampled_from(["", "hi", "ä€", b"", b"\xff\x00", '{"a": 1}', "x" * 65, b"x" * 64])
CODES = st.sampled_from([1000, 1001, 1005, 1006, 4000])


def _steps(who: str, what: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(who), st.just(what), values)


CLIENT = st.one_of(_steps("client", "says", MESSAGES), _steps("client", "leaves", CODES))
HANDLER = st.one_of(
    _steps("handler", "accept", st.sampled_from([None, "json", "xml"])),
    _steps("handler", "receive", st.sampled_from(["text", "bytes", "is"])),
    _steps("handler", "iterate", st.none()),
    _steps("handler", "send", st.sampled_from(["x", "", b"\xff", None, 5])),
    _steps(
        "handler", "close", st.sampled_from([(1000, ""), (4000, "ä" * 99), (999, ""), (1011, "a")])
    ),
    _steps("handler", "refuse", st.sampled_from([401, 599, 101, 1000])),
)
# Most handlers accept: without that, few sequences would come far.
STEPS = st.one_of(
    st.lists(CLIENT | HANDLER, max_size=9),
    st.lists(CLIENT | HANDLER, max_size=9).map(lambda steps: [("handler", "accept", None), *steps]),
)
ENDS = st.sampled_from(["return", "raise", "closed", "stray", "cancel"])


class Ending(Exception):
    """What a handler of this suite raises."""


class Watch(WebSocketMiddleware):
    """Middleware that raises when a connection has ended, or does not.

    Attributes:
        after: How often it was called then.
    """

    def __init__(self, end: str) -> None:
        self.end = end
        self.after = 0

    async def after_websocket(self, request: Any) -> None:
        self.after += 1
        finish(self.end)


class Play:
    """One connection, served by an app whose handler does what is asked of it.

    Args:
        manners: Of the server.
        hook: How a hook of middleware ends, if there is middleware.
    """

    def __init__(self, manners: Manners, hook: str | None = None) -> None:
        self.wire = Wire(manners)
        self.app = App()
        self.watch = Watch(hook or "return")
        self.errors: list[BaseException] = []
        self.surprises: list[Any] = []
        self.app.error_hooks.append(self._hear)
        if hook is not None:
            self.app.ws_middlewares.append(self.watch)

    async def run(self, handler: Any) -> BaseException | None:
        """Serve the connection to its end; return what came out."""
        self.app.ws_play = handler  # type: ignore[attr-defined]
        try:
            async with asyncio.timeout(5):
                await self.app(self.wire.scope, self.wire.receive, self.wire.send)
        except asyncio.CancelledError as error:
            return error
        return None

    def _hear(self, error: BaseException, _request: object) -> bool:
        self.errors.append(error)
        return True

    def check(self, out: BaseException | None) -> None:
        """Check what holds for every connection, whatever happened."""
        wire, gone = self.wire, is_gone(self.wire)
        assert self.surprises == []
        assert wire.complaints == [], "an illegal event was sent"
        assert wire.closes <= 1 or gone, "closed twice"
        assert wire.app_ended(out) in (None, out), "the server has something to complain about"
        assert wire.answer.done()
        answer = wire.answer.result()
        if isinstance(answer, Accepted):
            assert wire.closed is not None
            assert gone or wire.closed.code != 1006, "the client got no close frame"
        else:
            assert gone or 200 <= answer.status < 600, "the client got no answer"
        assert self.watch.after == (1 if self.app.ws_middlewares else 0)


def finish(end: str) -> None:
    """End a handler."""
    if end == "raise":
        raise Ending
    if end == "closed":
        raise ConnectionClosed(1006)
    if end == "stray":
        # What awaiting a task does that somebody else has cancelled.
        raise asyncio.CancelledError


def check_end(play: Play, model: Model, end: str, out: BaseException | None) -> None:
    """Check what the client got, and who was told."""
    failures = [end] if end != "closed" or model.state != "closed" else []
    # In a task that is being cancelled, nobody can tell whose cancellation it is.
    hook = "" if (end, play.watch.end) == ("cancel", "stray") else play.watch.end
    failures = [how for how in [*failures, hook] if how in _RAISED]
    failed = bool(failures)
    assert [type(error) for error in play.errors] == [_RAISED[how] for how in failures]
    assert isinstance(out, asyncio.CancelledError) is (end == "cancel")
    answer = play.wire.answer.result()
    if model.state == "closed" or model.left is not None:
        return
    code = 1011 if failed else 1001 if end == "cancel" else 1000
    if isinstance(answer, Refused):
        assert (answer.status == 500) is (failed and play.wire.manners.refuses)
    else:
        assert play.wire.closed is not None
        assert play.wire.closed.code == code


_RAISED = {"raise": Ending, "closed": ConnectionClosed, "stray": asyncio.CancelledError}


@settings(max_examples=250, deadline=None, derandomize=True)
@given(MANNERS, STEPS, ENDS, st.sampled_from([None, None, "return", "raise", "stray"]))
async def test_a_connection_does_what_the_model_says(
    manners: Manners, steps: list[Step], end: str, hook: str | None
) -> None:
    play = Play(manners, hook)
    model = Model(play.wire)

    async def handler(ws: WebSocket) -> None:
        for who, what, value in steps:
            if who == "client":
                model.client(what, value)
                continue
            expected = model.expect(what, value)
            outcome = await done(ws, what, value)
            if not same(expected, outcome) or ws.state != model.state:
                play.surprises.append((what, value, expected, outcome, ws.state, model.state))
        if end == "cancel":
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.Event().wait()
        finish(end)

    with logged() as records:
        out = await play.run(handler)
    play.check(out)
    check_end(play, model, end, out)
    assert records == []
    assert play.wire.heard == model.outbox


# A send that is cut off has not happened: so it is with uvicorn, which waits for room, then writes.
BEFORE = MANNERS.filter(lambda manners: manners.pauses != "after")
# One step of a task: who, what, a value, and after how many turns of the loop it is cut off.
CUTS = st.tuples(CLIENT | HANDLER, st.sampled_from([None, None, 0, 1, 2, 3]))
# One task whose operations are cut off, or several that run them to their ends at the same time.
TASKS = st.one_of(
    st.lists(st.lists(CUTS, max_size=7), min_size=1, max_size=1),
    st.lists(st.lists(st.tuples(CLIENT | HANDLER, st.none()), max_size=5), min_size=2, max_size=3),
)
ALLOWED = (ConnectionClosed, RuntimeError, TypeError, ValueError, StopAsyncIteration)


async def cut_off(ws: WebSocket, what: str, value: Any, turns: int | None) -> None:
    """Do an operation, or a part of it."""
    task = asyncio.ensure_future(OPERATIONS[what](ws, value))
    for _ in range(6 if turns is None else turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        assert isinstance(error, ALLOWED), error


SLOW = Manners(pauses="before")
ACCEPT, CLOSE = ("handler", "accept", None), ("handler", "close", (4000, ""))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(BEFORE, TASKS, ENDS, st.none() | st.integers(1, 40))
@example(SLOW, [[(ACCEPT, 1)]], "return", None)
@example(SLOW, [[(ACCEPT, None), (CLOSE, 1)]], "return", None)
@example(SLOW, [[(CLOSE, 1)]], "return", None)
@example(Manners(pauses="before", refuses=False), [[(CLOSE, 1), (ACCEPT, None)]], "raise", None)
@example(Manners(), [[(ACCEPT, None), (CLOSE, None)], [(CLOSE, None), (ACCEPT, None)]], "raise", 3)
async def test_what_is_cut_off_or_done_at_once_never_breaks_a_connection(
    manners: Manners, tasks: list[Any], end: str, stop: int | None
) -> None:
    play = Play(manners, "return")
    model = Model(play.wire)

    async def act(ws: WebSocket, steps: list[Any]) -> None:
        for (who, what, value), turns in steps:
            if who == "client":
                model.client(what, value)
            else:
                await cut_off(ws, what, value, turns)

    async def handler(ws: WebSocket) -> None:
        acts = [asyncio.ensure_future(act(ws, steps)) for steps in tasks]
        try:
            for result in await asyncio.gather(*acts, return_exceptions=True):
                if isinstance(result, BaseException):
                    play.surprises.append(result)
        finally:
            for each in acts:
                each.cancel()
            await asyncio.gather(*acts, return_exceptions=True)
        if end != "cancel":
            finish(end)

    running = asyncio.ensure_future(play.run(handler))
    if stop is not None and manners.pauses == "never":
        for _ in range(stop):
            await asyncio.sleep(0)
        running.cancel()
    with logged() as records:
        await asyncio.wait({running})
    play.check(None if running.cancelled() else running.result())
    assert records == []


async def test_a_handler_that_sends_for_ever_gives_way() -> None:
    play = Play(Manners())
    loop, sent = asyncio.get_running_loop(), 0

    async def handler(ws: WebSocket) -> None:
        nonlocal sent
        await ws.accept()
        loop.call_soon(play.wire.client_vanishes)
        for sent in range(1000):
            await (ws.send_text("x") if sent % 2 else ws.send_bytes(b"x"))

    await play.run(handler)
    assert sent < 100
    assert play.errors == []
