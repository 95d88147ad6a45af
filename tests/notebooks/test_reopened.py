"""A saved notebook is opened again and its kernel is gone: every view of it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, BrowserContext, expect

from tests.notebooks.driver import KERNEL, Notebook, OpenNotebook
from tests.notebooks.making import notebooks
from tests.notebooks.panel_on_page import MILLISECONDS
from tests.notebooks.reading import Reader, Views, as_saved, save, stills_of, views_on
from tests.notebooks.server import Server
from tests.notebooks.test_frontends import SERVE, Notebook7

GONE = "The kernel does not answer. If it was restarted, run the cell that serves the app again."

VIEWS = (
    SERVE,
    'from IPython.display import display\nalice = await lab.connect("/echo")',
    'display(lab.traffic)\nprint("between")\ndisplay(lab.ladder)\nlab.routes',
    'from playground import check\nawait check("echo-upper", lab)',
    'lab.browse("/echo")',
    'lab.connect_in_browser("/echo")',
    "display(lab.console(), display_id='ours')",
    "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    display(lab.traffic)\nout",
    "ipywidgets.Tab([ipywidgets.HBox([lab.traffic, lab.ladder])])",
)
# Two of them in the last cell.
SHOWN = 11


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1200, "height": 12_000})
    yield context
    context.close()


def written(server: Server, name: str) -> str:
    cells = [nbformat.v4.new_code_cell(source) for source in VIEWS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), server.folder / name)
    return name


def all_views() -> Any:
    """Return every cell of the course that shows a view, as it is saved after a run.

    As one notebook: each that is opened takes seconds to give its dead widgets up.
    """
    course = nbformat.v4.new_notebook(metadata=KERNEL)
    for path in notebooks():
        cells = [cell for cell in as_saved(path).cells if stills_of(cell)]
        assert cells, path
        for cell in cells:
            cell.id = f"{path.stem}-{cell.id}"
        course.cells += cells
    return course


def copied(server: Server, name: str, copy: str, *, trusted: bool = False) -> str:
    return save(server, copy, nbformat.read(server.folder / name, as_version=4), trusted=trusted)


def test_a_view_is_seen_once_while_it_lives_and_can_be_read_when_it_does_not(
    context: BrowserContext, server: Server
) -> None:
    name = written(server, "lost.ipynb")
    notebook = Notebook(context, server, name)
    page = notebook.page
    page.evaluate("() => driver.watchStills()")
    notebook.run_all()
    expect(page.locator(".mpp-heard").last).to_be_visible(timeout=MILLISECONDS)
    expect(page.locator(".mpp-face:not(.mpp-heard)")).to_have_count(0, timeout=MILLISECONDS)
    assert page.evaluate("() => window.flashed") == 0
    assert "As it stood" not in page.locator("body").aria_snapshot()
    notebook.save()
    untrusted = copied(server, name, "untrusted.ipynb")
    trusted = copied(server, name, "trusted.ipynb", trusted=True)
    page.evaluate("(seconds) => driver.saveState(seconds)", 60)
    with_state = copied(server, name, "with-state.ipynb", trusted=True)
    restarted(notebook)
    notebook.close()
    assert notebook.failures == []

    reader = Reader(context, server)
    assert reader.open(untrusted) == Views(SHOWN, SHOWN, 0, 0)
    reader.page.close()

    # With a kernel of its own, as JupyterLab gives one to a notebook that is opened.
    again = Notebook(context, server, trusted)
    assert views_on(again.page) == Views(SHOWN, SHOWN, 0, 0)
    again.run(0)
    expect(again.page.locator(".mpp-panel")).to_be_visible(timeout=MILLISECONDS)
    assert views_on(again.page) == Views(SHOWN, SHOWN - 1, 0, 0)
    again.close()

    stateful = Notebook(context, server, with_state)
    stills = stateful.page.locator(".mpp-still")
    expect(stills.locator("visible=true")).to_have_count(SHOWN, timeout=MILLISECONDS)
    expect(stateful.page.locator(".mpp-face:visible"), "they are empty").to_have_count(0)
    stateful.close()


def restarted(notebook: Notebook) -> None:
    """Restart the kernel: its panel says so once, and what it showed stays."""
    notebook.restart()
    panel = notebook.page.locator(".mpp-panel").first
    said = panel.get_by_text(GONE).locator("visible=true")
    expect(said).to_have_count(1, timeout=MILLISECONDS)
    expect(panel.locator(".mpp-status .mpp-dot")).to_have_class("mpp-dot mpp-stopped")
    for name in ("Restart", "Stop"):
        expect(panel.get_by_role("button", name=name)).to_be_disabled()
    expect(panel.get_by_text("revision 1 on stage").first).to_be_visible()
    assert views_on(notebook.page)[1:] == (0, 0, 0)


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
def test_every_view_of_the_course_can_be_read_without_a_kernel(
    context: BrowserContext, server: Server, trusted: bool
) -> None:
    course = all_views()
    count = stills_of(course)
    name = save(server, f"course-{trusted}.ipynb", course, trusted=trusted)
    assert Reader(context, server).open(name) == Views(count, count, 0, 0)


@pytest.mark.soak
@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_that_was_run_and_saved_can_be_read_when_its_kernel_is_gone(
    open_notebook: OpenNotebook, context: BrowserContext, server: Server, path: Path
) -> None:
    notebook = open_notebook(path)
    notebook.run_all()
    notebook.save()
    notebook.page.evaluate("(seconds) => driver.shutdown(seconds)", 60)
    name = unquote(urlsplit(notebook.page.url).path).rpartition("/")[2]
    reader = Reader(context, server)
    for each in (name, copied(server, name, f"untrusted-{name}")):
        count = stills_of(nbformat.read(server.folder / each, as_version=4))
        assert count
        assert reader.open(each) == Views(count, count, 0, 0)


def test_a_finished_notebook_can_be_read_in_notebook_7(
    context: BrowserContext, server: Server
) -> None:
    (path, *_) = notebooks()
    saved = as_saved(path)
    name = save(server, "finished.ipynb", saved, trusted=True)
    notebook = Notebook(context, Notebook7(server), name)
    count = stills_of(saved)
    assert views_on(notebook.page) == Views(count, count, 0, 0)
    notebook.close()


def test_every_view_of_the_course_can_be_read_as_html(chromium: Browser) -> None:
    course = all_views()
    page = chromium.new_page(java_script_enabled=False)
    page.set_content(HTMLExporter().from_notebook_node(course)[0])
    stills = page.locator(".mpp-still")
    count = stills_of(course)
    expect(stills).to_have_count(count)
    expect(stills.locator("visible=true")).to_have_count(count)
    assert "model not found" not in page.locator("body").inner_text()
    page.close()
