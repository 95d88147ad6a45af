"""The site is built without a warning, has every page, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.playground.saved.unpacked import held

# What a page loads by itself; a link that a reader may follow is another matter.
LOADED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["'](?P<src>[^"']*)"""
    r"""|<link\b[^>]*\brel=["']stylesheet["'][^>]*\bhref=["'](?P<href>[^"']*)"""
)
ELSEWHERE = re.compile(r"(?:https?:)?//")
FETCHED = re.compile(r"""(?:@import|url\()\s*["']?(?:https?:)?//""")

# In 12 only exercises talk with the lab. A function alone is no class, and what leads to a server
# elsewhere answers with no line of its own.
UNHEARD = {"12-beyond"}
BARE = {"10-asgi", "16-somebody-elses-server"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it; its warnings are in `warnings.txt` beside it."""
    target = tmp_path_factory.mktemp("site")
    options = ["--nitpicky", "--quiet", "-w", str(target / "warnings.txt"), "-c", "docs"]
    command = [sys.executable, "-m", "sphinx", *options, "-b", "html", ".", str(target / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def test_nothing_is_warned_of(site: Path) -> None:
    assert (site / "warnings.txt").read_text(encoding="utf-8") == ""


def test_every_page_and_every_notebook_is_there(site: Path) -> None:
    sources = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    wanted = {path.relative_to(ROOT).with_suffix(".html") for path in sources}
    assert [page for page in sorted(wanted) if not (site / "html" / page).is_file()] == []
    assert "docs/index.html" in (site / "html" / "index.html").read_text(encoding="utf-8")


def test_llms_txt_leads_to_every_page(site: Path) -> None:
    text = (site / "html" / "llms.txt").read_text(encoding="utf-8")
    assert text.startswith("# MicroPie Playground\n\n> ")
    listed = re.findall(r"^- \[.+\]\((.+)\)$", text, re.MULTILINE)
    assert [page for page in listed if not (site / "html" / page).is_file()] == []
    sources = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    pages = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sources}
    assert pages - set(listed) == {"docs/index.html"}


def test_a_notebook_shows_what_is_committed_in_it(site: Path) -> None:
    page = (site / "html/notebooks/00-start.html").read_text(encoding="utf-8")
    assert "revision 1 on stage" in page
    assert "Echo: hello" in page


def test_the_reference_is_made_of_the_docstrings(site: Path) -> None:
    page = (site / "html/docs/reference/playground.html").read_text(encoding="utf-8")
    assert 'id="playground.serve"' in page
    assert "Serve an app from this kernel" in page
    assert 'href="#playground.Lab"' in page, "serve leads to what it returns"


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    found = []
    for page in (site / "html").rglob("*.html"):
        for match in LOADED.finditer(page.read_text(encoding="utf-8")):
            address = match["src"] or match["href"] or ""
            if ELSEWHERE.match(address):
                found.append((page.name, address))
    for sheet in (site / "html").rglob("*.css"):
        found += [(sheet.name, each) for each in FETCHED.findall(sheet.read_text("utf-8"))]
    assert found == []


def test_what_passed_in_a_notebook_plays_below_it(site: Path) -> None:
    recorded = {path.stem for path in (ROOT / "docs/site/traffic").glob("*.jsonl")}
    assert recorded == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} - UNHEARD
    for name in recorded:
        page = (site / f"html/notebooks/{name}.html").read_text(encoding="utf-8")
        assert f'src="traffic/{name}.html"' in page
        alone = held((site / f"html/notebooks/traffic/{name}.html").read_text(encoding="utf-8"))
        assert alone["rows"], name
        assert alone["sheets"] or name in BARE, name
        assert not re.search(r"/root/|/home/|127\.0\.0\.1:\d", str(alone)), name
