"""What a message may hold, beside text and bytes: each way to send and to receive one by its kind.

Law: nothing here knows the state of a connection; all of it goes through what `WebSocket` has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from micropie import jsontext
from micropie.handshakes import Handshake


class Messages(Handshake):
    """A connection that takes and gives messages of any kind."""

    __slots__ = ()

    async def receive(self) -> str | bytes:
        raise NotImplementedError

    async def send_text(self, data: str) -> None:
        raise NotImplementedError

    async def send_bytes(self, data: bytes | bytearray | memoryview) -> None:
        raise NotImplementedError

    async def receive_bytes(self) -> bytes:
        """Return the next message as bytes; a text one is encoded as UTF-8."""
        return as_bytes(await self.receive())

    async def receive_json(self) -> Any:
        """Return the value of the next message, which holds JSON.

        Raises:
            InvalidJSON: It does not; the connection is still open.
        """
        return jsontext.loads(await self.receive())

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        raise NotImplementedError

    async def iter_text(self) -> AsyncIterator[str]:
        """Iterate over messages as text until a normal close; any other is `ConnectionClosed`."""
        async for message in self:
            yield as_text(message)

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over messages as bytes until a normal close; any other is `ConnectionClosed`."""
        async for message in self:
            yield as_bytes(message)

    async def iter_json(self) -> AsyncIterator[Any]:
        """Iterate over the values of JSON messages until a normal close.

        Raises:
            InvalidJSON: A message holds no JSON.
            ConnectionClosed: The connection ended in any other way.
        """
        async for message in self:
            yield jsontext.loads(message)

    async def send(self, message: Any) -> None:
        """Send a message: text as it is, bytes as they are, any other value as JSON.

        Args:
            message: `str`, bytes, or anything that JSON can hold.

        Raises:
            TypeError: The value has no JSON form; nothing was sent.
        """
        if isinstance(message, str):
            await self.send_text(message)
        elif isinstance(message, bytes | bytearray | memoryview):
            await self.send_bytes(message)
        else:
            await self.send_json(message)

    async def send_json(self, value: Any) -> None:
        """Send a value as a text message that holds JSON.

        Args:
            value: Anything that JSON can hold.

        Raises:
            TypeError: The value has no JSON form; nothing was sent.
        """
        await self.send_text(jsontext.dumps(value).decode())


def as_text(message: str | bytes) -> str:
    """Return a message as text; bytes that are no UTF-8 become U+FFFD."""
    return message if isinstance(message, str) else message.decode("utf-8", "replace")


def as_bytes(message: str | bytes) -> bytes:
    """Return a message as bytes."""
    return message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message
