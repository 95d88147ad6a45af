"""Conversations had again by other code: what differs, what does not, and what is left alone."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from micropie import App, ConnectionClosed, WebSocket
from micropie.backends.sqlite import SQLiteSessionBackend
from playground import Lab, Log, serve
from playground.lab.lab import parts_of
from tests.playground.lab_apps import until

pytestmark = pytest.mark.live
BOTH = pytest.mark.parametrize("transport", ["server", "memory"])


class Chat(App):
    def __init__(self) -> None:
        super().__init__()
        self.people: list[WebSocket] = []

    async def tell(self, message: str | bytes) -> None:
        for each in list(self.people):
            await each.send(message)

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people.append(ws)
        await self.tell(f"{name} joined")
        try:
            async for message in ws:
                await self.tell(f"{name}: {message}")
        finally:
            self.people.remove(ws)


class Curt(Chat):
    """The same without its greeting."""

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people.append(ws)
        try:
            async for message in ws:
                await self.tell(f"{name}: {message}")
        finally:
            self.people.remove(ws)


class Loud(Chat):
    async def tell(self, message: str | bytes) -> None:
        await super().tell(str(message).replace("tea", "TEA"))


def on(app: Any, work: Callable[[Lab], Awaitable[Any]], transport: str = "memory") -> Any:
    async def main() -> Any:
        lab = serve(app, transport=transport)  # type: ignore[arg-type]
        lab.log.clear()  # one name, one lab: what an earlier test has left
        try:
            return await work(lab)
        finally:
            lab.stop()

    return asyncio.run(main())


async def talk(lab: Lab) -> None:
    ann = await lab.connect("/chat?name=ann", client="ann")
    bob = await lab.connect("/chat?name=bob", client="bob")
    await ann.send("tea?")
    await bob.send("yes")
    for who, count in ((ann, 4), (bob, 3)):
        for _ in range(count):
            await who.receive()
    await ann.close()
    await lab.until("client:ann kind:close")


async def swapped(lab: Lab, app: Any) -> None:
    done = lab.swap(app)
    if not isinstance(done, int):
        await done
    await lab.kept.ready(30)


@BOTH
def test_new_code_has_the_kept_again_and_the_stage_notices_nothing(transport: str) -> None:
    async def work(lab: Lab) -> Any:
        await talk(lab)
        kept = lab.keep("tea")
        await lab.kept.ready(30)
        assert not kept.difference
        same = lab.kept.counts
        await swapped(lab, Curt)
        rows, people = len(lab.log), list(lab.app.people)
        await lab.kept.ready(30)
        assert (len(lab.log), lab.app.people) == (rows, people)
        return same, lab.kept.counts, kept

    same, after, kept = on(Chat, work, transport)
    assert same == "1 kept · 9 same"
    assert after == "1 kept · 6 same · 3 missing"
    assert [(each.client, each.kind) for each in kept.difference.rows] == [
        ("ann", "missing"), ("ann", "missing"), ("bob", "missing"),
    ]  # fmt: skip
    assert kept.sentence.startswith("The handler no longer sends 'ann joined' to ann, nor 2 other")


def compared(old: Any, new: Any, say: Callable[[Lab], Awaitable[Any]] = talk) -> Any:
    async def work(lab: Lab) -> Any:
        await say(lab)
        kept = lab.keep()
        await lab.kept.ready(30)
        assert kept.difference is not None, kept
        assert not kept.difference, kept
        await swapped(lab, new)
        return kept.difference

    return on(old, work)


def test_a_changed_message_is_shown_with_what_differs_in_it() -> None:
    found = compared(Chat, Loud)
    assert (found.changed, found.missing, found.new) == (2, 0, 0)
    assert found.sentence.startswith("The handler sends 'ann: TEA?' to ann and bob instead of")
    assert "- ann: tea?" in repr(found)
    assert "+ ann: TEA?" in repr(found)
    page = found._repr_html_()
    assert ">tea</del>" in page
    assert ">TEA</ins>" in page
    assert page.count("<img") == 2


def test_what_clients_sent_is_escaped() -> None:
    async def say(lab: Lab) -> None:
        ann = await lab.connect("/chat?name=ann", client="ann")
        await ann.send("<b>tea</b>")
        for _ in range(2):
            await ann.receive()

    page = compared(Chat, Loud, say)._repr_html_()
    assert "<b>tea" not in page
    assert "&lt;" in page


def test_the_first_talk_of_a_room_is_named_in_one_sentence_where_a_line_is_gone() -> None:
    async def work(lab: Lab) -> str:
        await lab.connect("/chat?name=ann", client="ann")
        await lab.connect("/chat?name=bob", client="bob")
        await lab.until("client:ann /bob joined/")
        lab.keep("room", "client:bob")
        await lab.kept.ready(30)
        await swapped(lab, Curt)
        return str(lab.kept["room"].sentence)

    said = on(Chat, work)
    assert said.startswith("The handler no longer sends 'bob joined' to bob and ann, nor 1 other")


class Deaf(Chat):
    """Others hear nothing of what one says."""

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people.append(ws)
        await self.tell(f"{name} joined")
        async for message in ws:
            await ws.send(f"{name}: {message}")


def others_hear(old: Any, new: Any, which: str = "") -> Any:
    """Keep what ann said as she alone was asked for, or her row; return it with the new code."""

    async def work(lab: Lab) -> Any:
        ann = await lab.connect("/chat?name=ann", client="ann")
        bob = await lab.connect("/chat?name=bob", client="bob")
        await ann.send("tea?")
        await lab.until("client:ann /ann: tea/")
        await bob.send("yes")
        await lab.until("client:bob /bob: yes/")
        keeping = parts_of(lab).keeping
        kept = lab.keep("tea", which) if which else keeping.keep_one("tea", 1)
        await lab.kept.ready(30)
        assert not kept.difference, kept
        await swapped(lab, new)
        return kept

    return on(old, work)


@pytest.mark.parametrize("which", ["client:ann", "", '"tea?" client:ann dir:client'])
def test_what_others_no_longer_hear_of_one_who_is_kept_is_missing(which: str) -> None:
    kept = others_hear(Chat, Deaf, which)
    lost = [(each.client, each.old.data) for each in kept.difference.rows if each.old is not None]
    assert lost == [("ann", "bob: yes"), ("bob", "ann: tea?")]
    whom = "Compared is what ann heard, and bob, who was there."
    assert (kept.whom, whom in repr(kept)) == (whom, True)


def test_what_others_hear_that_they_should_not_is_new() -> None:
    found = others_hear(Deaf, Chat).difference
    assert [(each.client, each.new.data) for each in found.rows] == [
        ("ann", "bob: yes"), ("bob", "ann: tea?"),
    ]  # fmt: skip


def test_who_was_gone_before_is_not_among_those_who_were_there() -> None:
    async def work(lab: Lab) -> str:
        for name in ("zoe", "ann"):
            client = await lab.connect(f"/chat?name={name}", client=name)
            await client.receive()
            await client.close()
            await lab.until(f"client:{name} kind:close")
        return str(lab.keep("tea", "client:ann").whom)

    assert on(Chat, work) == "Compared is what ann heard."


class Members(App):
    async def login(self) -> str:
        self.request.session["name"] = "ann"
        return "welcome"

    async def ws_me(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text(f"you are {self.request.session.get('name')}")


class Hall(Chat):
    """A request tells all who are there."""

    async def tell_all(self, what: str) -> str:
        await self.tell(what)
        return "told"


class Silent(Hall):
    async def tell_all(self, what: str) -> str:
        return "told"


def test_who_was_logged_in_logs_in_again() -> None:
    async def work(lab: Lab) -> Any:
        await lab.get("/login", client="ann")
        ann = await lab.connect("/me", client="ann")
        await ann.receive()
        kept = parts_of(lab).keeping.keep_one("me", 2)
        await lab.kept.ready(30)
        return kept.difference

    found = on(Members, work)
    assert "you are ann" in [each.new.data for each in found.compared]


def test_a_request_that_tells_others_is_kept_with_them() -> None:
    async def work(lab: Lab) -> Any:
        ann = await lab.connect("/chat?name=ann", client="ann")
        await lab.get("/tell_all?what=tea", client="bob")
        for _ in range(2):
            await ann.receive()
        kept = parts_of(lab).keeping.keep_one("tea", 2)
        await lab.kept.ready(30)
        await swapped(lab, Silent)
        return kept

    kept = on(Hall, work)
    assert [(each.client, each.old.data) for each in kept.difference.rows] == [("ann", "tea")]
    assert kept.whom == "Compared is what bob heard, and ann, who was there."


class Fickle(App):
    """Says something else each time, and the same all the while."""

    async def ws_dice(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"rolled {random.randint(1, 10**9)} for {message}")
            await ws.send_json({"id": str(uuid.uuid4()), "at": time.time(), "for": message,
                                "roll": random.random()})  # fmt: skip


class Changed(Fickle):
    async def ws_dice(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"got {random.randint(1, 10**9)} for {message}")
            await ws.send_json({"id": str(uuid.uuid4()), "at": time.time(), "for": message,
                                "roll": random.random()})  # fmt: skip


async def roll(lab: Lab) -> None:
    ann = await lab.connect("/dice", client="ann")
    await ann.send("ann")
    for _ in range(2):
        await ann.receive()


def test_what_changes_by_itself_is_no_difference_and_the_rest_is() -> None:
    assert compared(Fickle, Fickle, roll).same == 3
    found = compared(Fickle, Changed, roll)
    assert (found.same, found.changed) == (2, 1)


class Site(App):
    """What goes over HTTP, and refusals, bytes, sessions, closes and timers."""

    word = "hello"

    async def index(self) -> dict[str, Any]:
        self.request.session["n"] = self.request.session.get("n", 0) + 1
        return {"n": self.request.session["n"], "say": self.word}

    async def parts(self) -> AsyncIterator[str]:
        for number in range(3):
            await asyncio.sleep(0.001)
            yield f"{self.word} {number}\n"

    async def post(self) -> Any:
        return 201, self.request.body_params.get("tea", ["?"])

    async def ws_no(self, ws: WebSocket) -> None:
        await ws.refuse(418, self.word)

    async def ws_bytes(self, ws: Any) -> None:
        await ws.accept(subprotocol="b2" if "b2" in ws.subprotocols else None)
        async for message in ws:
            await ws.send_bytes(bytes(message) + self.word.encode())
            await ws.close(4001, self.word)

    async def ws_late(self, ws: WebSocket) -> None:
        await ws.accept()
        await asyncio.sleep(0.02)
        await ws.send_text(self.word)


class Other(Site):
    word = "bye"


async def everything(lab: Lab) -> None:
    for _ in range(2):
        await lab.get("/", client="ann")
    await lab.get("/parts", client="ann")
    await lab.post("/post", client="ann", form={"tea": "green"})
    with pytest.raises(ConnectionError):
        await lab.connect("/no", client="cat")
    bob = await lab.connect("/bytes", client="bob", subprotocols=["b1", "b2"])
    await bob.send(b"\xff\x00")
    await bob.receive()
    late = await lab.connect("/late", client="dan")
    await late.receive()
    await lab.until("client:bob kind:close")


@BOTH
def test_http_sessions_streams_refusals_bytes_and_closes_are_had_again(transport: str) -> None:
    async def work(lab: Lab) -> Any:
        await everything(lab)
        same = await lab.replay(lab.log)
        done = lab.swap(Other)
        if not isinstance(done, int):
            await done
        before = lab.log.filter("rev:1")
        return same, await lab.replay(before)

    same, other = on(Site, work, transport)
    assert not same, same
    assert same.same == 11
    kinds = {(each.client, each.old.kind) for each in other.rows}
    assert kinds == {
        ("ann", "response"), ("cat", "refuse"), ("bob", "message"), ("bob", "close"),
        ("dan", "message"),
    }  # fmt: skip
    assert '"n":2' in repr(other).replace(" ", "")


@pytest.mark.parametrize("pace", ["answered", "timed", "at once"])
def test_every_pace_says_the_same_of_an_app_that_does_not_mind(pace: Any) -> None:
    async def work(lab: Lab) -> Any:
        await roll(lab)
        return await lab.replay(lab.log, pace=pace)

    assert not on(Fickle, work)


class Ticks(App):
    async def ws_clock(self, ws: WebSocket) -> None:
        await ws.accept()
        for number in range(1000):
            await ws.send_text(f"tick {number}")
            await asyncio.sleep(0.01)


def test_what_a_timer_sends_once_more_or_less_is_no_difference() -> None:
    async def say(lab: Lab) -> None:
        ann = await lab.connect("/clock", client="ann")
        for _ in range(3):
            await ann.receive()
        await ann.close()
        await lab.until("client:ann kind:close")

    assert not compared(Ticks, Ticks, say)


class Jobs(App):
    """Each message begins a task that nobody awaits."""

    async def work(self, ws: WebSocket) -> None:
        for number in range(3):
            await asyncio.sleep(0.02)
            await ws.send_text(f"step {number}")

    async def ws_job(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            asyncio.create_task(self.work(ws))  # noqa: RUF006


def test_a_task_that_fails_once_its_client_was_cut_fails_again() -> None:
    async def work(lab: Lab) -> Any:
        ann = await lab.connect("/job", client="ann")
        await ann.send("a")
        await ann.receive()
        lab.network.cut("ann")
        await lab.until("kind:exception")
        lab.keep("a")
        await lab.kept.ready(30)
        return await lab.replay(lab.log), lab.kept.counts

    found, kept = on(Jobs, work)
    assert not found, found
    assert found.same in (3, 4)
    assert kept == f"1 kept · {found.same} same"


def test_a_har_and_a_jsonl_of_this_app_are_had_again(tmp_path: Path) -> None:
    async def work(lab: Lab) -> Any:
        await everything(lab)
        for name in ("talk.har", "talk.jsonl"):
            lab.log.save(tmp_path / name)
        return [await lab.replay(tmp_path / name) for name in ("talk.har", "talk.jsonl")]

    for found in on(Site, work):
        assert not found, found
        assert found.same == 11


def test_two_revisions_have_the_same_talk() -> None:
    async def work(lab: Lab) -> Any:
        await talk(lab)
        await lab.swap(Curt)  # type: ignore[misc]
        return await lab.compare(1, 2), await lab.compare(2, 2)

    found, same = on(Chat, work)
    assert (found.missing, found.changed) == (3, 0)
    assert not same


def test_what_is_accepted_is_expected_from_then_on() -> None:
    async def work(lab: Lab) -> Any:
        await talk(lab)
        kept = lab.keep("tea")
        await lab.kept.ready(30)
        await swapped(lab, Curt)
        assert kept.difference
        kept.accept()
        accepted = kept.difference
        await swapped(lab, Chat)
        return accepted, kept.difference

    accepted, back = on(Chat, work)
    assert not accepted
    assert back.new == 3


def test_kept_ones_have_names_can_be_forgotten_and_are_replaced() -> None:
    async def work(lab: Lab) -> None:
        assert "lab.keep" in repr(lab.kept)
        await talk(lab)
        first = lab.keep()
        assert lab.keep().name == "kept-2"
        assert lab.keep("kept-1", "client:bob") is lab.kept["kept-1"]
        first.forget()  # it is replaced already
        assert list(lab.kept) == ["kept-1", "kept-2"]
        del lab.kept["kept-2"]
        with pytest.raises(KeyError, match="kept are: kept-1"):
            del lab.kept["tea"]
        assert "kept-1" in repr(lab.kept)

    on(Chat, work)


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda lab: lab.keep("tea", "client:zoe"), ValueError, "expected a conversation that"),
        (lambda lab: lab.keep(7), TypeError, "expected a name"),
        (lambda lab: lab.keep("tea", ignore="$["), ValueError, "JSON path"),
        (lambda lab: lab.replay(lab.log, pace="soon"), ValueError, "expected a pace"),
        (lambda lab: lab.replay(Log()), ValueError, "without any"),
        (lambda lab: lab.replay("talk.txt"), ValueError, "txt"),
        (lambda lab: lab.replay("no-talk.har"), FileNotFoundError, "which is not in"),
        (lambda lab: lab.replay("nowhere/talk.har"), FileNotFoundError, "there is no folder"),
        (lambda lab: lab.replay(5), TypeError, r"write lab\.replay\(lab\.log"),
        (lambda lab: lab.replay(""), ValueError, "expected a log"),
        (lambda lab: lab.replay(lab.log, paces=1), TypeError, r"lab\.replay\(\) got an unexp"),
        (lambda lab: lab.replay(lab.log, ignore=5), ValueError, "write ignore="),
        (lambda lab: lab.keep("tea", 5), TypeError, "expected a filter as text"),
        (lambda lab: lab.keep("tea", "client:ann", "x"), TypeError, r"lab\.keep\(\) takes"),
        (lambda lab: lab.kept.ready("x"), TypeError, "expected seconds as a number"),
        (lambda lab: lab.compare("x", None), TypeError, "number of a revision"),
        (lambda lab: lab.compare(1, 9), LookupError, "revision from 1 to 1"),
    ],
)
def test_what_cannot_be_had_is_said(ask: Any, error: type[Exception], says: str) -> None:
    async def work(lab: Lab) -> None:
        await talk(lab)
        asked = ask(lab)
        if asyncio.iscoroutine(asked) or hasattr(asked, "__await__"):
            await asked

    with pytest.raises(error, match=says):
        on(Chat, work)


# Code that is wrong.


class Raises(Chat):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        async for _ in ws:
            raise KeyError("room")


class Blocks(Chat):
    async def ws_chat(self, ws: Any, name: str) -> None:
        time.sleep(600)  # noqa: ASYNC251


class Spins(Chat):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        while True:
            pass


class Restless(Chat):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        while True:
            await asyncio.sleep(0)


class Swallows(Chat):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        while True:
            try:
                await asyncio.sleep(0.0001)
                await ws.send_text("x")
            except ConnectionClosed:
                pass


class Moved(Chat):
    ws_talk = Chat.ws_chat
    ws_chat = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("app", "says"),
    [
        (Raises, "GET /chat raises KeyError: 'room' (test_kept.py"),
        (Blocks, "time.sleep"),
        (Spins, "runs on without an await, and holds up everybody"),
        (Restless, "goes on and on, and waits for nothing"),
        (Moved, "GET /chat refuses ann and bob with 404"),
    ],
)
def test_code_that_is_wrong_is_said_in_a_sentence(app: Any, says: str) -> None:
    async def work(lab: Lab) -> str:
        await talk(lab)
        # Nobody is connected to what blocks: it is had again, and not on stage.
        for client in list(lab.clients.values()):
            await client.close()
        kept = lab.keep("tea")
        await lab.kept.ready(60)
        done: Any = lab.swap(app)
        await done
        await lab.kept.ready(60)
        return str(kept.sentence)

    assert says in on(Chat, work)


def test_redefined_again_and_again_the_last_one_counts() -> None:
    async def work(lab: Lab) -> str:
        await talk(lab)
        lab.keep("tea")
        for number in range(20):
            await lab.swap(Curt if number % 2 == 0 else Chat)  # type: ignore[misc]
        await lab.swap(Curt)  # type: ignore[misc]
        await lab.kept.ready(60)
        return lab.kept.counts

    assert on(Chat, work) == "1 kept · 6 same · 3 missing"


def test_a_stop_in_the_middle_leaves_no_thread() -> None:
    async def work(lab: Lab) -> None:
        await talk(lab)
        await lab.clients["bob"].close()  # nobody is left whom the new code holds up on stage
        await lab.until("client:bob kind:close")
        lab.keep("tea")
        await lab.swap(Spins)  # type: ignore[misc]
        lab.stop()

    on(Chat, work)
    deadline = time.monotonic() + 60
    while any(each.name == "playground-kept" for each in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Apps that reach further than their instance.

people: list[WebSocket] = []


class Shared(App):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        people.append(ws)
        await people[0].send_text(name)


class OfTheClass(App):
    people: list[WebSocket] = []  # noqa: RUF012

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people.append(ws)
        await self.people[0].send_text(name)


class Constant(App):
    menu = {"tea": 2}  # noqa: RUF012

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        await ws.send_text(f"{name}: {self.menu['tea']} of {len(self.menu)}")


class InAFile(Constant):
    def __init__(self) -> None:
        super().__init__(session_backend=SQLiteSessionBackend(":memory:"))


@pytest.mark.parametrize(
    ("app", "says"),
    [
        (Shared, "people belongs to no instance of Shared"),
        (OfTheClass, "Make it self.people in __init__"),
        (InAFile, "keeps its sessions in a SQLiteSessionBackend"),
        (Constant, ""),
        (Constant(), "serve(Constant), not serve(Constant())"),
    ],
)
def test_what_is_felt_outside_is_off_until_it_is_asked_for(app: Any, says: str) -> None:
    async def work(lab: Lab) -> Any:
        ann = await lab.connect("/chat?name=ann", client="ann")
        await ann.receive()
        kept = lab.keep("tea")
        await lab.kept.ready(30)
        return kept.why, lab.kept.counts, len(people)

    why, counts, _ = on(app, work)
    people.clear()
    assert says in why
    assert bool(why) == bool(says)
    assert counts == ("1 kept · 1 off" if says else "1 kept · 3 same")


def test_it_is_had_again_where_that_is_asked_for() -> None:
    async def work(lab: Lab) -> Any:
        ann = await lab.connect("/chat?name=ann", client="ann")
        await ann.receive()
        lab.keep("tea", outside=True)
        await lab.kept.ready(30)
        return lab.kept.counts

    assert on(InAFile, work) == "1 kept · 3 same"


def test_nothing_that_is_printed_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    class Prints(Constant):
        def __init__(self) -> None:
            super().__init__()
            if threading.current_thread().name == "playground-kept":
                print("made again")

    async def work(lab: Lab) -> Any:
        await lab.connect("/chat?name=ann", client="ann")
        lab.keep("tea")
        await lab.kept.ready(30)

    on(Prints, work)
    assert capsys.readouterr().out == ""


PROGRAM = """
import asyncio
from micropie import App
from playground import serve

