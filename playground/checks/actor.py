"""An actor: one scripted WebSocket client of a play, which notes what it sent and received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from playground.checks.story import Fault, Story, fits, received, shown, wish
from playground.clients.asking import check_timeout
from playground.clients.client import Client
from playground.traffic.model import close_phrase
from playground.transports import ClientClosed

# Seconds for one answer. A handler answers at once; a busy machine may not.
WAIT: Final = 3.0

# Seconds in which a message that must not come would have come.
SILENCE: Final = 0.3


class Stagehand(Protocol):
    """The part of a play that its actors use."""

    story: Story

    def why(self, client: str) -> str:
        """Return what is known of why a client's conversation ended."""
        ...


class Actor:
    """A scripted client. Made by `Play.connect`.

    Args:
        play: The play it belongs to.
        client: The WebSocket client that it uses.
        name: What the teacher calls it; "" if it is the only one.
    """

    def __init__(self, play: Stagehand, client: Client, name: str) -> None:
        self.name = name
        self._play = play
        self._client = client

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on in the opening handshake."""
        return self._client.subprotocol

    async def send(self, message: Any) -> None:
        """Send text, bytes, or anything else as JSON."""
        try:
            await self._client.send(message, timeout=WAIT)
        except ClientClosed as end:
            raise self._fault("the connection to be open", _ended(end)) from None
        except TimeoutError:
            raise self._fault(f"{shown(message)} to be taken", "no room to send it") from None
        self._tell("doing", f"sent {shown(message)}")

    async def receive(self) -> str | bytes:
        """Return the next message, whatever it is."""
        message = await self._next("a message")
        self._tell("hearing", f"got {shown(message)}")
        return message

    async def expect(self, wanted: Any) -> None:
        """Expect the next message to be exactly this.

        Args:
            wanted: Text or bytes, exactly; a compiled pattern to be found in text; anything else
                is the JSON value that the message is to be.
        """
        message = await self._next(wish(wanted))
        if not fits(wanted, message):
            raise self._fault(wish(wanted), received(wanted, message))
        self._tell("hearing", f"got {shown(message)}")

    async def expect_silence(self, seconds: float = SILENCE) -> None:
        """Expect that no message comes for a while."""
        check_timeout(seconds, "seconds")
        try:
            message = await self._client.receive(timeout=seconds)
        except TimeoutError:
            self._tell("hearing", "heard nothing more")
        except ClientClosed as end:
            raise self._fault("to hear nothing more", _ended(end)) from None
        else:
            raise self._fault("to hear nothing more", shown(message))

    async def expect_closed(self, code: int | None = None, reason: str | None = None) -> None:
        """Expect that the app closes the connection.

        Args:
            code: With which close code; None for any that an app may send on purpose.
            reason: With which reason; None for any.
        """
        wanted = _closing(code, reason)
        try:
            message = await self._client.receive(timeout=WAIT)
        except TimeoutError:
            raise self._fault(wanted, f"nothing within {WAIT:g} s") from None
        except ClientClosed as end:
            # An error in the handler is no answer, unless the teacher asks for it.
            as_wished = end.code == code if code is not None else end.code not in (1006, 1011)
            if not as_wished or reason not in (None, end.reason):
                raise self._fault(wanted, _ended(end)) from None
            self._tell("hearing", f"was closed with {end.code}")
        else:
            raise self._fault(wanted, f"the message {shown(message)}")

    def expect_subprotocol(self, wanted: str | None) -> None:
        """Expect what was agreed on in the opening handshake; None for nothing."""
        if self.subprotocol != wanted:
            expected = f"the subprotocol {wanted!r}" if wanted else "no subprotocol"
            got = repr(self.subprotocol) if self.subprotocol else "none"
            raise self._fault(expected, got)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection."""
        await self._client.close(code, reason)
        self._tell("doing", f"closed with {code}")

    async def _next(self, wanted: str) -> str | bytes:
        try:
            return await self._client.receive(timeout=WAIT)
        except TimeoutError:
            raise self._fault(wanted, f"nothing within {WAIT:g} s") from None
        except ClientClosed as end:
            raise self._fault(wanted, _ended(end)) from None

    def _fault(self, expected: str, got: str) -> Fault:
        why = self._play.why(self._client.name)
        return self._play.story.fault(self.name, expected, got, why)

    @property
    def _tell(self) -> Callable[[Any, str], None]:
        return lambda kind, words: self._play.story.tell(self.name, kind, words)


def _closing(code: int | None, reason: str | None) -> str:
    closed = "to be closed" if code is None else f"to be closed with {code}"
    return closed if reason is None else f"{closed} {reason!r}"


def _ended(end: ClientClosed) -> str:
    phrase = close_phrase(end.code) if end.code < 3000 else ""
    code = f"{end.code} ({phrase})" if phrase else str(end.code)
    return f"closed with {code} {end.reason!r}" if end.reason else f"closed with {code}"
