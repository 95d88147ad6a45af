"""Handlers that pause at a message, while all others go on; over both transports."""

from __future__ import annotations

import asyncio
import inspect
import linecache
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground import Lab
from playground.lab import parts_of
from playground.traffic.filter import FilterError
from playground.transports import ClientClosed
from tests.playground.gates.chat import Chat, Second, echoed, notes, said
from tests.playground.lab_apps import on_both, serving, swapped, until

pytestmark = pytest.mark.live


async def party(transport: str) -> tuple[Lab, Any, Any]:
    lab = await serving(Chat, transport)
    ann, bob = [await lab.connect("/chat", client=each) for each in ("ann", "bob")]
    return lab, ann, bob


@on_both
async def test_the_handler_of_a_message_pauses_before_it_sends_and_others_go_on(
    transport: str,
) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at("client:bob kind:text /order/")
    await bob.send("order tea")
    pause = await lab.paused()
    assert (pause.client, pause.before, pause.message, pause.to) == (
        "bob",
        "send",
        "ORDER TEA",
        "ann",
    )
    assert pause.entry is not None
    assert pause.entry.data == "order tea"
    assert pause.variables["message"] == "'order tea'"
    assert pause.frames[-1].function == "Chat.ws_chat"
    assert pause.where == pause.frames[-1].where
    assert "await member.send_text" in pause.frames[-1].source
    assert [each.waits_for for each in lab.handlers()] == ["receive", "paused"]
    await ann.send("hi")
    assert [await ann.receive(), await bob.receive()] == ["HI", "HI"]
    pause.resume()
    assert [await ann.receive(), await bob.receive()] == ["ORDER TEA", "ORDER TEA"]
    assert notes(lab, "pause") == ["paused", "resumed"]
    assert said(lab, "pause")[0] == "paused before it sends 'ORDER TEA' to ann"
    assert not lab.pauses


async def test_no_ping_times_out_while_a_handler_is_paused() -> None:
    lab = await serving(Chat, frames=True)
    config = parts_of(lab).transport._thread.server.config  # type: ignore[attr-defined]
    config.ws_ping_interval, config.ws_ping_timeout = 0.1, 0.6
    bob = await lab.connect("/chat", client="bob")
    lab.break_at("client:bob")
    await bob.send("hi")
    pause = await lab.paused()
    began = next(iter(lab.log.filter("kind:pause"))).at

    def answered() -> list[float]:
        found = lab.log.filter("kind:frame client:bob dir:client")
        return [each.at for each in found if str(each.note).startswith("pong")]

    # Longer than it takes for a ping to be sent and not be answered in time.
    await until(lambda: [each for each in answered() if each > began + 0.8])
    pause.resume()
    assert await bob.receive() == "HI"
    assert not list(lab.log.filter("kind:close"))


@on_both
async def test_it_steps_to_its_next_send_and_then_to_its_next_receive(transport: str) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at("client:bob")
    await bob.send("hi")
    (await lab.paused()).step()
    assert await ann.receive() == "HI"
    second = await lab.paused()
    assert second.to == "bob"
    second.step()
    third = await lab.paused()
    assert (third.before, third.message, third.to) == ("receive", None, "")
    assert await bob.receive() == "HI"
    third.step()
    await bob.send("again")
    fourth = await lab.paused()
    assert (fourth.before, fourth.message) == ("send", "AGAIN")
    fourth.resume()
    assert [await ann.receive(), await bob.receive()] == ["AGAIN", "AGAIN"]


@on_both
async def test_what_it_is_about_to_send_is_dropped_or_replaced(transport: str) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at("client:bob")
    for number, message in enumerate(("text", b"\x00", {"a": 1})):
        await bob.send(f"m{number}")
        (await lab.paused()).replace(message)
        assert await ann.receive() == ('{"a": 1}' if number == 2 else message)
        assert await bob.receive() == f"M{number}"
    await bob.send("m3")
    (await lab.paused()).drop()
    assert await bob.receive() == "M3"
    to_ann = [each.data for each in lab.log.filter("client:ann dir:server kind:text,binary")]
    assert to_ann == ["text", b"\x00", '{"a": 1}']
    causes = {each.cause for each in lab.log.filter("client:ann dir:server kind:text,binary")}
    assert causes == {each.seq for each in lab.log.filter("client:bob dir:client kind:text -m3")}


