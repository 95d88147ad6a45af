"""Sending again: what of the traffic can be sent once more, from whom, and doing it.

Law of the room: only what a client sent can be sent again, and only through the playground's own
clients; why something cannot is a sentence.
"""

from __future__ import annotations

from typing import Any, Final

from playground.exports.shell import curl, portable_headers, websocat
from playground.traffic.log import Log
from playground.traffic.model import MESSAGES, Entry
from playground.widgets.controls import ClientView, Controls, Done
from playground.widgets.watched import number_of, text_of

# A longer line is no use in a shell, and systems refuse it.
MOST_LINE: Final = 20_000

# A body's parts come soon after its request; looking further is O(rows).
HORIZON: Final = 2_000

# What a person may edit in a small pane; it is sent whole if it is not edited.
MOST_DATA: Final = 16 * 1024 * 1024
MOST_SHOWN: Final = 100_000

GONE: Final = "The kernel has let this row go."
IN_PART: Final = "The request's body is not in the log as a whole, so it cannot be sent again."


def prospects(log: Log, entry: Entry, controls: Controls | None) -> dict[str, Any] | None:
    """Return whether and how an entry can be sent again; None if it never can.

    For a message: `client`, its `state` ("" if it is not one of the playground's own), and
    `others` that are open. For a request: its `method`, `path`, and `body`.
    """
    exchange = log.exchange(entry.exchange)
    if controls is None or exchange is None or entry.sender != "client":
        return None
    if entry.kind in MESSAGES:
        clients = controls.clients()
        own = _own(clients, exchange.client)
        return {
            "what": "message",
            "client": exchange.client,
            "state": own.state if own else "",
            "others": [each.name for each in clients if each.state == "open"][:200],
        }
    if entry.kind != "request":
        return None
    body = body_of(log, entry)
    shown = {"body": body, "why": ""} if isinstance(body, str) else {"body": None, "why": ""}
    if body is None or len(body) > MOST_SHOWN:
        shown = {"body": None, "why": IN_PART if body is None else ""}
    return {"what": "request", "method": exchange.method, "path": exchange.path, **shown}


def command_of(log: Log, entry: Entry, controls: Controls | None) -> dict[str, str] | None:
    """Return the shell's line that sends an entry, and the tool it needs; None if there is none."""
    exchange = log.exchange(entry.exchange)
    status = controls.status() if controls is not None else None
    if exchange is None or status is None or not status.url or entry.sender != "client":
        return None
    if entry.kind == "request":
        body = body_of(log, entry)
        name, line = "curl", curl(exchange, body, status.address) if body is not None else ""
    elif entry.kind in MESSAGES or entry.kind == "open":
        data = entry.data if entry.kind in MESSAGES else None
        name, line = "websocat", websocat(exchange, data, status.address)
    else:
        return None
    return {"tool": name, "line": line} if 0 < len(line) <= MOST_LINE else None


def body_of(log: Log, request: Entry) -> str | bytes | None:
    """Return a request's body; None if not all of it was kept."""
    parts = [
        each
        for each in log.since(request.seq, HORIZON)
        if each.exchange == request.exchange and each.kind == "body" and each.sender == "client"
    ]
    data = [each.data for each in parts]
    if any(each is None for each in data):
        return None
    if any(isinstance(each, bytes) for each in data):
        return b"".join(each if isinstance(each, bytes) else (each or "").encode() for each in data)
    return "".join(each for each in data if isinstance(each, str))


def send_again(log: Log, controls: Controls | None, message: dict[str, Any], done: Done) -> None:
    """Send an entry again, as it was or as it was edited.

    Args:
        log: Where the entry is.
        controls: The lab to send it to.
        message: The entry's `seq`; for a message `data` and `format` if it was edited, the
            `client` to send from if it is another, and `connect` to connect it first; for a
            request `method`, `path` and `body` if it was edited.
        done: Called at the end.

    Raises:
        ValueError: If it cannot be sent; the message is a sentence.
    """
    entry = log.entry(number_of(message, "seq"))
    if controls is None:
        raise ValueError("This table shows a log alone: there is no app to send it to.")
    if entry is None:
        raise ValueError(GONE)
    if entry.kind == "request":
        _request_again(log, controls, entry, message, done)
    elif entry.kind in MESSAGES and entry.sender == "client":
        _message_again(log, controls, entry, message, done)
    else:
        raise ValueError("Only what a client sent can be sent again.")


def _request_again(
    log: Log, controls: Controls, entry: Entry, message: dict[str, Any], done: Done
) -> None:
    exchange = log.exchange(entry.exchange)
    if exchange is None:
        raise ValueError(GONE)
    edited = "path" in message
    method = text_of(message, "method", 32) if edited else exchange.method
    path = text_of(message, "path") if edited else exchange.path
    body: str | bytes | None = text_of(message, "body") if "body" in message else None
    if body is None:
        body = body_of(log, entry)
    if body is None:
        raise ValueError(IN_PART)
    controls.request(method, path, body, done, portable_headers(exchange.headers))


def _message_again(
    log: Log, controls: Controls, entry: Entry, message: dict[str, Any], done: Done
) -> None:
    exchange = log.exchange(entry.exchange)
    named = text_of(message, "client", 300) or (exchange.client if exchange else "")
    data = _edited(message) if "data" in message else entry.data
    client = _own(controls.clients(), named)
    if client is None or data is None:
        raise ValueError(f"{named} is not one of the playground's own clients; choose another.")
    if client.state == "open":
        controls.send(named, data, done)
    elif message.get("connect"):
        _connected(controls, client, data, done)
    else:
        raise ValueError(f"{named} is not connected any more.")


def _edited(message: dict[str, Any]) -> str | bytes:
    data = text_of(message, "data", MOST_DATA)
    return bytes.fromhex(data) if message.get("format") == "binary" else data


def _connected(controls: Controls, client: ClientView, data: str | bytes, done: Done) -> None:
    """Connect a client to where it was before, then send."""

    def then(error: str | None, _: Any) -> None:
        if error is not None:
            done(error, None)
            return
        try:
            controls.send(client.name, data, done)
        except Exception as failure:
            done(str(failure) or type(failure).__name__, None)

    offered = [client.subprotocol] if client.subprotocol else []
    controls.connect(client.name, client.path, offered, then)


def _own(clients: list[ClientView], name: str) -> ClientView | None:
    return next((each for each in clients if each.name == name), None)
