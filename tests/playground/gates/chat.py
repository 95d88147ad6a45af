"""A chat whose handlers stand in lines that tests ask for, and what is asked of its lab."""

from __future__ import annotations

import asyncio
from typing import Any

from micropie import App
from playground import Lab


class Chat(App):
    """Tells everybody, in order, what anybody says."""

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Any] = []

    async def index(self) -> str:
        return "hello"

    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()
        self.members.append(ws)
        try:
            async for message in ws:
                for member in list(self.members):
                    await member.send_text(message.upper())
        finally:
            self.members.remove(ws)

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            if message == "bye":
                await ws.close(4001, "bye")
                return
            await ws.send_text(f"1:{message}")

    async def ws_patient(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text(await ws.receive_text())
        while True:
            try:
                await ws.send_text(await asyncio.wait_for(ws.receive_text(), 0.05))
            except TimeoutError:
                await ws.send_text("tired")

    async def ws_ticks(self, ws: Any) -> None:
        await ws.accept()
        message = await ws.receive_text()

        async def tick() -> None:
            await ws.send_text(f"tick {message}")

        async with asyncio.TaskGroup() as group:
            group.create_task(tick(), name="ticks")
        await ws.receive_text()


class Second(App):
    """The code that comes after `Chat`."""

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"2:{message}")


def notes(lab: Lab, kind: str) -> list[str | None]:
    """Return the notes of the entries of a kind, without what the lab itself has said."""
    return [each.note for each in lab.log.filter(f"kind:{kind} -dir:lab")]


def said(lab: Lab, kind: str) -> list[Any]:
    """Return what the entries of a kind say."""
    return [each.data for each in lab.log.filter(f"kind:{kind}")]


async def echoed(client: Any, *messages: str, revision: int = 1) -> None:
    """Have messages echoed, one after the other."""
    for each in messages:
        await client.send(each)
        assert await client.receive() == f"{revision}:{each}"
