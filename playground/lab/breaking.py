"""The panel's breakpoints: the filter for messages like one, and what a breakpoint is in words."""

from __future__ import annotations

import re
from typing import Final

from playground.traffic.log import Log
from playground.traffic.model import MESSAGES, Entry

# A value that a filter reads as it stands, and a part of one that words can be made of.
_PLAIN: Final = re.compile(r"[\w/.~-]+")
_PART: Final = re.compile(r'(client|kind|path):("(?:\\.|[^"\\*])*"|[^\s",*]+)')

# How many steps back the message is looked for that an entry was sent for.
_FAR: Final = 100


def filter_like(log: Log, seq: int) -> str:
    """Return the filter that finds messages like an entry, or like the one that set it off.

    Raises:
        ValueError: If it belongs to no WebSocket.
    """
    entry = _message_behind(log, log.entry(seq))
    exchange = None if entry is None else log.exchange(entry.exchange)
    if entry is None or exchange is None or exchange.protocol != "websocket":
        raise ValueError("A breakpoint is set on a message of a WebSocket: select its row.")
    kind = entry.kind if entry.kind in MESSAGES and entry.sender == "client" else ""
    parts = {"client": exchange.client, "kind": kind, "path": exchange.path.partition("?")[0]}
    return " ".join(f"{name}:{_quoted(value)}" for name, value in parts.items() if value)


def _message_behind(log: Log, entry: Entry | None) -> Entry | None:
    """Return the client's message that an entry was sent for; the entry itself if there is none."""
    found = entry
    for _ in range(_FAR):
        if found is None or (found.sender == "client" and found.kind in MESSAGES):
            break
        found = None if found.cause is None else log.entry(found.cause)
    return found or entry


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def in_words(which: str, line: str | None) -> str:
    """Return in words where handlers pause: at which messages, and at which line."""
    if line is None:
        return _messages(which)
    place, _, number = line.rpartition(":")
    at = f"line {number} of {place}"
    return f"{at}, for {_messages(which)}" if which.strip() else at


def _messages(which: str) -> str:
    parts = which.split()
    found = [_PART.fullmatch(each) for each in parts]
    known = {match[1]: _unquoted(match[2]) for match in found if match is not None}
    if len(known) < len(parts):
        return f"messages that match {which.strip()}"
    if not parts:
        return "every message"
    kind = f"{known['kind']} messages" if "kind" in known else "messages"
    whose = f" from {known['client']}" if "client" in known else ""
    return f"{kind}{whose}{' at ' + known['path'] if 'path' in known else ''}"


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def with_client(which: str, client: str | None) -> str:
    """Return a filter that says whose messages it is about too."""
    return which if client is None else f"client:{_quoted(client)} {which}".strip()
