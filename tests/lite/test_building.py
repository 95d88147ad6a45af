"""The site holds the course as it is, in a form that JupyterLite can show and a browser start."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

from cleaning import ROOT

NOTEBOOKS = ROOT / "notebooks"


def test_every_notebook_is_there_unchanged(site_folder: Path) -> None:
    names = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    copied = site_folder / "files"
    assert sorted(path.name for path in copied.glob("*.ipynb")) == names
    for name in names:
        assert (copied / name).read_bytes() == (NOTEBOOKS / name).read_bytes()


def test_pictures_are_in_ascii_and_draw_the_same(site_folder: Path) -> None:
    pictures = sorted(NOTEBOOKS.rglob("*.svg"))
    assert pictures
    for picture in pictures:
        copied = (site_folder / "files" / picture.relative_to(NOTEBOOKS)).read_bytes()
        assert copied.isascii()
        assert _canonical(copied.decode()) == _canonical(picture.read_text(encoding="utf-8"))


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


def _canonical(drawn: str) -> str:
    return ElementTree.canonicalize(drawn)
