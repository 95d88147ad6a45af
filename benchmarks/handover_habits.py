"""Handlers of many habits, each of which a swap has to take a socket from without loss."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

from micropie import App, ConnectionClosed


class Habits(App):
    """A handler for each habit; each answers message "7" with "3:7" while it is revision 3."""

    revision = 0

    def answer(self, message: str) -> str:
        """Return the answer to a message."""
        return f"{self.revision}:{message}"

    async def ws_plain(self, ws: Any) -> None:
        """Wait in `receive`."""
        await ws.accept()
        async for message in ws:
            await ws.send_text(self.answer(message))

    async def ws_awaiting(self, ws: Any) -> None:
        """Await something else between a message and its answer."""
        await ws.accept()
        async for message in ws:
            await asyncio.sleep(random.choice((0, 0, 0.001)))
            await ws.send_text(self.answer(message))

    async def ws_guarded(self, ws: Any) -> None:
        """Tidy up, at length."""
        await ws.accept()
        try:
            while True:
                message = await ws.receive_text()
                try:
                    await asyncio.sleep(0)
                finally:
                    await ws.send_text(self.answer(message))
        finally:
            await asyncio.sleep(0)

    async def ws_ticking(self, ws: Any) -> None:
        """Push on a timer."""
        await ws.accept()

        async def tick() -> None:
            while True:
                await asyncio.sleep(0.005)
                await ws.send_text("tick")

        timer = asyncio.create_task(tick())
        try:
            async for message in ws:
                await ws.send_text(self.answer(message))
        finally:
            timer.cancel()

    async def ws_spawning(self, ws: Any) -> None:
        """Have each message answered by a task of its own, in turn, a few at a time."""
        await ws.accept()
        room, turn = asyncio.Semaphore(5), asyncio.Lock()
        replies: set[asyncio.Task[None]] = set()

        async def reply(message: str) -> None:
            async with turn:
                await asyncio.sleep(random.choice((0, 0, 0.001)))
                await ws.send_text(self.answer(message))
            room.release()

        async for message in ws:
            await room.acquire()
            replies.add(task := asyncio.create_task(reply(message)))
            task.add_done_callback(replies.discard)

    async def ws_queueing(self, ws: Any) -> None:
        """Read in one task, answer in another."""
        await ws.accept()
        queue: asyncio.Queue[str] = asyncio.Queue(5)

        async def work() -> None:
            while True:
                message = await queue.get()
                await asyncio.sleep(random.choice((0, 0, 0.001)))
                await ws.send_text(self.answer(message))

        worker = asyncio.create_task(work())
        try:
            async for message in ws:
                await queue.put(message)
        finally:
            worker.cancel()

    async def ws_grouped(self, ws: Any) -> None:
        """Read and tick in a task group."""
        await ws.accept()

        async def read() -> None:
            async for message in ws:
                await ws.send_text(self.answer(message))

        async def tick() -> None:
            while True:
                await asyncio.sleep(0.005)
                await ws.send_text("tick")

        with contextlib.suppress(BaseExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(read())
                group.create_task(tick())

    async def ws_waiting(self, ws: Any) -> None:
        """Give up waiting now and then, and go on."""
        await ws.accept()
        while True:
            try:
                message = await asyncio.wait_for(ws.receive_text(), 0.003)
            except TimeoutError:
                await ws.send_text("tick")
            else:
                await ws.send_text(self.answer(message))

    async def ws_choosing(self, ws: Any) -> None:
        """Wait for whichever comes first, a message or a timer."""
        await ws.accept()
        message = asyncio.create_task(ws.receive_text())
        timer = asyncio.create_task(asyncio.sleep(0.005))
        try:
            while True:
                await asyncio.wait({message, timer}, return_when=asyncio.FIRST_COMPLETED)
                if message.done():
                    await ws.send_text(self.answer(message.result()))
                    message = asyncio.create_task(ws.receive_text())
                if timer.done():
                    timer = asyncio.create_task(asyncio.sleep(0.005))
        finally:
            message.cancel()
            timer.cancel()

    async def ws_stubborn(self, ws: Any) -> None:
        """Swallow the cancellation, and go on."""
        await ws.accept()
        while True:
            try:
                message = await ws.receive_text()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0)
                await ws.send_text(self.answer(message))
            except asyncio.CancelledError:
                continue
            except ConnectionClosed:
                break


HABITS = [name.removeprefix("ws_") for name in vars(Habits) if name.startswith("ws_")]


def revised(number: int) -> type[Habits]:
    """Return the next revision of the app: another class, as a cell that is run again makes."""
    return type("Habits", (Habits,), {"revision": number})
