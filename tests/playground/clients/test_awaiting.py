"""What was not awaited says so, once, in words; what is awaited is a coroutine like any other."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from playground.clients.awaiting import NotAwaited, to_be_awaited


@to_be_awaited("lab")
class Lab:
    async def connect(self, path: str, *, client: str | None = None) -> str:
        """Connect a client."""
        await asyncio.sleep(0)
        return f"{client} at {path}"

    @contextlib.asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[str]:
        """Open a stream."""
        yield path


SAID = "lab.connect('/echo') was not awaited, so nothing has happened yet; write await"


async def test_it_is_a_coroutine_wherever_one_is_taken() -> None:
    lab = Lab()
    assert await lab.connect("/a", client="bob") == "bob at /a"
    assert await asyncio.create_task(lab.connect("/b")) == "None at /b"
    assert await asyncio.wait_for(lab.connect("/c"), 5) == "None at /c"
    first, second = await asyncio.gather(lab.connect("/d"), lab.connect("/e"))
    assert (first, second) == ("None at /d", "None at /e")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(lab.connect("/f"))
        assert "connect" in repr(task)
    assert task.result() == "None at /f"
    assert await asyncio.to_thread(asyncio.run, lab.connect("/g")) == "None at /g"
    assert list(inspect.signature(lab.connect).parameters) == ["path", "client"]
    with pytest.raises(TypeError, match="path"):
        await lab.connect()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "use",
    [
        lambda made: made.messages,
        lambda made: made.send("hi"),
        lambda made: made.send({"a": 1}, timeout=1),
        lambda made: made.close(1000, "bye"),
        lambda made: made.receive(),
        lambda made: list(made),
        lambda made: made[0],
        lambda made: made + "x",
        lambda made: "x" + made,
        lambda made: made / 2,
        lambda made: made == "hello",
        lambda made: made != 200,
        lambda made: made < 300,
        lambda made: "hi" in made,
        lambda made: not made,
        lambda made: int(made),
        lambda made: float(made),
        lambda made: bytes(made),
        lambda made: range(made),
        lambda made: made("x"),
        lambda made: made.__enter__(),
        lambda made: made.__aenter__(),
        lambda made: made.__aiter__(),
    ],
)
def test_used_as_what_it_would_return_it_says_so(
    use: Callable[[Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = Lab().connect("/echo")
    with pytest.raises((AttributeError, TypeError)) as caught:
        use(made)
    assert str(caught.value).startswith(SAID)
    del made, caught
    assert capsys.readouterr().err == ""


def test_shown_it_says_so_and_once_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    made = Lab().connect("/echo")
    print(made)
    del made
    said = capsys.readouterr()
    assert (said.out.startswith(f"<{SAID}"), said.err) == (True, "")


def test_dropped_it_says_so_in_words_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    made = Lab().connect("/echo")
    del made
    assert capsys.readouterr().err.startswith(SAID)


def test_the_call_is_quoted_without_its_credentials() -> None:
    opened = Lab().stream("ok?token=SEKRIT77")
    assert "lab.stream('ok?token=[redacted]')" in repr(opened)
    made = Lab().connect("/ok", client={"token": "SEKRIT77"})  # type: ignore[arg-type]
    assert "client={'token': '[redacted]'}" in repr(made)


def test_closed_by_who_needs_it_no_more_it_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    made = Lab().connect("/echo")
    made.close()
    del made
    assert capsys.readouterr().err == ""
    assert issubclass(NotAwaited, object)


OPEN = (
    "lab.stream('/a') was not opened, so nothing has been asked; "
    "write async with lab.stream('/a') as answer"
)


async def test_it_is_a_block_where_it_is_one() -> None:
    opened = Lab().stream("/a")
    async with opened as answer:
        assert answer == "/a"
    assert "has been opened already" in repr(opened)


@pytest.mark.parametrize(
    "use",
    [
        lambda made: made.status,
        lambda made: made.events(),
        lambda made: list(made),
        lambda made: made.__await__(),
        lambda made: made.__enter__(),
        lambda made: made.__aiter__(),
    ],
)
def test_used_as_what_it_would_open_it_says_so(
    use: Callable[[Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = Lab().stream("/a")
    with pytest.raises((AttributeError, TypeError)) as caught:
        use(made)
    assert str(caught.value) == OPEN
    del made, caught
    assert capsys.readouterr().err == ""


def test_a_block_that_is_dropped_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    made = Lab().stream("/a")
    del made
    assert capsys.readouterr().err == f"{OPEN}.\n"


def test_who_names_it_by_its_class_says_what_is_wrong() -> None:
    made = Lab().connect("/echo")
    with pytest.raises(TypeError, match="type NotAwaited is not JSON"):
        json.dumps(made)
    with pytest.raises(TypeError, match="NotAwaited found"):
        "".join([made])  # type: ignore[list-item]
    made.close()


async def test_it_can_be_kept_in_sets_and_lists() -> None:
    one, other = Lab().connect("/a"), Lab().connect("/a")
    assert one in {one, other}
    assert [other, one].index(one) == 1
    assert one != other
    await asyncio.gather(one, other)
