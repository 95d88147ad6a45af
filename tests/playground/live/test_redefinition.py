"""In a real kernel: what a cell changes under a served class is noticed once, and told in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.playground.kernels import Cell, Kernel

PRELUDE = """
import asyncio, gc, playground, weakref
from micropie import App
from playground import serve

async def said(client, text):
    await client.send(text)
    return await client.receive()

def rows(kind):
    return [entry.data for entry in lab.log if entry.kind == kind]
"""
ROOM = "class Room(App):\n    def mark(self): return {mark!r}\n"
CHAT = """
class Chat(Room):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text(f"{{self.mark()}}{mark} {{message}}")
"""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run(PRELUDE)
        yield kernel


@pytest.fixture
def kernel(shared: Kernel) -> Iterator[Kernel]:
    yield shared
    shared.run("playground.stop_all(); playground.serving.labs.clear()")


@pytest.fixture
def chat(kernel: Kernel) -> Kernel:
    """A kernel that serves a Chat over a Room, with a client."""
    kernel.run(ROOM.format(mark="a"))
    kernel.run(CHAT.format(mark="1") + "lab = serve(Chat)\nalice = await lab.connect('/echo')")
    assert answer(kernel) == "a1 x"
    return kernel


def answer(kernel: Kernel) -> str:
    return kernel.run("await said(alice, 'x')").value.strip("'")


def value(kernel: Kernel, code: str) -> str:
    return kernel.run(code).value


def plain(cell: Cell) -> str:
    """What a cell has told of trouble, without colours."""
    told = cell.err + "\n".join(cell.error["traceback"] if cell.error else [])
    return COLOURS.sub("", told)


def test_a_base_that_is_defined_again_brings_the_class_and_its_sockets_with_it(
    chat: Kernel,
) -> None:
    cell = chat.run(ROOM.format(mark="b"))
    assert answer(chat) == "b1 x"
    assert value(chat, "lab.revision, isinstance(lab.app, Chat), isinstance(lab.app, Room)") == (
        "(2, True, True)"
    )
    assert re.search(
        r"revision 2 on stage · In\[\d+\] · Room changed in In\[\d+\] · 1 socket handed over",
        value(chat, "rows('swap')[-1]"),
    )
    assert "-    def mark(self): return 'a'" in chat.run("print(lab.diff(1, 2))").out
    assert cell.err == ""


def test_a_class_between_two_that_change_is_made_anew_too(kernel: Kernel) -> None:
    kernel.run(ROOM.format(mark="a") + "class Quiet: volume = 1\n")
    kernel.run("class Middle(Room, Quiet):\n    def mark(self): return super().mark() + '-'")
    kernel.run(CHAT.replace("(Room)", "(Middle)").format(mark="1"))
    kernel.run("lab = serve(Chat)\nalice = await lab.connect('/echo')")
    kernel.run("class Quiet: volume = 2")
    assert value(kernel, "lab.revision, lab.app.volume, await said(alice, 'x')") == (
        "(2, 2, 'a-1 x')"
    )
    kernel.run(ROOM.format(mark="b"))
    assert value(kernel, "lab.revision, await said(alice, 'x')") == "(3, 'b-1 x')"
    assert value(kernel, "Middle in Chat.__mro__, Room in Chat.__mro__") == "(True, True)"


def test_a_base_and_its_class_in_one_cell_are_one_revision(chat: Kernel) -> None:
    chat.run(ROOM.format(mark="b") + CHAT.format(mark="2"))
    assert answer(chat) == "b2 x"
    assert value(chat, "lab.revision, len(rows('swap'))") == "(2, 2)"


@pytest.mark.parametrize("text", [ROOM.format(mark="a"), CHAT.format(mark="1")])
def test_what_is_run_again_and_not_changed_is_no_revision(chat: Kernel, text: str) -> None:
    for _ in range(3):
        chat.run(f"# again\n\n{text}")
    assert value(chat, "lab.revision, len(rows('swap'))") == "(1, 1)"


def test_a_base_that_is_run_again_and_not_changed_leaves_the_class_alone(chat: Kernel) -> None:
    chat.run(ROOM.format(mark="a"))
    assert value(chat, "type(lab.app) is Chat") == "True"


def test_attributes_that_print_their_address_do_not_count_as_changed(kernel: Kernel) -> None:
    text = "class Chat(App):\n    lock = asyncio.Lock()\n    async def index(self): return 'x'\n"
    kernel.run(f"{text}lab = serve(Chat)")
    kernel.run(text)
    assert value(kernel, "lab.revision") == "1"


def test_a_class_that_takes_the_name_of_its_base_is_one_revision(chat: Kernel) -> None:
    chat.run(CHAT.replace("(Room)", "(Chat)").format(mark="2"))
    for _ in range(3):
        assert answer(chat) == "a2 x"
    assert value(chat, "lab.revision") == "2"


def test_a_base_without_source_is_told_of_and_what_to_do(kernel: Kernel) -> None:
    kernel.run(ROOM.format(mark="a"))
    kernel.run(f"def make():\n{indented(CHAT.format(mark='1'))}\n    return Chat\nChat = make()")
    kernel.run("lab = serve(Chat)\nalice = await lab.connect('/echo')")
    cell = kernel.run(ROOM.format(mark="b"))
    assert "run the cell that defines it again" in plain(cell)
    assert answer(kernel) == "a1 x"
    assert kernel.run("1").err == ""


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def test_a_base_that_breaks_the_class_leaves_the_old_code_serving(chat: Kernel) -> None:
    cell = chat.run("class Room(App):\n    def __init__(self):\n        raise KeyError('seats')")
    assert "revision 2 did not start; revision 1 still serves: KeyError: 'seats'" in plain(cell)
    assert answer(chat) == "a1 x"
    chat.run(ROOM.format(mark="c"))
    assert answer(chat) == "c1 x"


def test_a_function_that_it_uses_takes_effect_and_is_a_quiet_row(kernel: Kernel) -> None:
    kernel.run("def mark(): return deep() + str(LIMIT)\ndef deep(): return 'a'\nLIMIT = 1")
    kernel.run(
        "class Chat(App):\n    async def ws_echo(self, ws):\n        await ws.accept()\n"
        "        async for message in ws: await ws.send_text(f'{mark()} {message}')\n"
        "lab = serve(Chat)\nalice = await lab.connect('/echo')"
    )
    assert answer(kernel) == "a1 x"
    changed = kernel.run("def deep(): return 'b'\nLIMIT = 2\nunused = 3")
    kernel.run("def deep(): return 'b'  # the same")
    assert answer(kernel) == "b2 x"
    assert value(kernel, "lab.revision, len(rows('swap'))") == "(1, 1)"
    assert re.fullmatch(
        r"\"\['LIMIT and deep\(\) changed in In\[\d+\]; in use at once'\]\"",
        value(kernel, "str(rows('lab'))"),
    )
    assert (changed.out, changed.err) == ("", "")


def test_what_only_the_class_statement_uses_is_told_to_need_its_cell_again(kernel: Kernel) -> None:
    kernel.run("def twice(function): return function")
    kernel.run(
        "class Chat(App):\n    @twice\n    async def index(self): return 'x'\nlab = serve(Chat)"
    )
    cell = kernel.run("def twice(function): return [function][0]")
    assert re.fullmatch(
        r"twice\(\) changed in In\[\d+\]; run the cell of Chat again to use it\n", cell.out
    )
    assert cell.err == ""
    assert kernel.run("1").out == ""


def test_going_back_stays_until_the_class_is_defined_again(chat: Kernel) -> None:
    chat.run(CHAT.format(mark="2"))
    assert answer(chat) == "a2 x"
    chat.run("lab.swap(revision=1)")
    assert answer(chat) == "a1 x"
    assert value(chat, "lab.revision, len(lab.source(1)) > 0") == "(1, True)"
    chat.run("lab.restart()\nalice = await lab.connect('/echo')")
    assert answer(chat) == "a1 x"
    chat.run(CHAT.format(mark="3"))
    assert answer(chat) == "a3 x"
    assert value(chat, "lab.revision") == "3"


def test_old_code_is_let_go_and_made_again_from_its_source(chat: Kernel) -> None:
    chat.run("old = weakref.ref(Chat), weakref.ref(lab.app), weakref.ref(Room)")
    chat.run(ROOM.format(mark="b") + CHAT.format(mark="2"))
    assert answer(chat) == "b2 x"
    assert value(chat, "gc.collect() and None; [each() for each in old]") == "[None, None, None]"
    chat.run("lab.swap(revision=1)")
    assert answer(chat) == "a1 x"
    assert value(chat, "lab.app.mark(), Chat().mark()") == "('a', 'b')"
    where = value(chat, "next(e.where for e in reversed(lab.log) if e.data == 'a1 x')")
    assert re.fullmatch(r"'In\[\d+\]:5'", where)
