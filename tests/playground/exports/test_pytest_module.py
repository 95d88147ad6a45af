"""A recorded conversation is a test that passes with the same app, and fails with another."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import HandshakeRefused, Lab, serve
from playground.exports import pytest_module
from playground.traffic.log import Log
from playground.traffic.record import Record, Selection
from tests.playground import replayed
from tests.playground.records import chat, records

APP = "replayed:Chat"


# What is other each time in `replayed`, and neither a UUID nor a time.
IGNORE = ["$.users[*].token", re.compile(r"V\d+", re.IGNORECASE)]

SOURCE = Path(replayed.__file__).read_text(encoding="utf-8")


def put(
    folder: Path,
    name: str,
    record: Record,
    source: str = SOURCE,
    app: str = "Chat",
    ignore: Any = IGNORE,
) -> None:
    """Save a record as a test module, with an app of its own beside it."""
    (folder / f"app_{name}.py").write_text(f"{source}\n\n{app} = Chat\n", encoding="utf-8")
    record.save(folder / f"test_{name}.py", app=f"app_{name}:{app}", ignore=ignore)


async def heard(lab: Lab, count: int) -> None:
    """Wait until so many messages of the server stand in the log."""
    async with asyncio.timeout(10):
        while len(lab.log.filter("dir:server kind:text,binary")) < count:
            await asyncio.sleep(0.005)


async def four_chat(lab: Lab) -> None:
    names = ["alice", "bob", "carol", "dave"]
    clients = [await lab.connect(f"/chat?name={name}", client=name) for name in names]
    await clients[0].send("hello; \"all\" of 'you' \\ ö\n")
    await clients[1].send("hi alice")
    await heard(lab, 4 + 8)
    await clients[3].close(1000, "late")
    await clients[0].send("dave has left")
    await heard(lab, 4 + 8 + 3)
    await clients[1].close(4001, "")


async def fifty_talk_at_once(lab: Lab) -> None:
    clients = [await lab.connect(f"/chat?name={number}") for number in range(8)]
    await asyncio.gather(*(client.send(f"{n}") for client in clients for n in range(5)))
    await heard(lab, 8 + 8 * 5 * 8)


async def bytes_and_subprotocols(lab: Lab) -> None:
    client = await lab.connect("/bytes", client="class")
    await client.send(bytes(range(256)))
    again = await lab.connect("/chat", client="2 Ökonomen!", subprotocols=["text", "json"])
    await again.receive()
    await heard(lab, 2)


async def a_timer_ticks(lab: Lab) -> None:
    client = await lab.connect("/clock", client="alice")
    await heard(lab, 3)
    await client.send("what")
    await lab.until('dir:server "heard what"')
    await client.close()


async def things_go_wrong(lab: Lab) -> None:
    with pytest.raises(HandshakeRefused):
        await lab.connect("/chta", client="lost")
    client = await lab.connect("/crash", client="alice")
    await client.send("now")
    bye = await lab.connect("/bye", client="bob")
    assert await bye.receive() == "one moment"
    for name in ("alice", "bob"):
        await lab.until(f"client:{name} kind:close")


async def requests_too(lab: Lab) -> None:
    await lab.get("/greet/Ada")
    await lab.get("/nowhere")
    await lab.post("/shout", form={"text": "hello"}, headers={"x-mood": "fine"})
    await lab.get("/count")
    waiting = asyncio.create_task(lab.get("/wait"))
    await lab.until("path:/wait kind:request")
    await lab.connect("/chat?name=x", client="alice")
    assert (await waiting).text == "somebody came"
    await heard(lab, 1)


async def all_is_stamped(lab: Lab) -> None:
    await lab.get("/stamp/Ada")
    await lab.get("/stamps")
    clients = [await lab.connect("/stamps", client=name) for name in ("alice", "bob")]
    await clients[0].send("hello")
    await heard(lab, 2)
    await clients[0].close()


async def two_stamp_at_once(lab: Lab) -> None:
    clients = [await lab.connect("/stamps") for _ in range(2)]
    await asyncio.gather(*(client.send(f"{n}") for client in clients for n in range(3)))
    await heard(lab, 12)


CONVERSATIONS = [
    four_chat, fifty_talk_at_once, bytes_and_subprotocols, a_timer_ticks, things_go_wrong,
    requests_too, all_is_stamped, two_stamp_at_once,
]  # fmt: skip


CHANGES = {
    "other_words": ('f"{name}: {message}"', 'f"{name} {message}"'),
    "fewer_hear_it": ("for other in list(self.here)", "for other in [ws]"),
    "one_too_many": (
        'f"welcome {name}")',
        'f"welcome {name}"); await ws.send_text("twice")',
    ),
    "hangs_up": ("async for message in ws:", "for message in ():"),
}


STAMPED = {
    "text_changes": ('"text": text', '"text": text.upper()'),
    "a_date_changes": ("1815-12-10", "1816-12-10"),
    "a_number_changes": ("1700000000", "1700000001"),
    "no_uuid_any_more": ('"id": str(uuid4())', '"id": "4711"'),
    "no_time_any_more": ('"at": time.time()', '"at": 0'),
    "one_key_less": ('"ms": time.time_ns() // 1_000_000, ', ""),
    "a_token_less": (', "token": secrets.token_urlsafe(8)', ""),
    "the_stream_changes": ("data: {number} ", "data: no. {number} "),
}

# Names that mean something in Python or in the module, and those of which little is left.
ODD = [
    "type", "isinstance", "assert_like", "plain", "json", "ℂlient", "client", "app", "answer 2",
    "_held", "heard", "in", "match", "None", "☺", "☺☺", "🦆", "__debug__", "print", "chat",
    "recorded_app", "serving", "asyncio", "re", "len", "ı", "é", "9", "self", "expected", "super",
]  # fmt: skip


async def odd_names(lab: Lab) -> None:
    for name in ODD:
        client = await lab.connect("/stamps", client=name)
        await client.send(name)
    await heard(lab, len(ODD) * (len(ODD) + 1) // 2)


async def one_message(lab: Lab) -> None:
    client = await lab.connect("/bytes", client="alice")
    await client.send(b"x")
    await heard(lab, 1)


async def three_messages(lab: Lab) -> None:
    client = await lab.connect("/bytes", client="alice")
    for number in range(3):
        await client.send(bytes([number]))
    await heard(lab, 3)


async def have_all(folder: Path) -> None:
    """Have every conversation; save it with the app that had it, or with one that was changed."""
    for converse in (*CONVERSATIONS, one_message, three_messages):
        lab = serve(replayed.Chat, name=converse.__name__)
        await converse(lab)
        if converse is three_messages:
            put(folder, "rest", lab.log.filter("kind:binary"))
        else:
            put(folder, converse.__name__, lab.log)
        if converse is four_chat:
            for name, (old, new) in CHANGES.items():
                assert old in SOURCE
                put(folder, name, lab.log, SOURCE.replace(old, new, 1))
        if converse is all_is_stamped:
            for name, (old, new) in STAMPED.items():
                assert old in SOURCE
                put(folder, name, lab.log, SOURCE.replace(old, new, 1))
            put(folder, "strict", lab.log, ignore=())
            put(folder, "loose", lab.log, ignore=["token", r"/v\d+/"])
        if converse is one_message:
            twice = "await ws.send_bytes(message * 2)"
            put(folder, "again", lab.log, SOURCE.replace(twice, f"{twice}; {twice}"))
        lab.stop()
    lab = serve(replayed.Chat)
    await odd_names(lab)
    for name in ("chat", "app", "Client", "serving", "recorded_app", "type", "plain"):
        put(folder, f"called_{name}", lab.log, app=name)
    lab.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a test module of each conversation, and the app for it."""
    folder = tmp_path_factory.mktemp("replayed")
    asyncio.run(have_all(folder))
    return folder


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> dict[str, str]:
    """What pytest says of each module; it is started once for all, as their reader would do it."""
    options = ["-c", "/dev/null", "--rootdir", str(folder), "-p", "no:cacheprovider"]
    plain = ["-p", "no:asyncio", "-W", "error", "--tb=no", "-rA"]
    command = [sys.executable, "-m", "pytest", "-q", *options, *plain, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    said = re.findall(r"^(PASSED|FAILED|ERROR) \S*test_(\w+)\.py::", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in said}


def test_conversations_pass_with_the_app_that_had_them(outcomes: dict[str, str]) -> None:
    names = [converse.__name__ for converse in CONVERSATIONS]
    assert {name: outcomes.get(name) for name in names} == dict.fromkeys(names, "PASSED")


@pytest.mark.parametrize("name", CHANGES)
def test_it_fails_with_an_app_that_says_something_else(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == "FAILED"


@pytest.mark.parametrize("name", STAMPED)
def test_what_changes_is_forgiven_and_nothing_else_is(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == "FAILED"


def test_what_is_named_is_forgiven_and_only_then(outcomes: dict[str, str]) -> None:
    assert (outcomes["strict"], outcomes["loose"]) == ("FAILED", "PASSED")


@pytest.mark.parametrize(
    "app", ["chat", "app", "Client", "serving", "recorded_app", "type", "plain"]
)
def test_whatever_clients_and_the_app_are_called_it_runs(
    outcomes: dict[str, str], app: str
) -> None:
    assert outcomes[f"called_{app}"] == "PASSED"


def test_what_does_not_change_is_compared_as_it_is() -> None:
    said = chat().to_pytest(APP)
    assert "assert_like" not in said
    assert "import json" not in said


def test_one_message_too_many_at_the_end_is_noticed(outcomes: dict[str, str]) -> None:
    assert (outcomes["one_message"], outcomes["again"]) == ("PASSED", "FAILED")


def test_a_conversation_without_a_beginning_is_had_from_where_it_is_known(
    folder: Path, outcomes: dict[str, str]
) -> None:
    text = (folder / "test_rest.py").read_text(encoding="utf-8")
    assert "has let go of how this one began" in text
    assert outcomes["rest"] == "PASSED"


def test_what_another_tool_saw_is_asserted_in_its_order() -> None:
    log = Log()
    exchange = log.open("websocket", "browser-1", path="/echo").id
    for sender in ("client", "server"):
        log.append(0.0, exchange, "text", sender, "hi", 2)
    assert 'assert await browser_1.receive() == "hi"' in log.to_pytest(APP)


def test_credentials_that_were_redacted_are_remarked_on() -> None:
    said = chat().to_pytest(APP)
    assert "# Credentials stood in cookie; the log never had them." in said
    assert "[redacted]" not in said


@pytest.mark.live
@pytest.mark.parametrize(
    ("client", "name"),
    [("¹", "client_1"), ("ﬁn", "fin"), ("Ada B.", "ada_b"), ("☺", "someone"), ("in", "client_in")],
)
async def test_a_clients_name_is_made_one_of_pythons(client: str, name: str) -> None:
    lab = serve(replayed.Chat)
    await lab.connect("/chat", client=client)
    assert f"    {name} = await client.connect(" in lab.log.to_pytest(APP)


@given(records(), st.lists(st.sampled_from(["id", "$..x[*]", "$.*", "/a|b/"]) | st.just(IGNORE[1])))
def test_whatever_was_said_the_module_is_python(record: Selection, ignore: list[Any]) -> None:
    text = pytest_module.dumps(record, APP, ignore)
    compile(text.encode("utf-8", "replace"), "test_again.py", "exec")


@pytest.mark.parametrize("app", [None, "chat", "chat:", "chat.py:Chat()", "import os; x:y"])
def test_it_says_where_the_app_has_to_be(app: str | None) -> None:
    with pytest.raises(ValueError, match=r"say app='chat:Chat'"):
        pytest_module.dumps(Log(), app)