class Chat(App):
    async def ws_chat(self, ws, name):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{name}: {message}")

async def main():
    lab = serve(Chat, transport="memory")
    ann = await lab.connect("/chat?name=ann", client="ann")
    await ann.send("tea")
    await ann.receive()
    kept = lab.keep("Tea, please")
    await lab.kept.ready(30)
    print(kept.save(), kept.save())
    lab.stop()

asyncio.run(main())
"""


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=folder, text=True, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_what_is_saved_is_a_test_that_passes_until_the_code_is_otherwise(tmp_path: Path) -> None:
    (tmp_path / "chat.py").write_text(PROGRAM)
    (tmp_path / "conftest.py").write_text("")
    made = ran(tmp_path, "chat.py")
    assert made.stdout.split() == ["test_tea_please.py", "test_tea_please_2.py"], made.stderr
    text = (tmp_path / "test_tea_please_2.py").read_text()
    (tmp_path / "test_tea_please_2.py").write_text(text.replace("{name}: {", "{name} says {"))
    tried = ran(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", ".")
    assert "1 failed, 1 passed" in tried.stdout
    assert "ann: tea" in tried.stdout
    assert "FAILED test_tea_please_2.py" in tried.stdout


async def test_a_test_that_expects_other_than_the_log_has_is_saved_with_a_word_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lab = serve(Chat, transport="memory")
    ann = await lab.connect("/chat?name=ann", client="ann")
    await ann.receive()
    said = await saved(lab)
    assert said == "Saved as test_ann.py, beside the notebook."
    changed: Any = lab.swap(Curt)
    await changed
    await ann.send("tea")
    await ann.receive()
    said = await saved(lab)
    assert said.startswith("Saved as test_ann_2.py, beside the notebook. With nobody else there ")
    assert "1 thing comes out otherwise than in the log, by the same code" in said


async def saved(lab: Lab) -> str:
    """Save the conversation of the first client as the panel does; return what it says."""
    ended: list[tuple[str | None, Any]] = []
    controls: Any = parts_of(lab).views.controls
    controls.keeps.save_test(lab.log[1].seq, lambda *each: ended.append(each))
    await until(lambda: ended)
    assert ended[0][0] is None
    return str(ended[0][1])
