"""What a client asked for when a conversation began: path, headers and body, to ask it again."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from playground.exports.conversations import Conversation
from playground.traffic.redact import REDACTED

# What a connection is made of, and who is named by other means.
_CONNECTIONS: Final = re.compile(
    r"connection|upgrade|content-length|transfer-encoding|keep-alive|expect|te|trailer"
    r"|sec-websocket-.*|x-playground-.*|:.*"
)

# What another program writes down of a body is not how it was packed.
_PACKING: Final = frozenset({"accept-encoding"})


class Asked(NamedTuple):
    """How a conversation begins.

    Attributes:
        protocol: ``"http"`` or ``"websocket"``.
        method, path, body: What is asked for.
        headers: With the one that names the exchange.
        subprotocols: What the client offers to speak.
    """

    protocol: str
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    subprotocols: list[str]


def asked_of(conversation: Conversation, naming: tuple[str, str], is_foreign: bool) -> Asked:
    """Return what a client asked for.

    Args:
        conversation: What it had.
        naming: The header that names it.
        is_foreign: Whether another program has recorded it.
    """
    exchange = conversation.exchange
    left_out = _PACKING if is_foreign else frozenset()
    headers = [
        (name, value)
        for name, value in exchange.headers
        if not _CONNECTIONS.fullmatch(name) and name not in left_out and REDACTED not in value
    ]
    offered = [each for each in exchange.subprotocols if REDACTED not in each]
    body = conversation.body("client")
    return Asked(
        exchange.protocol, exchange.method, exchange.path or "/", [*headers, naming], body, offered
    )


def unknown(conversation: Conversation) -> str:
    """Return which credentials the log never had, such as ``authorization``; "" for none.

    A cookie is not among them: a client has what the app gives it.
    """
    exchange = conversation.exchange
    names = [name for name, value in exchange.headers if REDACTED in value and name != "cookie"]
    if REDACTED in exchange.path:
        names.append("a token in its path")
    if any(REDACTED in each for each in exchange.subprotocols):
        names.append("a subprotocol")
    return ", ".join(dict.fromkeys(names))
