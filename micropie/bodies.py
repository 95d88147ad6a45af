"""A request body in: its limits, JSON, urlencoded and multipart forms."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from micropie import jsontext
from micropie.exceptions import (
    BadRequest,
    InvalidJSON,
    PayloadTooLarge,
    Refusal,
    UnsupportedMediaType,
)
from micropie.receiving import Limits, chunk_of, next_event
from micropie.requests import Request, check_fields
from micropie.types import Receive

if TYPE_CHECKING:
    from micropie.uploads import Upload

DEFAULT_MAX_BODY_SIZE: Final = 16 * 1024 * 1024
DEFAULT_MAX_FORM_FIELD_SIZE: Final = 1024 * 1024
# Twice what other frameworks take by default would still be read in milliseconds.
DEFAULT_MAX_FORM_FIELDS: Final = 1000
DEFAULT_MAX_FORM_PARTS: Final = 1000
# They are read in a fifth of a second, without orjson.
DEFAULT_MAX_JSON_KEYS: Final = 100_000
# RFC 9110 9.3: the methods whose body has no meaning. That of any other may have one.
BODILESS_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"})
# Of these a body is expected, so that none at all is no JSON.
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
# How bodies are read. What is none of these is for a mounted application, or a form after all.
_JSON, _MULTIPART, _FORM, _OTHER = "json", "multipart", "form", "other"

# Compiled when a body is refused, and not at the import: few ever are.
_CHARSET: Final = rb';\s*charset\s*=\s*"?([!#-~]{1,40}?)"?\s*(?:;|\Z)'


async def read_body(request: Request, receive: Receive, limits: Limits) -> Upload | None:
    """Read a body into the request; a multipart form is left to its `Upload`.

    Raises:
        Refusal: The body is not acceptable.
        ClientDisconnected: The client left before its end.
    """
    headers = dict(request.scope.get("headers") or ())
    limit = limits.max_body_size
    _check_length(headers.get(b"content-length"), limit)
    content_type = headers.get(b"content-type", b"")
    kind = _kind(content_type)
    if b"content-encoding" in headers:
        check_coding(headers[b"content-encoding"], kind)
    if kind == _MULTIPART:
        from micropie.uploads import Upload  # few applications take any

        return Upload(request, receive, content_type.decode("latin-1"), limits)
    event = await next_event(receive, limits)
    raw = chunk_of(event)
    if event.get("more_body"):
        raw = await _read_on(raw, receive, limits)
    elif limit is not None and len(raw) > limit:
        raise PayloadTooLarge
    request._raw_body = raw
    if kind == _JSON:
        most = limits.max_json_keys
        # With fewer bytes than that there is nothing to count.
        if most is not None and len(raw) > most and jsontext.has_more_keys(raw, most):
            raise PayloadTooLarge(f"more than {most} JSON keys")
        if raw or request.method in _WITH_BODY:
            try:
                request._json = jsontext.loads(raw)
            except InvalidJSON:
                raise _no_json(raw, content_type) from None
    else:
        request._form = raw
        request._max_form_fields = limits.max_form_fields
        if kind == _FORM:
            check_fields(raw, limits.max_form_fields)
    request.body_parsed = True
    return None


@lru_cache(maxsize=64)
def _kind(content_type: bytes) -> str:
    """Say how a body is read, by its media type."""
    media = content_type.partition(b";")[0].strip().lower()
    if media == b"application/json" or media.endswith(b"+json"):
        return _JSON
    if media == b"multipart/form-data":
        return _MULTIPART
    return _FORM if media in (b"application/x-www-form-urlencoded", b"") else _OTHER


def check_coding(coding: bytes, kind: str) -> None:
    """Check that a body which is to be understood here is not compressed (RFC 9110 8.4)."""
    name = coding.strip(b" \t").decode("latin-1")
    if kind != _OTHER and name.lower() not in ("", "identity"):
        raise UnsupportedMediaType(
            f"expected a body that is not compressed, got Content-Encoding {name}; send it as it is"
        )


def _no_json(raw: bytes, content_type: bytes) -> Refusal:
    charset = _other_charset(raw, content_type)
    if charset:
        return UnsupportedMediaType(f"expected JSON in UTF-8, got {charset}")
    return BadRequest("Bad JSON")


def _other_charset(raw: bytes, content_type: bytes) -> str:
    """Say in which other charset a body is that is no JSON in UTF-8; "" for none.

    Every JSON text begins with a character of ASCII, so that a wider one has a zero beside it.
    """
    if raw.startswith((BOM_UTF32_LE, BOM_UTF32_BE)) or raw[:4].count(0) == 3:
        return "UTF-32"
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or 0 in raw[:2]:
        return "UTF-16"
    found = re.search(_CHARSET, content_type, re.IGNORECASE)
    charset = found[1].decode("latin-1") if found is not None else ""
    return "" if charset.lower() in ("utf-8", "utf8", "us-ascii") else charset


def _check_length(declared: bytes | None, limit: int | None) -> None:
    if declared is None:
        return
    if not declared.isdigit():
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
        event = await next_event(receive, limits)
        parts.append(chunk_of(event))
        size += len(parts[-1])
        more = bool(event.get("more_body"))
    if limit is not None and size > limit:
        raise PayloadTooLarge
    return b"".join(parts)
