"""In a real kernel: what a handler prints or raises stands under the cell that defined its code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playground.kernels import Cell, Kernel

pytestmark = pytest.mark.live

CHAT = """
class {name}({base}):
    async def {method}(self):
        print("heard {mark}")
        return "{mark}"
    async def {method}_fails(self):
        raise KeyError("{mark}")
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run("import playground, sys\nfrom micropie import App\nfrom playground import serve")
        yield kernel


@pytest.fixture(params=["server", "memory"])
def kernel(shared: Kernel, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    shared.run(f"T = {request.param!r}")
    yield shared
    shared.run("playground.stop_all(); playground.serving.labs.clear()")


def chat(mark: str, name: str = "Chat", base: str = "App", method: str = "index") -> str:
    return CHAT.format(mark=mark, name=name, base=base, method=method)


def appears(kernel: Kernel, cell: Cell, mark: str, path: str = "/") -> None:
    """See that what a handler prints and raises comes under a cell, whatever runs now."""
    before, failed = cell.out.count("heard"), f"{path}index_fails".replace("moreindex", "more")
    kernel.run(f"await lab.get({path!r}); await lab.get({failed!r}); None")
    kernel.until(lambda: f"heard {mark}\n" in cell.out and f"KeyError: '{mark}'" in cell.err)
    assert cell.out.count("heard") == before + 1


def test_it_is_under_the_class_and_to_serve_again_does_not_move_it(kernel: Kernel) -> None:
    defined = kernel.run(chat("a"))
    served = [kernel.run("lab = serve(Chat, transport=T)") for _ in range(2)]
    appears(kernel, defined, "a")
    assert [each.out + each.err for each in served] == ["", ""]


def test_a_class_that_is_run_again_brings_its_output_along(kernel: Kernel) -> None:
    kernel.run(chat("a"))
    kernel.run("lab = serve(Chat, transport=T)")
    appears(kernel, kernel.run(chat("b")), "b")


def test_what_was_gone_back_to_prints_where_it_stands(kernel: Kernel) -> None:
    first = kernel.run(chat("a"))
    kernel.run("lab = serve(Chat, transport=T)")
    appears(kernel, first, "a")
    appears(kernel, kernel.run(chat("b")), "b")
    kernel.run("done = lab.swap(revision=1)\nif T == 'memory': await done")
    kernel.run("await lab.get('/'); None")
    kernel.until(lambda: first.out.count("heard a\n") == 2)


def test_a_handler_that_is_inherited_prints_under_its_own_cell(kernel: Kernel) -> None:
    base = kernel.run(chat("base", name="Base"))
    kid = kernel.run(chat("kid", base="Base", method="more"))
    kernel.run("lab = serve(Chat, transport=T)")
    appears(kernel, base, "base")
    kernel.run("await lab.get('/more'); None")
    kernel.until(lambda: kid.out == "heard kid\n")


def test_code_without_a_cell_prints_under_the_cell_that_served_last(
    kernel: Kernel, tmp_path: Path
) -> None:
    module = f"served_{kernel.run('T').value[1:-1]}"
    (tmp_path / f"{module}.py").write_text("from micropie import App\n" + chat("m"))
    kernel.run(f"sys.path.insert(0, {str(tmp_path)!r})\nimport {module}")
    appears(kernel, kernel.run(f"lab = serve({module}.Chat, transport=T)"), "m")


def test_what_exec_or_a_magic_defined_prints_under_their_cell(kernel: Kernel) -> None:
    for number, cell in enumerate([f"%%time\n{chat('a')}", f"exec({chat('b')!r})"]):
        defined = kernel.run(cell)
        kernel.run("lab = serve(Chat, transport=T)")
        appears(kernel, defined, "ab"[number])


def test_the_handlers_of_a_function_print_under_theirs(kernel: Kernel) -> None:
    defined = kernel.run(
        "async def plain(scope, receive, send):\n"
        "    if scope['type'] == 'lifespan': raise NotImplementedError\n"
        "    print('heard it')\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b''})\n"
    )
    kernel.run("lab = serve(plain, transport=T)\nawait lab.get('/'); None")
    kernel.until(lambda: defined.out == "heard it\n")
