"""A message or a request as a line for a shell: with websocat or curl it is sent from anywhere.

Law of the room: what came over a wire is quoted, so that no line does more than send it.
"""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterable
from typing import Final

from playground.traffic.model import Exchange
from playground.traffic.redact import REDACTED

# What a client writes by itself, or what only held for the connection it was sent on.
_OWN_HEADERS: Final = frozenset(
    {
        "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "upgrade",
        "user-agent", "origin", "referer", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-proto", "x-playground-client",
    }
)  # fmt: skip


def portable_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers that are worth sending again: the app's, none of the connection's."""
    return [
        (name, value)
        for name, value in headers
        if name not in _OWN_HEADERS and not name.startswith("sec-") and REDACTED not in value
    ]


def curl(exchange: Exchange, body: str | bytes, address: str) -> str:
    """Return the line that sends a request again.

    Args:
        exchange: The request's.
        body: What was sent with it.
        address: ``127.0.0.1:43121``.
    """
    words = ["curl", "-i"]
    if exchange.method != ("POST" if body else "GET"):
        words += ["-I"] if exchange.method == "HEAD" else ["-X", exchange.method]
    for name, value in portable_headers(exchange.headers):
        words += ["-H", f"{name}: {value}"]
    url = f"http://{address}{exchange.path}"
    if isinstance(body, bytes):
        return _piped(_decoded(body), [*words, "--data-binary", "@-", url])
    return shlex.join([*words, *(["--data-raw", body] if body else []), url])


def websocat(exchange: Exchange, data: str | bytes | None, address: str) -> str:
    """Return the line that connects, and sends one message and waits for one, if there is any data.

    Args:
        exchange: The connection's.
        data: The message; None only to connect.
        address: ``127.0.0.1:43121``.
    """
    words = ["websocat"]
    offered = [each for each in exchange.subprotocols if REDACTED not in each]
    if offered:
        words += ["--protocol", ", ".join(offered)]
    url = f"ws://{address}{exchange.path}"
    if data is None:
        return shlex.join([*words, url])
    if isinstance(data, bytes):
        return _piped(_decoded(data), [*words, "-b", "-n1", url])
    # Else each line would be a message of its own.
    lines = ["--no-line"] if "\n" in data else []
    return _piped(shlex.join(["printf", "%s", data]), [*words, *lines, "-n1", url])


def _decoded(data: bytes) -> str:
    return f"printf %s {base64.b64encode(data).decode()} | base64 -d"


def _piped(source: str, words: list[str]) -> str:
    return f"{source} | {shlex.join(words)}"
