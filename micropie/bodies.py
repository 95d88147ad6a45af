"""A request body in: its limits, JSON, urlencoded and multipart forms."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from micropie import jsontext
from micropie.exceptions import BadRequest, InvalidJSON, PayloadTooLarge
from micropie.receiving import Limits, chunk_of, next_event
from micropie.requests import Request
from micropie.types import Receive

if TYPE_CHECKING:
    from micropie.uploads import Upload

DEFAULT_MAX_BODY_SIZE: Final = 16 * 1024 * 1024
DEFAULT_MAX_FORM_FIELD_SIZE: Final = 1024 * 1024
# RFC 9110 9.3: the methods whose body has a meaning.
BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})


async def read_body(request: Request, receive: Receive, limits: Limits) -> Upload | None:
    """Read a body into the request; a multipart form is left to its `Upload`.

    Raises:
        Refusal: The body is not acceptable.
        ClientDisconnected: The client left before its end.
    """
    headers = dict(request.scope["headers"])
    _check_length(headers.get(b"content-length"), limits.max_body_size)
    content_type = headers.get(b"content-type", b"")
    media = _media_type(content_type)
    if media == b"multipart/form-data":
        from micropie.uploads import Upload  # few applications take any

        return Upload(request, receive, content_type.decode("latin-1"), limits)
    limit = limits.max_body_size
    event = await next_event(receive, limits.body_timeout)
    raw = chunk_of(event)
    if event.get("more_body"):
        raw = await _read_on(raw, receive, limits)
    elif limit is not None and len(raw) > limit:
        raise PayloadTooLarge
    request._raw_body = raw
    if media == b"application/json" or media.endswith(b"+json"):
        try:
            request._json = jsontext.loads(raw)
        except InvalidJSON:
            raise BadRequest("Bad JSON") from None
    else:
        request._form = raw
    request.body_parsed = True
    return None


@lru_cache(maxsize=64)
def _media_type(content_type: bytes) -> bytes:
    return content_type.partition(b";")[0].strip().lower()


def _check_length(declared: bytes | None, limit: int | None) -> None:
    if declared is None:
        return
    # Space around it means nothing, and not every server takes it away (RFC 9110 5.5).
    declared = declared.strip(b" \t")
    if not declared.isdigit():
        raise BadRequest("Invalid Content-Length")
    if limit is not None and int(declared[:20]) > limit:
        raise PayloadTooLarge


async def _read_on(first: bytes, receive: Receive, limits: Limits) -> bytes:
    limit = limits.max_body_size
    parts, size, more = [first], len(first), True
    while more:
        if limit is not None and size > limit:
            raise PayloadTooLarge
        event = await next_event(receive, limits.body_timeout)
        parts.append(chunk_of(event))
        size += len(parts[-1])
        more = bool(event.get("more_body"))
    if limit is not None and size > limit:
        raise PayloadTooLarge
    return b"".join(parts)
