"""One JupyterLab for all tests of a worker, and notebooks opened in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

from tests.notebooks.driver import KERNEL, Notebook, OpenNotebook
from tests.notebooks.server import Server, jupyterlab


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One JupyterLab for all tests of a worker."""
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")
    with jupyterlab(folder, home) as running:
        yield running


@pytest.fixture
def open_notebook(chromium: Browser, server: Server) -> Iterator[OpenNotebook]:
    """Open a copy of a notebook's file, or a notebook of code cells; no widget in it may fail."""
    context = chromium.new_context(viewport={"width": 1300, "height": 900})
    opened: list[Notebook] = []

    def open_(content: Path | Sequence[str]) -> Notebook:
        name = _unused(server.folder)
        if isinstance(content, Path):
            (server.folder / name).write_bytes(content.read_bytes())
        else:
            cells = [nbformat.v4.new_code_cell(source) for source in content]
            written = nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)
            nbformat.write(written, server.folder / name)
        opened.append(Notebook(context, server, name))
        return opened[-1]

    yield open_
    for notebook in opened:
        notebook.close()
    context.close()
    for notebook in opened:
        assert notebook.failures == []
        assert notebook.strangers == [], "the page asked for something outside this machine"


def _unused(folder: Path) -> str:
    names = (f"notebook-{number}.ipynb" for number in itertools.count(1))
    return next(name for name in names if not (folder / name).exists())
