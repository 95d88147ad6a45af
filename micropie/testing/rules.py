"""What uvicorn checks in an event before it goes out, for HTTP and WebSocket alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from micropie.closing import REASON_BYTES, check_code
from micropie.testing.scopes import RawHeaders
from micropie.types import Event

# RFC 9110 5.6.2: what a field name may not have; 5.5: what a field value may not have.
BAD_NAME = re.compile(rb'[\x00-\x1f\x7f()<>@,;:\[\]={} \t\\"]')
BAD_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

Bytes = bytes | bytearray | memoryview


def refuse(event: Event, *expected: str) -> RuntimeError:
    """Return the error for an event in the wrong place."""
    wanted = " or ".join(repr(kind) for kind in expected)
    return RuntimeError(f"expected ASGI event {wanted}, got {event['type']!r}")


def check_headers(headers: Iterable[tuple[Any, Any]]) -> RawHeaders:
    """Return the headers of an event, names in lower case.

    Raises:
        TypeError: A name or a value is not bytes.
        RuntimeError: One has a character that HTTP does not allow.
    """
    checked = []
    for name, value in headers:
        if not isinstance(name, bytes) or not isinstance(value, bytes):
            raise TypeError(f"expected a header of two bytes, got {(name, value)!r}; encode it")
        if BAD_NAME.search(name):
            raise RuntimeError(f"expected a header name of token characters, got {name!r}")
        if BAD_VALUE.search(value):
            raise RuntimeError(f"expected a header value without control characters, got {value!r}")
        checked.append((name.lower(), value))
    return checked


def check_status(event: Event) -> int:
    """Return the status of a response's start."""
    status = event["status"]
    if not isinstance(status, int) or not 100 <= status < 600:
        raise RuntimeError(f"expected an HTTP status from 100 to 599, got {status!r}")
    return int(status)


def check_bytes(data: object) -> bytes:
    """Return the bytes of a body or a binary message."""
    if not isinstance(data, Bytes):
        raise TypeError(f"expected bytes, got {data!r}; encode it")
    return bytes(data)


def check_close(code: int | None, reason: str) -> None:
    """Raise `ValueError` if RFC 6455 (5.5, 7.4.1) forbids to send that close frame."""
    if code is None:
        if reason:
            raise ValueError(f"expected no close reason without a code, got {reason!r}")
        return
    check_code(code)
    if len(reason.encode()) > REASON_BYTES:
        raise ValueError(
            f"expected a close reason of at most {REASON_BYTES} bytes, got {reason!r}; cut it"
        )
