"""Clients that talk while code is swapped, and the model that says what they may hear."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.handover_habits import HABITS, revised
from playground import Lab, serve
from playground.clients.client import Client

# How long the whole crowd may take before it counts as stuck, in seconds.
DEADLINE = 600.0

# How many rows the log keeps: all, so that it can say afterwards what each handler took.
KEPT = 10_000_000


@dataclass
class Talk:
    """What one client has said and heard, and what of it the model does not allow.

    Attributes:
        client: Who talks; another one after it connected again.
        habit: What its handler does.
        on_swap: What a swap does with it.
        heard: How many answers it has heard.
        next: The number of the next message that may be answered.
        revision: Of the newest answer.
        wrong: Sentences.
        waits: Seconds from a swap to the first answer of its code.
    """

    client: Client
    habit: str
    on_swap: str
    heard: int = 0
    next: int = 0
    revision: int = 0
    wrong: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def hear(self, text: str, swapped: list[float]) -> None:
        """Hold what was heard against the model; a tick is not an answer, nor is an end."""
        if text == "tick" or text.endswith("end"):
            return
        revision, number = (int(part) for part in text.split(":"))
        if number < self.next or (number > self.next and self.on_swap != "close"):
            self.wrong.append(f"{self.habit}: expected an answer to {self.next}, got {text!r}")
        if revision < self.revision or (revision > self.revision and not self.may_move()):
            self.wrong.append(f"{self.habit}: revision {revision} after {self.revision}")
        if revision > self.revision:
            self.waits.append(time.perf_counter() - swapped[revision - 1])
        self.heard, self.next, self.revision = self.heard + 1, number + 1, revision

    def may_move(self) -> bool:
        """Return whether other code than before may answer."""
        return self.on_swap != "keep" or not self.revision


@dataclass
class Figures:
    """What came of a run."""

    said: int
    heard: int
    seconds: float
    wrong: list[str]
    waits: dict[str, list[float]]


class Crowd:
    """Clients that talk, all at once, while the code is swapped.

    Args:
        lab: What they talk to.
        messages: How many each sends.
        swaps: How often the code is swapped meanwhile.
        seed: Of the moments.
    """

    def __init__(self, lab: Lab, messages: int, swaps: int, seed: int) -> None:
        self.lab = lab
        self.messages = messages
        self.swaps = swaps
        self.chance = random.Random(seed)
        self.talks: list[Talk] = []
        self.said = 0
        self.swapped = [time.perf_counter()]
        self.moved = asyncio.Event()

    async def run(self, clients: int) -> Figures:
        """Have them all say what they have to say; return what came of it."""
        for number in range(clients):
            habit = HABITS[number % len(HABITS)]
            client = await self.lab.connect(f"/{habit}", client=f"{habit}-{number}")
            self.talks.append(Talk(client, habit, self.lab.on_swap))
        began = time.perf_counter()
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
            for talk in self.talks:
                group.create_task(self.talk(talk))
            group.create_task(self.swap_now_and_then())
        seconds = time.perf_counter() - began
        wrong = [text for talk in self.talks for text in talk.wrong] + unanswered(self.lab)
        heard = sum(talk.heard for talk in self.talks)
        waits: dict[str, list[float]] = {}
        for talk in self.talks:
            waits.setdefault(talk.habit, []).extend(talk.waits)
        return Figures(self.said, heard, seconds, wrong, waits)

    async def talk(self, talk: Talk) -> None:
        """Send everything and hear everything, on four connections one after the other."""
        for part in range(4):
            first, last = (self.messages * each // 4 for each in (part, part + 1))
            listener = asyncio.create_task(self.listen(talk))
            await self.speak(talk, first, last)
            await talk.client.send("end", timeout=DEADLINE)
            if talk.on_swap == "close":  # an end that is lost is said again
                while not (await asyncio.wait({listener}, timeout=1.0))[0]:
                    await talk.client.send("end", timeout=DEADLINE)
            await listener
            await talk.client.close()
            talk.revision = 0 if talk.on_swap == "keep" else talk.revision
            if part < 3:
                name = talk.client.name
                talk.client = await self.lab.connect(f"/{talk.habit}", client=name)

    async def speak(self, talk: Talk, first: int, last: int) -> None:
        """Send messages, pausing at random."""
        for number in range(first, last):
            await talk.client.send(str(number), timeout=DEADLINE)
            self.said += 1
            self.moved.set()
            if self.chance.random() < 0.05:
                await asyncio.sleep(self.chance.choice((0, 0.001)))

    async def listen(self, talk: Talk) -> None:
        """Hear the answers up to the end."""
        text = ""
        while not text.endswith("end"):
            text = str(await talk.client.receive(timeout=DEADLINE))
            talk.hear(text, self.swapped)

    async def swap_now_and_then(self) -> None:
        """Swap at random moments of the conversation, told by how much was said."""
        total = self.messages * len(self.talks)
        moments = sorted(self.chance.randrange(total) for _ in range(self.swaps))
        for number, moment in enumerate(moments, 2):
            while self.said < moment:
                self.moved.clear()
                await self.moved.wait()
            self.swapped.append(time.perf_counter())
            done = self.lab.swap(revised(number))
            if not isinstance(done, int):
                await done


def unanswered(lab: Lab) -> list[str]:
    """Return what a handler took and did not answer, a sentence for each connection."""
    took: dict[int, list[str]] = {}
    gave: dict[int, list[str]] = {}
    for entry in lab.log:
        said = str(entry.data).rpartition(":")[2]
        if entry.kind == "text" and said not in ("tick", "end"):
            side = took if entry.sender == "client" else gave
            side.setdefault(entry.exchange, []).append(said)
    return [
        f"connection {number}: took {len(numbers)} messages, answered {len(gave.get(number, []))}"
        for number, numbers in took.items()
        if numbers != gave.get(number)
    ]


async def converse(
    transport: Any,
    on_swap: Any,
    messages: int,
    swaps: int,
    clients: int = 20,
    seed: int = 1,
    *,
    weather: bool = False,
) -> Figures:
    """Let a crowd talk across swaps; `messages` is what they send together.

    With `weather` each message is on its way for up to 4 ms, both ways.
    """
    name = f"{transport} {on_swap}"
    lab = serve(
        revised(1),
        name=name,
        transport=transport,
        on_swap=on_swap,
        max_entries=KEPT,
        max_bytes=KEPT * 100,
    )
    try:
        await lab.get("/")
        if weather:
            lab.network(delay=0.002, jitter=0.002, seed=seed)
        return await Crowd(lab, messages // clients, swaps, seed).run(clients)
    finally:
        lab.stop()
