"""What a handler returned becomes status, headers and body."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from functools import partial
from types import CoroutineType
from typing import Any, Final
from urllib.parse import quote

from micropie import jsontext
from micropie.headers import encode_headers
from micropie.streams import as_chunks
from micropie.types import Event, RawHeader

HeaderList = list[tuple[str, str]]

_HTML: Final = (b"content-type", b"text/html; charset=utf-8")
_JSON: Final = (b"content-type", b"application/json")
# What can be sent as it is, by its very type: how it becomes bytes, and the header that says what
# they are. Nothing of these types can be awaited.
PLAIN: Final[dict[type, tuple[Callable[[Any], bytes], RawHeader]]] = {
    str: (str.encode, _HTML),
    bytes: (bytes, _HTML),
    dict: (jsontext.dumps, _JSON),
    list: (jsontext.dumps, _JSON),
}
# RFC 9110 8.6, 15.3.5, 15.4.5: these never have a body, nor the headers of one.
BODILESS: Final = frozenset({204, 304})
# What we set ourselves, and RFC 9112 6.1: how a body is cut on the wire is the server's matter.
_FRAMING: Final = frozenset({b"content-type", b"transfer-encoding"})
# RFC 3986: what may stand in a URL as it is, `%` included, since escapes are kept.
_URL_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"


class Response:
    """One response, before it is sent.

    Attributes:
        status: HTTP status.
        headers: What the handler and the hooks add to the standard headers; ours to change.
        body: Bytes, or an iterable of chunks.
        media: The `content-type` header, unless `headers` has one.
        raw_cookies: The session cookie, if there is one to set.
        shown: The body as hooks see it: text where there is text.
    """

    __slots__ = ("body", "headers", "media", "raw_cookies", "shown", "status")

    body: Any
    shown: Any
    media: RawHeader
    raw_cookies: Sequence[RawHeader]

    def __init__(self, body: Any, status: int = 200, headers: Iterable[Any] = ()) -> None:
        self.status = status
        self.headers: HeaderList = list(headers) if headers else []
        self.raw_cookies = ()
        if type(body) is str:
            self.media, self.shown = _HTML, body
            self.body = body.encode()
        else:
            self.set_body(body)

    def set_body(self, body: Any) -> None:
        """Take a body of any type that a handler may return.

        Raises:
            TypeError: It is of none of them.
        """
        self.media = _HTML
        self.shown = body
        kind = type(body)
        if kind is str:
            self.body = body.encode()
        elif kind is bytes:
            self.body = body
        elif kind is dict or kind is list:
            self._set_json(body)
        else:
            self._set_unusual(body)

    def _set_json(self, body: Any) -> None:
        self.body = jsontext.dumps(body)
        self.media = _JSON
        self.shown = None

    def _set_unusual(self, body: Any) -> None:
        if body is None:
            self.body, self.shown = b"", ""
        elif isinstance(body, str):
            self.body = str(body).encode()
        elif isinstance(body, bytes | bytearray | memoryview):
            self.body = bytes(body)
        elif isinstance(body, dict | list):
            self._set_json(body)
        elif isinstance(body, set | frozenset):
            raise TypeError(
                f"expected a body that has an order, got a set, {body!r}; "
                "return sorted(…) or list(…) of it, which is answered as JSON"
            )
        elif isinstance(body, Iterable | AsyncIterable):
            self.body = as_chunks(body)
        else:
            _check_object(body)
            self.shown = str(body)
            self.body = self.shown.encode()

    @property
    def shown_body(self) -> Any:
        """The body as hooks see it; JSON as its text."""
        return self.body.decode() if self.shown is None else self.shown

    @property
    def is_streamed(self) -> bool:
        """Whether the body comes in chunks."""
        return type(self.body) is not bytes

    def start(self) -> Event:
        """Make the ASGI event that a response begins with."""
        return {
            "type": "http.response.start",
            "status": self.status,
            "headers": self.raw_headers(),
        }

    def raw_headers(self) -> list[RawHeader]:
        """Make the ASGI headers: one `content-type`, a true `content-length`."""
        body = self.body
        if not self.headers and type(body) is bytes and self.status not in BODILESS:
            length = (b"content-length", b"%d" % len(body))
            return [self.media, length, *self.raw_cookies]
        return self._raw_headers(type(body) is not bytes)

    def _raw_headers(self, streamed: bool) -> list[RawHeader]:
        given = encode_headers(self.headers)
        types = [header for header in given if header[0] == b"content-type"]
        ours = _FRAMING if streamed else _FRAMING | {b"content-length"}
        headers = [header for header in given if header[0] not in ours]
        if self.status in BODILESS:
            return [*types[-1:], *headers, *self.raw_cookies]
        if not streamed:
            headers.insert(0, (b"content-length", b"%d" % len(self.body)))
        return [types[-1] if types else self.media, *headers, *self.raw_cookies]


def _check_object(body: Any) -> None:
    """Check that an object is meant to be answered as its text, and not to be used otherwise.

    Raises:
        TypeError: It is code that has not run, or an exception that was not raised.
    """
    if isinstance(body, CoroutineType):
        body.close()
    if inspect.isawaitable(body):
        what, remedy = "what can be awaited", "await it"
    elif isinstance(body, type):
        what, remedy = "a class", "make an object of it"
    elif inspect.isroutine(body) or isinstance(body, partial):
        what, remedy = "a function", "call it"
    elif isinstance(body, BaseException):
        what, remedy = "an exception", "raise it"
    elif str(body) == object.__repr__(body):
        what, remedy = "an object without a text", "return what of it is to be seen"
    else:
        return
    raise TypeError(f"expected a value as a body, got {what}, {body!r}; {remedy}")


def make_response(result: Any) -> Response:
    """Make a response of what a handler returned.

    Raises:
        TypeError: It has a shape that no response has, or its body comes before its status.
        ValueError: Its status is not one that can end a request.
    """
    if not isinstance(result, tuple):
        return Response(result)
    if len(result) not in (2, 3):
        raise TypeError(
            f"expected (status, body) or (status, body, headers), got {len(result)} values; "
            "return a list of them to answer JSON"
        )
    status, body = result[:2]
    try:
        headers = checked_headers(result[2] if len(result) == 3 else None)
        return Response(body, checked_status(status), headers)
    except ValueError:
        _check_order(status, body)
        raise


def checked_status(status: Any) -> int:
    """Return a status that may end a request.

    Raises:
        ValueError: It is not.
    """
    if isinstance(status, int) and not isinstance(status, bool) and 200 <= status <= 599:
        return int(status)
    raise ValueError(f"expected a status from 200 to 599, got {status!r}")


def _check_order(status: Any, body: Any) -> None:
    """Check that a status comes before its body, and not after it, nor nothing of the kind."""
    swapped = isinstance(body, int) and not isinstance(body, bool) and 100 <= body <= 599
    if swapped and not isinstance(status, int):
        raise TypeError(
            f"expected the status before the body, got {status!r} before {body!r}; "
            f"return {body!r}, {status!r}"
        ) from None
    if not isinstance(status, int):
        raise TypeError(
            f"expected a status before the body, got {status!r}; return one body, or a list of "
            "several values to answer JSON, or 200 before it"
        ) from None


def checked_headers(headers: Any) -> HeaderList:
    """Return a copy of response headers.

    Raises:
        TypeError: They are no list of pairs.
    """
    if headers is None:
        return []
    pairs = headers.items() if isinstance(headers, dict) else headers
    try:
        return [(name, value) for name, value in pairs]
    except (TypeError, ValueError):
        raise TypeError(
            f"expected a list of (name, value) headers, got {headers!r}; "
            'write [("X-Name", "value")]'
        ) from None


def redirect(
    location: str, extra_headers: Iterable[tuple[str, str]] | None = None
) -> tuple[int, str, HeaderList]:
    """Make what a handler returns to send the client elsewhere."""
    target = quote(location, safe=_URL_SAFE)
    return 302, "", [("Location", target), *(extra_headers or ())]
