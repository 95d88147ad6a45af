"""A recorded conversation is a test that passes with the same app, and fails with another."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import replayed
from hypothesis import given
from records import chat, records

from playground import HandshakeRefused, Lab, serve
from playground.traffic import pytest_module
from playground.traffic.log import Log
from playground.traffic.record import Record, Selection

APP = "replayed:Chat"


SOURCE = Path(replayed.__file__).read_text(encoding="utf-8")


def put(folder: Path, name: str, record: Record, source: str = SOURCE) -> None:
    """Save a record as a test module, with an app of its own beside it."""
    (folder / f"app_{name}.py").write_text(source, encoding="utf-8")
    record.save(folder / f"test_{name}.py", app=f"app_{name}:Chat")


def run(folder: Path) -> str:
    """Run the test modules in a folder as their reader would; return what pytest says."""
    options = ["-c", "/dev/null", "--rootdir", str(folder), "-p", "no:cacheprovider"]
    plain = ["-p", "no:asyncio", "-W", "error", "--tb=short"]
    command = [sys.executable, "-m", "pytest", "-q", *options, *plain, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout


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


CONVERSATIONS = [
    four_chat, fifty_talk_at_once, bytes_and_subprotocols, a_timer_ticks, things_go_wrong,
    requests_too,
]  # fmt: skip


async def test_conversations_pass_with_the_app_that_had_them(tmp_path: Path) -> None:
    for converse in CONVERSATIONS:
        name = converse.__name__
        lab = serve(replayed.Chat, name=name)
        await converse(lab)
        put(tmp_path, name, lab.log)
        lab.stop()
    said = run(tmp_path)
    assert f"{len(CONVERSATIONS)} passed" in said, said


CHANGES = {
    "other_words": ('f"{name}: {message}"', 'f"{name} {message}"'),
    "fewer_hear_it": ("for other in list(self.here)", "for other in [ws]"),
    "one_too_many": (
        'f"welcome {name}")',
        'f"welcome {name}"); await ws.send_text("twice")',
    ),
    "hangs_up": ("async for message in ws:", "for message in ():"),
}


async def test_it_fails_with_an_app_that_says_something_else(tmp_path: Path) -> None:
    lab = serve(replayed.Chat, name="replay")
    await four_chat(lab)
    for name, (old, new) in CHANGES.items():
        assert old in SOURCE
        put(tmp_path, name, lab.log, SOURCE.replace(old, new, 1))
    said = run(tmp_path)
    assert f"{len(CHANGES)} failed" in said, said


async def test_one_message_too_many_at_the_end_is_noticed(tmp_path: Path) -> None:
    lab = serve(replayed.Chat, name="replay")
    client = await lab.connect("/bytes", client="alice")
    await client.send(b"x")
    await heard(lab, 1)
    twice = "await ws.send_bytes(message * 2)"
    put(tmp_path, "same", lab.log)
    put(tmp_path, "again", lab.log, SOURCE.replace(twice, f"{twice}; {twice}"))
    assert "1 failed, 1 passed" in run(tmp_path)


async def test_a_conversation_without_a_beginning_is_had_from_where_it_is_known(
    tmp_path: Path,
) -> None:
    lab = serve(replayed.Chat, name="replay")
    client = await lab.connect("/bytes", client="alice")
    for number in range(3):
        await client.send(bytes([number]))
    await heard(lab, 3)
    record = lab.log.filter("kind:binary")
    assert "has let go of how this one began" in record.to_pytest(APP)
    put(tmp_path, "rest", record)
    assert "1 passed" in run(tmp_path)


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


@pytest.mark.parametrize(
    ("client", "name"),
    [("¹", "client_1"), ("ﬁn", "fin"), ("Ada B.", "ada_b"), ("☺", "someone"), ("in", "client_in")],
)
async def test_a_clients_name_is_made_one_of_pythons(client: str, name: str) -> None:
    lab = serve(replayed.Chat)
    await lab.connect("/chat", client=client)
    assert f"    {name} = await client.connect(" in lab.log.to_pytest(APP)


@given(records())
def test_whatever_was_said_the_module_is_python(record: Selection) -> None:
    text = pytest_module.dumps(record, APP)
    compile(text.encode("utf-8", "replace"), "test_again.py", "exec")


@pytest.mark.parametrize("app", [None, "chat", "chat:", "chat.py:Chat()", "import os; x:y"])
def test_it_says_where_the_app_has_to_be(app: str | None) -> None:
    with pytest.raises(ValueError, match=r"say app='chat:Chat'"):
        pytest_module.dumps(Log(), app)
