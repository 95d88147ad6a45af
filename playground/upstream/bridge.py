"""One WebSocket led to the far side: what comes from either leg goes to a hook, and to the other.

Law of the room: at each moment a message is in one place: in the client's leg, in the far one, or
with a hook. Whoever is asked to leave takes no more, and leaves what it has to the far leg.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from contextvars import copy_context
from typing import Any, Final, Protocol

from playground.upstream.begun import Begun
from playground.upstream.ending import ABNORMAL, NO_STATUS, End
from playground.upstream.hooks import Message, ask, messages
from playground.upstream.refused import FarRefused, Refused, Unreachable

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[Any]]

BELONGINGS: Final = "playground.belongings"
"""The scope key of what the stage keeps for a connection."""

FAR: Final = "playground.far"
"""The scope key of what records the far leg."""

ERROR_HOOK: Final = "micropie.error_hook"
"""The scope key of what is told of an exception."""

# RFC 6455 7.4.1.
_GOING_AWAY: Final = 1001
_INTERNAL_ERROR: Final = 1011
_RESTART: Final = 1012


class FarTap(Protocol):
    """What records a far leg."""

    @property
    def at_once(self) -> bool: ...
    def accepted(self, subprotocol: str | None) -> None: ...
    def refused(self, status: int, text: str) -> None: ...
    def sent(self, message: Message) -> None: ...
    def heard(self, message: Message) -> None: ...
    def closed(self, code: int, reason: str, *, by_us: bool) -> None: ...


class FarLeg(Protocol):
    """A WebSocket to the far side; see `leg.Leg`."""

    @property
    def subprotocol(self) -> str | None: ...
    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]: ...
    async def opened(self) -> None: ...
    @property
    def is_full(self) -> bool: ...

    straight: Callable[[Message], bool] | None

    def take(self) -> Awaitable[Message | End | None]: ...
    def nudge(self) -> None: ...
    def send(self, message: Message) -> bool: ...
    async def drained(self) -> None: ...
    def close(self, code: int | None, reason: str = "") -> None: ...
    def abort(self) -> None: ...


class Hooks(Protocol):
    """The code that leads a connection on."""

    def from_client(self, message: Message, client: str, /) -> Any: ...
    def from_server(self, message: Message, client: str, /) -> Any: ...


class Passage:
    """The far leg of a connection, and what is on its way from there: it outlives a handler.

    Args:
        leg: The far leg.
        tap: What records it.

    Attributes:
        is_open: Whether its opening was noted.
        taken: A message that a hook has and has not done with.
        left: What a hook has given that the client has not been sent yet.
        end: How the far side has closed, behind all that.
    """

    def __init__(self, leg: FarLeg, tap: FarTap) -> None:
        self.leg, self.tap = leg, tap
        self.is_open = False
        self.taken: Message | None = None
        self.left: list[Message] = []
        self.end: End | None = None

    def let_go(self) -> None:
        """End it: no code goes on with it."""
        self.close(_GOING_AWAY, "")

    def close(self, code: int, reason: str) -> None:
        """Close the far leg as the client's was closed."""
        if code == ABNORMAL:
            self.leg.abort()
        else:
            self.leg.close(None if code == NO_STATUS else code, reason)
        self.tap.closed(code, reason, by_us=True)


