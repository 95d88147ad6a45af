"""A record as a pytest module: the same conversation again, with the app as it is now.

What each client heard is asserted in the order it heard it. Where clients talked at once, or a
timer did, that order is chance: there it is only asserted that each message comes.
"""

from __future__ import annotations

import re
from typing import Final

from playground.traffic.record import Record
from playground.traffic.replay import Replay

_APP: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

_HEAD: Final = '''\
"""A conversation that was recorded, again: {entries}. Made by playground.

Run it with pytest. It is yours to edit: take out what changes from one time to the next, such as
times and ids.
"""

{imports}

# Seconds that a client waits for an answer.
TIMEOUT = 5.0


def test_the_conversation_goes_as_it_did():
    asyncio.run(conversation())


async def conversation():
    app = {name}() if isinstance({name}, type) else {name}
    async with Client(app, timeout=TIMEOUT) as client:
{body}
'''

_HELPERS: Final = {
    "heard": '''\
_HELD = {}


async def heard(socket, expected):
    """Wait until a message has come; others may come before it and are held for later."""
    held = _HELD.setdefault(socket, [])
    try:
        async with asyncio.timeout(TIMEOUT):
            while expected not in held:
                held.append(await socket.receive())
    except (TimeoutError, ConnectionClosed) as end:
        raise AssertionError(f"expected {expected!r}, heard {held!r}, then {end!r}") from None
    held.remove(expected)
''',
    "end_of": '''\
async def end_of(socket):
    """Return the messages that were left, and the code and the reason of the close."""
    left = []
    async with asyncio.timeout(TIMEOUT):
        while True:
            try:
                left.append(await socket.receive())
            except ConnectionClosed as end:
                return left, end.code, end.reason
''',
    "beginning_of": '''\
async def beginning_of(client, size, *request, **options):
    """Return the status of an answer and so many bytes of it; the rest is not waited for."""
    async with client.stream(*request, **options) as answer:
        body = b""
        async for part in answer if size else ():
            body += part
            if len(body) >= size:
                break
    return answer.status, body[:size]
''',
}


def dumps(record: Record, app: str | None = None) -> str:
    """Return a test module that has a record's conversation again, with `micropie.testing`.

    Args:
        app: Where the app is to be had, as ``module:name``: a class, of which an instance is made,
            or any ASGI app.

    Raises:
        ValueError: If `app` says no such thing.
    """
    if app is None or not _APP.fullmatch(app):
        raise ValueError(
            f"expected app='module:name', got {app!r}; write the class into a file such as "
            "chat.py, and say app='chat:Chat'"
        )
    module, _, name = app.partition(":")
    steps = Replay(record).steps()
    if all(each.startswith("#") for each in steps):
        steps.append("pass")
    body = "\n".join(f"        {each}" if each else "" for each in steps)
    helpers = [text for called, text in _HELPERS.items() if f"{called}(" in body]
    count = f"{len(record)} {'entry' if len(record) == 1 else 'entries'}"
    imports = _imports(body + "".join(helpers), module, name)
    head = _HEAD.format(entries=count, imports=imports, name=name, body=body)
    return "\n\n".join([head, *helpers])


def _imports(text: str, module: str, name: str) -> str:
    """Return the import statements that the text needs."""
    refused = ["WebSocketRefused"] if "WebSocketRefused" in text else []
    incomplete = ["ResponseIncomplete"] if "ResponseIncomplete" in text else []
    blocks = [["import asyncio"], [], [f"from {module} import {name}"]]
    if "pytest." in text:
        blocks[1].append("import pytest")
    if "ConnectionClosed" in text:
        blocks[1].append("from micropie import ConnectionClosed")
    blocks[1].append(f"from micropie.testing import {', '.join(['Client', *incomplete, *refused])}")
    return "\n\n".join("\n".join(block) for block in blocks)
