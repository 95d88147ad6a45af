"""An exchange as another program wrote it into a HAR, as rows.

Law of the room: what another program saw is redacted before it enters, like all else. What is there
is read, whatever is missing; only an address there must be, or messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from playground.exports import har_messages, har_sockets, har_streams, lenient
from playground.exports.fields import shown
from playground.exports.har_rows import Losses, Row, Unreadable
from playground.traffic.model import Exchange, Kind
from playground.traffic.redact import redact_headers, redact_path, redact_subprotocols

_SCHEMES: Final = frozenset({"ws", "wss"})
# What these stand for is in the address itself, or in the browser: nothing was sent anywhere.
_NOWHERE: Final = frozenset({"data", "blob", "about", "javascript"})
# HAR 1.2: what comes before an answer; "ssl" is a part of "connect".
_UNTIL_ANSWERED: Final = ("blocked", "dns", "connect", "send", "wait")
_FORM: Final = "application/x-www-form-urlencoded"
_BOUNDARY: Final = re.compile(r'boundary="?([^";,\s]+)', re.IGNORECASE)


class Seen(NamedTuple):
    """An exchange, and what happened in it."""

    exchange: Exchange
    rows: list[Row]


def seen(entry: Any, number: int, after: float, losses: Losses) -> Seen:
    """Return what an entry of HAR says.

    Args:
        number: The exchange's.
        after: When the entry before it ended, in seconds since 1970: where this one has no date,
            that is when it began.
        losses: Is told what cannot be read.

    Raises:
        Unreadable: If the entry says nothing.
    """
    if not isinstance(entry, dict):
        raise Unreadable(f"is no object: {shown(entry)}")
    request, response = lenient.mapping(entry, "request"), lenient.mapping(entry, "response")
    headers = _headers(request, "request", losses)
    pseudo = {name: value for name, value in headers if name.startswith(":")}
    url = _url(entry, request, pseudo, losses)
    if url.scheme.lower() in _NOWHERE:
        raise Unreadable(f"asked no server: {shown(f'{url.scheme}:')}")
    websocket = _is_websocket(entry, url, headers)
    kept = [pair for pair in headers if not pair[0].startswith(":")]
    host = pseudo.get(":authority") or url.netloc.rpartition("@")[2]
    if host and "host" not in dict(kept):
        kept.insert(0, ("host", host))
    method = lenient.first_text(request, "method") or pseudo.get(":method") or "GET"
    exchange = _exchange(entry, number, url, websocket, method, kept, _began(entry, after, losses))
    answer = _Answer(entry, response, _headers(response, "response", losses), losses)
    if not websocket:
        return Seen(exchange, list(_http(exchange, request, answer)))
    opened = har_messages.has_messages(entry) or answer.opens(method, pseudo)
    return Seen(exchange, list(_websocket(exchange, answer, opened)))


def _headers(message: dict[str, Any], whose: str, losses: Losses) -> list[tuple[str, str]]:
    found = list(lenient.pairs(message, "headers"))
    nameless = found.count(None)
    if nameless:
        losses.part(f"has {nameless} header{'s' * (nameless > 1)} of its {whose} without a name")
    return [(pair[0].lower(), pair[1]) for pair in found if pair is not None]


def _url(
    entry: dict[str, Any], request: dict[str, Any], pseudo: dict[str, str], losses: Losses
) -> SplitResult:
    said = lenient.first_text(request, "url") or pseudo.get(":path")
    try:
        if said:
            return urlsplit(said)
        why = "has no url"
    except ValueError:
        why = f"has a url that cannot be read: {shown(redact_path(said or ''))}"
    if not har_messages.has_messages(entry):
        raise Unreadable(why)
    losses.part(why)
    return urlsplit("ws:///")


def _is_websocket(entry: dict[str, Any], url: SplitResult, headers: list[tuple[str, str]]) -> bool:
    """Return whether an exchange is a WebSocket, over HTTP/1.1 or 2 (RFC 6455 4.1, RFC 8441 4)."""
    return (
        url.scheme.lower() in _SCHEMES
        or bool(entry.get(har_messages.FIELD))
        or entry.get("_resourceType") == "websocket"
        or any(
            name in ("upgrade", ":protocol") and value.lower() == "websocket"
            for name, value in headers
        )
    )


def _exchange(
    entry: dict[str, Any],
    number: int,
    url: SplitResult,
    websocket: bool,
    method: str,
    headers: list[tuple[str, str]],
    began: float,
) -> Exchange:
    """Return the exchange that an entry of HAR is, credentials redacted."""
    kept = redact_headers(
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in headers
    )
    offered = next((value for name, value in kept if name == "sec-websocket-protocol"), "")
    default = f"browser-{number}" if websocket else "browser"
    return Exchange(
        number,
        "websocket" if websocket else "http",
        lenient.first_text(entry, "_client") or default,
        # HTTP/2 opens a WebSocket with CONNECT (RFC 8441); it is the same handshake.
        "GET" if websocket else method,
        redact_path((url.path or "/") + (f"?{url.query}" if url.query else "")),
        kept,
        tuple(each.strip() for each in offered.split(",") if each.strip()),
        began,
    )


def began(entry: Any) -> float | None:
    """Return when an entry of HAR began, by its date or that of its first message, if it says."""
    if not isinstance(entry, dict):
        return None
    dated = lenient.moment(entry.get("startedDateTime"))
    return har_messages.first_moment(entry) if dated is None else dated


def _began(entry: dict[str, Any], after: float, losses: Losses) -> float:
    said = entry.get("startedDateTime")
    if said not in (None, "") and lenient.moment(said) is None:
        losses.part(f"has a date that is none: {shown(said)}")
    known = began(entry)
    return after if known is None else known


class _Answer:
    """What an entry of HAR says of the answer.

    Attributes:
        status: The HTTP status; 0 if there was no answer.
        wait: Seconds until it began.
        subprotocol: What the server chose to speak.
    """

    def __init__(
        self,
        entry: dict[str, Any],
        response: dict[str, Any],
        headers: list[tuple[str, str]],
        losses: Losses,
    ) -> None:
        self.entry = entry
        self.losses = losses
        self._response = response
        self._headers = dict(headers)
        status = lenient.whole(response.get("status"))
        self.status = status if status is not None and 100 <= status <= 999 else 0
        timings = lenient.mapping(entry, "timings")
        parts = (lenient.number(timings.get(each)) or 0.0 for each in _UNTIL_ANSWERED)
        # More than a year is no time that anybody waited.
        self.wait = min(sum(max(0.0, each) for each in parts) / 1000, 3e7)

    def opens(self, method: str, pseudo: dict[str, str]) -> bool:
        """Return whether it opened a WebSocket: with 101, or over HTTP/2 with 200 (RFC 8441 5)."""
        version = lenient.first_text(self._response, "httpVersion") or ""
        second = (
            method.upper() == "CONNECT" or bool(pseudo) or version.lower() in ("h2", "http/2.0")
        )
        return self.status == 101 or (second and 200 <= self.status < 300)

    @property
    def subprotocol(self) -> str | None:
        chosen = self._headers.get("sec-websocket-protocol")
        return redact_subprotocols([chosen])[0] if chosen else chosen

    @property
    def content_type(self) -> str | None:
        content = lenient.mapping(self._response, "content")
        return lenient.first_text(content, "mimeType") or self._headers.get("content-type")

    def body(self) -> str | bytes:
        """Return the body; one that is no base64, though it should be, as it is written."""
        return _decoded(lenient.mapping(self._response, "content"), "its answer", self.losses)


def _decoded(content: dict[str, Any], whose: str, losses: Losses) -> str | bytes:
    said = lenient.first_text(content, "text") or ""
    if not said:
        _note_absent(content, whose, losses)
    if str(content.get("encoding")).lower() != "base64":
        return said
    found = lenient.base64(said)
    if found is None:
        losses.part(f"has a body of {whose} that is no base64, and stands as it is written")
        return said
    return found


def _note_absent(content: dict[str, Any], whose: str, losses: Losses) -> None:
    """Tell of a body that was there and is not in the HAR."""
    beside = lenient.first_text(content, "_file")
    size = lenient.whole(content.get("size")) or 0
    if beside:
        # Playwright, with `content: "attach"`. A HAR of somebody else's opens no files here.
        losses.part(f"has the body of {whose} in a file beside it: {shown(beside)}")
    elif size > 0 and "text" not in content:
        losses.part(f"has no body of {whose}, which had {size:,} bytes")


def _http(exchange: Exchange, request: dict[str, Any], answer: _Answer) -> Iterator[Row]:
    began = exchange.opened
    yield Row(began, "request", "client", exchange.path, note=exchange.method)
    sent = _sent(request, answer.losses)
    if sent:
        yield Row(began, "body", "client", sent)
    if answer.status:
        first, *rest = har_streams.parts(answer.entry, answer.body(), began + answer.wait)
        kind = answer.content_type
        yield Row(first.at, "response", "server", first.data, answer.status, kind, set_off_by=0)
        for each in rest:
            sort: Kind = "body" if each.event is None else "event"
            yield Row(each.at, sort, "server", each.data, note=each.event, set_off_by=0)


def _websocket(exchange: Exchange, answer: _Answer, opened: bool) -> Iterator[Row]:
    offered = ", ".join(exchange.subprotocols) or None
    yield Row(exchange.opened, "open", "client", exchange.path, note=offered)
    entry, began = answer.entry, exchange.opened
    answered = har_sockets.answered(entry, began, answer.wait)
    refused = answer.status or har_sockets.refusal(entry)
    if opened:
        yield Row(answered, "accept", "server", answer.subprotocol, set_off_by=0)
    elif refused:
        yield Row(answered, "refuse", "server", answer.body(), refused, set_off_by=0)
    if opened and not answer.losses.messages:
        answer.losses.part("has no messages of its WebSocket, as in every HAR of Firefox")
        yield Row(answered, "lab", "lab", har_sockets.UNWRITTEN)
    last = None
    for last in har_messages.messages(entry, answered, answer.losses):
        yield last
    ended = har_sockets.ended(entry, began)
    if opened and ended is not None and (last is None or last.kind != "close"):
        yield Row(ended, "lab", "lab", har_sockets.ENDED)


def _sent(request: dict[str, Any], losses: Losses) -> str | bytes:
    """Return the body of a request, which HAR has as text or as the fields of a form."""
    posted = request.get("postData")
    if isinstance(posted, str):
        return posted
    posted = lenient.mapping(request, "postData")
    sent = _decoded(posted, "its request", losses)
    return sent or _form(posted)


def _form(posted: dict[str, Any]) -> str:
    """Return the fields of a form as the body that they were."""
    fields = [each for each in lenient.items(posted, "params") if isinstance(each, dict)]
    kind = lenient.first_text(posted, "mimeType") or _FORM
    if not kind.lower().startswith("multipart/"):
        pairs = [(_text(each, "name"), _text(each, "value")) for each in fields]
        return urlencode(pairs, errors="replace")
    found = _BOUNDARY.search(kind)
    boundary = found[1] if found else "boundary"
    parts = "".join(f"--{boundary}\r\n{_part(each)}\r\n" for each in fields)
    return f"{parts}--{boundary}--\r\n" if parts else ""


def _part(posted: dict[str, Any]) -> str:
    """Return a field as a part of a multipart body (RFC 7578 4.2)."""
    name, file = _text(posted, "name"), _text(posted, "fileName")
    kind, value = _text(posted, "contentType"), _text(posted, "value")
    head = f'Content-Disposition: form-data; name="{name}"'
    head += f'; filename="{file}"' if file else ""
    head += f"\r\nContent-Type: {kind}" if kind else ""
    return f"{head}\r\n\r\n{value}"


def _text(source: dict[str, Any], name: str) -> str:
    return lenient.first_text(source, name) or ""
