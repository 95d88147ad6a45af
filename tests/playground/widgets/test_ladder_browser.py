"""The ladder as a person meets it: in Chromium, with the real kernel side behind it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.traffic.log import Log
from playground.widgets.ladder import Ladder
from tests.playground.widgets.face_page import DARK, LIGHT, FaceOnPage
from tests.playground.widgets.ladder_page import (
    boxes,
    ladder,
    lanes,
    numbers,
    scroll_to,
    selected,
    spoken,
    step,
    words,
)
from tests.playground.widgets.panel_page import PanelPage, StandIn
from tests.playground.widgets.traffic_log import broadcast, chat, fail, say

CROWD = [f"user-{number}" for number in range(1, 51)]


@pytest.fixture
def face(log: Log, lab: StandIn, page: Page) -> Iterator[FaceOnPage]:
    """A ladder of the log, not yet rendered."""
    made = Ladder(log, controls=lab)
    shown = FaceOnPage(page, made)
    shown.traits = {"look": made.look, "of": made.of}
    yield shown
    made.close()


@pytest.fixture
def shown(face: FaceOnPage) -> FaceOnPage:
    """A ladder of the log, rendered; it is ticked by hand."""
    face.render()
    return face


def talk(log: Log) -> dict[str, int]:
    """Let three chat, one of them badly."""
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], "hi")
    broadcast(log, 4, ids, "alice: hi")
    log.append(log.last + 1.0, 0, "swap", "lab", "revision 2 on stage · In[7]", 27, revision=2)
    say(log, ids["bob"], "not json")
    fail(log, ids["bob"], 9)
    return ids


def pick(shown: FaceOnPage, number: int) -> None:
    """Press the step with a number."""
    step(shown.page, number).click(position={"x": 20, "y": 12})
    shown.carry()


def press(shown: FaceOnPage, *keys: str) -> None:
    for key in keys:
        shown.page.keyboard.press(key)
        shown.carry()


def chosen(page: Page) -> list[int]:
    """Return the number of the step that is selected."""
    return [int(number) for number in selected(page).locator(".mpp-step-n").all_inner_texts()]


def test_lanes_stand_in_the_order_of_joining_with_the_server_in_the_middle(
    shown: FaceOnPage, log: Log
) -> None:
    talk(log)
    shown.tick()
    assert lanes(shown.page) == ["alice", "bob", "server", "carol"]
    chat(log, "dave")
    shown.tick()
    assert lanes(shown.page) == ["alice", "bob", "server", "carol", "dave"]


def test_each_step_says_what_happened(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    assert words(shown.page)[-6:] == [
        "hi",
        "alice: hi",
        "revision 1 → 2 · In[7]",
        "not json",
        "KeyError: 'room' · In[7]:6 · in ws_chat",
        "closed 1011 internal error",
    ]
    assert spoken(shown.page)[-6:] == [
        "#4 alice to server: text hi, caused 3 messages",
        "#5 server to alice, bob, carol: text alice: hi, caused by #4",
        "#8 revision 1 → 2 · In[7]",
        "#9 bob to server: text not json",
        "#10 server, for bob: exception KeyError: 'room' · In[7]:6 · in ws_chat, caused by #9",
        "#11 server to bob: closed 1011 internal error, caused by #10",
    ]


def test_an_arrow_points_at_the_receiver_and_a_broadcast_at_each(
    shown: FaceOnPage, log: Log
) -> None:
    talk(log)
    shown.tick()
    heads = shown.page.locator(".mpp-rung-text .mpp-rung-fill[d]")
    assert heads.nth(0).evaluate("el => el.getAttribute('d').split('z').length - 1") == 1
    assert heads.nth(1).evaluate("el => el.getAttribute('d').split('z').length - 1") == 3
    centres = [(box["left"] + box["right"]) / 2 for box in boxes(shown.page, ".mpp-life")]
    line = boxes(shown.page, ".mpp-rung-text .mpp-rung-line")[1]
    assert (line["left"], line["right"]) == pytest.approx((min(centres), max(centres)), abs=1.5)


def test_a_swap_goes_right_across(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    (band,) = boxes(shown.page, ".mpp-rung-swap rect")
    seen = shown.page.locator(".mpp-ladder .mpp-scroller").bounding_box()
    assert seen
    assert band["left"] <= seen["x"]
    assert band["right"] >= seen["x"] + seen["width"]


def test_the_words_of_an_error_have_ground_of_their_own_on_the_lanes(
    shown: FaceOnPage, log: Log
) -> None:
    talk(log)
    shown.tick()
    box = (
        "(el) => { const { left, right, top, bottom } = el.getBoundingClientRect();"
        " return [left, right, top, bottom]; }"
    )
    error = shown.page.locator(".mpp-rung-exception.mpp-rung-is-error")
    left, right, top, bottom = error.locator(".mpp-rung-words").evaluate(box)
    ground = error.locator(".mpp-rung-ground")
    expect(ground).to_have_count(1)
    at = ground.evaluate(box)
    assert at[0] <= left
    assert at[1] >= right
    assert at[2] <= top
    assert at[3] >= bottom
    # It covers lanes and none of the words beside it.
    assert error.evaluate("(el) => [...el.children].map((each) => each.tagName)")[-2:] == [
        "rect",
        "text",
    ]


def test_a_cause_is_a_thread_and_a_broadcast_one_fan(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    assert shown.page.locator(".mpp-thread").count() == 2
    pick(shown, 4)
    assert shown.page.locator(".mpp-thread-chosen").count() == 1
    assert shown.page.locator(".mpp-step.mpp-linked").count() == 1


@pytest.mark.parametrize("width", [330, 400, 480, 640, 900, 1200])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_words_meet_nobody_and_stay_in_sight(
    face: FaceOnPage, log: Log, width: int, count: int
) -> None:
    ids = chat(log, *(f"somebody-{number}" for number in range(count)))
    for number, exchange in enumerate(ids.values()):
        say(log, exchange, "a message that is too long for any arrow " * 3)
        broadcast(log, log.last, ids, f"to all of you: {'m' * 8 * number}")
        fail(log, exchange, log.last)
        log.append(log.last + 9.0, exchange, "binary", "client", bytes(300), 300)
    face.page.set_viewport_size({"width": width + 60, "height": 700})
    face.render(width)
    face.tick()
    page = face.page
    page.locator(".mpp-main").evaluate("el => { el.style.height = '660px' }")
    face.carry()
    seen = page.locator(".mpp-ladder .mpp-scroller").bounding_box()
    assert seen
    texts = [box for box in boxes(page, ".mpp-rung-words") if box["text"]]
    assert len(texts) > 5
    for box in texts:
        assert box["left"] >= seen["x"] + 40
        assert box["right"] <= seen["x"] + seen["width"]
    for one, other in pairwise(sorted(texts, key=lambda box: box["top"])):
        assert one["bottom"] <= other["top"] + 3
    scroller = page.locator(".mpp-ladder .mpp-scroller")
    assert scroller.evaluate("el => el.scrollWidth <= el.clientWidth")


def test_a_pause_breaks_the_lanes_and_says_how_long(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    log.append(1.5, ids["alice"], "text", "client", "a", 1)
    log.append(75.0, ids["alice"], "text", "client", "b", 1)
    shown.tick()
    expect(shown.page.locator(".mpp-rung-pause text")).to_have_text("1 min 14 s")
    assert shown.page.locator(".mpp-lane-broken").count() == 1
    pick(shown, 3)
    assert chosen(shown.page) == [3]


def test_only_steps_in_sight_are_in_the_document(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 1_900)
    shown.tick()
    assert shown.page.locator(".mpp-step").count() < 40
    assert shown.page.locator(".mpp-rung").count() < 40
    assert numbers(shown.page)[-1] == 1_901


def test_it_follows_only_while_at_the_bottom(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 200)
    shown.tick()
    page = shown.page
    scroll_to(page, scrollTop=260)
    shown.carry()
    before = words(page)
    say(log, ids["alice"], "news {}", 96)
    shown.tick()
    assert words(page) == before
    page.get_by_role("button", name="96 new ↓").click()
    shown.carry()
    assert words(page)[-1] == "news 95"


@pytest.mark.parametrize("top", [1_000, 1_026], ids=["at a step", "at a pause"])
def test_what_is_read_stays_while_the_oldest_go(page: Page, top: int) -> None:
    log = Log(max_entries=61)
    ids = chat(log, "alice")
    shown = FaceOnPage(page, Ladder(log))
    shown.traits = {"look": {"picture": "Ladder"}}
    shown.render()
    for number in range(60):
        log.append(number * 2.0, ids["alice"], "text", "client", f"message {number}", 9)
    shown.tick()
    scroll_to(page, scrollTop=top)
    shown.carry()
    before = {box["text"]: box["top"] for box in boxes(page, ".mpp-rung-words")}
    say(log, ids["alice"], "news", 5)
    shown.tick()
    shown.face.close()
    after = {box["text"]: box["top"] for box in boxes(page, ".mpp-rung-words")}
    same = before.keys() & after.keys()
    assert len(same) > 5
    assert {text: before[text] for text in same} == {text: after[text] for text in same}


def test_freezing_holds_the_ladder_still(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    shown.page.get_by_role("button", name="Freeze view").click()
    say(log, ids["alice"], "unseen {}", 3)
    shown.tick()
    assert not any("unseen" in each for each in words(shown.page))
    expect(shown.page.get_by_text("3 new ↓")).to_be_visible()


def test_the_filter_leaves_the_lanes_of_those_it_finds(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, *CROWD)
    say(log, ids["user-30"], "needle")
    shown.tick()
    shown.page.get_by_role("searchbox", name="Filter").fill("client:user-30")
    shown.tick()
    assert lanes(shown.page) == ["user-30", "server"]
    assert words(shown.page)[-1] == "needle"


def test_rows_that_are_missing_are_asked_for(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 3_000)
    shown.tick()
    page = shown.page
    scroll_to(page, scrollTop=0)
    shown.carry()
    assert words(page)[0] == "1,001 older rows in the kernel: show"
    page.locator(".mpp-step-hole").click()
    shown.carry()
    scroll_to(page, scrollTop=0)
    shown.carry()
    assert words(page)[0] == "1 older row in the kernel: show"


def test_the_table_and_the_ladder_have_one_selection(shown: FaceOnPage, log: Log) -> None:
    ids = talk(log)
    say(log, ids["alice"], "message {}", 100)
    shown.tick()
    page = shown.page
    scroll_to(page, scrollTop=0)
    shown.carry()
    pick(shown, 5)
    page.get_by_role("button", name="Table", exact=True).click()
    shown.carry()
    expect(page.locator(".mpp-table .mpp-selected")).to_contain_text("alice: hi")
    expect(page.locator(".mpp-table .mpp-selected")).to_be_in_viewport()
    page.locator(".mpp-table .mpp-row", has_text="not json").click()
    shown.carry()
    page.get_by_role("button", name="Ladder", exact=True).click()
    shown.carry()
    assert chosen(page) == [9]
    expect(selected(page)).to_be_in_viewport()


def test_a_selection_is_seen_in_the_other_views_of_the_log(page: Page, lab: StandIn) -> None:
    log = Log()
    talk(log)
    both = PanelPage(page, lab, log)
    both.render("traffic", "ladder")
    step(page, 4).click(position={"x": 20, "y": 12})
    both.carry()
    expect(page.locator(".mpp-table:visible .mpp-selected")).to_contain_text("hi")
    expect(page.locator(".mpp-detail:visible")).to_have_count(1)
    page.locator(".mpp-table:visible .mpp-row", has_text="not json").click()
    both.carry()
    assert chosen(page) == [9]
    both.panel.close()


def test_the_keyboard_alone_reads_a_ladder(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    page = shown.page
    ladder(page).focus()
    press(shown, "ArrowUp", "ArrowUp")
    assert chosen(page) == [10]
    press(shown, "Home")
    assert chosen(page) == [1]
    press(shown, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
    assert chosen(page) == [5]
    press(shown, "End")
    assert chosen(page) == [11]
    press(shown, "Enter")
    expect(page.locator(".mpp-detail")).to_be_visible()
    assert page.evaluate("() => document.activeElement.closest('.mpp-detail') !== null")
    press(shown, "Escape")
    expect(page.locator(".mpp-detail")).to_be_hidden()
    expect(ladder(page)).to_be_focused()


def test_left_and_right_go_along_the_chain(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    page = shown.page
    pick(shown, 4)
    press(shown, "ArrowRight")
    assert chosen(page) == [5]
    press(shown, "ArrowRight")
    assert chosen(page) == [5]
    press(shown, "ArrowLeft")
    assert chosen(page) == [4]
    pick(shown, 11)
    press(shown, "ArrowLeft", "ArrowLeft")
    assert chosen(page) == [9]


def test_a_broadcast_that_is_open_in_the_table_is_one_step(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.traits = {**shown.traits, "look": {"picture": "Ladder", "opened": [5]}}
    shown.tick()
    shown.render()
    pick(shown, 4)
    press(shown, "ArrowDown", "ArrowDown", "ArrowDown")
    assert chosen(shown.page) == [9]


def test_it_is_read_aloud_as_a_grid(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    page = shown.page
    grid = page.get_by_role("grid", name="Ladder between alice, bob, server, carol")
    expect(grid).to_have_attribute("aria-rowcount", "10")
    pick(shown, 4)
    name = "#4 alice to server: text hi, caused 3 messages"
    row = page.get_by_role("row", name=name, selected=True)
    expect(row).to_have_count(1)
    assert grid.get_attribute("aria-activedescendant") == row.get_attribute("id")
    expect(row).to_have_attribute("aria-rowindex", "5")
    expect(page.get_by_role("columnheader", name="server")).to_be_visible()


def test_those_who_share_a_lane_get_their_own(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, *CROWD)
    say(log, ids["user-40"], "from afar")
    broadcast(log, 51, ids, "to everybody")
    shown.tick()
    page = shown.page
    assert lanes(page)[-1] == "+42 others"
    assert len(lanes(page)) == 10
    assert page.locator(".mpp-rung-chip-words").last.text_content() == "user-40"
    expect(page.locator(".mpp-rung-count")).to_have_text("×42")
    page.get_by_role("columnheader", name="+42 others").click()
    shown.carry()
    assert len(lanes(page)) == 51
    in_sight(page, page.get_by_role("columnheader", name="server"))
    scroll_to(page, scrollLeft=10_000)
    shown.carry()
    in_sight(page, page.get_by_role("columnheader", name="server"))
    in_sight(page, page.get_by_role("columnheader", name="user-50"))
    page.get_by_role("button", name="Fold").click()
    shown.carry()
    assert lanes(page)[-1] == "+42 others"


def in_sight(page: Page, what: Locator) -> None:
    box, seen = what.bounding_box(), page.locator(".mpp-ladder").bounding_box()
    assert box
    assert seen
    assert seen["x"] <= box["x"]
    assert box["x"] + box["width"] <= seen["x"] + seen["width"]


def test_choosing_a_step_brings_its_lane_into_sight(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, *CROWD)
    say(log, ids["user-50"], "from the right")
    say(log, ids["user-1"], "from the left")
    shown.tick()
    page = shown.page
    page.get_by_role("columnheader", name="+42 others").click()
    shown.carry()
    ladder(page).focus()
    press(shown, "End")
    in_sight(page, page.get_by_role("columnheader", name="user-1", exact=True))
    press(shown, "ArrowUp")
    in_sight(page, page.get_by_role("columnheader", name="user-50"))


def test_the_ladder_is_saved_as_a_picture(shown: FaceOnPage, log: Log, tmp_path: Path) -> None:
    talk(log)
    shown.tick()
    page = shown.page
    page.get_by_role("searchbox", name="Filter").fill("kind:text dir:client")
    shown.tick()
    page.get_by_role("button", name="Save as SVG").click()
    with page.expect_download() as saved:
        shown.carry()
    assert saved.value.suggested_filename == "ladder.svg"
    saved.value.save_as(tmp_path / "ladder.svg")
    root = ElementTree.parse(tmp_path / "ladder.svg").getroot()
    said = {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"alice", "hi", "not json"} <= said
    assert "alice: hi" not in said


def test_what_a_saved_notebook_keeps_is_drawn(face: FaceOnPage, log: Log, page: Page) -> None:
    talk(log)
    page.set_content(face.face.still_html())
    size = "el => el.decode().then(() => [el.naturalWidth, el.naturalHeight])"
    width, height = page.locator("img").evaluate(size)
    assert width == 900
    assert height > 250
    page.get_by_text("The ladder in characters").click()
    expect(page.locator("pre")).to_contain_text("│◄─")


def test_markup_in_a_message_stays_text(shown: FaceOnPage, log: Log) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">\x1b[31m"
    ids = chat(log, evil)
    say(log, ids[evil], evil)
    shown.tick()
    assert shown.page.locator("img").count() == 0
    assert shown.page.title() == ""
    assert words(shown.page)[-1].startswith("<img src=x onerror=")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_on_the_ground(face: FaceOnPage, log: Log, theme: dict[str, str]) -> None:
    talk(log)
    face.render(theme=theme)
    face.tick()
    pick(face, 9)
    seen: list[Any] = face.page.evaluate(CONTRASTS)
    assert len(seen) > 5
    assert [text for text, contrast in seen if contrast < 4.5] == []


# WCAG 2.2, 1.4.3: the contrast of each text with the rim that is drawn round it.
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const bright = (colour) => {
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll(".mpp-ladder-art text")].map((each) => {
    const { fill, stroke } = getComputedStyle(each);
    const ground = stroke === "none" ? getComputedStyle(document.body).backgroundColor : stroke;
    const [one, other] = [bright(fill), bright(ground)].sort((a, b) => b - a);
    return [each.textContent, (one + 0.05) / (other + 0.05)];
  });
}"""


