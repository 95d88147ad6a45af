"""One site for all tests of a run, and its notebooks opened in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driver import Notebook
from playwright.sync_api import Browser
from static_site import Site, served

from lite.building import make


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made for this run; only its downloads are older."""
    return make(site=tmp_path_factory.mktemp("lite") / "site")


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[Site]:
    """The site, being served."""
    with served(site_folder) as running:
        yield running


@pytest.fixture
def open_on_site(chromium: Browser, site: Site) -> Iterator[Callable[[str], Notebook]]:
    """Open a notebook of the course in a browser that knows nothing yet; none may ask elsewhere."""
    context = chromium.new_context(viewport={"width": 1300, "height": 900})
    opened: list[Notebook] = []

    def open_(name: str) -> Notebook:
        opened.append(Notebook(context, site, name))
        return opened[-1]

    yield open_
    context.close()
    for notebook in opened:
        assert notebook.failures == []
        assert notebook.strangers == [], "the page asked for something outside this machine"
