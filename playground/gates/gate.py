"""The gate of one connection: its two links, and the place where its handler may stand still.

It stands between the recorder and the server. To the app, messages are taken from the server as
they come, written down, and given to the handler when the link delivers them; to the client, they
are written down as the handler sends them, and given to the server then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextvars import Context
from typing import Any, Final, Protocol

from playground.gates.link import Clock, Item, Link
from playground.gates.rules import CLEAR, DIRECTIONS, Direction, Way
from playground.gates.stops import Verdict
from playground.traffic.model import Kind, Sender
from playground.traffic.summary import preview

Event = MutableMapping[str, Any]

# What a row shows of the message that it is about.
_SHOWN: Final = 40


class Heard(Protocol):
    """An event from the client that is written down."""

    event: Event
    seq: int | None


class Socket(Protocol):
    """A connection, as the recorder has it.

    Attributes:
        id: The number of its exchange.
        client: Whose it is.
        from_server, to_server: The server's own `receive` and `send`.
        is_open: Whether the handshake was accepted, and neither side has closed.
        is_receiving: Whether its handler may be waiting for the next event.
    """

    id: int
    from_server: Callable[[], Awaitable[Event]]
    to_server: Callable[[Event], Awaitable[Any]]

    @property
    def client(self) -> str: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def is_receiving(self) -> bool: ...
    def stand_at(self, gate: Any, /) -> None: ...
    async def hear(self) -> Any: ...
    def note(self, event: Event, /) -> Any: ...
    def write(
        self,
        kind: Kind,
        sender: Sender,
        data: str | bytes | None = None,
        /,
        *,
        cause: int | None = None,
        where: str | None = None,
        note: str | None = None,
    ) -> int | None: ...
    def tell(self, kind: Kind, data: str | bytes | None, **fields: Any) -> int | None: ...


class House(Protocol):
    """What the gates of all connections share."""

    passed: Callable[..., Any]

    @property
    def clock(self) -> Clock: ...
    def author(self) -> str: ...
    def stops_here(self, socket: Socket, event: Event | None) -> Any: ...
    async def stand(self, work: Any, socket: Socket, event: Event | None) -> Verdict: ...
    def gone(self, socket: Socket, why: str) -> None: ...
    def rest(self, gate: Gate) -> None: ...
    def forget(self, socket: Socket) -> None: ...


class Gate:
    """The gate of one connection.

    Args:
        socket: The connection.
        house: What it shares with the others.
    """

    def __init__(self, socket: Socket, house: House) -> None:
        self.socket = socket
        self.links: dict[Direction, Link] = {each: Link(house.clock) for each in DIRECTIONS}
        self._in, self._out = self.links["to app"], self.links["to client"]
        self.is_watching = False
        self._house = house
        self._listening: asyncio.Task[None] | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._under_way = False
        self._has_closed = False
        self._is_cut = False
        self._has_left = False
        self._app_has_ended = False
        self._over: asyncio.Future[None] | None = None
        # Why nothing can arrive at the client any more; "" while it can.
        self.lost = ""

    # What the rules are.

    def follow(self, ways: dict[Direction, Way]) -> None:
        """Have rules hold from now on, for each direction."""
        for direction, way in ways.items():
            self.links[direction].follow(CLEAR if self.lost else way)
        self.look()

    def look(self) -> None:
        """Begin to listen to the client, and to deliver to it, or stop that, as is needed now."""
        listens = self.is_watching or self._in.way != CLEAR
        if listens and self._listening is None and not self._has_left:
            self._in.open(True)
            # Where the handler waits at the server already, it takes what comes next, and brings
            # it here.
            if not self.socket.is_receiving:
                self._listening = self._begin(self._listen())
        elif not listens and self._listening is None and not len(self._in):
            self._in.open(False)
        elif not listens and not self._app_has_ended and self._listening is not None:
            self._in.open(False)
            _cancel(self._listening)
            self._listening = None
        self._out.open(self._out.way != CLEAR)
        if self._delivering is None and (self._out.opened or len(self._out)):
            self._delivering = self._begin(self._deliver())

    @property
    def is_needed(self) -> bool:
        """Whether anything is held up here, or is to be."""
        return self._in.busy or self._out.busy or self._under_way

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        # In a context of its own: what it writes down is no handler's doing.
        return asyncio.get_running_loop().create_task(work, context=Context())

    # To the app.

    # Where nothing is in the way, what is awaited is the server's own: whoever is paused shall cost
    # all others as little as can be.

    def receive(self) -> Awaitable[Any]:
        """Be the server's `receive`, for the recorder."""
        if (work := self._house.stops_here(self.socket, None)) is not None:
            return self._receive(work)
        return self._next() if self._in.busy else self.socket.from_server()

    async def _receive(self, work: Any) -> Any:
        await self._house.stand(work, self.socket, None)
        return await (self._next() if self._in.busy else self.socket.from_server())

    async def _next(self) -> Any:
        if self._in.opened and self._listening is None and not self._has_left:
            self._listening = self._begin(self._listen())
        while (item := await self._in.get()) is None:
            if not self._in.opened:
                return await self.socket.from_server()
        self._arrived(item, "client")
        self._house.rest(self)
        return item.event

    def passes(self, event: Any) -> bool:
        """Return whether an event is what the handler gets; else that has `arrived`."""
        return not self._in.busy or _is_heard(event)

    async def arrived(self, event: Any) -> Any:
        """Return what the handler gets, which has waited for this event since before the gate."""
        self._take(self.socket.note(event))
        if event["type"] == "websocket.disconnect":
            self._leaves()
        return await self._next()

    async def _listen(self) -> None:
        """Take from the server what comes, and write it down."""
        heard: Any = None
        while heard is None or heard.event["type"] != "websocket.disconnect":
            if not self._app_has_ended:
                await self._in.room()
            heard = await self.socket.hear()
            if not self._app_has_ended:
                self._take(heard)
        self._leaves()

    def _take(self, heard: Any) -> None:
        kind = heard.event["type"]
        if kind == "websocket.disconnect" and self._is_cut:
            heard.event = {**heard.event, "code": 1006, "reason": ""}
        size = _size_of(heard.event)
        free = kind == "websocket.connect" or self._is_cut
        item = Item(heard, size, self.socket.client, free, heard.seq)
        self._in.put(item)
        self._held(item, "client")

    def _leaves(self) -> None:
        """Lose what was on its way to a client that has left."""
        self._has_left = True
        self._listening = None
        self._in.open(False)
        cut = self._is_cut
        self._lose("the line was cut" if cut else "the connection is closed")
        self._house.gone(self.socket, "its line was cut" if cut else "its client has left")

    # To the client.

    def send(self, event: Event) -> Awaitable[Any]:
        """Be the server's `send`, for the recorder."""
        work = self._house.stops_here(self.socket, event)
        if work is None and not self._goes_by_line(event):
            return self.socket.to_server(event)
        return self._send(event, work)

    async def _send(self, event: Event, work: Any) -> Any:
        changed = None
        if work is not None:
            verdict = await self._house.stand(work, self.socket, event)
            if verdict.how == "dropped":
                return self._house.passed(dropped=True)
            changed = verdict.event
        sent = event if changed is None else changed
        if not self._goes_by_line(sent):
            await self.socket.to_server(sent)
            return None if changed is None else self._house.passed(event=changed)
        return await self._send_off(sent, changed)

    def _goes_by_line(self, event: Event) -> bool:
        if self._has_closed:
            raise RuntimeError(f"expected no ASGI event after the close, got {event['type']!r}")
        if not (self._out.busy or self._under_way) or self.lost or not self.socket.is_open:
            return False
        return event["type"] in ("websocket.send", "websocket.close")

    async def _send_off(self, event: Event, changed: Event | None) -> Any:
        by = self._house.author()
        await self._out.room()
        if self.lost:
            await self.socket.to_server(event)  # which says so in its own words
            return None
        self._has_closed = event["type"] == "websocket.close"
        item = Item(event, _size_of(event), by)
        self._out.put(item)
        self.look()

        def wrote(seq: int | None) -> None:
            item.seq = seq
            self._held(item, "server")

        return self._house.passed(event=changed, wrote=wrote)

    async def _deliver(self) -> None:
        """Give to the server what arrives, until nothing is left to."""
        try:
            while (item := await self._out.get()) is not None:
                self._under_way = True
                await self.socket.to_server(item.event)
                self._under_way = False
                self._arrived(item, "server")
        except (OSError, RuntimeError):
            self._lose("the connection is closed")
        finally:
            self._under_way = False
            self._delivering = None
            self._may_be_over()
            self._house.rest(self)

    # What is said of it.

    def _held(self, item: Item, sender: Sender) -> None:
        if item.stopped and not item.free:
            self._say(item, sender, "held")

    def _arrived(self, item: Item, sender: Sender) -> None:
        took = item.took(self._house.clock.time())
        if took > 0 or item.stopped:
            words = f"{took:.2f}" if took < 10 else f"{took:.0f}"
            self._say(item, sender, "delivered", f" after {words} s")

    def _say(self, item: Item, sender: Sender, note: str, more: str = "") -> None:
        """Write what became of a message, with which it is; its entry is the row's cause."""
        if item.seq is not None:
            words = f"{note} {_which(item.event)}"
            whose = "of" if sender == "client" else "to"
            words = f"{words} {whose} {self.socket.client}{more}"
            self.socket.write("link", sender, words, cause=item.seq, note=note)

    def _lose(self, why: str) -> None:
        """Lose what was on its way to the client, and say so."""
        self.lost = self.lost or why
        for item in self._out.clear():
            self._say(item, "server", "lost", f": {why}")
        self._may_be_over()

    def _lose_unheard(self, why: str = "its handler has ended") -> None:
        for item in self._in.clear():
            if item.event.event["type"] == "websocket.receive":
                self._say(item, "client", "lost", f": {why}")

    # The end.

    def cut(self) -> None:
        """Lose what is in flight both ways: the line is cut."""
        self._is_cut = True
        self._lose_unheard("the line was cut")
        self._lose("the line was cut")
        self.is_watching = True
        for link in self.links.values():
            link.follow(CLEAR)
        self.look()

    def lose_all(self, why: str) -> None:
        """Lose what is in flight both ways, and hold up nothing more: the app is about to end."""
        self._lose_unheard(why)
        self._lose(why)
        self.follow(dict.fromkeys(DIRECTIONS, CLEAR))

    async def drained(self) -> None:
        """Wait until what the app has sent is out, or lost: the app has ended."""
        if not len(self._out) and not self._under_way:
            return
        self._app_has_ended = True
        self._lose_unheard()
        self._over = asyncio.get_running_loop().create_future()
        if self._listening is None and not self._has_left:
            self._listening = self._begin(self._listen())
        self._may_be_over()
        await self._over

    def _may_be_over(self) -> None:
        is_empty = not len(self._out) and not self._under_way
        if self._over is not None and not self._over.done() and is_empty:
            self._over.set_result(None)

    def close(self) -> None:
        """Let go of the connection: its app has ended."""
        self._lose_unheard()
        for task in (self._listening, self._delivering):
            if task is not None:
                _cancel(task)
        self._lose("the connection is closed")
        self._house.gone(self.socket, "its handler has ended")
        self._house.forget(self.socket)


def _cancel(task: asyncio.Task[None]) -> None:
    """Cancel a task of a gate's own, though it may be a handler's doing."""
    # In a context of nobody's: an event loop may refuse a handler that ends what is not its own.
    Context().run(task.cancel)


def _is_heard(event: Any) -> bool:
    return hasattr(event, "seq")


def _which(event: Any) -> str:
    """Return in a few words which message it is."""
    sent = event.event if _is_heard(event) else event
    data = sent.get("bytes") if sent.get("text") is None else sent["text"]
    if data is None:
        return "the close"
    return repr(preview(data, _SHOWN)) if isinstance(data, str) else f"{preview(data)} (binary)"


def _size_of(event: Event) -> int:
    text = event.get("text")
    if text is not None:
        return len(text) if text.isascii() else len(text.encode())
    return len(event.get("bytes") or event.get("reason") or b"")
