"""A record as a pytest module, which repeats the conversation with the app as it is now.

What each client heard is asserted in the order it heard it. Where clients talked at once, or a
timer did, that order is chance: there it is only asserted that each message comes. What changes by
itself is compared as its kind (`forgiving`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from playground.exports.conversations import near
from playground.exports.forgiving import Forgiving, Ignore
from playground.exports.replay import Replay
from playground.exports.replay_names import is_free
from playground.traffic.record import Record

_APP: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

_HEAD: Final = '''\
"""A conversation that was recorded, again: {entries}. Made by playground.

Run it with pytest. It is yours to edit. UUIDs and times may change from one run to the next; what
else does can be named when it is made: to_pytest(app, ignore=["id", "/v[0-9]+/"]).
"""

{imports}

# Seconds that a client waits for an answer.
TIMEOUT = 5.0


def test_the_conversation_goes_as_it_did():
    asyncio.run(conversation())


async def conversation():
    serving = {name}() if isinstance({name}, type) else {name}
    async with Client(serving, timeout=TIMEOUT) as client:
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
    "heard_like": '''\
_HELD = {}


async def heard_like(socket, expected):
    """Wait until a message like this has come; others may come before it, held for later."""
    held = _HELD.setdefault(socket, [])
    try:
        async with asyncio.timeout(TIMEOUT):
            while True:
                for message in held:
                    if plain(message, expected, IGNORED, SPAN) == expected:
                        return held.remove(message)
                held.append(await socket.receive())
    except (TimeoutError, ConnectionClosed) as end:
        raise AssertionError(f"expected {expected!r}, heard {held!r}, then {end!r}") from None
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
    "beginning_like": '''\
async def beginning_like(client, expected, *request, **options):
    """Return the status of an answer and as much of it as is expected, but for what changes."""
    async with client.stream(*request, **options) as answer:
        body, said = b"", b""
        async for part in answer if expected else ():
            body += part
            said = plain(body, expected, IGNORED, SPAN)
            if len(said) >= len(expected):
                break
    return answer.status, said[: len(expected)]
''',
}


# What `forgiving` needs of the standard library.
_FORGIVING: Final = (
    "import json\nimport re\nfrom collections.abc import Iterable\n"
    "from datetime import UTC, datetime\nfrom typing import Any, NamedTuple"
)

# What an app is called in the module whose own name means something else there.
_OTHER_NAME: Final = "recorded_app"


def dumps(
    record: Record,
    app: str | None = None,
    ignore: Ignore | Sequence[Ignore] | Forgiving = (),
) -> str:
    """Return a test module that repeats a record's conversation, by `micropie.testing`.

    Args:
        app: Where the app is to be had, as ``module:name``: a class, of which an instance is made,
            or any ASGI app.
        ignore: What may be otherwise, beside UUIDs and times: JSON paths such as ``"$.user.id"``,
            names such as ``"id"``, which hold at any depth, and regular expressions, such as
            ``r"v\\d+"``. Or what has read them.

    Raises:
        ValueError: If `app` or `ignore` is not written so.
    """
    if app is None or not _APP.fullmatch(app):
        raise ValueError(
            f"expected app='module:name', got {app!r}; write the class into a file such as "
            "chat.py, and say app='chat:Chat'"
        )
    record = near(record)
    place, _, name = app.partition(":")
    called = name if is_free(name) else _OTHER_NAME
    imported = name if called == name else f"{name} as {called}"
    forgiving = ignore if isinstance(ignore, Forgiving) else Forgiving(record, ignore)
    return module(record, called, f"from {place} import {imported}", forgiving)


def module(record: Record, name: str, app: str, forgiving: Forgiving) -> str:
    """Return a test module that repeats a record's conversation.

    Args:
        name: What the app is called there.
        app: The statements that import or define it.
        forgiving: Says what of a message may change.
    """
    steps = Replay(near(record), forgiving, name).steps()
    if all(each.startswith("#") for each in steps):
        steps.append("pass")
    body = "\n".join(f"        {each}" if each else "" for each in steps)
    helpers = [text for helper, text in _HELPERS.items() if f"{helper}(" in body]
    if any(f"{each}_like(" in body for each in ("assert", "heard", "beginning")):
        helpers.insert(0, forgiving.code())
    count = f"{len(record)} {'entry' if len(record) == 1 else 'entries'}"
    imports = _imports(body + "".join(helpers), app)
    head = _HEAD.format(entries=count, imports=imports, name=name, body=body)
    return "\n\n".join([head, *helpers])


def _imports(text: str, app: str) -> str:
    """Return the import statements that the text needs."""
    refused = ["WebSocketRefused"] if "WebSocketRefused" in text else []
    incomplete = ["ResponseIncomplete"] if "ResponseIncomplete" in text else []
    first = ["import asyncio", *([_FORGIVING] if "class Ignored" in text else [])]
    blocks = [first, [], [app]]
    if "pytest." in text:
        blocks[1].append("import pytest")
    if "ConnectionClosed" in text:
        blocks[1].append("from micropie import ConnectionClosed")
    blocks[1].append(f"from micropie.testing import {', '.join(['Client', *incomplete, *refused])}")
    return "\n\n".join("\n".join(block) for block in blocks)
