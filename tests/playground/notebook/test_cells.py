"""In a real kernel: whatever a cell defines, the cells after it run as ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playground.kernels import Kernel

pytestmark = pytest.mark.live

METACLASSES = {
    "that cannot be a key": "    def __eq__(cls, other): return NotImplemented",
    "that lets nobody look": "    def __getattribute__(cls, name): raise RuntimeError(name)",
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run("import playground\nfrom micropie import App")
        yield kernel


@pytest.mark.parametrize("body", METACLASSES.values(), ids=METACLASSES)
def test_a_class_with_a_metaclass_leaves_the_cells_after_it_alone(
    kernel: Kernel, body: str
) -> None:
    defined = kernel.run(f"class Meta(type):\n{body}\nclass Odd(metaclass=Meta): pass")
    after = kernel.run("1 + 1")
    assert (defined.err, after.err, after.value) == ("", "", "2")
    kernel.run("del Odd, Meta")
