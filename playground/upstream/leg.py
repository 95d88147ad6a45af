"""The far leg of a WebSocket: a client's connection to the far side, which outlives a handler.

Law of the room: what the far side has sent is read when somebody takes it, a few dozen messages
ahead at most; so a client that does not read has the far side wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, cast
from weakref import WeakKeyDictionary

from websockets.exceptions import InvalidHandshake
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State

from playground.transports.at_once import Inbox
from playground.transports.server_internals import is_between_messages, is_plain
from playground.transports.short_frames import Masking, from_server
from playground.upstream.dialling import dial
from playground.upstream.ending import CLOSING, End, broken, gone
from playground.upstream.opening import Opening, pairs_of, protocol_of, request_of
from playground.upstream.refused import FarRefused, Refused, Unreachable

# So many messages, or bytes of them, wait to be taken before nothing more is read.
MOST: Final = 32
MOST_BYTES: Final = 256 * 1024

# Seconds for a closing handshake when nobody can wait any longer.
FAREWELL: Final = 0.5

_NO_UTF_8: Final = "text that is no UTF-8"

# What is parsed at once, at first; of one that is larger, ever larger pieces.
SLICE: Final = 4096


class Leg(asyncio.Protocol):
    """One WebSocket to the far side.

    Args:
        opening: How it begins; it does so at once.

    Attributes:
        subprotocol: What was agreed on.
        headers: Those of the far side's answer.
        is_full: Whether who sends has to wait until it is `drained`.
        straight: Given a message that comes while none waits to be taken, whether it was dealt with
            in that step; None while nobody can.
    """

    subprotocol: str | None = None
    headers: Sequence[tuple[bytes, bytes]] = ()

    def __init__(self, opening: Opening) -> None:
        loop = asyncio.get_running_loop()
        self._opening = opening
        self._opened: asyncio.Future[None] = loop.create_future()
        self._gone: asyncio.Future[None] = loop.create_future()
        # Whoever leaves while it opens does not ask what became of it.
        self._opened.add_done_callback(lambda opened: opened.cancelled() or opened.exception())
        self._conn = protocol_of(opening)
        self._transport: asyncio.Transport | None = None
        self._queue: Inbox[str | bytes | End | None] = Inbox(loop, self._has_taken)
        self.straight: Callable[[str | bytes], bool] | None = None
        self._masking = Masking()
        # Whether what comes next begins a message, as far as is known.
        self._is_between = False
        self._waiting, self._rest = 0, b""
        self._reading, self._lost, self._ended = True, False, False
        self._parts: list[bytes] = []
        self._first, self._is_ours = b"", False
        self._is_text = False
        self.is_full = False
        self._writable = asyncio.Event()
        self._writable.set()
        self._timer: asyncio.TimerHandle | None = None
        # A context of its own: it lives longer than the handler that it was begun by.
        self._task = loop.create_task(self._open(), context=Context())

    async def opened(self) -> None:
        """Wait for the answer to the opening handshake; more than one may, one after the other.

        Raises:
            Refused: If it is not 101, or there is none.
        """
        await asyncio.shield(self._opened)

    def take(self) -> Awaitable[str | bytes | End | None]:
        """Wait for the next message, or the end; or to be nudged, which gives None."""
        return self._queue.get()

    def nudge(self) -> None:
        """Have whoever takes go on, with nothing."""
        self._queue.put_nowait(None)

    def _has_taken(self, item: str | bytes | End | None) -> None:
        if item is not None and not isinstance(item, End):
            self._waiting -= len(item)
            if not self._reading and self._queue.qsize() <= MOST // 2:
                self._parse()

    def send(self, message: str | bytes) -> bool:
        """Send a message; return whether it could be: the far side may have closed."""
        conn, transport = self._conn, self._transport
        if conn.state is not State.OPEN or transport is None:
            return False
        frame = None if conn.extensions else self._masking.frame(message)
        if frame is not None:
            if not transport.is_closing():
                transport.write(frame)
            return True
        if isinstance(message, str):
            conn.send_text(message.encode())
        else:
            conn.send_binary(message)
        self._flush()
        return True

    async def drained(self) -> None:
        """Wait until the far side takes more."""
        if not self._writable.is_set():
            await self._writable.wait()

    def close(self, code: int | None, reason: str = "") -> None:
        """Do the closing handshake, without a code for None; nothing is waited for."""
        if self._conn.state is State.OPEN:
            self._is_ours = True
            self._conn.send_close(code, reason if code is not None else "")
            self._flush()
            self._end_soon()
        elif self._conn.state is State.CONNECTING:
            self.abort()

    def abort(self) -> None:
        """End the connection without a closing handshake."""
        self._task.cancel()
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the opening handshake."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(request_of(self._conn.connect(), self._opening))

    def data_received(self, data: bytes) -> None:
        """Parse what has come, or keep it until somebody takes messages."""
        if self._is_between and len(data) <= SLICE and self._is_plain:
            message = from_server(data)
            if message is not None:
                straight = self.straight
                if straight is not None and self._queue.empty() and straight(message):
                    return
                self._waiting += len(message)
                self._queue.put_at_once(message)
                if self._queue.qsize() and self._has_enough:
                    self._read(False)
                return
        self._take_bytes(data)
        self._is_between = self._reading and not self._rest and is_between_messages(self._conn)

    @property
    def _is_plain(self) -> bool:
        """Whether all that comes is messages, as far as is known, and not compressed."""
        return self._conn.state is State.OPEN and is_plain(self._conn)

    def _take_bytes(self, data: bytes) -> None:
        if not self._reading or self._rest or len(data) > SLICE or not self._first:
            self._rest += data
            self._first = self._first or data[:5]
            self._parse()
            return
        # One piece a time, mostly: the same, without what only many need.
        self._conn.receive_data(data)
        self._take_events()
        self._flush()
        if self._has_enough:
            self._read(False)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so behind all that came before."""
        self._lost = True
        _CLOSING.pop(self, None)
        if not self._gone.done():
            self._gone.set_result(None)
        self.is_full = False
        self._writable.set()
        self._stop_timer()
        if not self._rest:
            self._over()

    def pause_writing(self) -> None:
        """Have whoever sends wait."""
        self.is_full = True
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let whoever sends go on."""
        self.is_full = False
        self._writable.set()

    async def _open(self) -> None:
        opening = self._opening
        try:
            async with asyncio.timeout(opening.timeout):
                await dial(opening.address, opening.context, self, opening.timeout)
                await asyncio.shield(self._opened)
        except TimeoutError:
            said = (
                f"{opening.address.base} did not answer the handshake within {opening.timeout:g} s"
            )
            self._refuse(Unreachable(said, 504))
        except Refused as refused:
            self._refuse(refused)

    def _refuse(self, refused: Refused) -> None:
        if not self._opened.done():
            self._opened.set_exception(refused)
        if self._transport is not None:
            self._transport.abort()

    def _parse(self) -> None:
        """Parse until enough waits to be taken; read on from the wire if it does not."""
        data, at, size = self._rest, 0, SLICE
        while at < len(data) and not self._has_enough:
            self._conn.receive_data(data[at : at + size])
            at += size
            size = SLICE if self._take_events() else 2 * size
        self._rest = data[at:]
        if self._lost and not self._rest:
            self._over()
        elif not self._lost:
            self._flush()
            self._read(not self._has_enough)

    @property
    def _has_enough(self) -> bool:
        return self._queue.qsize() >= MOST or self._waiting >= MOST_BYTES

    def _read(self, reading: bool) -> None:
        transport = self._transport
        if reading is self._reading or transport is None or transport.is_closing():
            return
        self._reading = reading
        if reading:
            transport.resume_reading()
        else:
            transport.pause_reading()

    def _take_events(self) -> bool:
        """Take what the protocol has made of the data; return whether it was anything."""
        events = self._conn.events_received()
        for event in events:
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Response):
                self._answered(event)
        if self._conn.state is State.CLOSING and not self._ended and not self._is_ours:
            self._break()
        return bool(events)

    def _answered(self, response: Response) -> None:
        if response.status_code != 101:
            body = bytes(response.body or b"")
            self._refuse(FarRefused(response.status_code, pairs_of(response), body))
        elif self._conn.state is State.CONNECTING:
            self._refuse(self._misunderstood(response))
        elif not self._opened.done():
            self.subprotocol, self.headers = self._conn.subprotocol, pairs_of(response)
            self._opened.set_result(None)

    def _misunderstood(self, response: Response) -> Unreachable:
        why = ""
        try:
            self._conn.process_response(response)
        except InvalidHandshake as error:
            why = f": {error}"
        return Unreachable(f"{self._opening.address.base} accepts the handshake wrongly{why}")

    def _break(self, how: str = "") -> None:
        """End a connection on which the far side has broken the protocol: that is said to it."""
        self._flush()
        self._conn.receive_eof()
        sent = self._conn.close_exc.sent
        how = how or (sent.reason if sent is not None else "")
        self._end(broken(self._opening.address, how))
        if self._transport is not None:
            self._transport.close()

    def _frame(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if frame.fin:
                self._message(frame.data, opcode is Opcode.TEXT)
                return
            self._is_text = opcode is Opcode.TEXT
            self._parts.append(bytes(frame.data))
        elif opcode is Opcode.CONT:
            self._parts.append(bytes(frame.data))
            if frame.fin:
                data = b"".join(self._parts)
                self._parts.clear()
                self._message(data, self._is_text)
        elif opcode is Opcode.CLOSE:
            close = Close.parse(bytes(frame.data))
            self._end(End(close.code, close.reason))
            self._end_soon()

    def _message(self, data: bytes | bytearray | memoryview, is_text: bool) -> None:
        if self._ended:
            return
        try:
            message = str(data, "utf-8") if is_text else bytes(data)
        except UnicodeDecodeError:
            # Nothing that has come behind it counts (RFC 6455 7.1.7).
            self._conn.fail(1007, _NO_UTF_8)
            self._break(_NO_UTF_8)
            return
        self._waiting += len(message)
        self._queue.put_nowait(message)

    def _end(self, end: End) -> None:
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(end)

    def _over(self) -> None:
        """The connection is gone, and all that came is parsed."""
        where = self._opening.address.base
        if self._first and not b"HTTP/".startswith(self._first):
            self._refuse(Unreachable(f"what answers at {where} is no HTTP; is it the right port?"))
        self._conn.receive_eof()
        self._take_events()
        self._refuse(Unreachable(f"{where} closed the connection in the middle of the handshake"))
        self._end(gone(self._opening.address))

    def _flush(self) -> None:
        transport = self._transport
        if transport is None:
            return
        for data in self._conn.data_to_send():
            if data and not transport.is_closing():
                transport.write(data)
            elif not data:
                transport.close()  # b"" stands for the end of what is sent

    def _end_soon(self) -> None:
        """Give the far side some seconds for its half of the closing handshake."""
        if self._timer is None and self._transport is not None and not self._lost:
            loop = asyncio.get_running_loop()
            _CLOSING[self] = loop, self._gone
            self._timer = loop.call_later(CLOSING, self._transport.abort, context=Context())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


async def see_off() -> None:
    """Wait, a moment, for closing handshakes that go on, and break off the rest: the loop ends."""
    loop = asyncio.get_running_loop()
    legs = {leg: gone for leg, (whose, gone) in list(_CLOSING.items()) if whose is loop}
    if legs:
        await asyncio.wait(legs.values(), timeout=FAREWELL)
    for leg in legs:
        leg.abort()
    if legs:
        await asyncio.wait(legs.values(), timeout=FAREWELL)


_CLOSING: Final[WeakKeyDictionary[Leg, tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]]] = (
    WeakKeyDictionary()
)
"""The legs that wait for the far side's half of the closing handshake, with their loop."""
