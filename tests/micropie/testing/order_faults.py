"""Twelve faults that one order shows and another hides, each with its repair and a script."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from micropie import App, ConnectionClosed, broadcast

Names = tuple[str, ...]


class Fault(NamedTuple):
    """A fault, its repair, and what shows the one from the other."""

    faulty: type[App]
    repaired: type[App]
    script: Callable[[Any], Awaitable[None]]
    invariant: Callable[[Any], object] | None = None
    says: str = ""


def talk(path: str, *names: str, words: str = "hi", hears: int = 1) -> Any:
    """Return a script: each of them connects, says something, hears so much, and leaves."""

    async def one(client: Any, name: str) -> None:
        socket = await client.connect(f"{path}?name={name}")
        await socket.send(words)
        for _ in range(hears):
            await socket.receive()
        await socket.close()

    async def script(client: Any) -> None:
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(one(client, name))

    return script


class LostUpdate(App):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def ws_add(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            count = self.count
            await ws.send_text("adding")
            self.count = count + 1


class NoUpdateLost(LostUpdate):
    async def ws_add(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            self.count += 1
            await ws.send_text("added")


class SetChanged(App):
    def __init__(self) -> None:
        super().__init__()
        self.people: set[Any] = set()

    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()
        self.people.add(ws)
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = await ws.receive_text()
                for each in self.people:
                    with contextlib.suppress(ConnectionClosed):
                        await each.send_text(message)
        self.people.discard(ws)


class SetCopied(SetChanged):
    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()
        self.people.add(ws)
        async for message in ws:
            await broadcast(self.people, message)
        self.people.discard(ws)


class DictChanged(App):
    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Any] = {}

    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people[name] = ws
        async for message in ws:
            for other, socket in self.people.items():
                with contextlib.suppress(ConnectionClosed):
                    await socket.send_text(f"{other}, {name} says {message}")
        del self.people[name]


class DictCopied(DictChanged):
    async def ws_chat(self, ws: Any, name: str) -> None:
        await ws.accept()
        self.people[name] = ws
        async for message in ws:
            for other, socket in list(self.people.items()):
                with contextlib.suppress(ConnectionClosed):
                    await socket.send_text(f"{other}, {name} says {message}")
        del self.people[name]


class DoubleJoin(App):
    def __init__(self) -> None:
        super().__init__()
        self.joined: list[str] = []

    async def ws_join(self, ws: Any) -> None:
        await ws.accept()
        async for nick in ws:
            if nick in self.joined:
                await ws.send_text("taken")
                continue
            await ws.send_text("welcome")
            self.joined.append(nick)


class JoinOnce(DoubleJoin):
    async def ws_join(self, ws: Any) -> None:
        await ws.accept()
        async for nick in ws:
            is_free = nick not in self.joined
            if is_free:
                self.joined.append(nick)
            await ws.send_text("welcome" if is_free else "taken")


class LeftMeanwhile(App):
    """Who has left ends the handler of who speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []

    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()
        self.people.append(ws)
        async for message in ws:
            for each in list(self.people):
                await each.send_text(message)
        self.people.remove(ws)


class LeftInPeace(LeftMeanwhile):
    async def ws_chat(self, ws: Any) -> None:
        await ws.accept()
        self.people.append(ws)
        async for message in ws:
            for each in list(self.people):
                with contextlib.suppress(ConnectionClosed):
                    await each.send_text(message)
        self.people.remove(ws)


class ReplyAfterClose(App):
    """A task that works beside the handler answers a socket that may have closed."""

    async def ws_work(self, ws: Any) -> None:
        await ws.accept()
        async for job in ws:
            self.last = asyncio.create_task(self.work(ws, job))

    async def work(self, ws: Any, job: str) -> None:
        await ws.send_text(f"begun {job}")
        await ws.send_text(f"done {job}")


class ReplyInTime(ReplyAfterClose):
    async def work(self, ws: Any, job: str) -> None:
        with contextlib.suppress(ConnectionClosed):
            await super().work(ws, job)


class TwoLocks(App):
    def __init__(self) -> None:
        super().__init__()
        self.tea, self.cup = asyncio.Lock(), asyncio.Lock()

    async def ws_tea(self, ws: Any) -> None:
        await self.serve(ws, self.tea, self.cup)

    async def ws_cup(self, ws: Any) -> None:
        await self.serve(ws, self.cup, self.tea)

    async def serve(self, ws: Any, first: asyncio.Lock, second: asyncio.Lock) -> None:
        await ws.accept()
        async for _ in ws:
            async with first:
                await ws.send_text("one")
                async with second:
                    await ws.send_text("both")


class LocksInOrder(TwoLocks):
    async def ws_cup(self, ws: Any) -> None:
        await self.serve(ws, self.tea, self.cup)


async def tea_and_cup(client: Any) -> None:
    async def one(path: str, name: str) -> None:
        socket = await client.connect(f"{path}?name={name}")
        await socket.send("please")
        assert [await socket.receive(), await socket.receive()] == ["one", "both"]

    await asyncio.gather(one("/tea", "ada"), one("/cup", "bob"))


class StaleSession(App):
    """What a request has read of its session is old when it writes it back."""

    async def start(self) -> str:
        self.request.session["cart"] = []
        return "empty"

    async def put(self, what: str) -> Any:
        cart = self.request.session["cart"]
        await asyncio.sleep(0.1)  # somebody looks whether there is any
        self.request.session["cart"] = [*cart, what]
        return what

    async def cart(self) -> Any:
        return self.request.session["cart"]


