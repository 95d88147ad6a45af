"""The traffic table as a person meets it: in Chromium, with the real kernel side behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from playground.traffic.log import Log
from playground.widgets.face import Face
from playground.widgets.traffic import TrafficTable

if TYPE_CHECKING:
    from conftest import FaceOnPage

    OnPage = Callable[[Face], FaceOnPage]


def chat(log: Log, *names: str) -> dict[str, int]:
    """Open a connection for each name."""
    ids = {}
    for name in names:
        ids[name] = log.open("websocket", name, method="GET", path="/chat").id
        log.append(log.last + 1.0, ids[name], "open", "client", "/chat")
    return ids


def say(log: Log, exchange: int, text: str, count: int = 1) -> None:
    for index in range(count):
        data = text.format(index)
        log.append(log.last + 1.0, exchange, "text", "client", data, len(data))


def broadcast(log: Log, cause: int, ids: dict[str, int], text: str) -> None:
    for exchange in ids.values():
        log.append(log.last + 1.0, exchange, "text", "server", text, len(text), cause, 2, "In[7]:9")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def shown(log: Log, on_page: OnPage) -> FaceOnPage:
    """A table of the log, rendered; it is ticked by hand."""
    face = on_page(TrafficTable(log))
    face.render()
    face.face.follower.stop()
    return face


def rows(page: Page) -> list[str]:
    return page.locator(".mpp-sheet .mpp-row").all_inner_texts()


def numbers(page: Page) -> list[int]:
    cells = page.locator(".mpp-sheet .mpp-n").all_inner_texts()
    return [int(cell) for cell in cells if cell]


def test_an_empty_table_says_what_to_do(shown: FaceOnPage) -> None:
    expect(shown.page.get_by_text("Nothing has passed yet.")).to_be_visible()
    expect(shown.page.get_by_text("0 entries, 0 B · nothing dropped")).to_be_visible()


def test_a_broadcast_is_one_row_that_opens(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob", "carol", "dave")
    say(log, ids["alice"], "hi")
    broadcast(log, 5, ids, "HI")
    shown.tick()
    page = shown.page
    expect(page.get_by_text("alice, bob")).to_be_visible()
    page.get_by_text("+2 ▸").click()
    assert numbers(page)[-5:] == [6, 6, 7, 8, 9]
    page.get_by_text("+2 ▾").click()
    assert numbers(page)[-1] == 6


def test_markup_in_a_message_stays_text(shown: FaceOnPage, log: Log) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">\x1b[31m"
    ids = chat(log, evil)
    say(log, ids[evil], evil)
    shown.tick()
    shown.page.locator(".mpp-sheet .mpp-row").last.click()
    shown.carry()
    assert shown.page.locator("img").count() == 0
    assert shown.page.title() == ""
    assert "\\x1b[31m" in rows(shown.page)[-1]


def test_only_rows_in_sight_are_in_the_document(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 1_900)
    shown.tick()
    assert shown.page.locator(".mpp-row").count() < 40
    assert numbers(shown.page)[-1] == 1_901


def test_it_follows_only_while_at_the_bottom(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 200)
    shown.tick()
    page = shown.page
    page.locator(".mpp-scroller").evaluate("el => el.scrollTop = 230")
    shown.carry()
    before = rows(page)
    say(log, ids["alice"], "news {}", 96)
    shown.tick()
    assert rows(page) == before
    page.get_by_role("button", name="96 new ↓").click()
    shown.carry()
    assert "news 95" in rows(page)[-1]
    expect(page.locator(".mpp-pill")).to_be_hidden()


def test_freezing_the_view_goes_on_recording(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    freeze = shown.page.get_by_role("button", name="Freeze view")
    freeze.click()
    say(log, ids["alice"], "unseen {}", 3)
    shown.tick()
    assert "unseen" not in "".join(rows(shown.page))
    expect(shown.page.get_by_text("3 new ↓")).to_be_visible()
    expect(freeze).to_have_attribute("aria-pressed", "true")
    freeze.click()
    shown.carry()
    assert "unseen 2" in rows(shown.page)[-1]


def test_record_switches_the_log_and_says_what_passed(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    shown.page.get_by_role("button", name="Record").click()
    shown.carry()
    assert log.recording is False
    say(log, ids["alice"], "unseen", 2)
    shown.tick()
    expect(shown.page.get_by_text("2 not recorded · recording is off")).to_be_visible()


def test_clear_empties_kernel_and_view(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "old", 5)
    shown.tick()
    shown.page.get_by_role("button", name="Clear").click()
    shown.carry()
    say(log, ids["alice"], "new")
    shown.tick()
    assert len(log) == 1
    assert numbers(shown.page) == [7]


def test_the_filter_counts_what_it_hides(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "apple", 30)
    say(log, ids["bob"], "pear", 2)
    shown.tick()
    page = shown.page
    page.get_by_label("Filter").fill("client:bob pear")
    expect(page.get_by_text("31 hidden")).to_be_visible()
    assert numbers(page) == [2, 33, 34]


def test_clearing_the_filter_keeps_the_selection_in_sight(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "apple {}", 300)
    say(log, ids["alice"], "pear")
    say(log, ids["alice"], "apple {}", 300)
    shown.tick()
    page = shown.page
    page.get_by_label("Filter").fill("pear")
    page.get_by_text("pear", exact=True).click()
    page.get_by_label("Filter").fill("")
    shown.carry()
    expect(page.locator(".mpp-row.mpp-selected", has_text="pear")).to_be_in_viewport()


def test_the_detail_shows_json_and_why(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob", "carol")
    say(log, ids["alice"], '{{"say": "hi"}}')
    log.append(9.0, ids["alice"], "print", "server", "shouting", 8, 4, 2, "In[7]:8", None, "stdout")
    broadcast(log, 4, ids, '{"say": "HI", "id": 12345678901234567890}')
    shown.tick()
    page = shown.page
    page.locator(".mpp-sheet .mpp-row", has_text='"HI"').last.click()
    shown.carry()
    detail = page.locator(".mpp-detail")
    expect(detail.get_by_text("12345678901234567890")).to_be_visible()
    expect(detail.get_by_text("In [7] line 9")).to_be_visible()
    detail.get_by_role("tab", name="Why").click()
    expect(detail).to_contain_text("3 clients in")
    expect(detail).to_contain_text("shouting")
    expect(page.locator(".mpp-row.mpp-linked")).to_have_count(1)
    detail.get_by_text("#4").click()
    shown.carry()
    expect(page.locator(".mpp-row.mpp-selected")).to_contain_text('{"say": "hi"}')


def test_binary_is_shown_as_hex(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "carol")
    data = bytes(range(256)) * 500
    log.append(9.0, ids["carol"], "binary", "client", data, len(data))
    shown.tick()
    shown.page.locator(".mpp-sheet .mpp-row", has_text="binary").click()
    shown.carry()
    detail = shown.page.locator(".mpp-detail")
    expect(detail).to_contain_text("0000  00 01 02 03 04 05 06 07")
    expect(detail).to_contain_text("The first 16,384 bytes are shown.")


def test_a_traceback_is_in_the_text_of_an_exception(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "dave")
    trace = "In[7], line 6, in ws_chat\n    data = json.loads(message)"
    log.append(9.0, ids["dave"], "exception", "server", "KeyError: 'room'", 16, note=trace)
    shown.tick()
    expect(shown.page.get_by_text("in ws_chat")).to_be_visible()
    shown.page.locator(".mpp-row.mpp-error").click()
    shown.carry()
    expect(shown.page.locator(".mpp-detail")).to_contain_text("data = json.loads(message)")


def test_older_rows_are_asked_for_again(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 6_000)
    shown.tick()
    page = shown.page
    page.locator(".mpp-scroller").evaluate("el => el.scrollTop = 0")
    shown.carry()
    page.get_by_text("4,001 older rows in the kernel: show").click()
    shown.carry()
    page.locator(".mpp-scroller").evaluate("el => el.scrollTop = 0")
    shown.carry()
    expect(page.get_by_text("3,001 older rows in the kernel: show")).to_be_visible()


def test_rows_that_were_skipped_can_be_shown(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    say(log, ids["alice"], "message {}", 2_500)
    shown.tick()
    page = shown.page
    page.locator(".mpp-scroller").evaluate("el => el.scrollTop = 0")
    shown.carry()
    page.get_by_text("500 rows not sent to this view: show").click()
    shown.carry()
    assert numbers(page)[:4] == [1, 2, 3, 4]


def test_nothing_is_lost_by_a_message_that_never_came(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    shown.wire.cut = True
    say(log, ids["alice"], "lost {}", 3)
    shown.tick()
    shown.wire.cut = False
    say(log, ids["alice"], "found")
    shown.tick()
    assert numbers(shown.page) == [1, 2, 3, 4, 5]


def test_a_page_that_was_loaded_again_has_all(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "before {}", 5)
    shown.tick()
    shown.page.goto("about:blank")
    say(log, ids["alice"], "meanwhile {}", 5)
    shown.face.keep_up(True)
    shown.wire.outbox.clear()
    shown.render()
    assert numbers(shown.page) == list(range(1, 12))


def test_leaving_takes_everything_along(shown: FaceOnPage) -> None:
    shown.page.evaluate("() => window.leave()")
    shown.carry()
    left = "() => Object.values(window.model.listeners).reduce((sum, all) => sum + all.size, 0)"
    assert shown.page.evaluate(left) == 0
    assert shown.said[-1]["kind"] == "bye"


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


def test_keys_move_filter_freeze_and_copy(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "message {}", 100)
    shown.tick()
    page = shown.page
    page.get_by_role("grid").focus()
    selected = page.locator(".mpp-sheet .mpp-selected .mpp-n")
    steps = {"ArrowUp": "101", "Home": "1", "PageDown": "13", "ArrowDown": "14", "End": "101"}
    for key, number in steps.items():
        page.keyboard.press(key)
        shown.carry()
        expect(selected).to_have_text(number)
    page.keyboard.press("Space")
    expect(page.get_by_text("view frozen")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Filter")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("grid")).to_be_focused()
    page.keyboard.press("Escape")
    expect(selected).to_have_count(0)


def test_brackets_walk_the_cause_chain(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice", "bob")
    say(log, ids["alice"], "hi")
    say(log, ids["bob"], "something else")
    broadcast(log, 3, {"bob": ids["bob"]}, "alice says hi")
    shown.tick()
    page = shown.page
    page.locator(".mpp-sheet .mpp-row", has_text="says").click()
    shown.carry()
    page.keyboard.press("[")
    selected = page.locator(".mpp-sheet .mpp-selected .mpp-n")
    expect(selected).to_have_text("3")
    page.keyboard.press("]")
    expect(selected).to_have_text("5")


def test_keys_do_not_reach_the_notebook(shown: FaceOnPage, log: Log) -> None:
    shown.page.evaluate(
        """() => {
          window.leaked = [];
          document.addEventListener("keydown", (event) => window.leaked.push(event.key));
        }"""
    )
    shown.page.get_by_role("grid").focus()
    for key in ("a", "d", "Escape", "ArrowDown"):
        shown.page.keyboard.press(key)
    assert shown.page.evaluate("() => window.leaked") == []


def test_a_screen_reader_hears_a_line_and_not_the_list(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "bob")
    log.append(2.0, ids["bob"], "close", "client", "", 0, None, 1, None, 1000, "clean")
    shown.tick()
    expect(shown.page.get_by_role("status")).to_have_text("2 new rows, bob closed 1000")
    grid = shown.page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "3")
    assert grid.get_attribute("aria-live") is None


def test_a_narrow_cell_puts_the_detail_below(log: Log, on_page: OnPage) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    face = on_page(TrafficTable(log))
    face.render(width=560)
    face.page.locator(".mpp-sheet .mpp-row").last.click()
    face.carry()
    table, detail = (
        face.page.locator(f".mpp-{name}").bounding_box() for name in ("table", "detail")
    )
    assert table is not None
    assert detail is not None
    assert detail["y"] >= table["y"] + table["height"] - 1


def test_trouble_in_the_kernel_is_told(shown: FaceOnPage) -> None:
    shown.face._heard(shown.face, {"kind": "since", "cursor": -1}, [])
    shown.carry()
    expect(shown.page.get_by_role("alert")).to_contain_text("ValueError: expected a number")


def test_a_tab_that_was_hidden_comes_back_as_it_was(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "before {}", 100)
    shown.tick()
    cell = shown.page.locator("#cell")
    cell.evaluate("el => el.style.display = 'none'")
    say(log, ids["alice"], "meanwhile {}", 100)
    shown.tick()
    cell.evaluate("el => el.style.display = ''")
    shown.drawn()
    assert numbers(shown.page)[-1] == 201
    say(log, ids["alice"], "after")
    shown.tick()
    assert numbers(shown.page)[-1] == 202


def test_a_cause_that_is_not_here_is_fetched(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "the cause")
    say(log, ids["alice"], "between {}", 4_000)
    log.append(9_999.0, ids["alice"], "text", "server", "the effect", 10, 2)
    shown.tick()
    page = shown.page
    page.locator(".mpp-sheet .mpp-row", has_text="the effect").click()
    shown.carry()
    page.locator(".mpp-detail").get_by_text("#2 ").click()
    shown.carry()
    expect(page.locator(".mpp-sheet .mpp-selected")).to_contain_text("the cause")
    expect(page.locator(".mpp-sheet .mpp-selected")).to_be_in_viewport()


def test_closing_the_pane_goes_back_to_the_rows(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    shown.tick()
    page = shown.page
    page.locator(".mpp-sheet .mpp-row").click()
    shown.carry()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".mpp-detail")).to_be_hidden()
    expect(page.get_by_role("grid")).to_be_focused()
    assert ids


def test_times_turn_to_the_clock(shown: FaceOnPage, log: Log) -> None:
    ids = chat(log, "alice")
    say(log, ids["alice"], "hi")
    shown.tick()
    page = shown.page
    cell = page.locator(".mpp-sheet .mpp-t").last
    expect(cell).to_have_text("+1.000")
    page.get_by_role("columnheader", name="Δt").click()
    page.get_by_role("columnheader", name="since start").click()
    assert cell.inner_text().count(":") == 2
