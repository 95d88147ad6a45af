"""Client: a named WebSocket client over either transport, used from a cell or the panel.

It listens all the time, on the transport's own event loop, so that a message is in the log and in
`messages` when it arrives, not when `receive` is called. Its public methods are called from any
loop; `open` and all that is private run on the transport's, by `Transport.run`.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Final, Literal

from playground.clients.asking import check_timeout
from playground.clients.awaiting import to_be_awaited
from playground.clients.cookies import Cookies
from playground.clients.misnamed import CLIENT, says_the_right_name
from playground.clients.opening import Opening
from playground.clients.reasons import Reasons, Why
from playground.clients.sendable import FrameByHand, check_close, encode, frame_bytes, raw_bytes
from playground.traffic.escapes import escaped
from playground.traffic.model import close_phrase
from playground.traffic.redact import redact_path
from playground.transports import ClientClosed, HandshakeRefused, LoopBlocked, Transport, Wire
from playground.transports.news import News
from playground.transports.waiting import Late, held_up, interruptible
from playground.transports.waking import Patience

Naming = Callable[[str], tuple[str, str]]
"""Given a client's name, the header that says it, and that the client is the lab's own."""

State = Literal["connecting", "open", "closed", "refused"]

# What a client that nobody reads keeps; older messages are still in the log.
MAX_UNREAD: Final = 50_000

# Seconds for a closing handshake, whose peer may not answer.
_CLOSING: Final = 10.0
_NOT_SENT: Final = "could send nothing"


@says_the_right_name("client", CLIENT, "async for message in client")
@to_be_awaited("client")
class Client:
    """A WebSocket client with a name. Made by `Lab.connect`.

    Attributes:
        name: Its name in the log.
        state: ``"connecting"``, ``"open"``, ``"closed"`` or ``"refused"``.
        code: The close code that it ended with (RFC 6455 7.4.1); None before.
        reason: The close reason; "" before, or if none was given.
        messages: What it has received, in order, the newest 50,000; `dropped` counts the others.
    """

    def __init__(
        self,
        transport: Transport,
        name: str,
        path: str,
        *,
        naming: Naming,
        headers: Sequence[tuple[str, str]] = (),
        subprotocols: Sequence[str] = (),
        ready: Callable[..., Awaitable[None]] | None = None,
        comes_back: Callable[[], bool] = lambda: False,
        cookies: Cookies | None = None,
        reasons: Reasons | None = None,
    ) -> None:
        self.name = name
        self._opening = Opening(path, tuple(headers), tuple(subprotocols))
        self.state: State = "connecting"
        self.code: int | None = None
        self.reason = ""
        self.messages: deque[str | bytes] = deque(maxlen=MAX_UNREAD)
        self.dropped = 0
        self.ending = ""  # what 1012 is going to mean
        self.listener: asyncio.Task[None] | None = None
        self._why = Why(name, reasons)
        self._naming = naming
        self._ready = ready
        self._comes_back = comes_back
        self._cookies = Cookies(name) if cookies is None else cookies
        self._transport = transport
        self._wire: Wire
        self._unread: deque[str | bytes] = deque(maxlen=MAX_UNREAD)
        # Set by each message and each change of state: all who wait then look what it was.
        self._news = News()

    @property
    def path(self) -> str:
        """What it connected to, path and query."""
        return self._opening.path

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on; None if nothing was."""
        wire: Wire | None = vars(self).get("_wire")
        return None if wire is None else wire.subprotocol

    async def send(self, message: Any, *, timeout: float = 5.0) -> None:
        """Send one message; while the client is still connecting, wait until it is there.

        Args:
            message: ``str`` is sent as text, ``bytes`` as binary, anything else as JSON text.
            timeout: Seconds to wait, also while the other side takes nothing.

        Raises:
            ClientClosed: If the connection is closed.
            TimeoutError: If it could not be sent in time.
            TypeError: If it is not JSON, or the timeout no number.
            ValueError: If it holds NaN, or text that UTF-8 cannot say; nothing was sent.
        """
        data = encode(message)
        await self._get_ready(timeout)
        if not await self._sent_at_once(data, timeout):
            await self._send(lambda wire: wire.send(data), timeout)

    async def send_frames(self, frames: Iterable[FrameByHand], *, timeout: float = 5.0) -> None:
        """Send WebSocket frames made by hand (RFC 6455 5.2), also such as break the rules.

        ``[{"opcode": 1, "payload": "h", "fin": False}, ("ping", b"!"), (0, "i")]`` is a text
        message in two fragments, with a ping between them.

        Args:
            frames: Each ``(opcode, payload)`` or a dict: ``opcode`` (0 to 15, or such as "ping"),
                ``payload`` (text or bytes), ``fin`` (True), ``rsv1``, ``rsv2``, ``rsv3`` (False),
                ``mask`` (True for a random key, False for none, or 4 bytes), ``length`` (that the
                header announces, if not the true one).
            timeout: Seconds to wait, as for `send`.

        Raises:
            ClientClosed, RuntimeError, TimeoutError: As `send_raw` does.
            TypeError, ValueError: If one of them is no frame; nothing was sent.
        """
        await self.send_raw(b"".join(map(frame_bytes, frames)), timeout=timeout)

    async def send_raw(self, data: bytes, *, timeout: float = 5.0) -> None:
        """Send bytes over an open WebSocket as they are, whatever they are.

        Args:
            data: The bytes: ``b"\\x81\\x02hi"`` is a text frame without the mask it must have.
            timeout: Seconds to wait, as for `send`.

        Raises:
            ClientClosed, TimeoutError: As `send` does.
            RuntimeError: If messages go over no wire here (``transport="memory"``).
        """
        sent = raw_bytes(data)
        await self._get_ready(timeout)
        await self._send(lambda wire: wire.send_raw(sent), timeout)

    async def receive(self, timeout: float = 5.0) -> str | bytes:
        """Return the next message that was not returned yet.

        Args:
            timeout: Seconds to wait for one.

        Raises:
            TimeoutError: If none came.
            ClientClosed: If there is none left and the connection is closed.
        """
        check_timeout(timeout)
        if self._unread:
            return self._unread.popleft()
        return await self._next(timeout)

    async def receive_json(self, timeout: float = 5.0) -> Any:
        """Return the next message as a JSON value; `ValueError` if it is not JSON.

        Args:
            timeout: Seconds to wait.
        """
        return json.loads(await self.receive(timeout))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection; closing what is closed does nothing.

        Args:
            code: 1000, or 3000 to 4999 (RFC 6455 7.4).
            reason: At most 123 bytes of UTF-8.

        Raises:
            ValueError: If a client may not send that code, or the reason is too long.
        """
        check_close(code, reason)
        if self.state == "open":
            await self._run(self._hang_up(code, reason), _CLOSING, "could not close")

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield messages as they come, until the connection is closed."""
        while True:
            try:
                message = await self._next(None)
            except ClientClosed:
                return
            yield message

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = self.state if self.code is None else f"{self.state} {self.code}"
        is_closed = self.code and self.state == "closed"
        phrase = close_phrase(self.code or 0, self.reason) if is_closed else ""
        shown = escaped(f"{self.name} {redact_path(self.path)} {state}")
        why = escaped(self.why())
        return f"<Client {shown}{f' ({phrase})' if phrase else ''}{f'; {why}' if why else ''}>"

    def why(self) -> str:
        """Return why the app refused this client, or closed it with 1011; "" if nobody knows."""
        return self._why.said(is_failure=self.state == "closed" and self.code == 1011)

    async def open(self, timeout: float) -> None:
        """Connect and begin to listen. Call it on the transport's loop.

        Args:
            timeout: Seconds for the handshake.
        """
        try:
            self._wire = await self._within(
                self._handshake,
                timeout,
                "got no answer to its handshake",
                "if lab.log shows it as opened, the app has neither accepted nor refused it",
            )
        except HandshakeRefused as refusal:
            self._why.refused(refusal)
            self.state, self.code, self.reason = "refused", refusal.status, refusal.body
            raise
        except BaseException:
            self.state = "closed"
            raise
        else:
            self._opened()
        finally:
            # A `send` may be waiting for this.
            self._news.tell()

    async def _handshake(self) -> Wire:
        path, headers, subprotocols = self._opening
        sent = self._cookies.added(path, [*headers, self._naming(self.name)])
        try:
            wire = await self._transport.connect(path, headers=sent, subprotocols=subprotocols)
        except HandshakeRefused as refusal:
            self._cookies.take(path, refusal.headers)
            raise
        self._cookies.take(path, wire.headers)
        return wire

    async def _get_ready(self, timeout: float) -> None:
        check_timeout(timeout)
        if self._ready is not None:
            await self._ready(timeout)
        if self.state != "connecting":
            self._check_open()

    async def _send(self, send: Callable[[Wire], Awaitable[None]], timeout: float) -> None:
        why = "the app reads none"
        sending = self._within(lambda: self._send_once_open(send), timeout, _NOT_SENT, why)
        await self._run(sending, timeout, _NOT_SENT)

    async def _sent_at_once(self, data: str | bytes, timeout: float) -> bool:
        """Send where that needs no waiting but for the other loop; return whether it was sent."""
        if self.state != "open" or self._wire.send_now is None:
            return False

        def attempt() -> bool:
            send_now = self._wire.send_now if self.state == "open" else None
            try:
                return send_now is not None and send_now(data)
            except ClientClosed as end:
                if end.code != 1012 or not self._comes_back():
                    raise self._ended(end) from None
                return False

        try:
            return await self._transport.run_function(attempt, timeout)
        except LoopBlocked as late:
            raise Late(f"{escaped(self.name)} {_NOT_SENT} within {timeout:g} s; {late}") from None

    async def _send_once_open(self, send: Callable[[Wire], Awaitable[None]]) -> None:
        """Send; while the client connects, for the first time or again, wait until it is there."""
        wire = None
        while True:
            if self.state == "open":
                wire = self._wire
                try:
                    return await send(wire)
                except ClientClosed as end:
                    if end.code != 1012 or not self._comes_back():
                        raise self._ended(end) from None
            elif self.state != "connecting":
                raise self._ended()
            change = self._news.expect()
            # The listener may have connected again before the send failed: then no news follows.
            back = self.state == "open" and self._wire is not wire
            if self.state in ("open", "connecting") and not back:
                await change

    def give_up(self, reason: str) -> None:
        """Take the connection for lost: the loop it is on is blocked, and will not tell.

        Args:
            reason: Why, as the close reason.
        """
        if self.state in ("open", "connecting"):
            self.listener = None
            self.state, self.code, self.reason = "closed", 1006, reason
            self._news.tell()

    def _opened(self) -> None:
        self.state, self.code, self.reason = "open", None, ""
        self.listener = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        try:
            while True:
                self._arrived(await self._wire.receive())
        except ClientClosed as end:
            if self.listener is not asyncio.current_task():
                return  # it was given up
            if not await self._connected_again(end.code):
                ending = self.ending if end.code == 1012 else ""
                self.code, self.reason = end.code, end.reason or ending
                self.state = "closed"
        finally:
            if self.state == "open" and asyncio.current_task() is self.listener:
                self.state, self.code = "closed", 1006
            self._news.tell()

    async def _connected_again(self, code: int) -> bool:
        """Connect again after 1012 (service restart), if the lab wants it; return whether it is."""
        if code != 1012 or self.ending or not self._comes_back():
            return False
        self.state = "connecting"
        try:
            self._wire = await self._within(self._handshake, 2.0, "", "")
        except (OSError, RuntimeError, TimeoutError):
            return False
        self._opened()
        return True

    def _arrived(self, message: str | bytes) -> None:
        if len(self._unread) == MAX_UNREAD:
            self.dropped += 1
        self._unread.append(message)
        self.messages.append(message)
        self._news.tell()

    async def _next(self, timeout: float | None) -> str | bytes:
        """Wait, on the caller's own loop, for a message or the end."""
        try:
            with Patience(timeout) as patience, interruptible(self._transport.blocker):
                while True:
                    patience.waiting = change = self._news.expect()
                    ended = self.state not in ("open", "connecting")
                    # Looked at after the state: a message that came before the end is heard.
                    if self._unread:
                        return self._unread.popleft()
                    if ended:
                        raise self._ended()
                    await change
        except TimeoutError:
            why = await held_up(self._transport, timeout or 0.0) or self._why.late()
            raise Late(f"{escaped(self.name)} heard nothing within {timeout:g} s; {why}") from None

    async def _run(self, work: Coroutine[Any, Any, Any], timeout: float, what: str) -> Any:
        """Await work on the transport's loop, which may be blocked."""
        try:
            return await self._transport.run(work, timeout)
        except LoopBlocked as late:
            raise Late(f"{escaped(self.name)} {what} within {timeout:g} s; {late}") from None

    async def _within(
        self, work: Callable[[], Awaitable[Any]], timeout: float | None, what: str, why: str
    ) -> Any:
        try:
            async with asyncio.timeout(timeout):
                return await work()
        except TimeoutError:
            raise Late(f"{escaped(self.name)} {what} within {timeout:g} s; {why}") from None

    async def _hang_up(self, code: int, reason: str) -> None:
        await self._wire.close(code, reason)
        if self.listener is not None:
            await asyncio.wait({self.listener}, timeout=5.0)

    def _check_open(self) -> None:
        if self.state != "open":
            raise self._ended()

    def _ended(self, end: ClientClosed | None = None) -> ClientClosed:
        code, reason = (self.code, self.reason) if end is None else (end.code, end.reason)
        why = self._why.said(is_failure=code == 1011)
        return ClientClosed(1006 if code is None else code, reason, self.name, why)
