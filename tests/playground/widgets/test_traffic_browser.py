"""The traffic table as a person meets it: in Chromium, with the real kernel side behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from playground.traffic.log import Log
from playground.widgets.face import Face
from playground.widgets.traffic import TrafficTable
from tests.playground.widgets.face_page import DARK, FaceOnPage
from tests.playground.widgets.panel_page import StandIn
from tests.playground.widgets.traffic_log import broadcast, chat, fail, say
from tests.playground.widgets.traffic_page import (
    ROW,
    grid,
    numbers,
    pane,
    row,
    rows,
    scroll_to,
    selected,
)

OnPage = Callable[[Face], FaceOnPage]

# What of a face's controls does not fit into itself, or into the face.
CUT_OFF = """() => {
  const face = document.querySelector(".mpp-traffic").getBoundingClientRect();
  const fits = (el) => {
    const box = el.getBoundingClientRect();
    return el.scrollWidth <= el.clientWidth + 1 && box.right <= face.right && box.left >= face.left;
  };
  return [...document.querySelectorAll(".mpp-traffic :is(button, select, textarea)")]
    .filter((el) => el.offsetParent && !el.closest(".mpp-link, .mpp-sheet, .mpp-offer"))
    .filter((el) => !fits(el))
    .map((el) => el.textContent);
}"""


def test_an_empty_table_says_what_to_do(table: FaceOnPage) -> None:
    expect(table.page.get_by_text("Nothing has passed yet.")).to_be_visible()
    expect(table.page.get_by_text("0 entries, 0 B · nothing let go")).to_be_visible()


def test_before_the_kernel_was_heard_it_says_that_it_waits(log: Log, on_page: OnPage) -> None:
    face = on_page(TrafficTable(log))
    face.wire.cut = True
    face.render()
    expect(face.page.locator(".mpp-empty")).to_have_text("Waiting for the kernel")
    face.wire.cut = False
    face.face.displayed()
    face.tick()
    expect(face.page.locator(".mpp-empty")).to_contain_text("Nothing has passed yet.")


def test_a_view_that_was_just_displayed_lives_before_it_was_heard(
    log: Log, on_page: OnPage
) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "before {}", 5)
    face = on_page(TrafficTable(log))
    face.face.displayed()
    face.deaf = True
    face.render()
    face.tick()
    assert numbers(face.page) == [1, 2, 3, 4, 5, 6]
    say(log, ids["alice"], "while the cell runs")
    face.tick()
    assert numbers(face.page)[-1] == 7
    face.deaf = False
    face.carry()
    assert numbers(face.page) == [1, 2, 3, 4, 5, 6, 7]


def test_a_broadcast_is_one_row_that_opens(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob", "carol", "dave")
    say(log, ids["alice"], "hi")
    broadcast(log, 5, ids, "HI")
    table.tick()
    page = table.page
    expect(page.get_by_text("alice, bob")).to_be_visible()
    page.get_by_text("+2 ▸").click()
    assert numbers(page)[-5:] == [6, 6, 7, 8, 9]
    row(page, "carol").click()
    table.carry()
    expect(selected(page)).to_have_count(1)
    expect(selected(page)).to_contain_text("carol")
    page.get_by_text("+2 ▾").click()
    assert numbers(page)[-1] == 6


def test_a_row_between_the_sends_of_a_broadcast_can_be_selected(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], "hi")
    broadcast(log, 4, {"alice": ids["alice"]}, "HI")
    say(log, ids["bob"], "in between")
    broadcast(log, 4, {"bob": ids["bob"], "carol": ids["carol"]}, "HI")
    table.tick()
    page = table.page
    page.get_by_text("+1 ▸").click()
    row(page, "in between").click()
    table.carry()
    expect(selected(page)).to_have_count(1)
    expect(selected(page)).to_contain_text("in between")
    page.keyboard.press("ArrowUp")
    expect(selected(page)).to_contain_text("carol")


def test_markup_in_a_message_stays_text(table: FaceOnPage, log: Log) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">\x1b[31m"
    ids = chat(log, evil)
    say(log, ids[evil], evil.replace("{", "{{"))
    table.tick()
    table.page.locator(ROW).last.click()
    table.carry()
    table.page.keyboard.press("e")
    assert table.page.locator("img").count() == 0
    assert table.page.title() == ""
    assert "\\x1b[31m" in rows(table.page)[-1]


def test_only_rows_in_sight_are_in_the_document(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 1_900)
    table.tick()
    assert table.page.locator(ROW).count() < 40
    assert numbers(table.page)[-1] == 1_901


def test_it_follows_only_while_at_the_bottom(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 200)
    table.tick()
    page = table.page
    scroll_to(page, 230)
    table.carry()
    before = rows(page)
    say(log, ids["alice"], "news {}", 96)
    table.tick()
    assert rows(page) == before
    page.get_by_role("button", name="96 new ↓").click()
    table.carry()
    assert "news 95" in rows(page)[-1]
    expect(page.locator(".mpp-pill")).to_be_hidden()


def test_freezing_the_view_goes_on_recording(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    table.tick()
    freeze = table.page.get_by_role("button", name="Freeze view")
    freeze.click()
    say(log, ids["alice"], "unseen {}", 3)
    table.tick()
    assert "unseen" not in "".join(rows(table.page))
    expect(table.page.get_by_text("3 new ↓")).to_be_visible()
    expect(table.page.get_by_text("view frozen")).to_be_visible()
    expect(freeze).to_have_attribute("aria-pressed", "true")
    freeze.click()
    table.carry()
    assert "unseen 2" in rows(table.page)[-1]


def test_record_switches_the_log_and_says_what_passed(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    table.tick()
    table.page.get_by_role("button", name="Record").click()
    table.carry()
    assert log.recording is False
    say(log, ids["alice"], "unseen", 2)
    table.tick()
    expect(table.page.get_by_text("2 not recorded · recording is off")).to_be_visible()


def test_what_was_let_go_is_counted(lab: StandIn, on_page: OnPage) -> None:
    log = Log(max_entries=100)
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 3_099)
    face = on_page(TrafficTable(log, controls=lab))
    face.render()
    expect(face.page.get_by_text("100 entries")).to_contain_text("3,000 let go")
    assert numbers(face.page)[-1] == 3_100


def test_clear_empties_kernel_and_view(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "old", 5)
    table.tick()
    table.page.get_by_role("button", name="Clear").click()
    table.carry()
    say(log, ids["alice"], "new")
    table.tick()
    assert len(log) == 1
    assert numbers(table.page) == [7]


def test_a_cleared_log_says_so_and_can_be_had_back(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "old", 5)
    table.tick()
    page = table.page
    ways: list[Callable[[], None]] = [
        lambda: page.get_by_role("button", name="Undo").click(),
        lambda: press(page, "u"),
    ]
    for act in ways:
        page.get_by_role("button", name="Clear").click()
        table.carry()
        table.tick()
        expect(page.get_by_role("alert")).to_contain_text("Cleared 6 rows.")
        expect(page.get_by_text("Nothing has passed since the log was cleared.")).to_be_visible()
        act()
        table.carry()
        table.tick()
        assert numbers(page) == [1, 2, 3, 4, 5, 6]
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def press(page: Page, key: str) -> None:
    grid(page).focus()
    page.keyboard.press(key)


def test_older_rows_are_asked_for_again(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 6_000)
    table.tick()
    page = table.page
    scroll_to(page, 0)
    table.carry()
    page.get_by_text("4,001 older rows in the kernel: show").click()
    table.carry()
    scroll_to(page, 0)
    table.carry()
    expect(page.get_by_text("3,001 older rows in the kernel: show")).to_be_visible()


def test_rows_that_were_skipped_can_be_shown(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    table.tick()
    say(log, ids["alice"], "message {}", 2_501)
    table.tick()
    page = table.page
    scroll_to(page, 0)
    table.carry()
    page.get_by_text("rows not sent to this view: show").click()
    table.carry()
    assert numbers(page)[:4] == [1, 2, 3, 4]


def test_nothing_is_lost_by_a_message_that_never_came(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    table.tick()
    table.wire.cut = True
    say(log, ids["alice"], "lost {}", 3)
    table.tick()
    table.wire.cut = False
    say(log, ids["alice"], "found")
    table.tick()
    assert numbers(table.page) == [1, 2, 3, 4, 5]


def test_a_page_that_was_loaded_again_has_all(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "before {}", 5)
    table.tick()
    say(log, ids["alice"], "meanwhile {}", 5)
    table.load_again()
    assert numbers(table.page) == list(range(1, 12))


def test_a_page_that_was_loaded_again_is_as_it_was_left(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "apple {}", 2_990)
    say(log, ids["bob"], "pear {}", 10)
    table.tick()
    page = table.page
    scroll_to(page, 0)
    page.get_by_text("older rows in the kernel").click()
    table.carry()
    scroll_to(page, 23 * 500)
    row(page, "apple 500").click()
    page.get_by_role("button", name="Freeze view").click()
    page.keyboard.press("t")
    table.carry()
    before = rows(page)
    table.load_again()
    table.carry()
    assert rows(page) == before
    expect(selected(page)).to_contain_text("apple 500")
    expect(pane(page)).to_contain_text("apple 500")
    expect(page.get_by_text("view frozen")).to_be_visible()
    say(log, ids["bob"], "news")
    table.tick()
    assert rows(page) == before


def test_leaving_takes_everything_along(table: FaceOnPage) -> None:
    table.page.evaluate("() => window.leave()")
    table.carry()
    left = "() => Object.values(window.model.listeners).reduce((sum, all) => sum + all.size, 0)"
    assert table.page.evaluate(left) == 0
    assert table.said[-1]["kind"] == "bye"


def test_a_silent_kernel_is_said_calmly(log: Log, on_page: OnPage) -> None:
    face = on_page(TrafficTable(log))
    face.page.clock.install()
    face.render()
    face.page.clock.run_for(8_000)
    expect(face.page.get_by_role("alert")).to_contain_text("The kernel does not answer.")
    expect(face.page.get_by_role("button", name="Clear")).to_be_disabled()
    face.wire.outbox.append(({"kind": "beat"}, []))
    face.page.clock.resume()
    face.carry()
    expect(face.page.get_by_role("alert")).to_be_hidden()
    expect(face.page.get_by_role("button", name="Clear")).to_be_enabled()


def test_trouble_in_the_kernel_is_told(table: FaceOnPage) -> None:
    table.face._heard(table.face, {"kind": "since", "cursor": -1}, [])
    table.carry()
    expect(table.page.get_by_role("alert")).to_contain_text("ValueError: expected a number")


def test_a_screen_reader_hears_a_line_and_not_the_list(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "bob")
    log.append(2.0, ids["bob"], "close", "client", "", 0, None, 1, None, 1000, "clean")
    table.tick()
    said = table.page.get_by_role("status").filter(has_text="new rows")
    expect(said).to_have_text("2 new rows, bob closed 1000")
    expect(grid(table.page)).to_have_attribute("aria-rowcount", "3")
    assert grid(table.page).get_attribute("aria-live") is None


def test_the_chain_of_the_selected_row_is_marked(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["bob"], "something else")
    say(log, ids["alice"], "not json")
    say(log, ids["bob"], "in between")
    fail(log, ids["alice"], 4)
    table.tick()
    row(table.page, "KeyError").click()
    table.carry()
    marks = {
        name: table.page.locator(f"{ROW}.mpp-linked-{name} .mpp-n").all_inner_texts()
        for name in ("cause", "self", "effect")
    }
    assert marks == {"cause": ["4"], "self": ["6"], "effect": ["7"]}
    assert table.page.locator(f"{ROW}.mpp-thread-below .mpp-n").all_inner_texts() == ["4", "5", "6"]


def test_a_tab_that_was_hidden_comes_back_as_it_was(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "before {}", 100)
    table.tick()
    cell = table.page.locator("#cell")
    cell.evaluate("el => el.style.display = 'none'")
    say(log, ids["alice"], "meanwhile {}", 100)
    table.tick()
    cell.evaluate("el => el.style.display = ''")
    table.drawn()
    assert numbers(table.page)[-1] == 201
    say(log, ids["alice"], "after")
    table.tick()
    assert numbers(table.page)[-1] == 202


def test_a_tab_that_comes_back_before_anything_was_drawn_is_as_it_was(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 100)
    table.tick()
    table.page.evaluate(
        """async () => {
          const cell = document.getElementById("cell");
          const frame = window.requestAnimationFrame;
          const real = () => new Promise((done) => frame(() => frame(done)));
          window.requestAnimationFrame = () => 0;
          const place = cell.parentNode;
          cell.remove();
          await real();
          place.append(cell);
          await real();
          window.requestAnimationFrame = frame;
        }"""
    )
    say(log, ids["alice"], "after")
    table.tick()
    expect(table.page.locator(".mpp-pill")).to_be_hidden()


def test_an_exchange_that_broke_off_says_so(table: FaceOnPage, log: Log) -> None:
    exchange = log.open("http", "alice", method="GET", path="/slow").id
    log.append(1.0, exchange, "request", "client", "/slow", 5, note="GET")
    why = "the client left before the end of the response"
    log.append(2.0, exchange, "close", "client", why, len(why), note="not clean")
    table.tick()
    assert "broken off · the client left" in rows(table.page)[-1]
    said = table.page.get_by_role("status").filter(has_text="new rows")
    expect(said).to_have_text("2 new rows, alice broken off")


def test_times_turn_from_the_row_above_to_the_selected_one_to_the_clock(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 3)
    table.tick()
    page = table.page
    cells = page.locator(f"{ROW} .mpp-t")
    assert cells.all_inner_texts() == ["", "+1.000", "+1.000", "+1.000"]
    page.get_by_role("button", name="Δt").click()
    assert cells.all_inner_texts() == ["+0.000", "+1.000", "+2.000", "+3.000"]
    row(page, "message 1").click()
    expect(page.get_by_role("button", name="since #3")).to_be_visible()
    assert cells.all_inner_texts() == ["−2.000", "−1.000", "+0.000", "+1.000"]
    page.keyboard.press("t")
    assert all(text.count(":") == 2 for text in cells.all_inner_texts())


@pytest.mark.parametrize("width", [330, 460, 560, 900])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_at_any_width(
    log: Log, lab: StandIn, on_page: OnPage, width: int, theme: str
) -> None:
    ids = chat(log, "alice", "bob", "carol", "dave")
    say(log, ids["alice"], '{{"say": "hi"}}')
    broadcast(log, 5, ids, "HI")
    face = on_page(TrafficTable(log, controls=lab))
    face.render(width=width + 32, theme=DARK if theme == "dark" else None)
    page = face.page
    row(page, '{"say"').click()
    face.carry()
    page.keyboard.press("e")
    cut = page.evaluate(CUT_OFF)
    assert cut == []
    send = page.get_by_role("button", name="Send", exact=True).bounding_box()
    main = page.locator(".mpp-main").bounding_box()
    assert send is not None
    assert main is not None
    assert send["y"] + send["height"] <= main["y"] + main["height"]


def test_a_narrow_cell_puts_the_detail_below(log: Log, on_page: OnPage) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    face = on_page(TrafficTable(log))
    face.render(width=560)
    face.page.locator(ROW).last.click()
    face.carry()
    table, detail = (
        face.page.locator(f".mpp-{name}").bounding_box() for name in ("table", "detail")
    )
    assert table is not None
    assert detail is not None
    assert detail["y"] >= table["y"] + table["height"] - 1


def test_frames_are_hidden_and_counted_until_they_are_asked_for(
    table: FaceOnPage, log: Log
) -> None:
    ids = chat(log, "alice")
    kind: Any = "frame"
    for _ in range(3):
        say(log, ids["alice"], "hi")
        log.append(log.last + 1.0, ids["alice"], kind, "client", "", 2)
    table.tick()
    page = table.page
    table.until(lambda: numbers(page) == [1, 2, 4, 6])
    table.tick()
    expect(page.locator(".mpp-hidden-count")).to_have_text("3 frames hidden")
    page.get_by_role("button", name="Frames").click()
    table.until(lambda: numbers(page) == [1, 2, 3, 4, 5, 6, 7])
    page.get_by_role("button", name="Frames").click()
    page.get_by_role("searchbox").fill("kind:frame")
    table.until(lambda: numbers(page) == [3, 5, 7])


def test_a_frame_is_explained_bit_by_bit(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    note = "text, FIN, RSV1, masked, compressed to 12 bytes"
    log.append(log.last + 1.0, ids["alice"], "frame", "client", None, 120, note=note)
    table.tick()
    page = table.page
    page.get_by_role("button", name="Frames").click()
    table.until(lambda: numbers(page) == [1, 2])
    row = page.locator(".mpp-row").filter(has_text=note)
    expect(row).to_contain_text("frame")
    expect(row.locator(".mpp-z")).to_have_text("120")
    row.click()
    table.tick()
    page.get_by_role("tab", name="Why").click()
    why = page.locator(".mpp-why")
    expect(why).to_contain_text("RSV1: the message is compressed")
    expect(why).to_contain_text("12 bytes compressed, 10 % of its size")
    expect(page.get_by_role("tab", name="Text")).to_be_disabled()
