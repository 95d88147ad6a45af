"""A response body that comes in chunks, and its end when the client leaves.

Law: whatever happens, the iterable of chunks is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from threading import Lock
from typing import Any, Final

from micropie.exceptions import ClientDisconnected
from micropie.types import Event, Send

_END: Final = object()


class Stepper:
    """A synchronous iterable, stepped in a thread so that it may block.

    Args:
        chunks: Any iterable.
    """

    def __init__(self, chunks: Iterable[Any]) -> None:
        self._iterator: Iterator[Any] = iter(chunks)
        # A generator must not be closed while it runs: closing waits for the step to end.
        self._lock = Lock()
        self._exhausted = False

    def __aiter__(self) -> Stepper:
        return self

    async def __anext__(self) -> Any:
        chunk = await asyncio.to_thread(self._step)
        if chunk is _END:
            raise StopAsyncIteration
        return chunk

    def _step(self) -> Any:
        with self._lock:
            chunk = next(self._iterator, _END)
            self._exhausted = chunk is _END
            return chunk

    async def aclose(self) -> None:
        """Close the iterator, after the step that may be running."""
        if not self._exhausted and hasattr(self._iterator, "close"):
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            self._iterator.close()  # type: ignore[attr-defined]


def as_chunks(body: Any) -> AsyncIterator[Any]:
    """Return any iterable, synchronous or not, as an asynchronous iterator."""
    if isinstance(body, AsyncIterable):
        return body.__aiter__()
    return Stepper(body)


async def close_chunks(chunks: AsyncIterator[Any]) -> None:
    """Close an iterator of chunks, if it can be closed."""
    close = getattr(chunks, "aclose", None)
    if close is not None:
        await close()


async def send_stream(
    start: Event,
    chunks: AsyncIterator[Any],
    send: Send,
    left: Callable[[], Awaitable[None]],
    *,
    bodiless: bool,
) -> None:
    """Send a response whose body comes in chunks; see `send_chunks`.

    Args:
        start: The ASGI event that it begins with.
        chunks: Its body, which is closed in the end.
        send: ASGI's.
        left: Returns when the client has left.
        bodiless: Whether none of the body is to be sent.

    Raises:
        ClientDisconnected: The client left before the end.
    """
    try:
        await send(start)
        if bodiless:
            await send({"type": "http.response.body", "body": b""})
    except BaseException as error:
        await close_chunks(chunks)
        if isinstance(error, OSError):
            raise ClientDisconnected from error
        raise
    if bodiless:
        await close_chunks(chunks)
    else:
        await send_chunks(chunks, send, left)


async def send_chunks(
    chunks: AsyncIterator[Any], send: Send, left: Callable[[], Awaitable[None]]
) -> None:
    """Send chunks as they come, until they end or the client leaves.

    Args:
        chunks: `str` or bytes-like.
        send: ASGI's.
        left: Returns when the client has left.

    Raises:
        ClientDisconnected: The client left.
        Exception: Whatever the iterable raised; the response is then not ended, so that the
            client does not take it for complete.
    """
    pump = asyncio.ensure_future(_pump(chunks, send))
    watch = asyncio.ensure_future(left())
    try:
        await asyncio.wait({pump, watch}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        pump.cancel()
        watch.cancel()
        await asyncio.gather(pump, watch, return_exceptions=True)
    if pump.cancelled() and not watch.cancelled():
        raise ClientDisconnected
    pump.result()


async def _pump(chunks: AsyncIterator[Any], send: Send) -> None:
    try:
        async for chunk in chunks:
            data = chunk_bytes(chunk)
            if data:
                await _send(send, data, True)
            # A stream that never waits must not keep the loop from noticing that its client left.
            await asyncio.sleep(0)
        await _send(send, b"", False)
    finally:
        await close_chunks(chunks)


async def _send(send: Send, data: bytes, more: bool) -> None:
    try:
        await send({"type": "http.response.body", "body": data, "more_body": more})
    except OSError as error:
        raise ClientDisconnected from error


def chunk_bytes(chunk: Any) -> bytes:
    """Return what a chunk is on the wire.

    Raises:
        TypeError: It is neither text nor bytes.
    """
    if isinstance(chunk, str):
        return chunk.encode()
    if isinstance(chunk, bytes | bytearray | memoryview):
        return bytes(chunk)
    raise TypeError(f"expected chunks of str or bytes, got {chunk!r}")