class Bridge:
    """One handler run of a connection that is led on.

    Args:
        hooks: The code.
        scope, receive, send: ASGI's.
        begin: Begins the passage of a connection that has none yet.
        said: Returns the far side's headers as the client gets them.
    """

    def __init__(
        self,
        hooks: Hooks,
        scope: Scope,
        receive: Receive,
        send: Send,
        begin: Callable[[], Awaitable[Passage]],
        said: Callable[[Any], Iterable[tuple[bytes, bytes]]],
    ) -> None:
        self._hooks, self._scope = hooks, scope
        self._receive, self._send = receive, send
        self._begin, self._said = begin, said
        self._client = str(scope.get("micropie.client", ""))
        self._belongings = scope.get(BELONGINGS)
        # The client has left, or was told the end.
        self._over = False
        self._passage: Passage
        # Whether the way down waits for the far side, and what it is to go on with.
        self._rests = False
        self._begun: Begun | BaseException | None = None

    async def lead(self) -> None:
        """Open the far leg if there is none, answer the client, and lead on until either ends."""
        await self._receive()
        try:
            if await self._is_opened():
                await self._both_ways()
        except OSError:  # the client has left before it was answered
            if hasattr(self, "_passage"):
                self._passage.close(ABNORMAL, "")
        finally:
            if self._belongings is None and hasattr(self, "_passage"):
                self._passage.let_go()

    async def _is_opened(self) -> bool:
        """Answer the client's handshake as the far side answers; return whether with 101."""
        found = self._belongings.take() if self._belongings is not None else None
        try:
            self._passage = found if isinstance(found, Passage) else await self._begin()
            passage = self._passage
            if self._belongings is not None:
                self._belongings.keep(passage)
            await passage.leg.opened()
        except Refused as refused:
            await self._refuse(refused)
            return False
        if not passage.is_open:
            passage.is_open = True
            passage.tap.accepted(passage.leg.subprotocol)
        await self._send(
            {
                "type": "websocket.accept",
                "subprotocol": passage.leg.subprotocol,
                "headers": list(self._said(passage.leg.headers)),
            }
        )
        return True

    async def _refuse(self, refused: Refused) -> None:
        passage: Passage | None = getattr(self, "_passage", None)
        headers = list(refused.headers)
        if isinstance(refused, FarRefused):
            headers = list(self._said(headers))
        if passage is not None and isinstance(refused, Unreachable):
            passage.tap.closed(ABNORMAL, refused.text, by_us=False)
        elif passage is not None:
            passage.tap.refused(refused.status, refused.body.decode("utf-8", "replace"))
        await refuse(self._scope, self._send, refused, headers)

    async def _both_ways(self) -> None:
        leg, context = self._passage.leg, copy_context()
        down = asyncio.create_task(self._down(), context=context)
        ways = {asyncio.create_task(self._up()), down}
        if _is_plain(self._hooks.from_server):
            leg.straight = lambda message: context.run(self._lead_straight, message)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leg.straight = None
            for each in ways:
                each.cancel()
            # They end at their next step; what one of them has is in the passage.
            await asyncio.wait(ways)
        for each in ways:
            if not each.cancelled():
                each.result()

    async def _up(self) -> None:
        """Lead what the client sends to the far side, until it leaves or a hook fails."""
        hook, leg, tap = self._hooks.from_client, self._passage.leg, self._passage.tap
        plain = _is_plain(hook)
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                await self._left(event)
                return
            text = event.get("text")
            message: Message = event.get("bytes") or b"" if text is None else text
            if plain:
                out = [message]
            else:
                found = await self._asked(hook, message)
                if found is None:
                    return
                out = found
            for each in out:
                if leg.send(each):
                    tap.sent(each)
            if leg.is_full:
                await leg.drained()

    async def _lead_down(self) -> None:
        passage, hook = self._passage, self._hooks.from_server
        plain = _is_plain(hook)
        while True:
            if passage.taken is None and not passage.left:
                if self._is_leaving:
                    await _for_ever()
                self._rests = True
                item = passage.end or await passage.leg.take()
                self._rests = False
                if item is None:
                    await self._go_on()
                    continue
                if isinstance(item, End):
                    passage.end = item
                    passage.tap.closed(item.code, item.reason or item.why, by_us=False)
                    await self._close(*item.told())
                    return
                passage.tap.heard(item)
                if plain:
                    passage.left = [item]
                else:
                    passage.taken = item
            if passage.taken is not None:
                given = passage.taken
                out = await self._asked(hook, given)
                if out is None:
                    return
                passage.taken, passage.left = None, out
            while passage.left:
                await self._send(_sent(passage.left[0]))
                del passage.left[0]

    def _lead_straight(self, message: Message) -> bool:
        """Lead a message down in the step in which it comes; return whether it is on its way.

        It is called in the context of the way down, and goes no other way. Should its client not
        take it at once, the way down goes on with it.
        """
        passage = self._passage
        if not self._rests or self._is_leaving or passage.left or not passage.tap.at_once:
            return False
        passage.tap.heard(message)
        sending = self._send(_sent(message)).__await__()
        try:
            waits = next(sending)
        except StopIteration:
            return True
        except BaseException as error:
            self._begun = error
        else:
            self._begun = Begun(sending, waits)
        passage.left = [message]
        passage.leg.nudge()
        return True

    async def _go_on(self) -> None:
        """Go on with what was begun in the step in which it came; nothing if other code had."""
        begun, self._begun = self._begun, None
        if isinstance(begun, BaseException):
            raise begun
        if begun is not None:
            await begun
            del self._passage.left[0]

    async def _down(self) -> None:
        """Lead what the far side sends to the client, until it closes or a hook fails."""
        try:
            await self._lead_down()
        except OSError:
            # The client has left; the way up hears how, and ends this one too.
            await _for_ever()

    @property
    def _is_leaving(self) -> bool:
        """Whether it is asked to leave: then it takes nothing more from the far side."""
        return self._belongings is not None and self._belongings.leaving

    async def _asked(self, hook: Callable[..., Any], message: Message) -> list[Message] | None:
        """Return the messages that a hook gives; None if it failed, and then all is closed.

        It is told here, where it is known which message the hook had, and not by whoever runs us.
        """
        try:
            return messages(await ask(hook, message, self._client), hook)
        except Exception as error:
            tell = self._scope.get(ERROR_HOOK)
            if tell is None:
                raise
            tell(error)
        code, reason = _INTERNAL_ERROR, "internal error"
        await self._close(code, reason, also=lambda: self._passage.close(code, reason))
        return None

    async def _close(
        self, code: int, reason: str, also: Callable[[], object] = lambda: None
    ) -> None:
        """Close the client's leg, once; do something else before that takes time."""
        before, self._over = self._over, True
        also()
        if not before:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _left(self, event: Event) -> None:
        """Close the far leg as the client has left: as the wire shows it, if that is seen."""
        far = self._scope.get(FAR)
        seen = far.ending if far is not None else None
        code, reason = event.get("code") or NO_STATUS, event.get("reason") or ""
        if seen is not None and seen[1]:
            sender, code, reason = seen
            if sender == "server" and code == _RESTART:
                code, reason = _GOING_AWAY, ""
        elif code == _RESTART and self._belongings is not None and self._belongings.leaving:
            # It has not left: the stage says so to a handler that is to end.
            await _for_ever()
        self._over = True
        self._passage.close(code, reason)


def _sent(message: Message) -> Event:
    """Return the event by which a message is sent."""
    return {"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message}


async def _for_ever() -> None:
    """Wait, so that the stage sees that there is nothing to do: for a queue nothing comes from."""
    await asyncio.Queue[None]().get()


def _is_plain(hook: Any) -> bool:
    """Return whether a hook is not overridden, so that nothing has to be asked."""
    return bool(getattr(getattr(hook, "__func__", None), "passes_all", False))


async def refuse(
    scope: Scope, send: Send, refused: Refused, headers: Iterable[tuple[bytes, bytes]]
) -> None:
    """Answer an opening handshake with a status, and close where a server cannot."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    kind = "websocket.http.response"
    kept = [pair for pair in headers if pair[0] != b"content-length"]
    kept.append((b"content-length", str(len(refused.body)).encode()))
    await send({"type": f"{kind}.start", "status": refused.status, "headers": kept})
    await send({"type": f"{kind}.body", "body": refused.body})
