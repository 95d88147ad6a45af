"""Runs notebooks in a fresh kernel. As a program: saves what they showed, cleaned."""

from __future__ import annotations

import copy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.notebooks.cleaning import ROOT, alike, clean

FOLDER = ROOT / "notebooks"
CELL_SECONDS = 60


def notebooks() -> list[Path]:
    """Return the course, in order."""
    return sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))


def read(path: Path) -> Any:
    """Return a notebook's content."""
    return nbformat.read(path, as_version=4)


class Run:
    """A notebook and its kernel: `pass_` runs it from top to bottom, as often as one likes."""

    def __init__(self, notebook: Any, client: NotebookClient) -> None:
        self._notebook = notebook
        self._client = client

    def begin(self, source: str) -> None:
        """Run a cell of one's own before them."""
        self._run(source)

    def end(self, source: str) -> str:
        """Run a cell of one's own after them, and return what it printed."""
        cell = self._run(source)
        return "".join(each.text for each in cell.outputs if each.output_type == "stream")

    def _run(self, source: str) -> Any:
        cell = nbformat.v4.new_code_cell(source)
        self._notebook.cells.insert(0, cell)
        self._client.execute_cell(cell, 0)
        return self._notebook.cells.pop(0)

    def pass_(self) -> Any:
        """Run every cell; return a copy of the notebook with what it showed.

        Raises:
            CellExecutionError: If a cell raises that has not the tag "raises-exception".
        """
        for index, cell in enumerate(self._notebook.cells):
            if cell.cell_type == "code":
                self._client.execute_cell(cell, index)
        return copy.deepcopy(self._notebook)


@contextmanager
def kernel_for(path: Path) -> Iterator[Run]:
    """Start a fresh kernel in a folder of its own, where nothing is done yet; end it afterwards."""
    notebook = read(path)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            store_widget_state=False,
            # It warns that others on this machine could listen in.
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
        )
        with client.setup_kernel():
            yield Run(notebook, client)


def make(path: Path) -> bool:
    """Run a notebook and save it, cleaned; return whether that changed it."""
    with kernel_for(path) as run:
        made = clean(run.pass_())
    before = read(path)
    if before == clean(before) and alike(before, made):
        return False
    path.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    return True


def main() -> int:
    """Make every notebook, or those that are named."""
    named = [Path(each).resolve() for each in sys.argv[1:]]
    for path in named or notebooks():
        print(f"{path.name}: {'changed' if make(path) else 'as it was'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
