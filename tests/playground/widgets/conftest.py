"""What tests of faces share: a page on which no script may fail, and faces and panels put on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from playground.traffic.log import Log
from playground.widgets.face import Face
from playground.widgets.traffic import TrafficTable
from tests.playground.widgets.face_page import FaceOnPage, Wire
from tests.playground.widgets.panel_page import PanelPage, StandIn


@pytest.fixture
def wire() -> Wire:
    """What a face sends when it is its `comm`."""
    return Wire()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on which no script may fail."""
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    page = context.new_page()
    page.set_default_timeout(20_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert not failures


@pytest.fixture
def on_page(page: Page) -> Callable[[Face], FaceOnPage]:
    """Put a face on the page."""
    return lambda face: FaceOnPage(page, face)


@pytest.fixture
def lab() -> StandIn:
    """A lab with two clients that are open and one that is not."""
    lab = StandIn()
    lab.put("alice")
    lab.put("bob")
    lab.put("dave", "closed", 1011)
    return lab


@pytest.fixture
def shown(page: Page, lab: StandIn) -> Iterator[PanelPage]:
    """A whole panel, rendered; it is ticked by hand."""
    panel = PanelPage(page, lab)
    panel.render()
    yield panel
    panel.panel.close()


@pytest.fixture
def log() -> Log:
    """An empty log."""
    return Log(lock=threading.Lock())


@pytest.fixture
def table(log: Log, lab: StandIn, page: Page) -> Iterator[FaceOnPage]:
    """A traffic table of the log and the lab, rendered; it is ticked by hand."""
    face = TrafficTable(log, controls=lab)
    shown = FaceOnPage(page, face)
    shown.render()
    yield shown
    face.close()
