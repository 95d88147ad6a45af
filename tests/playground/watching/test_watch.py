"""What is saved takes over the open sockets; what cannot be served is said, and nothing is lost."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import sys
import threading
from typing import Any

import pytest

from micropie import App
from playground import Lab, serve
from playground.lab import parts_of
from playground.watching.watch import Watch
from tests.playground.lab_apps import Echo, on_both, serving, until
from tests.playground.watching.folders import Folder, chat, revised, told

pytestmark = pytest.mark.live


async def said(lab: Lab, words: str) -> str:
    """Wait until the lab has said something; return the whole sentence."""
    await until(lambda: any(words in each for each in told(lab)))
    return next(each for each in told(lab) if words in each)


@on_both
async def test_what_is_saved_takes_over_an_open_socket(folder: Folder, transport: str) -> None:
    lab = await serving(folder.app, transport, watch=True)
    alice = await lab.connect("/echo", client="alice")
    await alice.send("hi")
    assert await alice.receive() == "one: hi"
    folder.save("chat", chat("two"))
    await revised(lab, 2)
    await alice.send("hi")
    assert await alice.receive() == "two: hi"
    assert not [entry for entry in lab.log if entry.kind == "close"]
    await said(lab, "1 socket handed over")
    assert 'return "two"'.replace('"', "'") in lab.source()


async def test_what_is_saved_has_the_app_back_from_a_server_elsewhere(folder: Folder) -> None:
    far, lab = await serving(Echo), await serving(folder.app, watch=True)
    leading: Any = parts_of(lab).views.controls
    name = f"chat_{folder.mark}.py"
    assert leading.leading.offer().endswith(f"; a change saved in {name} has it back.")
    ended: list[Any] = []
    leading.leading.lead(far.local_url, lambda *each: ended.append(each))
    await until(lambda: ended)
    assert f"; a change saved in {name} has it back" in ended[0][1]
    folder.save("chat", chat("two"))
    await revised(lab, 3)
    assert (await lab.get("/")).text == "two"


async def test_a_file_that_takes_the_others_name_is_noticed(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    for number in (2, 3):
        folder.rename_into("chat", chat(str(number)))
        await revised(lab, number)
        assert (await lab.get("/")).text == str(number)


async def test_a_helper_that_is_saved_is_used(folder: Folder) -> None:
    folder.save("inner", "WORD = 'one'")
    folder.save("helper", "from inner_MARK import WORD\ndef word(): return WORD")
    folder.save(
        "chat",
        "from micropie import App\nfrom helper_MARK import word\n"
        "class Chat(App):\n    async def index(self): return word()",
    )
    lab = await serving(folder.app, watch=True)
    assert (await lab.get("/")).text == "one"
    folder.save("inner", "WORD = 'two'")
    await revised(lab, 2)
    assert (await lab.get("/")).text == "two"
    await said(lab, f"inner_{folder.mark}.py changed")


async def test_a_helper_that_came_later_is_looked_after_too(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    folder.save(
        "chat",
        "from micropie import App\nimport late_MARK\n"
        "class Chat(App):\n    async def index(self): return late_MARK.WORD",
    )
    sentence = await said(lab, "ModuleNotFoundError")
    assert sentence.endswith("revision 1 still serves")
    folder.save("late", "WORD = 'two'")
    await revised(lab, 2)
    folder.save("late", "WORD = 'three'")
    await revised(lab, 3)
    assert (await lab.get("/")).text == "three"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class Chat(:\n", "line 1: SyntaxError: invalid syntax"),
        ("import nothing_like_it\n", "line 1: ModuleNotFoundError: No module named 'nothing_like"),
        ("\n\n1 / 0\n", "line 3: ZeroDivisionError: division by zero"),
        ("", "is empty"),
        (" \n", "is empty"),
        ("\0", "SyntaxError: source code"),
        ("# coding: nonsense\n", "SyntaxError"),
        ("raise SystemExit(3)", "line 1: SystemExit: 3"),
        ("from micropie import App\nclass Room(App): pass", "has no Chat to serve; it has Room"),
        ("Chat = 5", "has no Chat to serve"),
    ],
)
async def test_what_cannot_be_served_is_said_once(folder: Folder, text: str, words: str) -> None:
    lab = await serving(folder.app, watch=True)
    alice = await lab.connect("/echo")
    before = sys.modules[folder.chat]
    folder.save("chat", text)
    sentence = await said(lab, "still serves")
    assert words in sentence
    assert sentence.startswith(f"chat_{folder.mark}.py")
    assert parts_of(lab).staging.note == sentence
    await alice.send("hi")
    assert await alice.receive() == "one: hi"
    assert sys.modules[folder.chat] is before
    folder.save("chat", chat("two"))
    await revised(lab, 2)
    await until(lambda: parts_of(lab).staging.note == "")
    assert told(lab).count(sentence) == 1
    await alice.send("hi")
    assert await alice.receive() == "two: hi"


class Heard:
    """What a watch tells, without a lab."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.taken: list[Any] = []

    def serves(self, app: Any) -> bool:
        return app in self.taken

    def take(self, app: Any, because: str) -> None:
        self.taken.append(app)

    def goes_on(self, reason: str) -> None:
        self.reasons.append(reason)

    def mended(self) -> None:
        self.reasons.append("mended")

    def uses(self, files: str) -> None: ...

    def is_serving(self) -> bool:
        return True


