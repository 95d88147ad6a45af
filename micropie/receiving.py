"""Reading a request body from ASGI's `receive`, chunk by chunk, within a time-out."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from types import CoroutineType
from typing import Any, Protocol

from micropie.exceptions import ClientDisconnected, RequestTimeout
from micropie.types import Event, Receive


class Limits(Protocol):
    """How long and how large a body may be; `None` is no limit.

    Attributes:
        body_timeout: Seconds between two chunks.
        max_body_size: Bytes of the whole body.
        max_form_field_size: Bytes of one field of a multipart form.
        max_form_fields: Fields of a form, files not counted.
        max_form_parts: Parts of a multipart form, files counted.
        max_json_keys: Keys of all objects of a JSON body.
    """

    body_timeout: float | None
    max_body_size: int | None
    max_form_field_size: int | None
    max_form_fields: int | None
    max_form_parts: int | None
    max_json_keys: int | None


def chunk_of(event: Event) -> bytes:
    if event["type"] != "http.request":
        raise ClientDisconnected
    return event.get("body") or b""


async def next_event(receive: Receive, limits: Limits) -> Event:
    """Receive within the time-out, without making a timer when the event is there already."""
    waiting = receive()
    rest: Any = waiting
    if type(waiting) is CoroutineType:
        try:
            pending = waiting.send(None)
        except StopIteration as done:
            event: Event = done.value
            return event
        rest = _resumed(waiting, pending)
    try:
        async with asyncio.timeout(limits.body_timeout):
            return await rest  # type: ignore[no-any-return]
    except TimeoutError:
        raise RequestTimeout from None


@types.coroutine
def _resumed(coroutine: Coroutine[Any, Any, Any], pending: Any) -> Generator[Any, Any, Any]:
    """Go on with a coroutine that has been stepped by hand once."""
    while True:
        failure: BaseException | None = None
        value: Any = None
        try:
            value = yield pending
        except BaseException as error:
            failure = error
        try:
            pending = coroutine.send(value) if failure is None else coroutine.throw(failure)
        except StopIteration as done:
            return done.value


def replay(chunks: list[bytes], is_whole: bool, receive: Receive) -> Receive:
    """Return a `receive` that gives a body once more, from its start.

    Args:
        chunks: What has been received of it.
        is_whole: Whether that is all of it.
        receive: Where the rest comes from.
    """
    left = chunks[::-1]

    async def receive_again() -> Event:
        if left:
            chunk = left.pop()
            more = bool(left) or not is_whole
            return {"type": "http.request", "body": chunk, "more_body": more}
        return await receive()

    return receive_again
