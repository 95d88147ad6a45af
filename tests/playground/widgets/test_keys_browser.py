"""The traffic table by the keyboard alone, in Chromium."""

from __future__ import annotations

from playwright.sync_api import expect

from playground.traffic.log import Log
from tests.playground.widgets.face_page import FaceOnPage
from tests.playground.widgets.traffic_log import broadcast, chat, say
from tests.playground.widgets.traffic_page import box, grid, numbers, pane, row, rows, selected


def test_keys_move_filter_and_freeze(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 100)
    table.tick()
    page = table.page
    grid(page).focus()
    number = page.locator(".mpp-table .mpp-sheet .mpp-selected .mpp-n")
    steps = {"ArrowUp": "101", "Home": "1", "PageDown": "14", "ArrowDown": "15", "End": "101"}
    for key, expected in steps.items():
        page.keyboard.press(key)
        table.carry()
        expect(number).to_have_text(expected)
        active = grid(page).get_attribute("aria-activedescendant")
        expect(page.locator(f"#{active}")).to_contain_text(expected)
    for key in ("f", "Space"):
        page.keyboard.press(key)
        expect(page.get_by_text("view frozen")).to_be_visible(visible=key == "f")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(grid(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(number).to_have_count(0)


def test_escape_takes_the_selection_then_the_filter(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    table.tick()
    page = table.page
    box(page).fill("hi")
    page.keyboard.press("Enter")
    expect(grid(page)).to_be_focused()
    page.keyboard.press("Home")
    expect(selected(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(selected(page)).to_have_count(0)
    expect(box(page)).to_have_value("hi")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")
    assert numbers(page) == [1, 2]


def test_a_broadcast_opens_and_closes_by_arrows(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], "hi")
    broadcast(log, 4, ids, "HI")
    table.tick()
    page = table.page
    grid(page).focus()
    page.keyboard.press("End")
    expect(selected(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(selected(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(selected(page)).to_contain_text("bob")
    expect(selected(page)).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowLeft")
    expect(selected(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    assert len(rows(page)) == 5


def test_brackets_walk_the_cause_chain(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "hi")
    say(log, ids["bob"], "something else")
    broadcast(log, 3, {"bob": ids["bob"]}, "alice says hi")
    table.tick()
    page = table.page
    row(page, "says").click()
    table.carry()
    page.keyboard.press("[")
    expect(selected(page).locator(".mpp-n")).to_have_text("3")
    page.keyboard.press("]")
    expect(selected(page)).to_contain_text("alice says hi")


def test_r_records_and_stops(table: FaceOnPage, log: Log) -> None:
    grid(table.page).focus()
    table.page.keyboard.press("r")
    table.carry()
    assert log.recording is False
    table.tick()
    table.page.keyboard.press("r")
    table.carry()
    assert log.recording is True


def test_the_sheet_says_what_keys_do_and_gives_the_focus_back(table: FaceOnPage) -> None:
    page = table.page
    grid(page).focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("edit it and send it again")
    page.keyboard.press("r")
    table.carry()
    assert not [message for message in table.said if message["kind"] == "record"]
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(grid(page)).to_be_focused()


def test_letters_that_are_typed_are_no_commands(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    table.tick()
    page = table.page
    row(page, "hi").click()
    table.carry()
    page.keyboard.press("e")
    page.keyboard.type("frcs?/")
    expect(page.get_by_role("textbox", name="Message")).to_have_value("hifrcs?/")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Message")).to_have_count(0)
    expect(pane(page)).to_be_visible()
    expect(grid(page)).to_be_focused()


def test_keys_do_not_reach_the_notebook(table: FaceOnPage) -> None:
    table.page.evaluate(
        """() => {
          window.leaked = [];
          document.addEventListener("keydown", (event) => window.leaked.push(event.key));
        }"""
    )
    grid(table.page).focus()
    for key in ("a", "d", "Escape", "ArrowDown"):
        table.page.keyboard.press(key)
    assert table.page.evaluate("() => window.leaked") == []


def test_everything_can_be_reached_by_tab(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    table.tick()
    row(table.page, "hi").click()
    table.carry()
    box(table.page).focus()
    seen = []
    for _ in range(40):
        table.page.keyboard.press("Tab")
        seen.append(
            table.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label')"
                " ?? document.activeElement.textContent"
            )
        )
    for name in ("Freeze view", "Record", "Clear", "Traffic", "Text", "Copy", "Resend"):
        assert name in seen
