"""The tooltip of `serve` begins with an example; those of others are IPython's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from playground import serve
from playground.notebook.tooltips import example_first
from tests.playground.kernels import Kernel


@pytest.mark.live
def test_a_tooltip_begins_with_the_example_and_what_is_not_ours_is_left_alone() -> None:
    asks = (
        "ip = get_ipython()\n"
        "shown = lambda name, level=0: ip.object_inspect_mime(name, level)['text/plain']"
    )
    with Kernel() as kernel:
        kernel.run(f"from playground import serve\nimport json\n{asks}")
        said = kernel.run("print(shown('serve'))").out
        assert "lab = serve(Chat)" in "".join(said.splitlines()[:2]), said[:200]
        assert said.index("Serve an app from this kernel") < said.index("on_swap:")
        assert "File:" in kernel.run("print(shown('serve', 1))").out
        assert "Signature" in kernel.run("print(shown('json.dumps'))").out[:40]


def test_what_has_no_example_has_no_tooltip_of_ours() -> None:
    assert example_first(SimpleNamespace.__init__, "") is None
    shown = example_first(serve, "serve()")
    assert shown is not None
    assert [head for head, _ in shown] == ["Example", "What it does", "Signature"]
    assert str(shown).count("serve(Chat)") == 1
