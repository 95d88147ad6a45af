"""In a real kernel: code that fails leaves the old code serving, and the cell says why."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.playground.kernels import Cell, Kernel

PRELUDE = """
import asyncio, playground
from micropie import App
from playground import serve
from playground.lab import parts_of

async def said(client, text):
    await client.send(text)
    return await client.receive()
"""
CHAT = """
class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text("old " + message)
"""
RAISES = """class Chat(App):
    def __init__(self):
        super().__init__()
        self.database = connect()

    async def ws_echo(self, ws): ...

def connect():
    raise ValueError("no database")
"""
DOES_NOT_START = """class Chat(App):
    def __init__(self):
        super().__init__()
        self.startup_handlers.append(self.connect)

    async def ws_echo(self, ws): ...

    async def connect(self):
        await asyncio.sleep(0)
        raise ValueError("no database")
"""
STARTS_FOR_EVER = """class Chat(App):
    def __init__(self):
        super().__init__()
        self.startup_handlers.append(self.connect)

    async def ws_echo(self, ws): ...

    async def connect(self):
        await asyncio.Event().wait()
"""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
pytestmark = pytest.mark.live

SERVES_STILL = "NotOnStage: revision 2 did not start; revision 1 still serves: "


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(PRELUDE)
        yield kernel


@pytest.fixture(params=["server", "memory"])
def chat(shared: Kernel, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """A kernel that serves a Chat, with a client."""
    shared.run(
        f"{CHAT}lab = serve(Chat, transport={request.param!r})\n"
        "alice = await lab.connect('/echo')\nparts_of(lab).stage.deadline = 0.2"
    )
    yield shared
    shared.run("playground.stop_all(); playground.serving.labs.clear()")


def told(kernel: Kernel, cell: Cell) -> str:
    """What a cell has told of trouble, without colours, once all is told."""
    kernel.run(
        "swap = parts_of(lab).code._under_way\n"
        "if swap is not None: await asyncio.to_thread(swap.exception)"
    )
    kernel.run("await asyncio.sleep(0)")
    text = cell.err + "\n".join(cell.error["traceback"] if cell.error else [])
    return COLOURS.sub("", text)


def still_answers(kernel: Kernel) -> None:
    cell = kernel.run("await said(alice, 'x'), lab.revision")
    assert cell.value == "('old x', 1)"
    assert cell.err == ""


def is_readable(text: str) -> None:
    """One message, with lines of the user's own and of nobody else."""
    assert text.count("NotOnStage") == 1
    assert len(text.splitlines()) < 25
    for other in ("site-packages", "micropie/", "playground/", "asyncio/", "Traceback"):
        assert other not in text


@pytest.mark.parametrize(
    ("text", "why", "lines"),
    [
        (RAISES, "ValueError: no database", ["line 4, in Chat.__init__", "line 9, in connect"]),
        (DOES_NOT_START, "ValueError: no database", ["line 10, in Chat.connect"]),
        (STARTS_FOR_EVER, "startup did not finish within 0.2 s", ["line 9, in Chat.connect"]),
        ("class Chat(App):\n    pass", "Chat has no handler any more; are its methods", []),
    ],
)
def test_a_class_that_fails_leaves_the_old_code_and_its_cell_says_why(
    chat: Kernel, text: str, why: str, lines: list[str]
) -> None:
    cell = chat.run(text)
    said = told(chat, cell)
    assert said.startswith(SERVES_STILL + why)
    assert re.findall(r"Cell In\[\d+\], (line \d+, in [\w.]+)", said) == lines
    is_readable(said)
    still_answers(chat)


@pytest.mark.parametrize(
    "call", ["serve(Chat, transport=parts_of(lab).transport.name)", "lab.swap(Chat)"]
)
@pytest.mark.parametrize("text", [RAISES, DOES_NOT_START])
def test_what_serve_and_swap_raise_is_shown_once_and_readably(
    chat: Kernel, text: str, call: str
) -> None:
    cell = chat.run(f"{text}\nlater = {call}", check=False)
    said = told(chat, cell)
    assert said.startswith(SERVES_STILL + "ValueError: no database")
    is_readable(said)
    still_answers(chat)


def test_a_swap_that_is_awaited_raises_and_is_not_told_twice(chat: Kernel) -> None:
    cell = chat.run(f"{DOES_NOT_START}\ndone = lab.swap(Chat)\nawait done", check=False)
    assert cell.error is not None
    assert cell.error["ename"] == "NotOnStage"
    is_readable(told(chat, cell))
    still_answers(chat)


@pytest.mark.parametrize("body", ["1 / 0", "x = = 0"])
def test_a_class_whose_body_fails_was_not_defined_anew(chat: Kernel, body: str) -> None:
    cell = chat.run(f"class Chat(App):\n    {body}", check=False)
    assert cell.error is not None
    assert cell.err == "Chat was not defined anew; revision 1 still serves\n"
    still_answers(chat)


def test_an_error_elsewhere_is_nobody_elses_business(chat: Kernel) -> None:
    assert chat.run("1 / 0", check=False).err == ""


def test_sockets_whose_handler_is_gone_are_told_of_under_the_cell(chat: Kernel) -> None:
    cell = chat.run("class Chat(App):\n    async def ws_talk(self, ws): ...")
    assert told(chat, cell) == ""
    assert cell.out == "Chat has no ws_echo any more: 1 socket closed with 1012\n"
    ended = chat.run(
        "while alice.state == 'open': await asyncio.sleep(0.01)\nalice.code, lab.revision"
    )
    assert ended.value == "(1012, 2)"


def test_the_first_code_that_does_not_start_leaves_nothing_running(shared: Kernel) -> None:
    cell = shared.run(f"{DOES_NOT_START}\nlab = serve(Chat)", check=False)
    said = COLOURS.sub("", "\n".join((cell.error or {})["traceback"]))
    assert said.startswith("NotOnStage: revision 1 did not start: ValueError: no database")
    is_readable(said)
    assert shared.run("playground.serving.labs").value == "{}"