@on_both
async def test_one_message_is_one_pause_whatever_matches(transport: str) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at("client:bob")
    lab.break_at("hi", client="bob")
    await bob.send("hi")
    (await lab.paused()).resume()
    assert [await ann.receive(), await bob.receive()] == ["HI", "HI"]
    with pytest.raises(TimeoutError, match="no message came that matches"):
        await lab.paused(timeout=0.05)


@on_both
async def test_pauses_come_in_order_those_that_began_earlier_too(transport: str) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at()
    await bob.send("hi")
    await until(lambda: len(lab.pauses) == 1)
    await ann.send("hi")
    await until(lambda: len(lab.pauses) == 2)
    pauses = [await lab.paused(), await lab.paused()]
    assert [each.client for each in pauses] == ["bob", "ann"]
    for each in pauses:
        each.resume()


@on_both
@pytest.mark.parametrize("end", ["resume", "step", "drop", "replace"])
async def test_each_twice_is_an_error_that_says_how_it_ended(transport: str, end: str) -> None:
    lab, _, bob = await party(transport)
    lab.break_at("client:bob")
    await bob.send("hi")
    pause = await lab.paused()
    arguments = ("other",) if end == "replace" else ()
    getattr(pause, end)(*arguments)
    with pytest.raises(RuntimeError, match="that of 'bob', which is over; it was"):
        getattr(pause, end)(*arguments)
    assert pause.ended
    assert repr(pause).startswith("<Pause of bob, over: ")


async def test_at_a_receive_there_is_nothing_to_drop_or_to_replace() -> None:
    lab = await serving(Chat)
    bob = await lab.connect("/echo", client="bob")
    lab.break_at()
    await bob.send("a")
    (await lab.paused()).step()
    pause = await lab.paused()
    for call in (pause.drop, lambda: pause.replace("x")):
        with pytest.raises(RuntimeError, match="got one before it receives"):
            call()
    pause.resume()
    await bob.send("bye")
    closing = await lab.paused()
    assert (closing.before, closing.message) == ("send", None)
    with pytest.raises(RuntimeError, match="got one before it closes"):
        closing.drop()
    closing.resume()
    assert await bob.receive() == "1:a"
    with pytest.raises(ClientClosed, match="4001"):
        await bob.receive()


@on_both
async def test_a_pause_ends_when_its_client_leaves(transport: str) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at("client:bob")
    await bob.send("hi")
    pause = await lab.paused()
    await bob.close()
    await until(lambda: pause.ended)
    assert pause.ended == "its client has left"
    assert await ann.receive() == "HI"
    await until(lambda: len(lab.app.members) == 1)
    assert said(lab, "pause")[-1] == "the pause has ended: its client has left"


@on_both
async def test_a_pause_ends_when_its_line_is_cut(transport: str) -> None:
    lab, ann, bob = await party(transport)
    lab.break_at("client:bob")
    await bob.send("hi")
    pause = await lab.paused()
    lab.network.cut("bob")
    await until(lambda: pause.ended)
    assert pause.ended == "its line was cut"
    assert await ann.receive() == "HI"


@on_both
async def test_a_pause_ends_when_its_breakpoint_is_removed(transport: str) -> None:
    lab, ann, bob = await party(transport)
    other, own = lab.break_at("client:ann"), lab.break_at("client:bob")
    assert lab.breakpoints == [other, own]
    await bob.send("hi")
    pause = await lab.paused()
    other.remove()
    assert not pause.ended
    own.remove()
    assert str(pause.ended) == "the breakpoint was removed"
    assert [await ann.receive(), await bob.receive()] == ["HI", "HI"]
    assert (lab.breakpoints, repr(own)) == ([], "<Breakpoint removed 'client:bob'>")
    assert all(each.gate is None for each in parts_of(lab).entrance.recorder.sockets.values())


