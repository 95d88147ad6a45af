"""Messages and values that nobody sends on purpose, made from those that are usual.

Law of the room: the same message has the same oddities in the same order, the plainest first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from playground.fuzzing.acts import WHO
from playground.traffic.shapes import NOT_JSON, json_of

Message = str | bytes

HUGE: Final = 100_000
"""Characters of a message that is huge."""

# Messages that are made shorter by a character at a time.
_SHORT: Final = 16

# A character that JSON can name and UTF-8 cannot write.
_LONE: Final = "\ud800"

# What any handler may get, whatever it expects.
ANYTHING: Final[tuple[Message, ...]] = (
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "null",
    "true",
    "[]",
    "{}",
    '""',
    '"a"',
    "[1]",
    "{",
    "NaN",
    "1e999",
    "9" * 40,
    "\x00",
    "a:b",
    "é😀",
    "a" * HUGE,
    "[" * 2_000 + "]" * 2_000,
    b"",
    b"hi",
    b"\xff\xfe",
)

# What may stand in JSON in the place of anything else.
_VALUES: Final[tuple[Any, ...]] = (
    None,
    "",
    0,
    -1,
    1.5,
    10**30,
    True,
    [],
    {},
    "a",
    _LONE,
    "a" * HUGE,
    [None],
    float("inf"),
)

# What may stand in an address in the place of a value.
VALUES: Final = ("", "0", "-1", "1.5", "a", "null", "..", "\x00", "é😀", "a b/c", "a" * 2_000)


def odd_messages(message: Message) -> list[Message]:
    """Return what may come in the place of a message."""
    found: dict[Message, None] = {}
    value = json_of(message if isinstance(message, str) else None)
    if value is not NOT_JSON:
        found.update(dict.fromkeys(map(_written, _odd_values(value))))
    if isinstance(message, str):
        found.update(dict.fromkeys(_odd_texts(message)))
    else:
        found.update(dict.fromkeys((message[:-1], message + b"\x00", message.hex())))
    found.pop(message, None)
    return list(found)


def _written(value: Any) -> str:
    return json.dumps(value)


def _odd_texts(text: str) -> Iterator[Message]:
    yield text[: len(text) // 2]
    yield text + text
    yield text.encode("utf-8", "replace")
    yield text.upper()
    yield f" {text} "
    for mark in (":", " ", ",", "/"):
        if mark in text:
            yield text.partition(mark)[0]
            yield text.partition(mark)[0] + mark
    yield json.dumps(text)
    yield json.dumps([text])


def _odd_values(value: Any) -> Iterator[Any]:
    """Yield a JSON value with one thing in it that is otherwise."""
    if isinstance(value, dict):
        for name in value:
            yield {each: under for each, under in value.items() if each != name}
        for name, under in value.items():
            for other in _in_place_of(under):
                yield {**value, name: other}
        yield {**value, "more": 1}
        yield [value]
    elif isinstance(value, list):
        yield value[:-1]
        yield value + value
        for number, under in enumerate(value[:3]):
            for other in _in_place_of(under):
                yield [*value[:number], other, *value[number + 1 :]]


def _in_place_of(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield from _odd_values(value)
    for other in _VALUES:
        if other != value or type(other) is not type(value):
            yield other
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
        yield -value
    if isinstance(value, str):
        yield value * 2


def odd_addresses(address: str) -> list[str]:
    """Return what may be asked for in the place of an address."""
    path, _, query = address.partition("?")
    first, *parts = path.strip("/").split("/")
    found: dict[str, None] = {}
    for number in range(len(parts)):
        for value in VALUES:
            others = [*parts[:number], quote(value, safe=""), *parts[number + 1 :]]
            found["/" + "/".join([first, *others]) + (f"?{query}" if query else "")] = None
    pairs = query.split("&") if query else []
    for number, pair in enumerate(pairs):
        left = [*pairs[:number], *pairs[number + 1 :]]
        found[path + (f"?{'&'.join(left)}" if left else "")] = None
        for value in VALUES:
            name = pair.partition("=")[0]
            others = [*pairs[:number], f"{name}={quote(value, safe='')}", *pairs[number + 1 :]]
            found[f"{path}?{'&'.join(others)}"] = None
    if WHO not in address and not pairs:
        found[f"{path}?name="] = None
    found.pop(address, None)
    return list(found)


def plainer(message: Message, usual: tuple[Message, ...]) -> Iterator[Message]:
    """Yield messages that are plainer than one, to try in its place.

    Args:
        message: The message.
        usual: What is usual there.
    """
    yield from usual
    yield from (each for each in ANYTHING if len(each) < max(len(message), 2))
    for each in usual:
        yield from (other for other in odd_messages(each) if len(other) < len(message))
    value = json_of(message if isinstance(message, str) else None)
    if isinstance(value, dict):
        for name in value:
            yield _written({each: under for each, under in value.items() if each != name})
        for name, under in value.items():
            if isinstance(under, str) and len(under) > 1:
                yield _written({**value, name: under[: len(under) // 2]})
    if len(message) <= _SHORT:
        yield message[1:]
        yield message[:-1]
    size = len(message) // 2
    while size:
        yield message[:size]
        yield message[-size:]
        size //= 2