class Cart(StaleSession):
    """The cart is the app's, and what changes it does so at once."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []

    async def put(self, what: str) -> Any:
        self.inside.append(what)
        return what

    async def cart(self) -> Any:
        return self.inside


async def shopping(client: Any) -> None:
    begun = await client.get("/start?name=ada")
    cookie = (begun.header("set-cookie") or "").partition(";")[0]

    async def put(what: str) -> None:
        await client.get(f"/put/{what}?name=ada", headers={"cookie": cookie})

    await asyncio.gather(put("tea"), put("milk"))
    cart = await client.get("/cart?name=ada", headers={"cookie": cookie})
    assert sorted(cart.json()) == ["milk", "tea"], f"the cart holds {cart.json()}"


class LateTimer(App):
    """A reminder that outlives its socket."""

    async def ws_egg(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            self.timer = asyncio.create_task(self.remind(ws))
            await ws.send_text("on the fire")

    async def remind(self, ws: Any) -> None:
        await asyncio.sleep(3)
        await ws.send_text("ready")


class TimerEnds(LateTimer):
    async def ws_egg(self, ws: Any) -> None:
        try:
            await super().ws_egg(ws)
        finally:
            self.timer.cancel()


class OneSeat(App):
    def __init__(self) -> None:
        super().__init__()
        self.taken = 0
        self.most = 0

    async def ws_seat(self, ws: Any) -> None:
        if self.taken == 1:
            await ws.refuse(403, "taken")
            return
        await ws.accept()
        self.taken += 1
        self.most = max(self.most, self.taken)
        async for _ in ws:
            pass
        self.taken -= 1


class OneSeatKept(OneSeat):
    async def ws_seat(self, ws: Any) -> None:
        if self.taken == 1:
            await ws.refuse(403, "taken")
            return
        self.taken += 1
        try:
            await ws.accept()
            self.most = max(self.most, self.taken)
            async for _ in ws:
                pass
        finally:
            self.taken -= 1


async def two_for_a_seat(client: Any) -> None:
    async def one(name: str) -> None:
        with contextlib.suppress(ConnectionError):
            async with await client.connect(f"/seat?name={name}"):
                pass

    await asyncio.gather(one("ada"), one("bob"))


class Unordered(App):
    """Each message is passed on in a task of its own, and overtakes others."""

    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async with asyncio.TaskGroup() as group:
            async for message in ws:
                group.create_task(ws.send_text(message))


class Ordered(App):
    async def ws_echo(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(message)


async def one_two(client: Any) -> None:
    socket = await client.connect("/echo?name=ada")
    await socket.send("one")
    await socket.send("two")
    heard = [await socket.receive(), await socket.receive()]
    assert heard == ["one", "two"], f"heard {heard}"


class SharedVariable(App):
    """The app remembers who asked, for all who ask."""

    async def ws_who(self, ws: Any, name: str) -> None:
        await ws.accept()
        async for _ in ws:
            self.asked = name
            await ws.send_text("let me see")
            await ws.send_text(f"you are {self.asked}")


class OwnVariable(App):
    async def ws_who(self, ws: Any, name: str) -> None:
        await ws.accept()
        async for _ in ws:
            await ws.send_text("let me see")
            await ws.send_text(f"you are {name}")


async def who_am_i(client: Any) -> None:
    async def one(name: str) -> None:
        socket = await client.connect(f"/who?name={name}")
        await socket.send("who am I?")
        await socket.receive()
        heard = await socket.receive()
        assert heard == f"you are {name}", f"{name} heard {heard!r}"

    await asyncio.gather(one("ada"), one("bob"))


def _joined_once(app: Any) -> bool:
    return len(app.joined) == len(set(app.joined))


FAULTS: dict[str, Fault] = {
    "lost update": Fault(
        LostUpdate, NoUpdateLost, talk("/add", "ada", "bob"), lambda app: app.count == 2
    ),
    "set changed": Fault(
        SetChanged, SetCopied, talk("/chat", "ada", "bob", "cleo"), says="Set changed size"
    ),
    "dict changed": Fault(
        DictChanged, DictCopied, talk("/chat", "ada", "bob"), says="dictionary changed size"
    ),
    "double join": Fault(
        DoubleJoin, JoinOnce, talk("/join", "ada", "bob", words="queen"), _joined_once
    ),
    "left meanwhile": Fault(
        LeftMeanwhile, LeftInPeace, talk("/chat", "ada", "bob"), says="ConnectionClosed"
    ),
    "reply after close": Fault(
        ReplyAfterClose, ReplyInTime, talk("/work", "ada"), says="ConnectionClosed"
    ),
    "two locks": Fault(TwoLocks, LocksInOrder, tea_and_cup, says="nobody can go on"),
    "stale session": Fault(StaleSession, Cart, shopping, says="the cart holds"),
    "late timer": Fault(LateTimer, TimerEnds, talk("/egg", "ada"), says="ConnectionClosed"),
    "one seat": Fault(OneSeat, OneSeatKept, two_for_a_seat, lambda app: app.most == 1),
    "overtaken": Fault(Unordered, Ordered, one_two, says="heard"),
    "shared variable": Fault(SharedVariable, OwnVariable, who_am_i, says="heard"),
}