@on_both
async def test_a_swap_ends_a_pause_when_its_time_to_finish_is_over(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.break_at("client:bob first")
    await bob.send("first")
    pause = await lab.paused()
    await bob.send("second")
    parts_of(lab).stage.grace = 0.1
    await swapped(lab, Second)
    await until(lambda: pause.ended)
    assert "new code took its connection" in pause.ended
    assert await bob.receive() == "2:second"
    assert notes(lab, "pause") == ["paused", "ended"]


@on_both
async def test_a_swap_lets_a_handler_finish_that_is_resumed_in_time(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/echo", client="bob")
    lab.break_at("client:bob first")
    await bob.send("first")
    pause = await lab.paused()
    parts_of(lab).stage.grace = 20
    await swapped(lab, Second)
    pause.resume()
    assert await bob.receive() == "1:first"
    await echoed(bob, "second", revision=2)


@on_both
async def test_a_time_out_of_the_handlers_own_is_said(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/patient", client="bob")
    lab.break_at("client:bob")
    await bob.send("hi")
    (await lab.paused()).step()
    pause = await lab.paused()
    assert pause.before == "receive"
    assert await bob.receive() == "hi"
    assert await bob.receive() == "tired"
    assert "a time-out of its own" in pause.ended


@on_both
async def test_a_task_that_the_handler_has_begun_pauses_alone(transport: str) -> None:
    lab = await serving(Chat, transport)
    bob = await lab.connect("/ticks", client="bob")
    lab.break_at("client:bob")
    await bob.send("hi")
    pause = await lab.paused()
    assert pause.frames[-1].function.endswith("tick")
    assert pause.variables["message"] == "'hi'"
    pause.resume()
    assert await bob.receive() == "tick hi"


@on_both
@pytest.mark.parametrize("act", ["stop", "restart", "interrupt"])
async def test_whatever_ends_a_life_ends_a_pause_too(transport: str, act: str) -> None:
    lab = await serving(Chat, transport)
    lab.break_at("client:bob")
    for _ in range(17):
        bob = await lab.connect("/echo", client="bob")
        await bob.send("a")
        pause = await lab.paused()
        if act == "interrupt":
            waiting = asyncio.create_task(lab.paused())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            pause.resume()
            assert await bob.receive() == "1:a"
            continue
        await commanded(lab, lab.stop if act == "stop" else lab.restart)
        assert pause.ended == "the lab was stopped"
        await closed(bob)
        if act == "stop":
            await commanded(lab, lab.restart)
        await lab.get("/")
    assert set(notes(lab, "pause")[1::2]) == {"resumed" if act == "interrupt" else "ended"}


async def closed(client: Any) -> None:
    await until(lambda: client.state == "closed")


async def commanded(lab: Lab, command: Callable[[], None]) -> None:
    """Do what a cell does; over a server beside the clients, which are answered meanwhile."""
    if lab.port:
        await asyncio.to_thread(command)
    else:
        command()


@on_both
async def test_fifty_clients_and_one_is_paused(transport: str) -> None:
    lab = await serving(Chat, transport)
    clients = [await lab.connect("/echo", client=f"c{number}") for number in range(50)]
    lab.break_at("client:c0")
    await clients[0].send("a")
    pause = await lab.paused()
    for _ in range(5):
        await asyncio.gather(*(echoed(each, "x") for each in clients[1:]))
    await clients[0].send("b")
    await lab.until("client:c0 /^b$/")
    assert len(lab.pauses) == 1
    lab.breakpoints[0].remove()
    assert pause.ended
    assert [await clients[0].receive(), await clients[0].receive()] == ["1:a", "1:b"]


async def test_what_is_asked_wrongly_is_said() -> None:
    lab = await serving(Chat, "memory")
    with pytest.raises(FilterError, match="kind"):
        lab.break_at("kind:nothing")
    with pytest.raises(TypeError, match="expected a filter as text, got 7"):
        lab.break_at(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected client= as a name"):
        lab.break_at("", client=7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="got ''; leave it out for everybody"):
        lab.break_at(client="")
    with pytest.raises(ValueError, match=r"for messages of 'bob', got 'client:ann'; no message is"):
        lab.break_at("client:ann", client="bob")
    for wrong in ("In[5]", "In [5]:", "In[5]:0", "In[5]:x"):
        with pytest.raises(ValueError, match=r"a line with its number, .* write line='In\[5\]:12'"):
            lab.break_at(wrong)
    assert lab.breakpoints == []
    assert lab.break_at('"In[5]"').line is None


async def test_a_breakpoints_client_is_called_so_to_the_letter() -> None:
    lab = await serving(Chat, "memory")
    await lab.connect("/echo", client="bob")
    assert lab.break_at("client:BOB").pending == ""
    assert lab.break_at(client="Bob").pending == "no client is called 'Bob' yet; there are bob"


@pytest.mark.parametrize(
    ("message", "error", "why"),
    [
        ({1, 2}, TypeError, "JSON has no set, so send a list of it; nothing was sent"),
        (object, TypeError, r"JSON has no type, so send str\(\) of it"),
        (float("nan"), ValueError, "it has no NaN and no infinity"),
        ("\ud800", ValueError, "half a surrogate pair"),
    ],
)
async def test_what_cannot_be_sent_replaces_nothing(
    message: Any, error: type[Exception], why: str
) -> None:
    lab = await serving(Chat, "memory")
    bob = await lab.connect("/echo", client="bob")
    lab.break_at("client:bob")
    await bob.send("a")
    pause = await lab.paused()
    with pytest.raises(error, match=why):
        pause.replace(message)
    assert pause.ended == ""
    pause.replace(None)
    assert await bob.receive() == "null"


async def test_a_wait_in_vain_says_why() -> None:
    lab = await serving(Chat, "memory")
    with pytest.raises(TimeoutError, match=r"there is no breakpoint: lab.break_at"):
        await lab.paused(timeout=0)
    lab.break_at("client:bob")
    lab.log.recording = False
    with pytest.raises(TimeoutError, match="switch Record on"):
        await lab.paused(timeout=0)
    lab.log.recording = True
    lab.stop()
    with pytest.raises(TimeoutError, match="the lab is stopped"):
        await lab.paused(timeout=0)


def line_of(function: Any, text: str) -> str:
    """Return the line of a function that holds a text, as rows have it."""
    lines, first = inspect.getsourcelines(function)
    number = first + next(index for index, each in enumerate(lines) if text in each)
    return f"{Path(inspect.getfile(function)).name}:{number}"


@on_both
async def test_at_a_line_it_pauses_each_time_whoever_comes_there(transport: str) -> None:
    lab, ann, bob = await party(transport)
    line = line_of(Chat.ws_chat, "member.send_text")
    made = lab.break_at(line=line)
    assert (made.line, repr(made)) == (line, f"<Breakpoint '', line={line!r}>")
    await bob.send("hi")
    for to in ("ann", "bob"):
        pause = await lab.paused()
        assert (pause.client, pause.where, pause.to) == ("bob", line, to)
        pause.resume()
    await ann.send("ho")
    pause = await lab.paused()
    assert pause.client == "ann"
    made.remove()
    await until(lambda: pause.ended == "the breakpoint was removed")
    assert [await bob.receive(), await bob.receive()] == ["HI", "HO"]


@on_both
async def test_at_a_line_that_calls_it_pauses_before_what_is_sent_there(transport: str) -> None:
    class Helping(Chat):
        async def tell(self, ws: Any, message: str) -> None:
            await ws.send_text(message)

        async def ws_chat(self, ws: Any) -> None:
            await ws.accept()
            await self.tell(ws, "welcome")
            async for message in ws:
                await self.tell(ws, message)

    lab = await serving(Helping, transport)
    lab.break_at(line=line_of(Helping.ws_chat, '"welcome"'))
    lab.break_at("/order/", line=line_of(Helping.ws_chat, "async for"))
    bob = await lab.connect("/chat", client="bob")
    # It has not got any message then.
    pause = await lab.paused()
    assert (pause.message, pause.where) == ("welcome", line_of(Helping.tell, "send_text"))
    pause.resume()
    assert await bob.receive() == "welcome"
    await bob.send("tea")
    assert await bob.receive() == "tea"
    await bob.send("order tea")
    assert await bob.receive() == "order tea"
    pause = await lab.paused()
    assert (pause.before, pause.where) == ("receive", line_of(Helping.ws_chat, "async for"))
    with pytest.raises(TimeoutError, match=r"matches '' at .*py:\d+ or '/order/' at .*py:\d+"):
        await lab.paused(timeout=0)


async def test_what_is_no_line_is_said() -> None:
    lab = await serving(Chat)
    for wrong in ("12", "In[5]:0", 12, ""):
        with pytest.raises(ValueError, match=r"expected a line .* write line='In\[5\]:12'"):
            lab.break_at(line=wrong)  # type: ignore[arg-type]
    assert lab.breakpoints == []


async def test_a_breakpoint_that_can_never_stop_is_refused_with_the_nearest_that_can() -> None:
    lab = await serving(Chat)
    line = line_of(Chat.ws_chat, "async for")
    place, _, number = line.rpartition(":")
    for wrong in (f"{place}:9999", line_of(Chat.ws_chat, "members.append"), f"{place}:1"):
        with pytest.raises(ValueError, match=rf"stands still where it awaits .* in {place} at"):
            lab.break_at(line=wrong)
    with pytest.raises(ValueError, match=rf"write line='{line}'"):
        lab.break_at(line=f"{place}:{int(number) - 1}")
    for which in ("dir:server", "client:bob kind:state", "kind:close,open"):
        with pytest.raises(ValueError, match=r"finds what a client has sent.* kind:text"):
            lab.break_at(which)
    lab.break_at("kind:close,text")
    assert len(lab.breakpoints) == 1


async def test_a_line_may_be_said_as_a_traceback_says_it() -> None:
    lab = await serving(Chat)
    line = line_of(Chat.ws_chat, "async for")
    place, _, number = line.rpartition(":")
    for way in (line, f"{place} line {number}", f'File "{place}", line {number}'):
        assert (lab.break_at(way).line, lab.break_at(line=way).line) == (line, line)


async def test_a_breakpoint_that_may_stop_later_is_pending_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lab = await serving(Chat)
    await lab.connect("/chat", client="ann")
    for made, why in (
        (lab.break_at("In[99]:3"), "no cell has run as In[99] yet"),
        (lab.break_at("nowhere.py:3"), "no file nowhere.py has been loaded yet"),
        (lab.break_at("client:bob /order/"), "no client is called 'bob' yet; there are ann"),
        (lab.break_at("order", client="bob"), "no client is called 'bob' yet; there are ann"),
    ):
        assert made.pending == why
        assert f"pending: {why}" in repr(made)
        with pytest.raises(TimeoutError, match=re.escape(why)):
            await lab.paused(timeout=0)
        made.remove()
    said_so = capsys.readouterr().out.splitlines()
    assert said_so[0] == "No cell has run as In[99] yet. The breakpoint waits for that."
    assert len(said_so) == 4
    made = lab.break_at("client:bob")
    await lab.connect("/chat", client="bob")
    with pytest.raises(TimeoutError, match="no message came that matches 'client:bob'"):
        await lab.paused(timeout=0)
    assert made.pending == ""
    assert lab.break_at("client:ann").pending == ""


def echoing(path: Path, text: str) -> Any:
    """Return the class Echo of a file that has this text now."""
    path.write_text(text)
    linecache.checkcache(str(path))
    space: dict[str, Any] = {"__name__": "echoing"}
    exec(compile(text, str(path), "exec"), space)
    return space["Echo"]


ECHO = """
from micropie import App

class Echo(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text("1")
            await ws.send_text(message)
"""


async def test_a_breakpoint_follows_its_line_into_newer_code(tmp_path: Path) -> None:
    path = tmp_path / "echoing.py"
    lab = await serving(echoing(path, ECHO))
    old = await lab.connect("/echo", client="old")
    made = lab.break_at(line="echoing.py:9")
    # It stands lower now, and where it stood another does.
    await swapped(
        lab, echoing(path, ECHO.replace("async for", "x = 1\n        async for")), on_swap="keep"
    )
    assert made.line == "echoing.py:10"
    row = "breakpoint: echoing.py:9 is echoing.py:10 now: await ws.send_text(message)"
    assert row in said(lab, "lab")
    bob = await lab.connect("/echo", client="bob")
    await bob.send("a")
    pause = await lab.paused()
    assert (pause.client, pause.where, pause.message) == ("bob", "echoing.py:10", "a")
    pause.resume()
    # Who has the code before has the line before.
    await old.send("b")
    pause = await lab.paused()
    assert (pause.client, pause.where, pause.message) == ("old", "echoing.py:9", "b")
    pause.resume()
    # Another text in its place is the same line; one that is gone is told, and may come again.
    shout = ECHO.replace("(message)", "(message.upper())")
    await swapped(lab, echoing(path, shout))
    assert (made.line, made.pending) == ("echoing.py:9", "")
    await swapped(lab, echoing(path, ECHO.replace("            await ws.send_text(message)", "")))
    assert made.pending == "echoing.py:9 is in the newest code no more"
    await swapped(lab, echoing(path, shout))
    assert (made.line, made.pending) == ("echoing.py:9", "")
