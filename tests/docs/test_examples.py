"""Every example of the documentation runs as it stands, and shows what the page says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, SHOWN, Example, checked, examples, matches, pages
from tests.playground.kernels import Cell, Kernel

# What a page begins with: nothing of the page before.
FRESH = f"""\
import playground
playground.stop_all()
playground.serving.labs.clear()
%reset -f
def {SHOWN}(value, said):
    assert value == said, f"the page says {{said!r}}, but it is {{value!r}}"
"""
# The port that pages give an app that others are to find.
NAMED_PORT = "8765"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all pages, because a kernel takes longer to start than a page to run."""
    with Kernel() as running:
        # What pages save lies in a folder of its own.
        running.run(f"%cd -q {tmp_path_factory.mktemp('pages')}")
        yield running


@pytest.fixture(scope="module")
def free_port() -> str:
    """A port that nobody else on this machine has, in place of the one that pages name."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def outcome(cell: Cell) -> str:
    """Return what a reader sees below a cell."""
    if cell.error is not None:
        return f"{cell.error['ename']}: {cell.error['evalue']}"
    return cell.out + (cell.value if cell.result is not None else "")


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_of_a_page_show_what_it_says(
    kernel: Kernel, free_port: str, path: Path
) -> None:
    kernel.run(FRESH)
    for example in examples(path):
        if not example.not_run:
            run(kernel, example, free_port, f"{path.relative_to(ROOT)}:{example.line}")


def run(kernel: Kernel, example: Example, free_port: str, place: str) -> None:
    code = checked(example.code).replace(NAMED_PORT, free_port)
    cell = kernel.run(code, check=False)
    came = outcome(cell)
    if example.output is not None:
        assert matches(example.output, came), f"{place} shows\n{came}"
    else:
        assert cell.error is None, f"{place} raises {came}"


def test_few_examples_are_not_run() -> None:
    reasons = [each.not_run for path in pages() for each in examples(path) if each.not_run]
    assert len(reasons) <= 4
    assert all(len(reason.split()) > 3 for reason in reasons)


def test_a_value_in_a_comment_is_compared() -> None:
    code = "x = 1  # 2\nawait f(x)     # 'two'\nlab  # the panel\nlen('a')  # 1"
    shown = f"x = 1  # 2\n{SHOWN}(await f(x), 'two')\nlab  # the panel\n{SHOWN}(len('a'), 1)"
    assert checked(code) == shown


def test_an_ellipsis_stands_for_anything() -> None:
    assert matches("one … three", "one two three\n")
    assert not matches("one … three", "one two four")
