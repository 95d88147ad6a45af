"""A multipart form, parsed while it arrives (RFC 7578)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from micropie.exceptions import (
    BadRequest,
    ClientDisconnected,
    InternalError,
    MultipartFileError,
    PayloadTooLarge,
    Refusal,
)
from micropie.failures import is_failure
from micropie.filenames import extended_name, safe_name
from micropie.logs import logger
from micropie.receiving import Limits, chunk_of, next_event, replay
from micropie.requests import Request
from micropie.types import Receive

# So many bytes of a file may wait for a handler that drains it; then the client waits, too.
_HIGH_WATER: Final = 1024 * 1024


class FileQueue(asyncio.Queue[Any]):
    """The content of an uploaded file: bytes, then `None` for good, or `MultipartFileError`.

    `_put` and `_get` are asyncio's own hooks for subclasses, such as its `PriorityQueue`; they are
    in no documentation.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held = 0
        self._limit: float = _HIGH_WATER
        self._drained = asyncio.Event()

    async def room(self) -> None:
        """Wait until the reader has taken enough out of it (back-pressure)."""
        while self._held > self._limit:
            self._drained.clear()
            await self._drained.wait()

    def let_in(self) -> None:
        """Let everything in from now on."""
        self._limit = math.inf
        self._drained.set()

    def _put(self, item: Any) -> None:
        super()._put(item)
        self._held += len(item) if isinstance(item, bytes) else 0

    def _get(self) -> Any:
        item = super()._get()
        if isinstance(item, bytes):
            self._held -= len(item)
            self._drained.set()
        if item is None or isinstance(item, Refusal | ClientDisconnected):
            self._put(item)  # the end stays the end, however often it is asked for
        if isinstance(item, Exception):
            raise MultipartFileError(f"upload is incomplete: {item!r}", item)
        return item


class Upload:
    """A multipart form, parsed by a task of its own while its handler may already run.

    Raises:
        BadRequest: There is no boundary.
        InternalError: The parser is not installed.
    """

    def __init__(
        self, request: Request, receive: Receive, content_type: str, limits: Limits
    ) -> None:
        self._receive = receive
        self._chunks: list[bytes] = []
        self._is_whole = False
        self._keeps = True
        self._is_paced = False
        self._request = request
        self._limits = limits
        self._parts = self._fields = 0
        self._field: tuple[str, bytearray] | None = None
        self._file: FileQueue | None = None
        self._failure: BaseException | None = None
        self._news = asyncio.Event()
        self._parser = _make_parser(content_type)
        self._task = asyncio.create_task(self._run())

    async def wait_for(self, is_enough: Callable[[Callable[[str], bool]], bool]) -> None:
        """Return when enough of the form is known, or all of it.

        Args:
            is_enough: Is given a function that says whether a name is known.

        Raises:
            Refusal: The form is not acceptable.
            ClientDisconnected: The client left before its end.
        """
        while not self._task.done() and self._failure is None and not is_enough(self._knows):
            self._news.clear()
            await self._news.wait()
        if self._failure is not None:
            raise self._failure
        # From now on there is somebody to drain what comes.
        self._is_paced = True

    def _knows(self, name: str) -> bool:
        return name in self._request.body_params or name in self._request.files

    async def finish(self) -> None:
        """Return when the form has ended, in whatever way, without waiting for who drains it."""
        self._is_paced = False
        if self._file is not None:
            self._file.let_in()
        await asyncio.wait({self._task})
        if isinstance(self._failure, ClientDisconnected):
            raise self._failure

    async def stop(self) -> None:
        """End the parser."""
        self._task.cancel()
        await asyncio.wait({self._task})

    def forget(self) -> None:
        """Drop the raw bytes: no mounted application will want to read them again with `replay`."""
        self._chunks = []
        self._keeps = False

    def replay(self) -> Receive:
        """Return a `receive` that gives the form once more, from its start."""
        return replay(self._chunks, self._is_whole, self._receive)

    async def _run(self) -> None:
        try:
            await self._parse()
        except (Refusal, ClientDisconnected) as error:
            self._fail(error)
        except asyncio.CancelledError:
            self._fail(ClientDisconnected())
            raise
        except BaseException as error:
            if not is_failure(error):
                raise
            logger.exception("Could not read a multipart body.")
            self._fail(InternalError())
            self._failure = error
        else:
            self._request.body_parsed = True
        finally:
            self._news.set()

    def _fail(self, failure: Exception) -> None:
        self._failure = failure
        if self._file is not None:
            self._file.put_nowait(failure)

    async def _parse(self) -> None:
        from multipart import MultipartError

        try:
            async for chunk in self._read():
                for item in self._parser.parse(chunk):
                    self._take(item)
                self._news.set()
                if self._is_paced and self._file is not None:
                    await self._file.room()
            self._parser.close()
        except MultipartError:
            raise BadRequest("Malformed multipart body") from None

    async def _read(self) -> AsyncIterator[bytes]:
        size = 0
        while not self._is_whole:
            event = await next_event(self._receive, self._limits)
            chunk = chunk_of(event)
            size += len(chunk)
            if self._keeps:
                self._chunks.append(chunk)
            self._is_whole = not event.get("more_body")
            if self._limits.max_body_size is not None and size > self._limits.max_body_size:
                raise PayloadTooLarge
            if chunk:
                yield chunk

    def _take(self, item: Any) -> None:
        if item is None:
            self._end_part()
        elif isinstance(item, bytes | bytearray):
            self._add(item)
        else:
            self._begin_part(item)

    def _begin_part(self, part: Any) -> None:
        self._count(part)
        filename = extended_name(part.header("Content-Disposition")) or part.filename
        if filename is None:
            self._field = part.name, bytearray()
        elif filename:
            self._file = FileQueue()
            about = {
                "filename": safe_name(filename),
                "content_type": part.content_type or "application/octet-stream",
                "content": self._file,
            }
            self._request.files.setdefault(part.name, about)
        # A file input that was left empty has a name and nothing else: it is no file.

    def _count(self, part: Any) -> None:
        limits = self._limits
        self._parts += 1
        if limits.max_form_parts is not None and self._parts > limits.max_form_parts:
            raise PayloadTooLarge(f"more than {limits.max_form_parts} parts")
        self._fields += part.filename is None
        if limits.max_form_fields is not None and self._fields > limits.max_form_fields:
            raise PayloadTooLarge(f"more than {limits.max_form_fields} form fields")

    def _add(self, data: bytes | bytearray) -> None:
        if self._file is not None:
            self._file.put_nowait(bytes(data))
        elif self._field is not None:
            content = self._field[1]
            content.extend(data)
            if (
                self._limits.max_form_field_size is not None
                and len(content) > self._limits.max_form_field_size
            ):
                raise PayloadTooLarge("Multipart form field")

    def _end_part(self) -> None:
        if self._file is not None:
            self._file.put_nowait(None)
        elif self._field is not None:
            name, content = self._field
            text = content.decode("utf-8", "replace")
            self._request.body_params.setdefault(name, []).append(text)
        self._file = self._field = None


def _make_parser(content_type: str) -> Any:
    try:
        from multipart import PushMultipartParser, parse_options_header
    except ImportError:
        logger.error("Could not read a multipart form: install micropie-playground[standard].")
        raise InternalError("multipart not installed.") from None
    boundary = parse_options_header(content_type)[1].get("boundary")
    if not boundary:
        raise BadRequest("Missing boundary")
    return PushMultipartParser(boundary)
