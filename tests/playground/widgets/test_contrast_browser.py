"""Everything that the views say can be read, in both themes (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from playground.traffic.log import Log
from playground.widgets.face import Face
from playground.widgets.traffic import TrafficTable
from tests.playground.widgets.contrast import faint
from tests.playground.widgets.face_page import DARK, LIGHT, FaceOnPage
from tests.playground.widgets.panel_page import StandIn
from tests.playground.widgets.traffic_log import broadcast, chat, fail, say
from tests.playground.widgets.traffic_page import ROW, row

OnPage = Callable[[Face], FaceOnPage]
THEMES = {"light": LIGHT, "dark": DARK}


def everything(log: Log) -> None:
    """Let something of each kind pass."""
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], '{{"say": ["hi", 1, null]}}')
    broadcast(log, 3, ids, "HI")
    log.append(log.last + 1.0, ids["bob"], "binary", "client", bytes(40), 40)
    log.append(log.last + 1.0, 0, "swap", "lab", "revision 2 on stage", 0, None, 2)
    say(log, ids["alice"], "not json")
    log.append(log.last + 1.0, ids["alice"], "print", "server", "got it", 6, log.last)
    fail(log, ids["alice"], 8)


@pytest.mark.parametrize("theme", THEMES)
def test_each_row_and_what_it_holds_can_be_read(
    log: Log, lab: StandIn, on_page: OnPage, theme: str
) -> None:
    everything(log)
    face = on_page(TrafficTable(log, controls=lab))
    face.render(theme=THEMES[theme])
    assert faint(face.page) == {}
    for words in ("say", "HI", "binary", "revision 2", "KeyError"):
        row(face.page, words).click()
        face.carry()
        for tab in face.page.get_by_role("tab", disabled=False).all():
            tab.click()
            face.page.mouse.move(0, 0)
            face.carry()
            settled(face.page)
            assert faint(face.page) == {}, words


@pytest.mark.parametrize("theme", THEMES)
def test_a_ladder_and_a_filter_that_is_wrong_can_be_read(
    log: Log, lab: StandIn, on_page: OnPage, theme: str
) -> None:
    everything(log)
    face = on_page(TrafficTable(log, controls=lab))
    face.render(theme=THEMES[theme])
    page = face.page
    page.get_by_role("button", name="Ladder").click()
    page.mouse.move(0, 0)
    face.carry()
    for _ in range(4):
        settled(page)
        assert faint(page) == {}
        page.keyboard.press("ArrowUp")
        face.carry()
    page.get_by_role("button", name="? keys").click()
    page.get_by_role("searchbox").fill("size>abc")
    face.carry()
    settled(page)
    assert faint(page) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_what_a_saved_notebook_keeps_can_be_read(log: Log, page: Page, theme: str) -> None:
    everything(log)
    ground, ink = (THEMES[theme][f"--jp-{each}-color1"] for each in ("layout", "ui-font"))
    page.set_content(f"<body style='background:{ground};color:{ink}'>")
    page.evaluate(
        "(html) => document.body.append(document.createRange().createContextualFragment(html))",
        TrafficTable(log).still_html(),
    )
    assert page.locator("tr").count() > page.locator(ROW).count()
    assert faint(page) == {}


def settled(page: Page) -> None:
    """Wait until no colour is on its way to another."""
    page.wait_for_function("() => !document.getAnimations().length")