def test_a_tab_that_was_hidden_shows_what_has_come(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    cell = shown.page.locator("#cell")
    cell.evaluate("el => { el.style.display = 'none' }")
    say(log, ids["alice"], "unseen {}", 40)
    shown.tick()
    cell.evaluate("el => { el.style.display = '' }")
    shown.carry()
    assert words(shown.page)[-1] == "unseen 39"


def test_the_lanes_fit_when_the_cell_gets_narrow(shown: FaceOnPage, log: Log) -> None:
    chat(log, *CROWD[:6])
    shown.tick()
    assert len(lanes(shown.page)) == 7
    shown.page.evaluate("() => { document.body.style.width = '400px' }")
    shown.carry()
    assert lanes(shown.page)[-1] == "+4 others"


def test_the_lanes_make_room_for_the_pane_and_take_it_back(shown: FaceOnPage, log: Log) -> None:
    talk(log)
    shown.tick()
    page = shown.page
    before = page.get_by_role("columnheader", name="carol").bounding_box()
    pick(shown, 4)
    for name in ("alice", "bob", "server", "carol"):
        in_sight(page, page.get_by_role("columnheader", name=name))
    press(shown, "Escape")
    assert page.get_by_role("columnheader", name="carol").bounding_box() == before


def test_a_live_ladder_is_played_again_from_the_selected_step(
    shown: FaceOnPage, log: Log, page: Page
) -> None:
    ids = talk(log)
    shown.tick()
    whole = numbers(page)
    step(page, 9).click()
    shown.carry()
    page.get_by_role("button", name="Play this again").click()
    player = page.get_by_role("toolbar", name="Player")
    expect(player).to_be_visible()
    player.get_by_role("button", name="Pause").click()
    now = int(page.locator(".mpp-step-now .mpp-step-n").inner_text())
    assert 9 <= now < log.last, "it begins with the selected one"
    # What comes meanwhile is recorded, and waits.
    say(log, ids["alice"], "meanwhile")
    shown.tick()
    assert log.recording
    assert max(numbers(page)) == now
    page.keyboard.press("Escape")
    expect(player).to_be_hidden()
    assert numbers(page)[: len(whole)] == whole
    assert numbers(page)[-1] == log.last
    page.keyboard.press(".")
    expect(player).to_be_visible()
    player.get_by_role("button", name="Shut the player").click()
    expect(player).to_be_hidden()
