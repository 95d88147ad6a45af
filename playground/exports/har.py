"""A writer of HAR 1.2, with Chrome's messages and events: for the developer tools of a browser.

Law of the room: what other tools read is right by their rules, and what they have no field for
stands beside it under names that begin with an underscore, so that `har_reading` gives all back.
Times of messages are seconds, as Chrome writes them; all other times are milliseconds.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from playground.exports import har_streams
from playground.exports.conversations import (
    STATUS_PHRASES,
    Conversation,
    as_opened,
    conversations,
    text_of,
)
from playground.exports.jsonl import VERSION, entry_fields, exchange_fields
from playground.traffic.model import Entry
from playground.traffic.record import Record
from playground.traffic.server_sent import is_event_stream

OPCODES: Final = {"text": 1, "binary": 2, "close": 8}
"""RFC 6455 5.2."""

# Kinds that carry the body of an answer.
_BODY: Final = frozenset({"response", "body", "event"})

# HAR 1.2: what is not known.
_UNKNOWN: Final = -1

# What a message of HAR has fields of its own for.
_IN_MESSAGE: Final = frozenset({"at", "exchange", "kind", "sender", "data", "base64"})


def dumps(record: Record) -> str:
    """Return a record as HAR."""
    found = conversations(record)
    known = {each.exchange.id for each in found}
    others = (entry_fields(each) for each in record if each.exchange not in known)
    log = {
        "version": "1.2",
        "creator": {"name": "playground", "version": str(VERSION)},
        "pages": [],
        "entries": [_entry(each) for each in found],
        "_playground": {
            "version": VERSION,
            "last": record.last,
            "dropped": record.dropped,
            "unrecorded": record.unrecorded,
            "entries": list(others),
        },
    }
    text = json.dumps({"log": log}, ensure_ascii=False)
    return text if _is_writable(text) else json.dumps({"log": log})


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _entry(conversation: Conversation) -> dict[str, Any]:
    """Return an exchange as HAR calls an entry."""
    exchange, seen = conversation.exchange, as_opened(conversation)
    websocket = exchange.protocol == "websocket"
    rest = [each for each in conversation.entries if not (websocket and _is_message(each))]
    own = {name: value for name, value in exchange_fields(exchange).items() if name != "headers"}
    entry = {
        "startedDateTime": _date(conversation.began),
        "time": _milliseconds(conversation.ended - conversation.began),
        "request": _request(seen),
        "response": _response(seen),
        "cache": {},
        "timings": _timings(conversation),
        "_client": exchange.client,
        "_exchange": own,
        "_entries": [entry_fields(each) for each in rest],
    }
    if websocket:
        entry |= _websocket(seen)
    elif is_event_stream(conversation.content_type):
        pieces = (each for each in conversation.entries if each.sender == "server")
        events = har_streams.messages(each for each in pieces if each.kind in _BODY)
        entry |= {"_resourceType": "eventsource", har_streams.FIELD: events}
    return entry


def _request(conversation: Conversation) -> dict[str, Any]:
    exchange, body = conversation.exchange, conversation.body("client")
    secure = "ws" if exchange.protocol == "websocket" else "http"
    request = {
        "method": exchange.method,
        "url": exchange.path if exchange.far else f"{secure}://{conversation.host}{exchange.path}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.headers),
        "queryString": _pairs(parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True)),
        "headersSize": _UNKNOWN,
        "bodySize": len(body),
    }
    if body:
        kind = next((value for name, value in exchange.headers if name == "content-type"), "")
        request["postData"] = {"mimeType": kind, "text": text_of(body)}
    return request


def _response(conversation: Conversation) -> dict[str, Any]:
    status, body = conversation.status, conversation.body("server")
    headers = [("content-type", conversation.content_type)] if conversation.content_type else []
    if conversation.subprotocol:
        headers.append(("sec-websocket-protocol", conversation.subprotocol))
    return {
        "status": status,
        "statusText": STATUS_PHRASES.get(status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": _content(body, conversation.content_type),
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": len(body),
    }


def _content(body: bytes, content_type: str) -> dict[str, Any]:
    content = {"size": len(body), "mimeType": content_type or "x-unknown"}
    try:
        return {**content, "text": body.decode()}
    except UnicodeDecodeError:
        return {**content, "text": b64encode(body).decode("ascii"), "encoding": "base64"}


def _timings(conversation: Conversation) -> dict[str, float]:
    """Return how long it took until the answer began, and from there to the end."""
    answer = conversation.first("response", "refuse", "accept")
    answered = answer.at if answer is not None else conversation.began
    return {
        "send": 0,
        "wait": _milliseconds(answered - conversation.began),
        "receive": _milliseconds(conversation.ended - answered),
    }


def _websocket(conversation: Conversation) -> dict[str, Any]:
    messages = [
        _message(each) for each in conversation.entries if _is_message(each) or each.kind == "close"
    ]
    fields: dict[str, Any] = {"_resourceType": "websocket", "_webSocketMessages": messages}
    if conversation.subprotocol:
        fields["_subprotocol"] = conversation.subprotocol
    close = conversation.first("close")
    if close is not None:
        fields["_wsClose"] = {
            "code": close.code,
            "reason": text_of(close.data),
            "by": close.sender,
            "clean": close.note == "clean",
        }
    return fields


def _is_message(entry: Entry) -> bool:
    """Return whether an entry can be written as a WebSocket message of HAR."""
    return (
        (entry.kind == "text" and isinstance(entry.data, str))
        or (entry.kind == "binary" and isinstance(entry.data, bytes))
    ) and entry.sender != "lab"


def _message(entry: Entry) -> dict[str, Any]:
    """Return a message as Chrome writes it: the four fields without which it is passed over."""
    message: dict[str, Any] = {
        "type": "send" if entry.sender == "client" else "receive",
        "time": entry.at,
        "opcode": OPCODES[entry.kind],
        "data": entry.data if isinstance(entry.data, str) else _base64(entry.data),
    }
    if entry.kind == "close":
        # RFC 6455 5.5.1: the code in two bytes, then the reason.
        body = (entry.code or 1005).to_bytes(2, "big") + text_of(entry.data).encode(
            "utf-8", "replace"
        )
        return {**message, "data": _base64(body), "_seq": entry.seq}
    own = entry_fields(entry)
    return message | {f"_{name}": own[name] for name in own if name not in _IN_MESSAGE}


def _base64(data: bytes | None) -> str:
    return b64encode(data or b"").decode("ascii")


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _milliseconds(seconds: float) -> float:
    return round(max(0.0, seconds) * 1000, 3)
