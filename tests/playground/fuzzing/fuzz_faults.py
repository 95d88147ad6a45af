"""Faults that nobody meets who talks as one should, each with its repair and usual messages."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

from micropie import App, ConnectionClosed


class Fault(NamedTuple):
    """A fault, its repair, and what shows the one from the other."""

    faulty: type[App]
    repaired: type[App]
    says: str
    severity: str
    path: str = ""
    said: tuple[str, ...] = ()


class KeyTaken(App):
    """A key that is always there, until it is not."""

    async def ws_say(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(self._answer(message))

    def _answer(self, message: Any) -> str:
        return str(json.loads(message)["text"])


class KeyAskedFor(KeyTaken):
    def _answer(self, message: Any) -> str:
        try:
            value = json.loads(message)
        except (ValueError, RecursionError):
            return "expected JSON"
        text = value.get("text") if isinstance(value, dict) else None
        return repr(text)


class TwoWords(App):
    """What is said has always two words."""

    async def ws_do(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(self._answer(message))

    def _answer(self, message: Any) -> str:
        verb, thing = message.split(" ")
        return f"you {verb} the {thing}"


class AnyWords(TwoWords):
    def _answer(self, message: Any) -> str:
        return f"you do: {message!r}"


class Poisoned(App):
    """What one says last is told to whoever comes next, and breaks there."""

    last: Any = "nothing"

    async def ws_board(self, ws: Any) -> None:
        await ws.accept()
        await ws.send_text(f"before: {self._said()}")
        async for message in ws:
            self.last = message
            await ws.send_text("noted")

    def _said(self) -> str:
        return str(self.last.upper() + ".")


class NotPoisoned(Poisoned):
    def _said(self) -> str:
        return f"{self.last!r}."


class KeepsGone(App):
    """Who vanishes stays in the list."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []

    async def ws_room(self, ws: Any) -> None:
        await ws.accept()
        self.people.append(ws)
        async for message in ws:
            await ws.send_text(f"{len(message)} for {len(self.people)}")
        self.people.remove(ws)


class LetsGo(KeepsGone):
    async def ws_room(self, ws: Any) -> None:
        await ws.accept()
        self.people.append(ws)
        try:
            async for message in ws:
                await ws.send_text(f"{len(message)} for {len(self.people)}")
        finally:
            self.people.remove(ws)


class Miscounted(App):
    """Who vanishes is counted for ever."""

    online = 0

    def __init__(self) -> None:
        super().__init__()
        self.online = 0

    async def ws_count(self, ws: Any) -> None:
        await ws.accept()
        self.online += 1
        async for _ in ws:
            await ws.send_text(str(self.online))
        self.online -= 1


class Counted(Miscounted):
    async def ws_count(self, ws: Any) -> None:
        await ws.accept()
        self.online += 1
        try:
            async for _ in ws:
                await ws.send_text(str(self.online))
        finally:
            self.online -= 1


