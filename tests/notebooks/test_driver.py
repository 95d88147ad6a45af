"""The driver's own claims: what it says of a notebook is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.driver import CellFailed, OpenNotebook


def test_jupyterlab_runs_a_notebook(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["print('hello')\n6 * 7", "1 / 0"])
    assert notebook.run(0).split() == ["hello", "42"]
    with pytest.raises(CellFailed, match="ZeroDivisionError"):
        notebook.run_all()
    assert "division by zero" in notebook.run(1, fails=True)
    notebook.set_source(1, "40 + 2")
    notebook.run_all()
    assert notebook.text(1) == "42"
    assert notebook.cell_with("40 +") == 1


def test_a_kernel_can_be_interrupted_and_restarted(open_notebook: OpenNotebook) -> None:
    endless = "import sys, time\nprint('waiting')\nwhile True: time.sleep(0.05)"
    notebook = open_notebook([endless, "sys"])
    notebook.start(0)
    notebook.wait_for(0, "waiting")
    notebook.interrupt()
    assert "KeyboardInterrupt" in notebook.finish(0, fails=True)
    notebook.restart()
    assert "NameError" in notebook.run(1, fails=True)


def test_a_widget_is_on_the_page_in_both_themes(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    notebook = open_notebook(["import ipywidgets\nipywidgets.Button(description='press me')"])
    notebook.run(0)
    button = notebook.output_area(0).get_by_role("button", name="press me")
    button.wait_for()
    grounds = set()
    for theme in ("dark", "light"):
        notebook.theme(theme)
        grounds.add(button.evaluate("it => getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
    notebook.screenshot(tmp_path / "button.png", button)
    assert (tmp_path / "button.png").stat().st_size > 500


def test_a_widget_that_fails_is_noticed(open_notebook: OpenNotebook) -> None:
    module = (
        "export default { render({ el }) { setTimeout(() => { throw new Error('broken') }); } }"
    )
    notebook = open_notebook(
        [f"import anywidget\nclass W(anywidget.AnyWidget):\n    _esm = {module!r}\nW()"]
    )
    with notebook.page.expect_event("pageerror"):
        notebook.run(0)
    assert "broken" in notebook.failures.pop()
