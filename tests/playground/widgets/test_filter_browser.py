"""Filtering as a person does it: in Chromium, with the kernel looking through all that it has."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.traffic.log import Log
from tests.playground.widgets.face_page import FaceOnPage
from tests.playground.widgets.traffic_log import broadcast, chat, fail, say
from tests.playground.widgets.traffic_page import box, numbers, pane, row, scroll_to, selected


def ask(table: FaceOnPage, text: str) -> None:
    """Write a filter, and let the kernel answer."""
    box(table.page).fill(text)
    table.page.wait_for_timeout(0)
    table.page.keyboard.press("Enter")
    settle(table)


def settle(table: FaceOnPage) -> None:
    """Wait until the kernel has looked through all for the filter that stands there."""
    table.until(lambda: any(message["kind"] == "find" for message in table.said))
    table.tick()
    table.tick()


def hidden(page: Page) -> str:
    return page.locator(".mpp-hidden-count").inner_text()


def test_it_hides_rows_and_counts_them(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "apple", 30)
    say(log, ids["bob"], "pear", 2)
    table.tick()
    ask(table, "client:bob pear")
    assert numbers(table.page) == [33, 34]
    assert hidden(table.page) == "32 hidden by filter"


def test_it_filters_at_once_while_the_kernel_is_busy(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "apple", 30)
    say(log, ids["bob"], "pear", 2)
    table.tick()
    table.deaf = True
    box(table.page).fill("pear")
    table.drawn()
    assert numbers(table.page) == [33, 34]
    say(log, ids["bob"], "another pear")
    table.tick()
    assert numbers(table.page) == [33, 34, 35]


def test_it_finds_what_is_beyond_a_rows_beginning(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "x" * 100_000 + "needle")
    say(log, ids["alice"], "hay", 5)
    table.tick()
    ask(table, "/xneedle$/")
    assert numbers(table.page) == [2]


def test_it_finds_rows_that_the_view_does_not_hold(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "needle")
    say(log, ids["alice"], "hay {}", 12_000)
    table.tick()
    ask(table, "needle")
    table.until(lambda: numbers(table.page) == [2])
    table.tick()
    assert hidden(table.page) == "12,001 hidden by filter"


def test_it_goes_on_finding_what_comes(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hay", 3)
    table.tick()
    ask(table, "needle")
    expect(table.page.get_by_text("The filter hides every row.")).to_be_visible()
    say(log, ids["alice"], "hay", 3)
    say(log, ids["alice"], "needle")
    table.tick()
    assert numbers(table.page) == [8]
    assert hidden(table.page) == "7 hidden by filter"


def test_older_finds_are_asked_for(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "needle {}", 6_000)
    table.tick()
    ask(table, "needle")
    table.until(lambda: numbers(table.page)[-1:] == [6_001])
    page = table.page

    def first_row_offers(older: int) -> Locator:
        offer = page.get_by_text(f"{older:,} older matches in the kernel: show")

        def seen_at_top() -> bool:
            scroll_to(page, 0)  # rows that come before it move it out of sight
            table.carry()
            return offer.is_visible()

        table.until(seen_at_top)
        return offer

    first_row_offers(4_000).click()
    first_row_offers(3_000)


def test_finds_that_never_came_are_asked_for(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    table.tick()
    ask(table, "needle")
    table.wire.cut = True
    say(log, ids["alice"], "needle", 3)
    table.tick()
    table.wire.cut = False
    say(log, ids["alice"], "needle")
    table.tick()
    assert numbers(table.page) == [2, 3, 4, 5]


def test_clearing_it_keeps_the_selection_in_sight(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "apple {}", 300)
    say(log, ids["alice"], "pear")
    say(log, ids["alice"], "apple {}", 300)
    table.tick()
    ask(table, "pear")
    row(table.page, "pear").click()
    box(table.page).fill("")
    table.carry()
    expect(selected(table.page)).to_contain_text("pear")
    expect(selected(table.page)).to_be_in_viewport()


def test_clearing_it_fetches_what_was_found_far_back(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "needle")
    say(log, ids["alice"], "hay {}", 6_000)
    table.tick()
    ask(table, "needle")
    table.until(lambda: numbers(table.page) == [2])
    row(table.page, "needle").click()
    table.carry()
    table.page.keyboard.press("Escape")
    row(table.page, "needle").click()
    box(table.page).fill("")
    table.page.keyboard.press("Enter")
    table.until(lambda: 3 in numbers(table.page))
    expect(selected(table.page)).to_contain_text("needle")
    expect(selected(table.page)).to_be_in_viewport()


def test_what_is_selected_stays_in_the_pane_when_it_is_hidden(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "apple")
    say(log, ids["alice"], "pear")
    table.tick()
    row(table.page, "apple").click()
    table.carry()
    ask(table, "pear")
    expect(pane(table.page)).to_contain_text("apple")
    expect(pane(table.page)).to_contain_text("The filter hides this row.")


def test_a_swap_and_bad_news_stay_in_sight_of_words(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "hello")
    fail(log, ids["bob"], 3)
    log.append(9.0, 0, "swap", "lab", "revision 2 on stage", 19, None, 2)
    table.tick()
    ask(table, "hello")
    assert numbers(table.page) == [3, 4, 5, 6]
    ask(table, "client:alice hello")
    table.until(lambda: numbers(table.page) == [3, 6])
    ask(table, "kind:text hello")
    table.until(lambda: numbers(table.page) == [3])


def test_a_broadcast_is_shown_as_far_as_it_matches(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], "hi")
    broadcast(log, 4, ids, "HI")
    table.tick()
    ask(table, "client:carol")
    assert numbers(table.page) == [3, 7]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cleint:alice", "There is no field “cleint:”; did you mean client:?"),
        ("kind:txt", "There is no kind “txt”; did you mean kind:text?"),
        ("size>big", "size> needs a number, as in size>100."),
        ("/(c/", "“/(c/” is no regular expression: "),
    ],
)
def test_what_cannot_be_read_is_said(table: FaceOnPage, log: Log, typed: str, said: str) -> None:
    chat(log, "alice")
    table.tick()
    ask(table, typed)
    note = table.page.locator(".mpp-filter-note")
    expect(note).to_contain_text(said)
    expect(note).to_contain_text("It is looked for as text.")
    expect(box(table.page)).to_have_attribute("aria-invalid", "true")
    box(table.page).fill("")
    expect(note).to_be_hidden()


def test_a_part_that_is_still_being_written_hides_nothing(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    table.tick()
    box(table.page).press_sequentially("kind:te")
    table.drawn()
    expect(table.page.locator(".mpp-filter-note")).to_be_hidden()
    assert numbers(table.page) == [1, 2]
    table.page.keyboard.press("Enter")
    expect(table.page.locator(".mpp-filter-note")).to_contain_text("There is no kind “te”")


def test_what_only_the_kernel_cannot_read_is_said(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    table.tick()
    # What separates files is a blank to Python, and to a browser a letter.
    ask(table, "hi -client:\x1c")
    expect(table.page.locator(".mpp-filter-note")).to_contain_text("The kernel cannot read this")
    assert numbers(table.page) == [2]


def test_fields_and_values_are_offered(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["bob"], "hi")
    table.tick()
    page = table.page
    box(page).click()
    page.get_by_role("button", name="client:", exact=True).click()
    expect(box(page)).to_be_focused()
    page.get_by_role("group", name="Fields and values").get_by_text("bob").click()
    expect(box(page)).to_have_value("client:bob ")
    settle(table)
    assert numbers(page) == [2, 3]
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="client:", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")


def test_a_filter_is_still_there_when_the_page_is_loaded_again(table: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["bob"], "pear {}", 3)
    table.tick()
    ask(table, "pear")
    table.load_again()
    table.tick()
    expect(box(table.page)).to_have_value("pear")
    assert numbers(table.page) == [3, 4, 5]
    assert hidden(table.page) == "2 hidden by filter"
