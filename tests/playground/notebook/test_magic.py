"""In a real kernel: a cell that begins with %%serve defines an app and serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from playground.notebook.magic import expand
from tests.playground.kernels import Cell, Kernel

CHAT = """class Chat(App):
    async def ws_echo(self, ws):
        await ws.accept()
        async for message in ws:
            await ws.send_text({answer})
"""
V1, V2 = CHAT.format(answer="message.upper()"), CHAT.format(answer="message[::-1]")


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run("import asyncio, playground\nfrom micropie import App")
        yield kernel


@pytest.fixture
def kernel(shared: Kernel) -> Iterator[Kernel]:
    yield shared
    shared.run("playground.stop_all(); playground.serving.labs.clear()")


def shown(cell: Cell) -> str:
    """Return what a view's outputs say as plain text."""
    return "".join(str(each.get("text/plain", "")) for each in cell.displays)


def test_it_defines_and_serves_in_one_cell_and_shows_the_panel(kernel: Kernel) -> None:
    cell = kernel.run(f"%%serve\n{V1}")
    assert "revision 1" in shown(cell)
    kernel.run("alice = await lab.connect('/echo'); await alice.send('ab')")
    assert kernel.run("await alice.receive(), lab.name").value == "('AB', 'Chat')"


def test_run_again_it_goes_on_with_the_same_lab_and_open_sockets(kernel: Kernel) -> None:
    kernel.run(f"%%serve --name chat --on-swap keep --to room\n{V1}")
    kernel.run("first, bob = room, await room.connect('/echo')")
    kernel.run(f"%%serve --name chat --to room\n{V2}")
    kernel.run("await bob.send('ab')")
    asked = "await bob.receive(), room is first, room.on_swap, room.revision"
    assert kernel.run(asked).value == "('ba', True, 'handover', 2)"


def test_it_may_await_and_the_last_class_of_apps_is_served(kernel: Kernel) -> None:
    kernel.run(
        "%%serve --carry rooms,users\nclass Base(App): pass\n"
        f"{V1.replace('App', 'Base')}class Other: pass\nawait asyncio.sleep(0)"
    )
    assert kernel.run("lab.app is not None and type(lab.app) is Chat").value == "True"
    assert kernel.run("lab.carry").value == "['rooms', 'users']"


def test_what_is_to_be_served_can_be_named(kernel: Kernel) -> None:
    kernel.run(f"%%serve Chat --carry --frames\n{V1}class Last(App): pass")
    assert kernel.run("lab.name, lab.carry, lab.frames").value == "('Chat', True, True)"
    kernel.run("%serve Last --name second --to other")
    assert kernel.run("other.name, type(other.app).__name__").value == "('second', 'Last')"


def test_a_traceback_has_the_cells_own_lines(kernel: Kernel) -> None:
    broken = V1.replace("App):\n", "App):\n    def __init__(self):\n        1 / 0\n\n")
    cell = kernel.run(f"%%serve\n{broken}", check=False)
    assert cell.error is not None
    said = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(cell.error["traceback"]))
    assert re.findall(r"Cell In\[\d+\], (line \d+)", said) == ["line 4"]
    assert "did not start: ZeroDivisionError" in said
    assert cell.err == ""


def test_a_body_that_fails_serves_nothing(kernel: Kernel) -> None:
    cell = kernel.run(f"%%serve\n{V1}\n1 / 0", check=False)
    assert (cell.error or {})["ename"] == "ZeroDivisionError"
    assert kernel.run("playground.serving.labs").value == "{}"


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("", "write class Chat(App)"),
        ("nothing", "expected the name of an app, got 'nothing'"),
        ("--port x", "invalid int value: 'x'; %serve? has the options"),
        ("--on-swap melt", "choose from"),
        ("--nmae chat", "unrecognized arguments: --nmae"),
        ("--name 'chat", "no closing quotation"),
        ("number", "an ASGI app is called with scope, receive and send"),
    ],
)
def test_what_it_cannot_do_is_one_sentence_with_a_remedy(
    kernel: Kernel, line: str, remedy: str
) -> None:
    cell = kernel.run(f"%%serve {line}\nnumber = 1", check=False)
    assert cell.err.startswith("UsageError: ")
    assert remedy in cell.err
    assert len(cell.err.splitlines()) == 1


def test_it_is_registered_once_and_has_help(kernel: Kernel) -> None:
    kernel.run("%load_ext playground")
    registered = "get_ipython().input_transformers_cleanup.count(playground.notebook.magic.expand)"
    assert kernel.run(registered).value == "1"
    doc = kernel.run("get_ipython().find_cell_magic('serve').__doc__").value
    assert "--on-swap" in doc


def test_as_a_magic_within_another_it_works_too(kernel: Kernel) -> None:
    kernel.run(f"get_ipython().run_cell_magic('serve', '--name inner', {V1!r})")
    assert kernel.run("lab.name").value == "'inner'"


@pytest.mark.parametrize("first", ["%%server", "%%serve?", "%%time", "x = 1"])
def test_other_cells_are_left_alone(first: str) -> None:
    lines = [f"{first}\n", "y = 2\n"]
    assert expand(lines) == lines
    assert expand([]) == []


def test_every_line_keeps_its_number() -> None:
    lines = expand(["%%serve\n", "class Chat(App):\n", "    x = 1"])
    assert lines[1:3] == ["class Chat(App):\n", "    x = 1"]
    assert "".join(lines).splitlines()[3] == (
        "get_ipython().run_line_magic('serve', '--defined=Chat ')"
    )


@pytest.mark.parametrize(
    "end",
    [
        'if __name__ == "__main__":\n    import uvicorn\n    uvicorn.run(app, port=8000)\n',
        "if __name__ == '__main__': uvicorn.run(app)\n",
        "import uvicorn\nuvicorn.run(\n    app,\n    port=8000,\n)\n",
    ],
)
def test_a_script_is_taken_as_it_is(kernel: Kernel, end: str) -> None:
    cell = kernel.run(f"%%serve\nimport uvicorn\n{V1}\napp = Chat()\n{end}")
    assert "revision 1" in shown(cell)
    assert kernel.run("lab.name").value == "'Chat'"


def test_a_script_without_a_class_of_apps_serves_what_it_would_run(kernel: Kernel) -> None:
    body = "async def app(scope, receive, send): ...\n"
    kernel.run(f"%%serve\n{body}if __name__ == '__main__':\n    uvicorn.run('main:app')\n")
    assert kernel.run("lab.name").value == "'app'"
