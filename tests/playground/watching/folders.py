"""A folder of Python files that labs under test serve from."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

from playground import Lab
from playground.lab import parts_of
from playground.traffic.model import Entry
from tests.playground.lab_apps import until

CHAT = """
from micropie import App

class Chat(App):
    async def index(self):
        return {said}

    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{said}: {{message}}".replace("'", ""))
"""


def chat(said: str) -> str:
    """Return the text of an app that says a word before each message."""
    return CHAT.format(said=repr(said))


class Folder:
    """A folder whose names nobody else's modules have."""

    def __init__(self, path: Path, mark: str) -> None:
        self.path, self.mark = path, mark

    @property
    def chat(self) -> str:
        """What the app's module is called."""
        return f"chat_{self.mark}"

    @property
    def app(self) -> str:
        """The app, as a text that names it."""
        return f"{self.chat}:Chat"

    def file(self, name: str) -> Path:
        return self.path / f"{name}_{self.mark}.py"

    def save(self, name: str, text: str) -> Path:
        """Save a file as most editors do: in place."""
        file = self.file(name)
        file.write_text(textwrap.dedent(text).replace("MARK", self.mark))
        return file

    def rename_into(self, name: str, text: str) -> None:
        """Save a file as others do: another one takes its name."""
        new = self.path / f".{name}.swp"
        new.write_text(textwrap.dedent(text).replace("MARK", self.mark))
        os.replace(new, self.file(name))


def told(lab: Lab) -> list[str]:
    """Return what the lab itself has said so far."""
    return [str(entry.data) for entry in lab.log if is_told(entry)]


def is_told(entry: Entry) -> bool:
    return entry.kind in ("lab", "swap")


async def revised(lab: Lab, number: int) -> None:
    """Wait until a revision is on stage, and known."""
    await until(lambda: len(parts_of(lab).staging.revisions.kept) >= number)
