"""A script goes to another process with what it uses, or what cannot go is named."""

from __future__ import annotations

import json
import math as maths
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from playground.swarm.mishaps import in_script
from playground.swarm.travelling import check_script, packed, unpacked

WORDS = {"hi": ["there", 1, None]}


class Greeter:
    def greet(self) -> str:
        return str(WORDS["hi"])


def arrived(script: Callable[..., Any]) -> Any:
    """Return a script as it is elsewhere, through JSON, as it goes there."""
    return unpacked(*json.loads(json.dumps(packed(script))))


async def at_the_top(client: Any, number: int) -> str:
    return f"{Greeter().greet()} {maths.floor(2.5)} {number}"


async def test_a_function_of_a_file_is_imported() -> None:
    name, text = packed(at_the_top)
    assert f"from {__name__} import at_the_top" in text
    assert await unpacked(name, text)(None, 3) == "['there', 1, None] 2 3"


async def test_a_function_within_another_brings_what_it_has_of_that() -> None:
    greeting, count = "ahoy", 3

    async def script(client: Any, number: int) -> str:
        return f"{greeting * count} {maths.floor(2.5)} {len(WORDS)}"

    assert await arrived(script)(None, 1) == "ahoyahoyahoy 2 1"


def test_what_cannot_travel_is_named() -> None:
    lock = threading.Lock()

    async def script(client: Any, number: int) -> None:
        lock.acquire()

    with pytest.raises(ValueError, match=r"got 'lock', a lock; make it within the script"):
        packed(script)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (lambda client, number: None, "expected an async function"),
        ("chat", "expected an async function as script, got 'chat'"),
    ],
)
def test_what_is_no_script_is_refused(script: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        check_script(script)


def test_a_generator_is_told_what_makes_it_one() -> None:
    async def script(client: Any, number: int) -> Any:
        yield number

    with pytest.raises(TypeError, match="take out its `yield`"):
        check_script(script)


def test_an_object_that_can_be_called_stays_here() -> None:
    with pytest.raises(ValueError, match="got a partial, whose object stays here; write `async"):
        packed(partial(at_the_top, number=3))


def test_a_script_takes_a_client_and_its_number() -> None:
    async def script(client: Any) -> None: ...

    with pytest.raises(TypeError, match=r"write `async def script\(client, number\):`"):
        check_script(script)


async def test_what_a_script_raises_there_has_its_line_here() -> None:
    words = ["a list"]

    def raising() -> None:
        raise LookupError(words)

    async def script(client: Any, number: int) -> None:
        raising()

    with pytest.raises(LookupError) as error:
        await unpacked(*packed(script))(None, 1)
    line = raising.__code__.co_firstlineno + 1
    said = in_script(error.value, "crowd-1")
    assert said.endswith(f"LookupError: ['a list'] (test_travelling.py line {line})")
