"""A response body that comes in chunks, and its end when the client leaves.

Law: whatever happens, the iterable of chunks is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from threading import Lock
from typing import Any, Final

from micropie.exceptions import ClientDisconnected
from micropie.failures import blame_at, is_failure
from micropie.types import Event, Receive, Send

_END: Final = object()
# After so many events in a row that bring nothing, `receive` is not asked any more. A server has
# none: when a request has ended it waits, and says no more than that the client has left.
_MOST_IN_VAIN: Final = 10
# What Python says of a generator that goes on when it is closed.
_IGNORED: Final = "generator ignored GeneratorExit"
_GOES_ON: Final = (
    "expected the stream to end when its client has left, got one that goes on: it catches what "
    "ends it (GeneratorExit, CancelledError); write `except Exception:` in the place of `except:` "
    "and of `except BaseException:`"
)


class _Left:
    """An exception that is brought from a thread by hand: in a future it may end the loop."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


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
        if type(chunk) is _Left:
            raise chunk.error
        return chunk

    def _step(self) -> Any:
        with self._lock:
            try:
                chunk = next(self._iterator, _END)
            except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
                return _Left(error)
            except StopAsyncIteration as error:
                # Passed on, it would be the end of the whole body, as if nothing had happened.
                raise RuntimeError("generator raised StopAsyncIteration") from error
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


class EndlessStream(RuntimeError):
    """A generator went on when its client had left: it catches what ends it."""


async def close_chunks(chunks: AsyncIterator[Any]) -> None:
    """Close an iterator of chunks, if it can be closed.

    Raises:
        EndlessStream: It went on. It has been let go of, and will not be asked again.
    """
    close = getattr(chunks, "aclose", None)
    if close is None:
        return
    try:
        await close()
    except RuntimeError as error:
        if not str(error).endswith(_IGNORED):
            raise
        raise _endless(chunks) from None


def _endless(chunks: AsyncIterator[Any]) -> EndlessStream:
    error = EndlessStream(_GOES_ON)
    generator = chunks._iterator if isinstance(chunks, Stepper) else chunks
    for kind in ("ag", "gi"):
        frame = getattr(generator, f"{kind}_frame", None)
        if frame is not None:
            blame_at(error, frame.f_code, frame.f_lineno)
    return error


async def until_left(receive: Receive) -> None:
    """Return when the client has left; never, where `receive` does not tell.

    Sending goes on then, and says itself when nobody is there.

    Args:
        receive: ASGI's, of a request whose body may not be read to its end.
    """
    vain, has_ended = 0, False
    while vain < _MOST_IN_VAIN:
        try:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            vain = vain + 1 if has_ended or not event.get("body") else 0
            has_ended = has_ended or not event.get("more_body")
        except BaseException as error:
            if not is_failure(error):
                raise
            break
        # One that has its answer at once must not keep others from their turn.
        await asyncio.sleep(0)
    await asyncio.Event().wait()


async def send_stream(
    start: Event,
    chunks: AsyncIterator[Any],
    send: Send,
    left: Callable[[], Awaitable[None]],
    *,
    bodiless: bool,
    may_end: Callable[[], Awaitable[bool]] | None = None,
) -> None:
    """Send a response whose body comes in chunks; see `send_chunks`.

    Args:
        start: The ASGI event that it begins with.
        chunks: Its body, which is closed in the end.
        send: ASGI's.
        left: Returns when the client has left.
        bodiless: Whether none of the body is to be sent.
        may_end: Asked after the last chunk; where it says no, the response is not ended.

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
        await send_chunks(chunks, send, left, may_end)


async def send_chunks(
    chunks: AsyncIterator[Any],
    send: Send,
    left: Callable[[], Awaitable[None]],
    may_end: Callable[[], Awaitable[bool]] | None = None,
) -> None:
    """Send chunks as they come, until they end or the client leaves.

    Args:
        chunks: `str` or bytes-like.
        send: ASGI's.
        left: Returns when the client has left.
        may_end: Asked after the last chunk; where it says no, the response is not ended.

    Raises:
        ClientDisconnected: The client left.
        BaseException: Whatever the iterable raised; the response is then not ended, so that the
            client does not take it for complete.
    """
    pump = asyncio.ensure_future(_pump(chunks, send, may_end))
    watch = asyncio.ensure_future(left())
    try:
        await asyncio.wait({pump, watch}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        pump.cancel()
        watch.cancel()
        await asyncio.gather(pump, watch, return_exceptions=True)
    if pump.cancelled() and not watch.cancelled():
        raise ClientDisconnected
    failure = pump.result()
    if failure is not None:
        raise failure


async def _pump(
    chunks: AsyncIterator[Any], send: Send, may_end: Callable[[], Awaitable[bool]] | None
) -> BaseException | None:
    """Send chunks to their end; return what kept them from it.

    Raised, `SystemExit` and `KeyboardInterrupt` would leave the task and end the event loop.
    """
    try:
        await _send_all(chunks, send, may_end)
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        return error
    return None


async def _send_all(
    chunks: AsyncIterator[Any], send: Send, may_end: Callable[[], Awaitable[bool]] | None
) -> None:
    task = asyncio.current_task()
    try:
        async for chunk in chunks:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError  # which the generator has caught
            data = chunk_bytes(chunk)
            if data:
                await _send(send, data, True)
            # A stream that never waits must not keep the loop from noticing that its client left.
            await asyncio.sleep(0)
        if may_end is None or await may_end():
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
    raise TypeError(f"expected chunks of str or bytes, got {chunk!r}; {_instead_of(chunk)}")


def _instead_of(chunk: Any) -> str:
    """Return what is written instead of a chunk that is neither text nor bytes."""
    if chunk is None:
        return "yield what is to be sent, or leave it out"
    if isinstance(chunk, dict | list | tuple):
        return "yield json.dumps(…) of it, or return it instead, which is answered as JSON"
    return "make it text, str(…), or return list(…) of all, which is answered as JSON"
