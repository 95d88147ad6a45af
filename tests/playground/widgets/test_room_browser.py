"""What comes above the rows moves none of them, and nothing is cut off at any width."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.playground.widgets.panel_page import PanelPage
from tests.playground.widgets.traffic_log import broadcast, chat, say
from tests.playground.widgets.traffic_page import row, selected

FACES = ("status", "routes", "clients", "between", "crowd", "traffic", "compose")
CALM: dict[str, Any] = {
    "kind": "state", "pauses": [], "flight": [], "flying": 0, "rules": [], "breakpoints": [],
    "holds": False,
}  # fmt: skip
HELD = {**CALM, "rules": ["network, everybody: held"], "holds": True}
PAUSE = {
    "number": 4, "client": "alice", "does": "it sends 'HI' to alice", "where": "In[1]:9",
    "message": "HI", "sends": True, "index": 0,
}  # fmt: skip
PAUSED = {**HELD, "pauses": [PAUSE]}
TOPS = """() => [document.querySelector("#panel").offsetHeight,
  ...[...document.querySelectorAll(".mpp-table .mpp-sheet .mpp-row")]
    .map((row) => `${row.children[2].textContent} ${row.getBoundingClientRect().top}`)
    .slice(-4)]"""


@pytest.fixture
def panel(shown: PanelPage) -> PanelPage:
    """A panel with more rows than have room."""
    ids = chat(shown.log, "alice", "👩\u200d🚀 ada")
    say(shown.log, ids["alice"], "message {}", 30)
    broadcast(shown.log, shown.log.last, {"alice": ids["alice"]}, "heard")
    shown.render(*FACES)
    shown.tick()
    return shown


def tell(panel: PanelPage, state: dict[str, Any]) -> None:
    """Let the strip hear how it stands between clients and app."""
    panel.page.evaluate("(state) => window.hear('between', state, [])", state)


def test_what_comes_above_the_rows_leaves_them_where_they_are(panel: PanelPage, page: Page) -> None:
    before = page.evaluate(TOPS)
    page.locator(".mpp-table .mpp-scroller").evaluate("(el) => el.scrollTo(0, 0)")
    expect(row(page, "opened /chat")).to_contain_text("👩\u200d🚀 ada")
    page.locator(".mpp-table .mpp-scroller").evaluate("(el) => el.scrollTo(0, 9999)")
    strip, warning = page.locator(".mpp-between"), page.get_by_text("The kernel does not answer")
    tell(panel, HELD)
    expect(strip).to_contain_text("held")
    spoken = strip.get_by_role("status").last
    expect(spoken).to_have_text("network, everybody: held")
    assert page.evaluate(TOPS) == before
    tell(panel, PAUSED)
    expect(strip).to_contain_text("paused")
    expect(spoken).to_have_text(
        "alice is paused before it sends 'HI' to alice; network, everybody: held"
    )
    panel.page.evaluate("window.models.traffic.emit('msg:custom', {kind: 'trouble', text: 'x'})")
    expect(page.locator(".mpp-traffic > .mpp-banner")).to_be_visible()
    expect(warning).to_be_hidden()
    assert page.evaluate(TOPS) == before
    tops = page.evaluate(
        "() => ['.mpp-traffic-bar', '.mpp-traffic > .mpp-banner', '.mpp-between', '.mpp-head']"
        ".map((name) => document.querySelector(name).getBoundingClientRect())"
        ".map(({ top, bottom }) => [Math.round(top), Math.round(bottom)])"
    )
    for (_, bottom), (top, _) in itertools.pairwise(tops):
        assert bottom <= top + 1, f"one lies over the other: {tops}"
    page.get_by_role("button", name="Dismiss", exact=True).click()
    tell(panel, CALM)
    expect(strip).to_be_hidden()
    expect(page.locator(".mpp-main")).to_have_css("padding-top", "0px")
    assert page.evaluate(TOPS) == before


@pytest.mark.parametrize("picture", ["Table", "Ladder"])
def test_rows_that_do_not_fill_the_list_stay_too(
    panel: PanelPage, page: Page, picture: str
) -> None:
    panel.render(*FACES)
    panel.log.clear()
    ids = chat(panel.log, "alice")
    say(panel.log, ids["alice"], "few {}", 3)
    page.get_by_role("button", name=picture).click()
    panel.tick()
    rows = (
        "() => [...document.querySelectorAll('.mpp-sheet > *')]"
        ".map((each) => each.getBoundingClientRect()).filter(({ height }) => height)"
        ".map(({ top }) => top)"
    )
    before = page.evaluate(rows)
    assert len(before) > 2
    strip, compose = page.locator(".mpp-between"), page.locator(".mpp-compose")
    end = compose.bounding_box()
    for state in (HELD, PAUSED, {**PAUSED, "pauses": [PAUSE, {**PAUSE, "number": 5}]}):
        tell(panel, state)
        expect(strip).to_contain_text("held")
        panel.tick()
        assert page.evaluate(rows) == before
    assert compose.bounding_box() == end
    box = strip.bounding_box()
    assert box is not None
    assert end is not None
    assert max(before) + 23 <= box["y"]
    assert box["y"] + box["height"] <= end["y"] + 1
    # Once rows fill what is left, the newest stands above the strip, which stays where it is.
    say(panel.log, ids["alice"], "more {}", 30)
    panel.tick()
    assert strip.bounding_box() == box
    scrolled, end_of_list = page.locator(".mpp-scroller:visible").evaluate(
        "(el) => [el.scrollHeight - el.scrollTop - el.clientHeight,"
        " el.getBoundingClientRect().bottom]"
    )
    assert (scrolled, end_of_list) == (0, pytest.approx(box["y"], abs=1))
    tell(panel, CALM)
    expect(strip).to_be_hidden()
    expect(page.locator(".mpp-main")).to_have_css("padding-bottom", "0px")


def test_a_hand_that_rests_presses_what_was_there(panel: PanelPage, page: Page) -> None:
    panel.render(*FACES)
    panel.log.clear()
    ids = chat(panel.log, "alice")
    say(panel.log, ids["alice"], "few {}", 3)
    panel.tick()
    box = row(page, "few 1").bounding_box()
    assert box is not None
    x, y = box["x"] + 300, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    # It comes between the hand's way there and its press.
    tell(panel, HELD)
    expect(page.locator(".mpp-between")).to_contain_text("held")
    page.mouse.down()
    page.mouse.up()
    expect(selected(page)).to_contain_text("few 1")


@pytest.mark.parametrize("width", [480, 760, 820])
def test_nothing_of_the_bar_wraps_or_is_cut(panel: PanelPage, page: Page, width: int) -> None:
    panel.log.append(99.0, 1, "frame", "client", "", 6, note="ping")
    panel.render(*FACES, width=width + 32)
    panel.tick()
    page.get_by_role("button", name="Frames").click()
    page.get_by_role("searchbox").fill("alice")
    panel.tick()
    tops = {
        each.bounding_box()["y"]  # type: ignore[index]
        for each in page.locator(".mpp-traffic-bar > .mpp-button:visible").all()
    }
    assert len(tops) == 1
    expect(page.locator(".mpp-hidden-count")).not_to_be_empty()
    expect(page.locator(".mpp-clients .mpp-chip").first).to_be_visible()
    page.get_by_role("button", name="? keys").click()
    sheet = page.get_by_role("dialog", name="Keys")
    assert sheet.evaluate("(el) => el.scrollHeight <= el.clientHeight")
    page.mouse.click(2, 2)
    expect(sheet).to_be_hidden()


def test_how_much_is_hidden_is_read_whole_beside_a_wide_filter(
    panel: PanelPage, page: Page
) -> None:
    say(panel.log, chat(panel.log, "check")["check"], "played {}", 274)
    panel.render(*FACES, width=900)
    panel.tick()
    hidden = page.locator(".mpp-hidden-count")
    expect(hidden).to_have_text("275 of checks hidden")
    assert hidden.evaluate("each => each.scrollWidth <= each.clientWidth")
    room = page.get_by_role("searchbox").evaluate("each => each.clientWidth")
    assert 200 < room < 290


def test_a_message_of_a_new_shape_has_a_quiet_mark(panel: PanelPage, page: Page) -> None:
    for n in range(11):
        say(panel.log, 1, f'{{{{"n": {n}}}}}')
    say(panel.log, 1, '{{"n": "x"}}')
    panel.tick()
    mark = page.locator(".mpp-part-shape")
    expect(mark).to_have_count(1)
    expect(mark).to_have_attribute(
        "title", "A shape not seen before: n is text, was a whole number"
    )
    page.get_by_role("searchbox").fill("shape:new")
    panel.tick()
    panel.until(lambda: page.locator(".mpp-table .mpp-sheet .mpp-row").count() == 1)
