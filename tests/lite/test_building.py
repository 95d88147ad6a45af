"""The site holds the course as it is, in a form that JupyterLite can show and a browser start."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from lite.course import lay_out
from tests.notebooks.cleaning import ROOT


def test_the_course_is_there_with_what_it_links_to(site_folder: Path, tmp_path: Path) -> None:
    lay_out(ROOT, tmp_path / "course")
    assert contents(site_folder / "files") == contents(tmp_path / "course")


def test_a_linked_page_is_shown_and_not_its_source(site_folder: Path) -> None:
    settings = json.loads((site_folder / "overrides.json").read_text())
    documents = settings["@jupyterlab/docmanager-extension:plugin"]
    assert documents["defaultViewers"] == {"markdown": "Markdown Preview"}


def test_a_browser_need_not_compile_what_is_the_same_at_each_start(site_folder: Path) -> None:
    pyodide = site_folder / "static" / "pyodide"
    (ipython,) = pyodide.glob("ipython-*.whl")
    assert kinds(ipython) == {"IPython/core/interactiveshell.pyc"}
    with_source = {"asyncio/tasks.py", "asyncio/tasks.pyc"}
    assert kinds(pyodide / "python_stdlib.zip") == with_source
    # Ours stays as it is: a traceback that ends in it shows its lines.
    (ours,) = pyodide.glob("micropie_playground-*.whl")
    assert kinds(ours) == {"playground/serving.py"}


def kinds(archive: Path) -> set[str]:
    """Return how an archive has the module that is looked for in it."""
    wanted = ("IPython/core/interactiveshell.py", "asyncio/tasks.py", "playground/serving.py")
    with zipfile.ZipFile(archive) as opened:
        return {name for name in opened.namelist() if name.startswith(wanted)}


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
