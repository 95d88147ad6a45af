"""Saves under clients that talk: each message is answered once, in order, by no older code."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from playground import Lab
from tests.playground.lab_apps import serving
from tests.playground.watching.folders import Folder, revised

pytestmark = pytest.mark.live

TEXT = """
from micropie import App

class Chat(App):
    async def index(self):
        return "hello"

    async def ws_count(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text("{revision}:" + message)
"""
AHEAD = 4


async def talk(lab: Lab, name: str, end: asyncio.Event) -> int:
    """Send numbers, some ahead of their answers; return how many were answered, each once."""
    client = await lab.connect("/count", client=name)
    heard, before = 0, 0
    for number in itertools.count():
        await client.send(str(number))
        if number < AHEAD:
            continue
        before = await hear(client, heard, before)
        heard += 1
        if end.is_set():
            break
    for each in range(heard, number + 1):
        before = await hear(client, each, before)
    await client.close()
    return number + 1


async def hear(client: Any, number: int, before: int) -> int:
    revision, said = (await client.receive(timeout=60)).split(":")
    assert int(said) == number
    assert int(revision) >= before
    return int(revision)


@pytest.mark.parametrize(
    ("clients", "saves"), [(5, 6), pytest.param(50, 100, marks=pytest.mark.soak)]
)
async def test_no_save_loses_or_doubles_a_message(folder: Folder, clients: int, saves: int) -> None:
    folder.save("chat", TEXT.format(revision=1))
    lab = await serving(folder.app, watch=True)
    end = asyncio.Event()
    async with asyncio.TaskGroup() as crowd:
        talks = [crowd.create_task(talk(lab, f"client{n}", end)) for n in range(clients)]
        for number in range(2, saves + 2):
            save = folder.save if number % 2 else folder.rename_into
            save("chat", TEXT.format(revision=number))
            await revised(lab, number)
        end.set()
    assert lab.revision == saves + 1
    assert all(each.result() > AHEAD for each in talks)
    assert [entry for entry in lab.log if entry.kind == "exception"] == []
