"""One site for all tests of a run, and its notebooks opened in a browser."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lite.building import CACHE, make
from tests.notebooks.driver import Notebook
from tests.notebooks.static_site import Site, served


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made once for this run and all its workers; only its downloads may be older."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "lite"
    folder.mkdir(exist_ok=True)
    CACHE.parent.mkdir(exist_ok=True)
    # Other runs on this machine share the downloads.
    with (CACHE.parent / "lite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make(site=folder / "site")
            (folder / "made").touch()
    return folder / "site"


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
