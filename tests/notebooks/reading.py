"""Saved notebooks as their readers find them: no kernel, and every widget is dead."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import nbformat
from playwright.sync_api import BrowserContext, Page

from playground.widgets.still import WIDGET, new_mark, outputs
from tests.notebooks.driver import SCRIPT, SECONDS
from tests.notebooks.making import read
from tests.notebooks.server import Server

_STILL = '<div class="mpp-still">'


class Views(NamedTuple):
    """What a page shows of the views of a notebook.

    Attributes:
        stills: How many there are.
        readable: How many of them can be read.
        lost: Outputs that say that a widget cannot be shown.
        waiting: Outputs that say that one is being loaded.
    """

    stills: int
    readable: int
    lost: int
    waiting: int


def as_saved(path: Path) -> Any:
    """Return a notebook of the course as it is saved after a run: each still below its widget."""
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [each for output in cell.outputs for each in _whole(output)]
    return notebook


def stills_of(notebook: Any) -> int:
    """Return how many stills a notebook has."""
    return json.dumps(notebook).count('class=\\"mpp-still')


def save(server: Server, name: str, notebook: Any, *, trusted: bool) -> str:
    """Write a notebook to the server's folder; return its name."""
    # By its content it is known: a copy of a trusted one is trusted too.
    notebook.metadata["copy"] = uuid4().hex
    nbformat.write(notebook, server.folder / name)
    if trusted:
        headers = {"Authorization": f"token {server.token}"}
        url = f"{server.url}api/contents/{name}/trust"
        request = urllib.request.Request(url, b"", headers, method="POST")
        urllib.request.urlopen(request, timeout=SECONDS).close()
    return name


def views_on(page: Page) -> Views:
    """Return what a page shows of its notebook, once nothing is being loaded on it."""
    return Views(**page.evaluate("(seconds) => driver.settled(seconds)", SECONDS))


class Reader:
    """A JupyterLab page in which notebooks are opened, and none of them has a kernel."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.page = context.new_page()
        self.page.add_init_script(SCRIPT)
        self.page.goto(f"{server.url}lab?token={server.token}&reset")

    def open(self, name: str) -> Views:
        """Open a notebook in place of the one before; return what it shows."""
        self.page.evaluate("([name, s]) => driver.read(name, s)", [name, SECONDS])
        return views_on(self.page)


def _whole(output: Any) -> list[Any]:
    html = output.get("data", {}).get("text/html", "")
    if not html.startswith(_STILL):
        return [output]
    inner = html.removeprefix(_STILL).removesuffix("</div>")
    view = {"version_major": 2, "version_minor": 0, "model_id": uuid4().hex}
    data = {**output.data, WIDGET: view, "text/html": inner}
    return [
        nbformat.v4.new_output("display_data", data=each) for each in outputs(data, new_mark())
    ]
