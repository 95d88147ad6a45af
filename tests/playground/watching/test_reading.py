"""`serve("chat:Chat")` serves what is saved there now, whatever was imported before."""

from __future__ import annotations

import sys

import pytest

from playground.watching.reading import said
from tests.playground.lab_apps import serving
from tests.playground.watching.folders import Folder, chat

pytestmark = pytest.mark.live

WORD = "from micropie import App\nWORD = {word!r}\nclass Chat(App):\n    async def index(self): "


async def test_served_again_it_is_what_was_saved_meanwhile(folder: Folder) -> None:
    folder.save("helper", "WORD = 'one'")
    folder.save("chat", WORD.format(word="") + "return word.WORD\nimport helper_MARK as word\n")
    lab = await serving(folder.app)
    assert (await lab.get("/")).text == "one"
    folder.save("helper", "WORD = 'two'")
    await serving(folder.app)
    assert (await lab.get("/")).text == "two"
    module = sys.modules[folder.chat]
    folder.save("helper", "WORD = 'two'  # as before")
    await serving(folder.app)
    assert (sys.modules[folder.chat], lab.revision) == (module, 2)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (None, ImportError, "is gone, or cannot be read; save it, and run this again"),
        ("", ImportError, "is empty; save it"),
        ("class Chat(", SyntaxError, "never closed"),
        ("1 / 0", ZeroDivisionError, "division"),
        ("class Room: pass", ImportError, "it has no App at all"),
        ("Chat = 5", TypeError, "App"),
    ],
)
async def test_what_cannot_be_served_changes_nothing(
    folder: Folder, text: str | None, error: type[Exception], words: str
) -> None:
    lab = await serving(folder.app)
    before = sys.modules[folder.chat]
    if text is None:
        folder.file("chat").unlink()
    else:
        folder.save("chat", text)
    with pytest.raises(error, match=words):
        await serving(folder.app)
    assert sys.modules[folder.chat] is before
    assert (await lab.get("/")).text == "one"
    folder.save("chat", chat("two"))
    await serving(folder.app)
    assert (await lab.get("/")).text == "two"


@pytest.mark.parametrize("text", ["", "class Chat(\n", "import nothing_like_it\n"])
async def test_what_could_not_be_served_at_first_is_read_anew(folder: Folder, text: str) -> None:
    folder.save("chat", text)
    with pytest.raises((ImportError, SyntaxError)):
        await serving(folder.app, watch=True)
    folder.save("chat", chat("two"))
    lab = await serving(folder.app, watch=True)
    assert (await lab.get("/")).text == "two"


async def test_what_was_imported_by_others_is_read_anew_if_it_was_saved(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a module that an import statement has read, only its functions tell, and Python's file."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    __import__(folder.chat)
    assert said(folder.chat) is None
    module = sys.modules[folder.chat]
    lab = await serving(folder.app)
    assert sys.modules[folder.chat] is module
    folder.save("chat", "WORD = 'a'\n" + chat("one"))
    await serving(folder.app)
    assert sys.modules[folder.chat] is not module
    assert lab.revision == 1 + (sys.modules[folder.chat].Chat is type(lab.app))
