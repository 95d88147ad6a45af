"""The site holds the course as it is, in a form that JupyterLite can show."""

from __future__ import annotations

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


def _canonical(drawn: str) -> str:
    return ElementTree.canonicalize(drawn)
