"""The course as it lies on the site: notebooks at its root, and beside them the documentation."""

from __future__ import annotations

import shutil
from pathlib import Path


def lay_out(root: Path, out: Path) -> None:
    """Copy the notebooks, what they link to and their pictures.

    Args:
        root: The repository, where notebooks and documentation are neighbours.
        out: The folder to make; the notebooks lie in it, the documentation in ``docs``.
    """
    theirs = shutil.ignore_patterns(".*", "__pycache__", "progress.json")
    shutil.copytree(root / "notebooks", out, ignore=theirs)
    for kind in ("*.md", "*.png"):
        for page in (root / "docs").rglob(kind):
            copied = out / page.relative_to(root)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(page, copied)
    for page in out.rglob("*.md"):
        _rebase(page, "../notebooks/", "../")
        _rebase(page, "../../notebooks/", "../../")
    for notebook in out.glob("*.ipynb"):
        _rebase(notebook, "../docs/", "docs/")
    for picture in out.rglob("*.svg"):
        _in_ascii(picture)


def _rebase(page: Path, old: str, new: str) -> None:
    """Let the links of a page, in Markdown, that begin in one way begin in another."""
    text = page.read_bytes()
    page.write_bytes(text.replace(f"]({old}".encode(), f"]({new}".encode()))


def _in_ascii(picture: Path) -> None:
    """Write a picture without a letter beyond ASCII: JupyterLite reads it as Latin-1."""
    drawn = picture.read_text(encoding="utf-8")
    picture.write_bytes(drawn.encode("ascii", "xmlcharrefreplace"))
