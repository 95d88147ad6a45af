"""What a check says: every way in which an app can miss what a script expects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from micropie import App
from playground import serve
from playground.checks import Exercise, Play, Result
from playground.checks.results import attempt
from playground.checks.story import shown
from playground.lab import parts_of

Script = Callable[[Play], Awaitable[None]]


class Site(App):
    """Does a little of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.visits = 0

    async def index(self) -> str:
        self.visits += 1
        return f"visit {self.visits}"

    async def me(self) -> dict[str, Any]:
        count = self.request.session["count"] = self.request.session.get("count", 0) + 1
        return {"count": count}

    async def broken(self) -> str:
        raise KeyError("page")

    async def late(self) -> None:
        await asyncio.Event().wait()

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept(subprotocol=(ws.subprotocols or [None])[0])
        async for message in ws:
            await ws.send_text(f"Echo: {message}")

    async def ws_quiet(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            pass

    async def ws_bye(self, ws: Any) -> None:
        await ws.accept()
        await ws.close(4001, "bye")

    async def ws_selfless(ws: Any) -> None:
        """Forgets what a beginner forgets."""

    async def ws_fail(self, ws: Any) -> None:
        await ws.accept()
        raise KeyError(await ws.receive_text())

    async def ws_json(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_json({"n": 1})

    async def ws_club(self, ws: Any) -> None:
        await ws.close(1008, "members only")

    async def ws_shy(self, ws: Any) -> None:
        await asyncio.Event().wait()


async def played(script: Script, *, deadline: float = 20.0) -> Result:
    lab = serve(Site, transport="memory")
    await lab.get("/")
    return await attempt(lab, Exercise("it", "Do it.", script, deadline))


async def says(play: Play, path: str, message: Any, wanted: Any) -> None:
    client = await play.connect(path)
    await client.send(message)
    await client.expect(wanted)


async def wrong_message(play: Play) -> None:
    await says(play, "/echo", "hi", "HI")


async def second_message(play: Play) -> None:
    client = await play.connect("/echo")
    await client.send("hi")
    await client.expect("Echo: hi")
    await client.expect("bye")


async def pattern(play: Play) -> None:
    await says(play, "/echo", "hi", re.compile(r"^\d+$"))


async def no_json(play: Play) -> None:
    await says(play, "/echo", "hi", {"n": 1})


async def other_json(play: Play) -> None:
    await (await play.connect("/json")).expect({"n": True})


async def second_of_its_own(play: Play) -> None:
    await play.connect("/echo")
    client = await play.connect("/json")
    await client.expect({"n": 1})
    await client.expect({"n": 1})


async def raised(play: Play) -> None:
    await says(play, "/fail", "room", "anything")


async def not_closed(play: Play) -> None:
    client = await play.connect("/echo")
    await client.send("bye")
    await client.expect_closed(1000)


async def closed_otherwise(play: Play) -> None:
    await (await play.connect("/bye")).expect_closed(4001, "so long")


async def no_end_of_its_own(play: Play) -> None:
    client = await play.connect("/fail")
    await client.send("x")
    await client.expect_closed()


async def not_silent(play: Play) -> None:
    client = await play.connect("/echo")
    await client.send("hi")
    await client.expect_silence()


async def three_people(play: Play) -> None:
    alice = await play.connect("/echo", name="alice")
    bob = await play.connect("/quiet", name="bob")
    await bob.send("me too")
    await alice.send("hi")
    await bob.expect("alice: hi")


async def let_in(play: Play) -> None:
    await play.expect_refused("/echo", 403)


async def other_refusal(play: Play) -> None:
    await play.expect_refused("/club", 401)


async def no_route(play: Play) -> None:
    await play.connect("/ehco")


async def reason_is_long(play: Play) -> None:
    await play.connect("/selfless")


async def page_of_a_socket(play: Play) -> None:
    (await play.get("/echo")).expect()


async def never_accepts(play: Play) -> None:
    await play.connect("/shy")


async def other_subprotocol(play: Play) -> None:
    client = await play.connect("/echo", subprotocols=["v1", "v2"])
    client.expect_subprotocol("v2")


async def sends_to_nobody(play: Play) -> None:
    client = await play.connect("/bye")
    await client.expect_closed(4001, "bye")
    await client.send("still there?")


async def wrong_body(play: Play) -> None:
    (await play.get("/")).expect("Hello")


async def wrong_status(play: Play) -> None:
    (await play.get("/indx")).expect("Hello")


async def page_raises(play: Play) -> None:
    (await play.post("/broken", json={"a": 1})).expect(status=201)


async def no_header(play: Play) -> None:
    (await play.get("/")).expect(headers={"x-colour": "red"})


async def page_is_late(play: Play) -> None:
    await play.get("/late")


async def anything_else(play: Play) -> None:
    play.expect(len(parts_of(play.lab).staging.routes()) == 1, "expected one handler, got several")


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (wrong_message, "sent 'hi', expected 'HI', got 'Echo: hi'"),
        (second_message, "sent 'hi', got 'Echo: hi', expected 'bye', got nothing within 1 s"),
        (pattern, r"sent 'hi', expected something with /^\d+$/, got 'Echo: hi'"),
        (no_json, "sent 'hi', expected the JSON {'n': 1}, got 'Echo: hi', which is no JSON"),
        (other_json, "connected to /json, expected the JSON {'n': True}, got {'n': 1}"),
        (
            second_of_its_own,
            "connected to /json, got '{\"n\":1}', expected the JSON {'n': 1}, "
            "got closed with 1000 (normal closure)",
        ),
        (
            raised,
            "sent 'room', expected 'anything', got closed with 1011 (internal error) "
            "'Internal server error'; the handler raised KeyError: 'room' in test_sentences.py:N",
        ),
        (not_closed, "sent 'bye', expected to be closed with 1000, got the message 'Echo: bye'"),
        (
            closed_otherwise,
            "connected to /bye, expected to be closed with 4001 'so long', "
            "got closed with 4001 'bye'",
        ),
        (
            no_end_of_its_own,
            "sent 'x', expected to be closed, got closed with 1011 (internal error) "
            "'Internal server error'; the handler raised KeyError: 'x' in test_sentences.py:N",
        ),
        (not_silent, "sent 'hi', expected to hear nothing more, got 'Echo: hi'"),
        (
            three_people,
            "bob sent 'me too', alice sent 'hi', bob expected 'alice: hi', got nothing within 1 s",
        ),
        (let_in, "asked to connect to /echo, expected to be refused with 403, got accepted"),
        (
            other_refusal,
            "asked to connect to /club, expected to be refused with 401, "
            "got refused with 403 'members only'",
        ),
        (
            no_route,
            "asked to connect to /ehco, expected to be accepted, got refused with 404 "
            "'No matching WebSocket route'; there is no handler ws_ehco; did you mean ws_echo?",
        ),
        (
            reason_is_long,
            "asked to connect to /selfless, expected to be accepted, got refused with 500 "
            "'WebSocket handler must accept a connection argument: "
            "write async def ws_selfless(self, ws)'",
        ),
        (
            page_of_a_socket,
            "asked for /echo, expected the status 200, got 426 "
            "'426 Upgrade Required: ws_echo answers WebSockets; connect one to /echo, "
            "or define echo to answer HTTP'",
        ),
        (
            never_accepts,
            "asked to connect to /shy, expected to be accepted, got no answer within 1 s; "
            "does the handler await ws.accept()?",
        ),
        (other_subprotocol, "connected to /echo, expected the subprotocol 'v2', got 'v1'"),
        (sends_to_nobody, "expected the connection to be open, got closed with 4001 'bye'"),
        (wrong_body, "asked for /, expected 'Hello', got 'visit 1'"),
        (
            wrong_status,
            "asked for /indx, expected the status 200 with 'Hello', got 404 '404 Not Found'; "
            "there is no handler indx; did you mean index?",
        ),
        (
            page_raises,
            "sent POST /broken with {'a': 1}, expected the status 201, got 500 "
            "'500 Internal Server Error'; the handler raised KeyError: 'page' "
            "in test_sentences.py:N",
        ),
        (no_header, "asked for /, expected the header x-colour: red, got none"),
        (page_is_late, "asked for /late, expected an answer, got no answer within 1 s"),
        (anything_else, "expected one handler, got several"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_a_fault_says_what_was_done_expected_and_got(
    script: Script, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "within 1 s" in sentence:
        for module in ("actor", "play"):
            monkeypatch.setattr(f"playground.checks.{module}.WAIT", 1.0)
    result = await played(script)
    assert result.state == "open"
    assert re.sub(r"\.py:\d+", ".py:N", result.fault).endswith(sentence)


async def every_right_thing(play: Play) -> None:
    """Everything that a script can expect, and gets."""
    client = await play.connect("/echo", subprotocols=["v1"])
    client.expect_subprotocol("v1")
    await client.send("12")
    await client.expect(re.compile(r"\d\d$"))
    await client.send({"n": 1})
    assert await client.receive() == 'Echo: {"n": 1}'
    await client.expect_silence(0.01)
    await client.close()
    await (await play.connect("/json", name="bob")).expect({"n": 1})
    await (await play.connect("/bye", name="bob")).expect_closed(reason="bye")
    await play.expect_refused("/club")
    (await play.get("/")).expect("visit 1", headers={"Content-Type": "text/html; charset=utf-8"})
    (await play.request("GET", "/broken")).expect(status=500)


async def test_a_script_that_gets_what_it_expects_is_done() -> None:
    result = await played(every_right_thing)
    assert (result.state, result.fault) == ("done", "")
    assert result.steps[:4] == (
        "connected to /echo",
        "sent '12'",
        "got 'Echo: 12'",
        result.steps[3],
    )
    assert "bob was closed with 4001" in result.steps


async def test_each_name_is_a_browser_with_cookies_of_its_own() -> None:
    async def script(play: Play) -> None:
        (await play.get("/me")).expect({"count": 1})
        (await play.get("/me")).expect({"count": 2})
        (await play.get("/me", name="bob")).expect({"count": 1})

    assert (await played(script)).fault == ""


async def test_a_script_that_does_not_end_is_stopped_and_says_how_far_it_came() -> None:
    async def script(play: Play) -> None:
        await play.connect("/echo")
        await asyncio.Event().wait()

    result = await played(script, deadline=0.2)
    assert result.fault == "it took longer than 0.2 s; the last step was: connected to /echo"


async def test_a_script_that_breaks_is_no_fault_of_the_app() -> None:
    async def script(play: Play) -> None:
        raise LookupError("the teacher mistyped")

    result = await played(script)
    assert result.state == "failed"
    assert "which is no fault of the app: LookupError: the teacher mistyped" in result.fault


async def test_a_long_message_is_cut_where_it_is_shown_and_its_length_is_told() -> None:
    async def script(play: Play) -> None:
        await says(play, "/echo", "x" * 500, "y")

    fault = (await played(script)).fault
    assert len(fault) < 290
    assert "x… (500 characters)" in fault
    assert shown(b"x" * 90).endswith("x… (90 bytes)")
    assert shown(list(range(90))).endswith(", …")