def test_the_same_reason_is_said_once_however_often_it_is_saved(folder: Folder) -> None:
    heard = Heard()
    watch = Watch(heard, folder.chat, str(folder.file("chat")), "Chat", None)
    watch._look(grace=0.0)
    assert [each.__name__ for each in heard.taken] == ["Chat"]
    for number in range(3):
        folder.save("chat", f"class Chat(:\n# {number}\n")
        watch._look(grace=0.0)
    folder.save("chat", "1 / 0")
    watch._look(grace=0.0)
    folder.save("chat", chat("one"))
    watch._look(grace=0.0)
    assert len(heard.taken) == 1  # it is what it was
    syntax, zero, mended = heard.reasons
    assert ("SyntaxError" in syntax, "ZeroDivisionError" in zero, mended) == (True, True, "mended")


async def test_a_deleted_file_is_said_and_may_come_back(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    folder.file("chat").unlink()
    sentence = await said(lab, "is gone")
    assert "revision 1 still serves" in sentence
    folder.save("chat", chat("one"))  # as it was: nothing is new
    await until(lambda: parts_of(lab).staging.note == "")
    assert lab.revision == 1


async def test_a_start_up_that_fails_is_said_and_the_old_code_goes_on(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    old = sys.modules[folder.chat]
    folder.save("chat", chat("two") + "    def __init__(self):\n        raise OSError('no disk')\n")
    assert "revision 1 still serves: OSError: no disk" in await said(lab, "did not start")
    await until(lambda: sys.modules[folder.chat] is old)
    folder.save("chat", chat("one"))
    await until(lambda: parts_of(lab).staging.note == "")
    assert lab.revision == 1


async def test_what_is_only_commented_leaves_the_state_alone(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    app = lab.app
    folder.save("chat", "# a word on it\n" + chat("one"))
    [watch] = parts_of(lab).files.watches
    await until(lambda: b"# a word" in (watch._said[folder.chat] or b""))
    assert (lab.app, lab.revision) == (app, 1)


async def test_the_same_second_and_size_is_new_code_too(folder: Folder) -> None:
    """Python's compiled files would say otherwise."""
    lab = await serving(folder.app, watch=True)
    for number, word in enumerate(("two", "six", "ten", "one"), 2):
        file = folder.save("chat", chat(word))
        os.utime(file, (1_000_000_000, 1_000_000_000))
        await revised(lab, number)
        assert (await lab.get("/")).text == word


async def test_a_link_led_elsewhere_and_a_disk_that_tells_nothing(folder: Folder) -> None:
    there = folder.path / "there"
    there.mkdir()
    for name in ("a", "b", "c"):
        (there / f"{name}.py").write_text(chat(name))
    folder.file("chat").unlink()
    folder.file("chat").symlink_to(there / "a.py")
    lab = await serving(folder.app)
    watch = lab.watch(folder.file("chat"), poll=0.02)
    new = folder.path / "new"
    new.symlink_to(there / "b.py")
    new.replace(folder.file("chat"))
    await revised(lab, 2)
    assert (await lab.get("/")).text == "b"
    (there / "b.py").write_text(chat("c"))
    await revised(lab, 3)
    assert (await lab.get("/")).text == "c"
    watch.stop()
    assert not watch.running


async def test_what_the_link_stands_for_is_told_by_the_system(folder: Folder) -> None:
    there = folder.path / "there"
    there.mkdir()
    folder.file("chat").rename(there / "real.py")
    folder.file("chat").symlink_to(there / "real.py")
    lab = await serving(folder.app, watch=True)
    (there / "real.py").write_text(chat("two"))
    await revised(lab, 2)
    assert (await lab.get("/")).text == "two"


async def test_an_instance_is_followed_by_its_module(folder: Folder) -> None:
    folder.save("chat", chat("one") + "\napp = Chat()")
    lab = await serving(f"{folder.chat}:app", watch=True)
    folder.save("chat", chat("two") + "\napp = Chat()")
    await revised(lab, 2)
    assert (await lab.get("/")).text == "two"


async def test_a_package_is_followed_with_its_modules(folder: Folder) -> None:
    package = folder.path / f"shop_{folder.mark}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "words.py").write_text("WORD = 'one'")
    (package / "main.py").write_text(
        "from micropie import App\nfrom . import words\n"
        "class Chat(App):\n    async def index(self):\n"
        "        return words.WORD"
    )
    lab = await serving(f"shop_{folder.mark}.main:Chat", watch=True)
    (package / "words.py").write_text("WORD = 'two'")
    await revised(lab, 2)
    assert (await lab.get("/")).text == "two"
    (package / "words.py").write_text("WORD = ")
    await said(lab, "SyntaxError")
    assert sys.modules[package.name].words.WORD == "two"
    (package / "__init__.py").write_text("WORD = 1")
    (package / "words.py").write_text("from . import WORD\nWORD = f'three {WORD}'")
    await revised(lab, 3)
    assert (await lab.get("/")).text == "three 1"


async def test_what_was_changed_since_it_was_imported_takes_over_at_once(folder: Folder) -> None:
    __import__(folder.chat)
    folder.save("chat", chat("two"))
    lab = await serving(folder.app, watch=True)
    assert (await lab.get("/")).text == "two"


@pytest.mark.parametrize("imported", [False, True])
async def test_a_file_takes_over_from_another_class_of_the_name(
    folder: Folder, imported: bool
) -> None:
    if imported:
        __import__(folder.chat)

    class Chat(App):
        async def index(self) -> str:
            return "mine"

    lab = await serving(Chat)
    watch = lab.watch(folder.file("chat"))
    await revised(lab, 2)
    assert (await lab.get("/")).text == "one"
    folder.save("chat", chat("two"))
    await revised(lab, 3)
    assert lab.watch(folder.file("chat")) is watch
    other = lab.watch(folder.file("chat"), poll=0.05)
    assert (watch.running, other.running) == (False, True)


async def test_a_file_that_has_nothing_of_the_name_is_said(folder: Folder) -> None:
    lab = await serving(Echo)
    lab.watch(str(folder.file("chat")))
    assert "has no Echo to serve; it has Chat; revision 1 still serves" in told(lab)[-1]


async def test_watching_ends_and_goes_on_with_the_lab(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    await asyncio.to_thread(lab.stop)
    assert [each for each in threading.enumerate() if "watching" in each.name] == []
    folder.save("chat", chat("two"))
    await asyncio.to_thread(lab.restart)
    await revised(lab, 2)
    assert (await lab.get("/")).text == "two"
    serve(folder.app)  # without watch
    assert [each for each in threading.enumerate() if "watching" in each.name] == []


SERVES = """
from playground import serve
lab = serve(Chat)
"""


async def test_a_file_that_serves_itself_goes_on_to_be_watched(folder: Folder) -> None:
    folder.save("chat", chat("one") + SERVES)
    lab = await serving(folder.app, watch=True)
    for number in (2, 3):
        folder.save("chat", chat(str(number)) + SERVES)
        await revised(lab, number)
        assert (await lab.get("/")).text == str(number)
    folder.save("chat", chat("four") + SERVES + "1 / 0\n")
    await said(lab, "ZeroDivisionError")
    assert ((await lab.get("/")).text, lab.revision) == ("3", 3)


def test_a_piece_of_a_file_that_is_good_python_does_not_take_over(folder: Folder) -> None:
    heard = Heard()
    watch = Watch(heard, folder.chat, str(folder.file("chat")), "Chat", None)
    watch._look(grace=0.0)
    new, looks, now = chat("two"), itertools.count(), watch._now

    def as_it_grows() -> dict[str, object]:
        if next(looks) == 3:
            folder.save("chat", new)
        return now()

    folder.save("chat", new[: new.index("    async def ws_echo")])
    watch._now = as_it_grows  # type: ignore[method-assign]
    watch._look(grace=0.0)
    assert [hasattr(each, "ws_echo") for each in heard.taken] == [True, True]


async def test_two_labs_that_watch_a_file_have_the_same_new_code(folder: Folder) -> None:
    labs = [await serving(folder.app, watch=True, name=name) for name in ("one", "two")]
    folder.save("chat", chat("two"))
    for lab in labs:
        await revised(lab, 2)
    assert type(labs[0].app) is type(labs[1].app) is sys.modules[folder.chat].Chat
    folder.save("chat", chat("three"))
    await serving(folder.app, watch=True, name="one")  # before the watch has seen it, or after
    assert (await labs[0].get("/")).text == "three"
    await revised(labs[1], 3)
    assert [lab.revision for lab in labs] == [3, 3]


async def test_what_is_watched_twice_takes_over_once(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    own = lab.watch(folder.file("chat"))
    assert parts_of(lab).files.watches == [own]
    serve(folder.app, watch=True)
    folder.save("chat", chat("two"))
    await revised(lab, 2)
    folder.save("chat", chat("three"))
    await revised(lab, 3)
    assert [each.name for each in threading.enumerate()].count("playground-watching") == 1


async def test_a_lab_that_moves_goes_on_to_watch(folder: Folder) -> None:
    lab = await serving(folder.app)
    lab.watch(folder.file("chat"))
    port = lab.port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    serve(folder.app, port=other)
    assert lab.port == other != port
    folder.save("chat", chat("two"))
    await until(lambda: "two" in lab.source())
    assert [each.name for each in threading.enumerate()].count("playground-watching") == 1


async def test_in_a_browser_a_sentence_says_that_nothing_is_watched(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = await serving(folder.app)
    monkeypatch.setattr("playground.lab.files.sys.platform", "emscripten")
    watch = lab.watch(folder.file("chat"))
    monkeypatch.undo()
    assert not watch.running
    assert "this Python runs in a browser" in told(lab)[-1]


async def test_a_file_that_is_never_done_can_be_stopped(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    folder.save("chat", "import pathlib\npathlib.Path('begun').touch()\nwhile True: pass\n")
    await until(lambda: (folder.path / "begun").exists())
    assert (await lab.get("/")).text == "one"
    await asyncio.to_thread(lab.stop)
    assert [each for each in threading.enumerate() if "watching" in each.name] == []
    assert not any("still serves" in each for each in told(lab))


async def test_a_file_that_is_never_done_is_ended(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.watching.ending.PATIENCE", 0.2)
    lab = await serving(folder.app, watch=True)
    folder.save("chat", "\nwhile True: pass\n")
    assert "line 2 was not done after" in await said(lab, "still serves")


async def test_many_saves_lose_nothing(folder: Folder) -> None:
    lab = await serving(folder.app, watch=True)
    alice = await lab.connect("/echo")
    for number in range(10):
        folder.save("chat", chat(str(number)))
        await alice.send("hi")
        assert ": hi" in str(await alice.receive())
    folder.save("chat", chat("last"))
    await until(lambda: lab.source().count("last"))
    await alice.send("hi")
    assert await alice.receive() == "last: hi"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"watch": "chat.py"}, TypeError, "lab.watch\\('chat.py'\\) watches a file"),
        ({"watch": True}, ValueError, r"serve\('chat:Chat', watch=True\)"),
    ],
)
def test_what_cannot_be_watched_is_refused(
    options: Any, error: type[Exception], words: str
) -> None:
    class Here(App):
        async def index(self) -> str:
            return ""

    Here.__module__ = "__main__"
    with pytest.raises(error, match=words):
        serve(Here, **options)


@pytest.mark.parametrize(
    ("given", "options", "error", "words"),
    [
        ("none.py", {}, FileNotFoundError, "none.py, found none"),
        ("chat.txt", {}, ValueError, "expected a Python file"),
        (5, {}, TypeError, "expected a file or a module, got 5"),
        (os, {}, ValueError, "expected a module of yours, got 'os'"),
        ("json.py", {}, ValueError, "rename it"),
        ("a.py", {"poll": "1"}, TypeError, "poll=0.5"),
        ("a.py", {"poll": 0}, ValueError, "0.01 to 3600"),
    ],
)
async def test_no_file_to_watch_is_refused(
    folder: Folder, given: Any, options: Any, error: type[Exception], words: str
) -> None:
    (folder.path / "json.py").touch()
    lab = await serving(Echo)
    with pytest.raises(error, match=words):
        lab.watch(given, **options)