class HalfACharacter(App):
    """JSON can name a character that no message can have."""

    async def ws_shout(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await ws.send_text(self._answer(message))

    def _answer(self, message: Any) -> str:
        try:
            return str(json.loads(message)["text"]).upper()
        except (ValueError, KeyError, TypeError, RecursionError):
            return "expected a text"


class WholeCharacters(HalfACharacter):
    def _answer(self, message: Any) -> str:
        return super()._answer(message).encode("utf-8", "replace").decode()


class NoStep(App):
    """A step of nought never arrives."""

    async def ws_steps(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            try:
                step = int(message)
            except ValueError:
                step = 1
            await ws.send_text(str(self._steps(step)))

    def _steps(self, step: int) -> int:
        at = count = 0
        while at < 10 and step < 10:
            at += step
            count += 1
        return count


class AnyStep(NoStep):
    def _steps(self, step: int) -> int:
        return 10 // step if step > 0 else 0


class LockHeld(App):
    """A lock that is not let go of where a message makes no sense."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = asyncio.Lock()

    async def ws_till(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            await self.lock.acquire()
            try:
                total = float(message) * 2
            except (ValueError, TypeError):
                continue
            self.lock.release()
            await ws.send_text(f"{total:g}")


class LockLetGo(LockHeld):
    async def ws_till(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            async with self.lock:
                try:
                    total = float(message) * 2
                except (ValueError, TypeError):
                    continue
            await ws.send_text(f"{total:g}")


class OthersCookie(App):
    """The app remembers the headers of whoever came last, for all who ask."""

    async def ws_me(self, ws: Any) -> None:
        await ws.accept()
        self.headers = ws.headers
        async for _ in ws:
            await ws.send_text(f"you have {self.headers.get('cookie')}")


class OwnCookie(App):
    async def ws_me(self, ws: Any) -> None:
        await ws.accept()
        async for _ in ws:
            await ws.send_text(f"you have {ws.headers.get('cookie')}")


class GoesOn(App):
    """A handler that does not notice that nobody is there."""

    async def ws_tick(self, ws: Any) -> None:
        await ws.accept()
        while True:
            try:
                await ws.send_text(await ws.receive_text())
            except Exception:
                await asyncio.sleep(1)


class Ends(App):
    async def ws_tick(self, ws: Any) -> None:
        await ws.accept()
        while True:
            try:
                await ws.send_text(await ws.receive_text())
            except ConnectionClosed:
                break
            except Exception:
                await asyncio.sleep(1)


class NoTable(App):
    """What stands in an address is any text."""

    async def ws_table(self, ws: Any, number: str) -> None:
        await ws.accept()
        await ws.send_text(self._seats(number))

    def _seats(self, number: str) -> str:
        return f"{4 * int(number)} seats"


class AnyTable(NoTable):
    def _seats(self, number: str) -> str:
        return f"{4 * len(number)} seats"


class ByNought(App):
    async def share(self, among: int) -> Any:
        return {"each": 100 / among}


class ByOne(App):
    async def share(self, among: int) -> Any:
        return {"each": 100 / among} if among else (400, "among nobody?")


class WhoAsked(App):
    """The app remembers who asked, for all who ask."""

    asked = ""

    async def ws_who(self, ws: Any, name: str) -> None:
        await ws.accept()
        async for _ in ws:
            self.asked = name
            await asyncio.sleep(0.1)  # somebody looks it up
            await ws.send_text(f"you are {self.asked}")


class OwnName(WhoAsked):
    async def ws_who(self, ws: Any, name: str) -> None:
        await ws.accept()
        async for _ in ws:
            await asyncio.sleep(0.1)
            await ws.send_text(f"you are {name}")


class TasksKept(App):
    """Each visit leaves a task."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[Any] = []

    async def ws_log(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            self.tasks.append(asyncio.create_task(self._note(message)))
            await ws.send_text("noted")

    async def _note(self, message: Any) -> None:
        await asyncio.sleep(0.1)


class TasksLetGo(TasksKept):
    async def ws_log(self, ws: Any) -> None:
        await ws.accept()
        async for message in ws:
            task = asyncio.create_task(self._note(message))
            self.tasks.append(task)
            task.add_done_callback(self.tasks.remove)
            await ws.send_text("noted")


FAULTS: dict[str, Fault] = {
    "a key is missing": Fault(
        KeyTaken, KeyAskedFor, "KeyError", "socket", "/say", ('{"text": "hi"}',)
    ),
    "one word": Fault(TwoWords, AnyWords, "ValueError", "socket", "/do", ("open door",)),
    "poisoned": Fault(Poisoned, NotPoisoned, "TypeError", "server", "/board", ("hi",)),
    "vanished": Fault(KeepsGone, LetsGo, "self.people keeps", "server", "/room"),
    "miscounted": Fault(Miscounted, Counted, "self.online has 1", "room", "/count"),
    "half a character": Fault(
        HalfACharacter,
        WholeCharacters,
        "UnicodeEncodeError",
        "socket",
        "/shout",
        ('{"text": "hi"}',),
    ),
    "no step": Fault(NoStep, AnyStep, "without an await", "server", "/steps", ("3",)),
    "a lock is held": Fault(LockHeld, LockLetGo, "no answer", "server", "/till", ("3",)),
    "another's cookie": Fault(OthersCookie, OwnCookie, "cookie carried", "room", "/me"),
    "goes on": Fault(GoesOn, Ends, "the handler goes on", "server", "/tick"),
    "no table": Fault(NoTable, AnyTable, "ValueError", "socket", "/table/1"),
    "by nought": Fault(ByNought, ByOne, "ZeroDivisionError", "socket", "/share/2"),
    "who asked": Fault(WhoAsked, OwnName, "'s handshake", "room", "/who/{who}", ("who am I?",)),
    "tasks are kept": Fault(TasksKept, TasksLetGo, "self.tasks keeps", "server", "/log"),
}
