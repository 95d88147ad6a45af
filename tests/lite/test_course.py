"""The course as the site has it: every notebook, and what each of its links leads to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from lite.course import lay_out
from tests.notebooks.cleaning import ROOT

NOTEBOOKS = ROOT / "notebooks"
LINK = re.compile(r"\]\(([^()\s]+)\)")
# A test of the repository, named in the documentation as its source: no page of the site.
ELSEWHERE = {"../tests/playground/transport_scenarios.py"}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "course"
    lay_out(ROOT, folder)
    return folder


def test_every_notebook_is_there_and_only_links_to_pages_differ(course: Path) -> None:
    for original in NOTEBOOKS.glob("*.ipynb"):
        copied = (course / original.name).read_text(encoding="utf-8")
        assert copied.replace("](docs/", "](../docs/") == original.read_text(encoding="utf-8")
    assert len(list(course.glob("*.ipynb"))) == len(list(NOTEBOOKS.glob("*.ipynb")))


def test_no_link_of_a_page_is_dead(course: Path) -> None:
    pages = [*course.glob("*.ipynb"), *course.rglob("*.md")]
    found = [(page, link) for page in pages for link in links(page)]
    assert [(page.name, link) for page, link in found if leads_nowhere(page, link)] == []
    assert "docs/teaching/set-up.md" in links(course / "12-beyond.ipynb")


def links(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return [link for link in LINK.findall(text) if link not in ELSEWHERE]


def leads_nowhere(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    return not parts.netloc and not (page.parent / unquote(parts.path)).exists()


def test_pictures_are_in_ascii_and_draw_the_same(course: Path) -> None:
    pictures = sorted(NOTEBOOKS.rglob("*.svg"))
    assert pictures
    for picture in pictures:
        copied = (course / picture.relative_to(NOTEBOOKS)).read_bytes()
        assert copied.isascii()
        assert _canonical(copied.decode()) == _canonical(picture.read_text(encoding="utf-8"))


def _canonical(drawn: str) -> str:
    return ElementTree.canonicalize(drawn)
